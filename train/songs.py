"""Makes the example pieces: `python -m train.songs --soundfont FILE.sf2 --out assets/songs`.

Composes them, renders them with FluidSynth, brings them to -16 LUFS and writes each as Opus with its truth beside it.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from musicflamingo_app.audio.decode import blocks
from musicflamingo_app.audio.encode import write_opus
from musicflamingo_app.audio.loudness import Loudness, LoudnessMeter
from musicflamingo_app.errors import MissingPackage, StudioError
from musicflamingo_app.music.arrays import Floats
from train.render import render, soundfont
from train.songs_pieces import pieces
from train.songs_score import DRUMS, LEAD_S, Note, Score, Voice

ARTIST, ALBUM = "Music Flamingo App", "Example pieces"
TARGET_LUFS, CEILING_DBFS = -16.0, -1.0
TAIL_S, FADE_S = 2.0, 1.2  # what rings on after the last bar, and how it is faded
RENDER_DELAY_S = 0.004  # FluidSynth 2.3 sounds notes 3 to 5.5 ms late (clicks at 96-138 BPM), without drift
TICKS = 480


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.songs", description=__doc__)
    parser.add_argument("--soundfont", type=Path, help="a General MIDI soundfont (.sf2)")
    parser.add_argument("--out", type=Path, default=Path("assets/songs"), help="where the pieces go")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    rows = []
    for score in pieces():
        rows.append(make(score, soundfont(given.soundfont), given.out))
        print(f"{rows[-1]['file']}: {rows[-1]['title']}, {rows[-1]['duration']:.1f} s")
    _write_json(given.out / "index.json", rows)


def make(score: Score, font: Path, out: Path) -> dict[str, Any]:
    """Renders one piece into a folder, with its truth; gives its row of the index."""
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / f"{score.name}.mid"
        midi_of(score).save(draft)
        rendered = render(draft, Path(folder), font)
        decoded = list(blocks(rendered))
    rate_hz = decoded[0].rate_hz
    sound = np.concatenate([block.samples for block in decoded], axis=1)
    sound = mastered(_faded(sound, rate_hz, score), rate_hz)
    path = out / f"{score.name}.opus"
    tags = {"title": score.title, "artist": ARTIST, "album": ALBUM, "genre": score.style}
    write_opus(path, sound, rate_hz, tags)
    duration_s = sound.shape[1] / rate_hz
    _write_json(out / f"{score.name}.json", score.truth(RENDER_DELAY_S, duration_s))
    return {
        "id": score.name,
        "title": score.title,
        "style": score.style,
        "file": path.name,
        "truth": f"{score.name}.json",
        "duration": round(duration_s, 2),
    }


def midi_of(score: Score) -> Any:
    """The score as a mido.MidiFile: tempo and metre in track 0, then a track a voice. Raises MissingPackage."""
    try:
        import mido
    except ImportError as error:
        raise MissingPackage("Writing MIDI needs the package mido.", "Install it with: pip install mido") from error
    file = mido.MidiFile(ticks_per_beat=TICKS)
    head = mido.MidiTrack([mido.MetaMessage("track_name", name=score.title)])
    beats, unit = map(int, score.metre.split("/"))
    head.append(mido.MetaMessage("time_signature", numerator=beats, denominator=unit))
    now = 0
    for beat, bpm in score.tempo_changes():
        tick = 0 if beat == 0 else _tick(score, beat)
        head.append(mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(bpm), time=tick - now))
        now = tick
    file.tracks.append(head)
    channels = iter([0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15])
    for voice in score.voices:
        file.tracks.append(mido.MidiTrack(_messages(score, voice, 9 if voice.program == DRUMS else next(channels))))
    return file


def _messages(score: Score, voice: Voice, channel: int) -> Iterator[Any]:
    import mido

    yield mido.MetaMessage("track_name", name=voice.name)
    if voice.program != DRUMS:
        yield mido.Message("program_change", channel=channel, program=voice.program)
    yield mido.Message("control_change", channel=channel, control=7, value=voice.volume)
    yield mido.Message("control_change", channel=channel, control=10, value=voice.pan)
    now = 0
    for tick, _, note, velocity in sorted(_events(score, voice.notes)):
        kind = "note_on" if velocity else "note_off"
        yield mido.Message(kind, channel=channel, note=note, velocity=velocity, time=tick - now)
        now = tick


def _events(score: Score, notes: list[Note]) -> list[tuple[int, int, int, int]]:
    """`(tick, order, pitch, velocity)`; notes end (velocity 0) before others begin."""
    events = []
    for note in notes:
        start = _tick(score, score.swung(note.start))
        end = max(start + 1, _tick(score, score.swung(note.start + note.length)))
        events += [(start, 1, note.pitch, min(127, note.velocity)), (end, 0, note.pitch, 0)]
    return events


def _tick(score: Score, beat: float) -> int:
    return round((LEAD_S * score.bpm / 60 + beat) * TICKS)


def _faded(sound: Floats, rate_hz: int, score: Score) -> Floats:
    """Cut some time after the last bar, faded at the end; silence is added when the render stops sooner."""
    n_frames = round((score.time_s(score.n_beats) + TAIL_S) * rate_hz)
    n_fade = round(FADE_S * rate_hz)
    cut = np.zeros((len(sound), n_frames), np.float32)
    kept = min(n_frames, sound.shape[1])
    cut[:, :kept] = sound[:, :kept]
    cut[:, -n_fade:] *= np.cos(np.linspace(0, np.pi / 2, n_fade, dtype=np.float32)) ** 2
    return cut


def mastered(sound: Floats, rate_hz: int) -> Floats:
    """At -16 LUFS; single peaks that would pass -1 dBFS are rounded off, without any sound moving in time."""
    ceiling = 10 ** (CEILING_DBFS / 20)
    for _ in range(3):  # rounding off lowers the loudness a little
        loud = sound * np.float32(10 ** ((TARGET_LUFS - _measured(sound, rate_hz).integrated_lufs) / 20))
        sound = _rounded(loud, ceiling)
    return sound


def _rounded(sound: Floats, ceiling: float) -> Floats:
    """Samples above 70 % of the ceiling bent smoothly so that none passes it."""
    knee = 0.7 * ceiling
    size = np.abs(sound)
    bent = knee + (ceiling - knee) * np.tanh((size - knee) / (ceiling - knee))
    return np.where(size > knee, np.sign(sound) * bent, sound).astype(np.float32)


def _measured(sound: Floats, rate_hz: int) -> Loudness:
    meter = LoudnessMeter(rate_hz, len(sound))
    meter.hear(sound)
    return meter.result()


def _write_json(path: Path, value: dict[str, Any] | list[Any]) -> None:
    """JSON with one entry on a line."""
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {json.dumps(item, ensure_ascii=False)}" for key, item in value.items()]
    else:
        rows = [json.dumps(item, ensure_ascii=False) for item in value]
    left, right = "{}" if isinstance(value, dict) else "[]"
    path.write_text("{}\n {}\n{}\n".format(left, ",\n ".join(rows), right), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
