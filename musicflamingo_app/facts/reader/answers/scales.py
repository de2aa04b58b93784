"""Answers on scales to improvise with: over the track, a place, or one chord.

The mode is read off the chords: a major key whose chords have the flat seventh and not the leading tone is
Mixolydian, a minor one with the major sixth Dorian (Levine, "The Jazz Theory Book", 1995, chapters 2 and 3).
"""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.modulations import fits
from musicflamingo_app.facts.prose.hedges import hedge
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.chords import heard, heard_in, no_chords, related, same
from musicflamingo_app.facts.reader.answers.saying import at, not_measured, trouble
from musicflamingo_app.facts.reader.pitches import Named
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import LETTERS, Pitch
from musicflamingo_app.music.time import Interval

MAJOR_PENTATONIC, MINOR_PENTATONIC = (0, 2, 4, 7, 9), (0, 3, 5, 7, 10)
BLUES = (0, 3, 5, 6, 7, 10)
TELLING = 4.0  # a scale step must sound so many times as long as its rival to decide the mode
TOLD_KEYS = 3
_MODES = ("Ionian", "Dorian", "Phrygian", "Lydian", "Mixolydian", "Aeolian", "Locrian")
# Key's mode -> the steps that decide, each with its rival and the mode it makes.
_DECIDING = {
    "major": ((10, 11, "mixolydian"), (6, 5, "lydian")),
    "minor": ((9, 8, "dorian"), (1, 2, "phrygian")),
}


def notes(key: Key, steps: tuple[int, ...]) -> str:
    """The notes of a scale on the key's tonic, spelled in the key: `E G A B D`."""
    return " ".join(key.spell((key.tonic.pitch_class + step) % 12).pretty for step in steps)


def scale_of(key: Key) -> str:
    return " ".join(key.spell(pitch_class).pretty for pitch_class in key.scale)


def mode_in(card: SongCard, key: Key, interval: Interval) -> Key:
    """The mode that the chords of an interval show on the tonic of the key; the key itself where they show none."""
    seconds = [0.0] * 12
    for segment in heard(card, interval):
        for pitch_class in segment.label.pitch_classes:
            seconds[(pitch_class - key.tonic.pitch_class) % 12] += segment.duration_s
    for step, rival, mode in _DECIDING.get(key.mode, ()):
        if seconds[step] > TELLING * seconds[rival] and seconds[step] > 0.05 * interval.duration_s:
            return Key(key.tonic, mode)
    return key


def scale(question: Question, card: SongCard) -> Answer | None:
    """What to improvise with: over a chord that is named, a place or the track."""
    kind = "scale"
    if question.missing:
        return trouble(question, card, kind)
    if question.named and not question.has("key"):
        return over_chord(question, card)
    if not card.keys.segments:
        return not_measured(card, kind, "key", "which scale fits it; name a chord and I can tell what fits over that")
    reply, place = Reply(card, kind), question.place
    if place:
        rows = _by_key(card, place)
        if not rows:
            return reply.say(f"no key was measured in {place.name}, so I cannot say what fits").done(measured=False)
        for name, interval, key in rows:
            for words in _advice(card, key, interval, f"over {name}"):
                reply.say(words, interval)
        return reply.done()
    home = card.keys.segments[0]
    sure = card.key.confidence if card.key else 0.0
    head = "over the track" if len(card.keys) == 1 else "at first"
    for words in _advice(card, home.label, home.interval, head, hedge(sure)):
        reply.say(words, *([home.interval] if len(card.keys) > 1 else []))
    later = card.keys.segments[1 : 1 + TOLD_KEYS]
    steps = [f"{_named(region.label)} {at(card, region.start_s)}" for region in later]
    return reply.say(f"change to {joined(steps)}" if steps else "", *(region.interval for region in later)).done()


def _by_key(card: SongCard, place: Place) -> list[tuple[str, Interval, Key]]:
    """The place, or of several sections the first one in each key."""
    rows = [(name_of(card, part), part.interval) for part in place.segments] or [(place.name, place.found)]
    keyed = [(name, interval, card.key_at((interval.start_s + interval.end_s) / 2)) for name, interval in rows]
    first: dict[Key, tuple[str, Interval, Key]] = {}
    for name, interval, key in keyed:
        if key:
            first.setdefault(key, (name, interval, key))
    found = list(first.values())
    return [(place.name, *found[0][1:])] if len(found) == 1 else found[:2]


def _named(key: Key) -> str:
    name = f"{key.tonic.pretty} {key.mode}"
    return f"{key.tonic.pretty} {key.mode.capitalize()}" if key.mode not in ("major", "minor") else name


def _advice(card: SongCard, key: Key, interval: Interval, where: str, sure: str = "") -> list[str]:
    """The scale of the mode, the pentatonic, and what the blues or the dominant ask for."""
    shown = mode_in(card, key, interval)
    name = f"the {_named(shown)} scale ({scale_of(shown)})" if shown.mode != "minor" else (
        f"the {_named(shown)} scale, natural minor ({scale_of(shown)})"
    )  # fmt: skip
    lines = [f"{where}, {name} {sure}fits"]
    if shown != key and shown.mode not in ("major", "minor"):
        lines[0] += f": the chords show {_named(shown)} rather than plain {key.pretty}"
    pentatonic = MINOR_PENTATONIC if key.is_minor else MAJOR_PENTATONIC
    gender = "minor" if key.is_minor else "major"
    safe = f"the {key.tonic.pretty} {gender} pentatonic ({notes(key, pentatonic)}) is the safe choice"
    blue = f", and the {key.tonic.pretty} blues scale ({notes(key, BLUES)}) adds colour"
    lines.append(safe + (blue if key.is_minor or _is_bluesy(card, key, interval) else ""))
    dominant = _raised(card, key, interval)
    if dominant:
        leading = key.spell((key.tonic.pitch_class + 11) % 12).pretty
        lines.append(f"over {dominant.pretty} take {key.tonic.pretty} harmonic minor, with {leading} as its seventh")
    return lines


def _is_bluesy(card: SongCard, key: Key, interval: Interval) -> bool:
    """Whether the tonic is a seventh chord, as in a blues."""
    tonic = key.tonic.pitch_class
    return any(
        s.label.root is not None and s.label.root.pitch_class == tonic and s.label.quality in ("7", "9", "13")
        for s in heard(card, interval)
    )


def _raised(card: SongCard, key: Key, interval: Interval) -> Chord | None:
    """The dominant with the leading tone in a minor key."""
    if not key.is_minor:
        return None
    fifth, leading = (key.tonic.pitch_class + 7) % 12, (key.tonic.pitch_class + 11) % 12
    return next(
        (s.label for s in heard(card, interval)
         if s.label.root and s.label.root.pitch_class == fifth and leading in s.label.pitch_classes), None,
    )  # fmt: skip


def over_chord(question: Question, card: SongCard) -> Answer | None:
    """The scale over one chord, in the key where it is heard."""
    kind = "scale_over_chord"
    stop = no_chords(card, kind)
    if stop:
        return stop
    named, place, reply = question.named[0], question.place, Reply(card, "scale_over_chord")
    inside = heard_in(card, place)
    fitting = [s for s in inside if same(s.label, named)] or [s for s in inside if related(s.label, named)]
    segment = fitting[0] if fitting else None
    time_s = segment.start_s if segment else place.found.start_s if place else 0.0
    key = card.key_at(time_s)
    chord = segment.label if segment else named.chord
    where = f"over {chord.pretty}" + (f" {at(card, segment.start_s)}" if segment else ", which is not heard here,")
    shown = [segment.interval] if segment else []
    if key is None:
        return reply.say(f"no key was measured; {where} its own notes are safe: {_tones(chord)}", *shown).done()
    reply.say(f"{where} {_over(chord, key, named)}", *shown)
    return reply.say(f"its own notes are {_tones(chord)}").done()


def _tones(chord: Chord) -> str:
    return " ".join(chord.root.above(degree).pretty for degree in chord.degrees) if chord.root else ""


def _over(chord: Chord, key: Key, named: Named) -> str:
    root = chord.root or named.root
    leading = (key.tonic.pitch_class + 11) % 12
    is_dominant = (root.pitch_class - key.tonic.pitch_class) % 12 == 7
    if key.is_minor and is_dominant and leading in chord.pitch_classes:
        tonic = key.tonic.pretty
        steps = notes(key, (7, 8, 11, 0, 2, 3, 5))
        return f"play {tonic} harmonic minor from {root.pretty} ({steps}), since it is the dominant of {key.pretty}"
    if fits(chord, key) and root.pitch_class in key.scale:
        turn = key.scale.index(root.pitch_class)
        degree = (turn + {"minor": 5}.get(key.mode, 0)) % 7 if key.mode in ("major", "minor") else None
        scale = [key.spell(pitch_class).pretty for pitch_class in key.scale[turn:] + key.scale[:turn]]
        name = f"{root.pretty} {_MODES[degree]}" if degree is not None else f"{key.pretty} from {root.pretty}"
        return f"play {name} ({' '.join(scale)}), the notes of {key.pretty}"
    return f"play {key.pretty} with {_changed(chord, key)}"


def _changed(chord: Chord, key: Key) -> str:
    """`E♭ in place of E`: the chord's own tones put into the scale."""
    tones = [chord.root.above(degree) for degree in chord.degrees] if chord.root else []
    scale = {tone.letter: tone for tone in (key.spell(pitch_class) for pitch_class in key.scale)}
    strange = [tone for tone in tones if tone.pitch_class not in key.scale]
    return joined([f"{tone.pretty} in place of {_neighbour(tone, scale)}" for tone in strange]) or "its own notes"


def _neighbour(tone: Pitch, scale: dict[str, Pitch]) -> str:
    return scale.get(tone.letter, scale.get(LETTERS[0], tone)).pretty
