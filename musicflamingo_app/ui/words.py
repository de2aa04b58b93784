"""The words on the pages: names of aspects, degrees of certainty, chords and keys as they are spoken."""

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.pitch import Pitch

NAME = "Music Flamingo"
PROMISE = "Everything is measured on this computer. Nothing you drop here leaves it."
DROP = "Drop songs here, or click to choose"

ASPECT_LABELS = {
    "beats": "Beats and bars",
    "tempo": "Tempo",
    "swing": "Swing",
    "chords": "Chords",
    "key": "Key",
    "key_regions": "Key over time",
    "sections": "Sections",
    "instruments": "What plays when",
    "tags": "Instruments and tags",
    "tuning": "Tuning",
    "loudness": "Loudness",
}
EXPORT_LABELS = {
    "jams": ("JAMS", "everything, for music research tools"),
    "lab": ("LAB", "chords, one line each (MIREX)"),
    "csv": ("CSV", "bars and chords for a spreadsheet"),
    "audacity": ("Audacity labels", "label tracks to import"),
    "json": ("JSON", "the whole analysis"),
}
STATE_LABELS = {
    "queued": "Waiting",
    "running": "Working",
    "done": "Ready",
    "failed": "Did not work",
    "cancelled": "Cancelled",
    "interrupted": "Interrupted",
}
SETTING_LABELS = {
    "host": "Address",
    "workers": "Tracks at once",
    "max_file_mb": "Largest file (MB)",
    "keep_deleted_days": "Keep deleted tracks (days)",
    "server_url": "Model server: address",
    "server_model": "Model server: model",
    "server_key": "Model server: key",
}
_SPOKEN_QUALITY = {
    "maj": "major", "min": "minor", "aug": "augmented", "dim": "diminished", "sus4": "suspended fourth",
    "sus2": "suspended second", "7": "seventh", "maj7": "major seventh", "min7": "minor seventh",
    "minmaj7": "minor major seventh", "maj6": "sixth", "min6": "minor sixth", "dim7": "diminished seventh",
    "hdim7": "half diminished seventh", "maj9": "major ninth", "min9": "minor ninth", "9": "ninth",
    "min11": "minor eleventh", "11": "eleventh", "maj13": "major thirteenth", "min13": "minor thirteenth",
    "13": "thirteenth", "5": "power chord", "1": "root only",
}  # fmt: skip


def certainty(confidence: float | None) -> str:
    """A confidence in [0, 1] as a word."""
    if confidence is None:
        return "not rated"
    return "sure" if confidence >= 0.85 else "likely" if confidence >= 0.6 else "unsure"


def setting_label(name: str) -> str:
    """What a setting is called on the page."""
    return SETTING_LABELS.get(name, name.replace("_", " ").capitalize())


def spoken_pitch(pitch: Pitch) -> str:
    """`F sharp`, `B flat`."""
    sign = "sharp" if pitch.accidentals > 0 else "flat"
    times = {1: "", 2: "double "}.get(abs(pitch.accidentals), "multiple ")
    return pitch.letter if pitch.accidentals == 0 else f"{pitch.letter} {times}{sign}"


def spoken_chord(chord: Chord) -> str:
    """A chord as it is read aloud: `A minor seventh over G`."""
    if chord.root is None:
        return "no chord" if chord.quality == "N" else "unknown chord"
    text = f"{spoken_pitch(chord.root)} {_SPOKEN_QUALITY[chord.quality]}"
    if chord.added or chord.omitted:
        text += " altered"
    if chord.bass is not None and chord.bass_pitch is not None:
        text += f" over {spoken_pitch(chord.bass_pitch)}"
    return text


def sharps_and_flats(signature: int) -> str:
    """`no sharps or flats`, `3 flats`."""
    if signature == 0:
        return "no sharps or flats"
    noun = "sharp" if signature > 0 else "flat"
    return f"{abs(signature)} {noun}{'s' if abs(signature) > 1 else ''}"
