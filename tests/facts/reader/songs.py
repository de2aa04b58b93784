"""Cards with known answers: a pop song that modulates (also with what plays when), one in 6/8, nothing but chords."""

from dataclasses import replace

from musicflamingo_app.facts.card import Fact, SongCard, card_of
from musicflamingo_app.music.analysis import Analysis, Loudness, Tag
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Ranked, Timeline
from tests.facts.making import charted, measured

VERSE = "G | D/3 | E:min7 | C | G | D/3 | E:min7 | C"
POP = (  # bars of 2.5 s
    ("intro", "G | C | G | D"),
    ("verse", VERSE),
    ("chorus", "C | D | G | E:min | C | D | G | E:min"),
    ("verse", "G | D/3 | E:min7 | C | G | D/3 | A:min7 | D"),
    ("chorus", "C | D | G | E:min | C | C:min6 | G | G"),
    ("bridge", "E:min | A:min | E:min | B:7 | E:min | A:min | B:min7 | E:7"),
    ("chorus", "D | E | A | F#:min | D | E | A | A"),
    ("outro", "A | D | A | A"),
)
SOFT = (  # bars of 2 s
    ("A", "A:min | A:min | D:min | A:min | F | C | E:7 | A:min"),
    ("B", "C | G | A:min | E:7 | C | G | F | E"),
    ("A", "A:min | A:min | D:min | A:min | F | C | E:7 | A:min"),
)
TAGS = (
    Tag("instrument", "guitar", 0.8), Tag("instrument", "drums", 0.6), Tag("instrument", "piano", 0.35),
    Tag("voice", "female voice", 0.7), Tag("genre", "pop", 0.7), Tag("genre", "rock", 0.3), Tag("mood", "happy", 0.3),
)  # fmt: skip


PLAYERS = (
    Playing.of("saxophone and reeds", [(90.0, 110.0, 0.4)]),
    Playing.of("drums", [(0.0, 140.0, 0.95)]),
    Playing.of("bass", [(10.0, 60.0, 0.9), (62.0, 140.0, 0.9)]),  # a rest of two seconds
    Playing.of("voice", [(10.0, 50.0, 0.8), (60.0, 90.0, 0.8), (110.0, 130.0, 0.8)]),
    Playing.of("electric guitar", [(30.0, 94.0, 0.6), (110.0, 140.0, 0.6)]),
)


def pop() -> SongCard:
    """“Harbour Song”: G major, E minor from 1:30, A major from 1:50; 96 bpm, 56 bars, 2:20; everything measured."""
    card = charted(POP, keys=((1, "G major"), (37, "E minor"), (45, "A major")), bpm=96.0, title="Harbour Song")
    return replace(
        card, artist="The Harbourers",
        key=Fact(Key.parse("G major"), 0.88, "truth 1", (Ranked(Key.parse("D major"), 0.07),)),
        tags=Fact(TAGS, 0.7, "truth 1"), tuning_cents=Fact(3.0, 0.9, "truth 1"),
        loudness=Fact(Loudness(-11.2, 6.1, -0.4), 1.0, "truth 1"),
    )  # fmt: skip


def band() -> SongCard:
    """“Harbour Song” with what plays when: five instruments."""
    return replace(pop(), instruments=Fact(PLAYERS, 0.85, "truth 1"))


def compound() -> SongCard:
    """A minor in 6/8 at 60 bpm, form A B A, 0:48, unsure; no tags, no loudness; 25 cents below pitch; from 1974."""
    card = charted(SOFT, keys=((1, "A minor"),), bpm=60.0, metre="6/8", title="Slow Water")
    return replace(
        card, year=1974, tuning_cents=Fact(-25.0, 0.9, "truth 1"), key_regions=None,
        key=Fact(Key.parse("A minor"), 0.6, "truth 1", (Ranked(Key.parse("C major"), 0.35),)),
        tempo_bpm=Fact(60.0, 0.55, "truth 1", (Ranked(120.0, 0.4),)),
    )  # fmt: skip


def chords_only() -> SongCard:
    """Two seconds of nothing, then C Am F G four times and a last C, two seconds each; 0:36."""
    names = ["N", *["C:maj", "A:min", "F:maj", "G:maj"] * 4, "C:maj"]
    rows = [(2.0 * n, 2.0 * n + 2, Chord.parse(name)) for n, name in enumerate(names)]
    return card_of(Analysis(36.0, chords=measured(Timeline.of(rows))), title="Sketch")


SONGS = {"pop": pop(), "band": band(), "compound": compound(), "chords": chords_only()}
