"""What our networks tell apart: chords by root and quality, keys by tonic and mode, families of instruments."""

from collections.abc import Sequence

from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Degree, Pitch

ROOTS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
QUALITIES = (
    "maj", "min", "dim", "aug", "sus4", "sus2", "7", "maj7", "min7", "minmaj7", "dim7", "hdim7", "maj6", "min6",
    "sus4(b7)",
)  # fmt: skip
N_CHORDS = 1 + 12 * len(QUALITIES)  # 0 is no chord, then each quality on twelve roots from C
UNKNOWN = -1
MODES = ("major", "minor", "dorian", "mixolydian", "lydian", "phrygian")
N_KEYS = 12 * len(MODES)
# Family -> its General MIDI programs. Drums have none; voices are also sung.
FAMILIES: dict[str, Sequence[int]] = {
    "piano": (0, 1, 2, 3),
    "electric piano": (4, 5, 7),
    "bells and mallets": range(8, 16),
    "organ and accordion": range(16, 24),
    "acoustic guitar": (24, 25),
    "electric guitar": (26, 27, 28),
    "distorted guitar": (29, 30, 31),
    "bass": range(32, 40),
    "strings": range(40, 52),
    "voice": (52, 53, 54, 85, 91),
    "brass": range(55, 64),
    "saxophone and reeds": range(64, 72),
    "flute and pipes": range(72, 80),
    "synthesizer lead": (80, 81, 82, 83, 84, 86, 87),
    "synthesizer pad": (*range(88, 91), *range(92, 104)),
    "plucked strings": (6, 46, *range(104, 112)),
    "drums": (),
}
FAMILY_NAMES = tuple(FAMILIES)
DRUMS = FAMILY_NAMES.index("drums")
VOICE = FAMILY_NAMES.index("voice")
_FAMILY_OF = {program: index for index, programs in enumerate(FAMILIES.values()) for program in programs}
_BY_TONES = {
    frozenset(degree.semitones for degree in Chord.parse(f"C:{quality}").degrees): index
    for index, quality in enumerate(QUALITIES)
}


def family_of(program: int) -> int | None:
    """The family of a General MIDI program (0-127); None for sound effects and pitched percussion."""
    return _FAMILY_OF.get(program)


def chord_class(chord: Chord) -> int:
    """The class of a chord: ninths and more as their seventh, additions left out; UNKNOWN where none fits."""
    if chord.root is None:
        return 0 if chord == NO_CHORD else UNKNOWN
    quality = _quality(chord)
    return UNKNOWN if quality is None else 1 + 12 * quality + chord.root.pitch_class


def _quality(chord: Chord) -> int | None:
    tones = {degree.semitones for degree in chord.degrees}
    if 5 in tones and not tones & {3, 4}:
        return QUALITIES.index("sus4(b7)" if 10 in tones else "sus4")
    for colours in ((), (2, 5), (2, 5, 9)):  # ninths, elevenths, thirteenths
        found = _BY_TONES.get(frozenset(tones.difference(colours)))
        if found is not None:
            return found
    return None


def bass_class(chord: Chord) -> int:
    """The pitch class of the bass, 12 for no chord, UNKNOWN for an unknown one."""
    if chord.bass_pitch is None:
        return 12 if chord == NO_CHORD else UNKNOWN
    return chord.bass_pitch.pitch_class


def chord_of(index: int, bass: int | None = None) -> Chord:
    """The chord of a class, over a bass (pitch class) if that is another tone than its root."""
    if index == 0:
        return NO_CHORD
    quality, root = divmod(index - 1, 12)
    chord = Chord.parse(f"{ROOTS[root]}:{QUALITIES[quality]}")
    if bass is None or bass == root:
        return chord
    return Chord(chord.root, chord.quality, chord.added, chord.omitted, degree_of(chord, (bass - root) % 12))


_STEPS = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")


def degree_of(chord: Chord, semitones: int) -> Degree:
    """The name of a tone above a chord's root: as the chord spells it, else the common name."""
    for degree in chord.degrees:
        if degree.semitones == semitones:
            return degree
    return Degree.parse(_STEPS[semitones])


def key_class(key: Key) -> int:
    """The class of a key, UNKNOWN for a mode that is not told apart."""
    return 12 * MODES.index(key.mode) + key.tonic.pitch_class if key.mode in MODES else UNKNOWN


def key_of(index: int) -> Key:
    """The key of a class."""
    return Key.of(index % 12, MODES[index // 12])


def pitch_of(index: int) -> Pitch:
    """The pitch of a class 0-11, as its chord root is spelled."""
    return Pitch.parse(ROOTS[index])
