"""Players that read a chart: voicings that move little, bass lines that lead on, drum patterns and fills."""

from collections.abc import Iterable, Sequence
from itertools import product
from random import Random

from musicflamingo_app.music.chord import Chord
from train.songs_score import Note, Score, Sounding, Voice

# (beat in the bar, length in beats, velocity, which note of the voicing - None plays all)
Hit = tuple[float, float, int, int | None]
Step = tuple[float, float, int, str]  # the same for a bass: R bass note, 5 fifth, 3 third, 8 octave, A approach
KICK, RIM, SNARE, CLOSED, OPEN, CRASH, RIDE = 36, 37, 38, 42, 46, 49, 51
TOMS = (50, 47, 43, 41)


def voicing(chord: Chord, before: Sequence[int] | None, low: int, high: int, *, rootless: bool = False) -> list[int]:
    """The close voicing in a range that moves least from the one before; rootless for four-note chords of jazz."""
    assert chord.root is not None
    classes = [(chord.root.pitch_class + degree.semitones) % 12 for degree in chord.degrees]
    if rootless and len(classes) > 3:
        classes = classes[1:]
    places = [[pitch for pitch in range(low, high + 1) if pitch % 12 == wanted] for wanted in classes]
    spread = [sorted(choice) for choice in product(*places)]
    close = [notes for notes in spread if notes[-1] - notes[0] < 15 and len(set(notes)) == len(notes)]
    middle = (low + high) / 2
    if before is None:
        return min(close, key=lambda notes: (notes[-1] - notes[0], abs(sum(notes) / len(notes) - middle)))
    return min(close, key=lambda notes: _movement(notes, before) + 0.3 * abs(sum(notes) / len(notes) - middle))


def _movement(notes: Sequence[int], before: Sequence[int]) -> float:
    return sum(min(abs(note - other) for other in before) for note in notes) + abs(notes[-1] - before[-1])


def voicings(score: Score, low: int, high: int, *, rootless: bool = False) -> dict[float, list[int]]:
    """A voicing for each chord of the piece, by its start."""
    made: dict[float, list[int]] = {}
    before: list[int] | None = None
    for sounding in score.harmony:
        before = voicing(sounding.chord, before, low, high, rootless=rootless)
        made[sounding.start] = before
    return made


def comp(score: Score, voice: Voice, bars: Iterable[int], hits: Sequence[Hit], made: dict[float, list[int]]) -> None:
    """Plays the same rhythm in each bar on whatever chord sounds; notes end where their chord ends."""
    random = Random(len(voice.notes))
    for bar in bars:
        for beat, length, velocity, which in hits:
            start = bar * score.beats_per_bar + beat
            sounding = score.sounding_at(start)
            notes = made[sounding.start]
            chosen = notes if which is None else [notes[which % len(notes)]]
            kept = min(length, sounding.end - start)
            voice.notes += [Note(start, kept, pitch, velocity + random.randint(-5, 5)) for pitch in chosen]


def hold(voice: Voice, chords: Iterable[Sounding], made: dict[float, list[int]], velocity: int) -> None:
    """Holds each chord for as long as it sounds."""
    for sounding in chords:
        length = sounding.end - sounding.start
        voice.notes += [Note(sounding.start, length * 0.98, pitch, velocity) for pitch in made[sounding.start]]


def bass(score: Score, voice: Voice, bars: Iterable[int], steps: Sequence[Step], low: int = 31) -> None:
    """A bass line: each step on the chord that sounds then, `A` a half or whole step from the next chord's bass."""
    random = Random(len(voice.notes) + 1)
    for bar in bars:
        for beat, length, velocity, what in steps:
            start = bar * score.beats_per_bar + beat
            pitch = _bass_pitch(score, start, what, low)
            voice.notes.append(Note(start, length, pitch, velocity + random.randint(-4, 4)))


def _bass_pitch(score: Score, beat: float, what: str, low: int) -> int:
    sounding = score.sounding_at(beat)
    chord = sounding.chord
    assert chord.root is not None and chord.bass_pitch is not None
    root = low + (chord.bass_pitch.pitch_class - low) % 12
    if what == "A":
        after = score.sounding_at(min(sounding.end, score.n_beats - 1e-3)).chord.bass_pitch
        assert after is not None
        target = low + (after.pitch_class - low) % 12
        return target - 1 if target > root else target + 1 if target < root else root + 7
    if what == "8":
        return root + 12
    if what in ("3", "5"):
        degree = next(d for d in chord.degrees if str(d).endswith(what))
        pitch = low + (chord.root.pitch_class + degree.semitones - low) % 12
        return pitch if pitch >= root else pitch + 12
    return root


def drums(
    score: Score, voice: Voice, bars: Iterable[int], lines: dict[int, str], velocity: int = 90, per_beat: int = 4
) -> None:
    """Drum lines as text, `per_beat` letters a beat: `X` loud, `x` plain, `o` soft."""
    loudness = {"X": 18, "x": 0, "o": -32}
    random = Random(len(voice.notes) + 2)
    for bar in bars:
        for pitch, line in lines.items():
            for step, letter in enumerate(line.replace(" ", "")):
                if letter in loudness:
                    hit = max(1, min(127, velocity + loudness[letter] + random.randint(-4, 4)))
                    voice.notes.append(Note(bar * score.beats_per_bar + step / per_beat, 0.2, pitch, hit))


def fill(score: Score, voice: Voice, bar: int, n_beats: int = 2) -> None:
    """Sixteenths down the toms at the end of a bar, and a crash on the next."""
    end = (bar + 1) * score.beats_per_bar
    for step in range(n_beats * 4):
        pitch = SNARE if step < 2 else TOMS[(step - 2) * len(TOMS) // (n_beats * 4 - 2)]
        voice.notes.append(Note(end - n_beats + step / 4, 0.2, pitch, 78 + 4 * step))
    voice.notes.append(Note(end, 1.0, CRASH, 96))
