"""The three example pieces: a pop song, a waltz and a slow soul number that changes key."""

from musicflamingo_app.music.key import Key
from train.songs_arrange import (
    CLOSED,
    CRASH,
    KICK,
    OPEN,
    RIDE,
    RIM,
    SNARE,
    Hit,
    bass,
    comp,
    drums,
    fill,
    hold,
    voicings,
)
from train.songs_score import DRUMS, Note, Part, Score, Voice, melody

_VERSE_1 = """
-:1 B4:.5 D5:.5 D5:1 B4:1 | A4:1.5 G4:.5 A4:2 | -:1 G4:.5 B4:.5 B4:1 A4:1 | G4:1.5 E4:.5 G4:2 |
-:1 B4:.5 D5:.5 D5:1 E5:.5 D5:.5 | A4:1.5 B4:.5 A4:1 F#4:1 | E4:.5 G4:.5 B4:1 A4:1 G4:1 | G4:2 F#4:1 -:.5 D5:.5
"""
_CHORUS_1 = """
E5:1.5 D5:.5 E5:1 G5:1 | F#5:1.5 E5:.5 D5:2 | E5:1.5 D5:.5 B4:1 D5:1 | D5:2.5 B4:.5 D5:1 |
C5:1.5 B4:.5 C5:1 E5:1 | D5:1 C5:1 A4:1 F#4:1 | G4:1 A4:.5 B4:.5 D5:2 | B4:1 A4:.5 G4:1.5 -:1
"""
_OUTRO_1 = "-:1 E5:1 D5:.5 C5:1.5 | Eb5:1.5 D5:.5 C5:1 A4:1 | B4:4 | -:1 D5:.5 B4:.5 G4:2"


def paper_lanterns() -> Score:
    """Pop/rock in 4/4: intro, verse, chorus, outro in G major, with a borrowed minor fourth at the end."""
    score = Score(
        "paper-lanterns", "Paper Lanterns", "Pop/rock in 4/4: verse and chorus, band with drums", "4/4", 4, 112,
        (
            Part("intro", "G major", "G | D/3 | E:min7 | C"),
            Part("verse", "G major", "G | D/3 | E:min7 | C | G | D/3 | C:maj7 | D:sus4 D"),
            Part("chorus", "G major", "C | D | E:min7 | G/3 | A:min7 | D:7 | G | G"),
            Part("outro", "G major", "C | C:min6 | G | G"),
        ),
    )  # fmt: skip
    _band_rhythm(score)
    _band_harmony(score)
    verse, chorus, outro = (score.bars_of(name) for name in ("verse", "chorus", "outro"))
    lead = score.add(Voice("lead guitar", 27, 84, 70))
    lead.notes += melody(score, verse.start, _VERSE_1, 92)
    lead.notes += melody(score, chorus.start, _CHORUS_1, 104)
    lead.notes += melody(score, outro.start, _OUTRO_1, 88)
    double = score.add(Voice("strings on the tune", 48, 84, 50))
    double.notes += melody(score, chorus.start, _CHORUS_1, 84, transpose=-12)
    return score


def _band_rhythm(score: Score) -> None:
    intro, verse, chorus, outro = (score.bars_of(name) for name in ("intro", "verse", "chorus", "outro"))
    kit = score.add(Voice("drums", DRUMS, 122))
    plain = {KICK: "X... ..x. x... ....", SNARE: ".... X... .... X...", CLOSED: "x.o. x.o. x.o. x.o."}
    wide = {KICK: "X..x ..x. X..x ....", SNARE: ".... X... .... X..o", OPEN: "x... x... x... x..."}
    drums(score, kit, intro[2:], {CLOSED: "x.o. x.o. x.o. x.o.", KICK: "x... .... x... ...."}, 74)
    drums(score, kit, verse, plain, 84)
    drums(score, kit, chorus, wide, 94)
    drums(score, kit, outro[:2], plain, 78)
    drums(score, kit, outro[2:3], {KICK: "X... .... .... ....", CRASH: "x... .... .... ...."}, 84)
    fill(score, kit, intro[-1], 1)
    fill(score, kit, verse[-1])
    fill(score, kit, chorus[-1])
    low = score.add(Voice("bass guitar", 33, 112))
    bass(score, low, intro[2:], [(0, 2, 80, "R"), (2, 2, 76, "R")])
    walk = [(0, 1.4, 96, "R"), (1.5, 0.9, 84, "R"), (2.5, 0.5, 84, "5"), (3, 0.5, 88, "R"), (3.5, 0.5, 82, "A")]
    bass(score, low, verse, walk)
    bass(score, low, chorus, [(k / 2, 0.45, 100 if k % 2 == 0 else 86, "RRRRRR5A"[k]) for k in range(8)])
    bass(score, low, outro[:2], walk)
    bass(score, low, outro[2:], [(0, 3.9, 92, "R")])


def _band_harmony(score: Score) -> None:
    intro, verse, chorus, outro = (score.bars_of(name) for name in ("intro", "verse", "chorus", "outro"))
    strings = voicings(score, 52, 71)
    picked = score.add(Voice("acoustic guitar", 25, 96, 40))
    rolling: list[Hit] = [(k / 2, 1.2, 84 if k % 4 == 0 else 70, (0, 1, 2, 1, 3, 2, 1, 2)[k]) for k in range(8)]
    comp(score, picked, [*intro, *verse, *outro[:2]], rolling, strings)
    strum: list[Hit] = [(k / 2, 0.48, (96, 0, 78, 82, 0, 84, 78, 82)[k], None) for k in (0, 2, 3, 5, 6, 7)]
    comp(score, picked, chorus, strum, strings)
    comp(score, picked, outro[2:], [(0, 4, 84, None)], strings)
    high = voicings(score, 57, 76)
    piano = score.add(Voice("piano", 0, 92, 84))
    comp(score, piano, verse[4:], [(0, 1.9, 66, None), (2, 1.9, 62, None)], high)
    comp(score, piano, chorus, [(0, 1.4, 84, None), (1.5, 1.4, 76, None), (3, 1, 78, None)], high)
    comp(score, piano, outro, [(0, 3.9, 72, None)], high)
    pad = score.add(Voice("string pad", 49, 66, 64))
    last = {bar * score.beats_per_bar for bar in (*chorus, *outro)}
    hold(pad, [sounding for sounding in score.harmony if sounding.start in last], high, 64)


_THEME_2 = """
A4:2 D5:1 | C#5:1.5 D5:.5 E5:1 | F5:2 E5:.5 D5:.5 | D5:2 Bb4:1 | A4:2 F5:1 | E5:1 D5:.5 Bb4:.5 G4:1 |
A4:1 C#5:1 E5:1 | G5:2 E5:1 | F5:2 D5:1 | E5:1.5 D5:.5 C#5:1 | D5:1 A4:1 D5:1 | G5:1 F5:1 D5:1 |
F5:1.5 D5:.5 Bb4:1 | A4:1 C#5:1 E5:1 | D5:3 | -:2 D5:1
"""
_BRIDGE_2 = """
D5:1 F5:1 Bb5:1 | Bb5:1 A5:.5 G5:.5 E5:1 | A5:1.5 G5:.5 F5:1 | D5:1 F5:1 A5:1 | G5:1.5 F5:.5 E5:1 |
C#5:1 E5:1 G5:1 | F5:2 E5:.5 D5:.5 | A4:1 C#5:1 E5:1
"""
_RETURN_2 = """
A5:2 D5:1 | C#5:1.5 D5:.5 E5:1 | F5:2 E5:.5 D5:.5 | D5:2 G5:1 | F5:1.5 D5:.5 Bb4:1 | A4:1 C#5:1 E5:1 | D5:3 |
-:1 D5:1 F5:1
"""
_FIRST_2 = "D:min | A:7/5 | D:min/b3 | G:min | D:min/5 | E:hdim7 | A:7 | A:7"
_ANSWER_2 = "D:min | A:7/5 | D:min/b3 | G:min | Bb | A:7 | D:min | D:min"
_OUTRO_2 = "Bb4:1 D5:1 E5:1 | F5:2 E5:.5 D5:.5 | E5:1 C#5:1 A4:1 | D5:3 | -:3"


def clockmakers_garden() -> Score:
    """A waltz in D minor for piano, strings and flute, slowing at its end."""
    score = Score(
        "clockmakers-garden", "The Clockmaker's Garden", "Waltz in 3/4: piano, strings and flute, no drums",
        "3/4", 3, 144,
        (
            Part("intro", "D minor", "D:min | A:7/3 | D:min | A:7"),
            Part("verse", "D minor", f"{_FIRST_2} | {_ANSWER_2}"),
            Part("bridge", "D minor", "G:min7 | C:7 | F:maj7 | Bb:maj7 | E:hdim7 | A:7 | D:min | A:7"),
            Part("verse", "D minor", _ANSWER_2),
            Part("outro", "D minor", "G:min6 | D:min/5 | A:7 | D:min | D:min"),
        ),
    )  # fmt: skip
    outro = score.bars_of("outro")
    score.slower = {outro[1] * 3.0: 0.94, outro[2] * 3.0: 0.84, outro[3] * 3.0: 0.76}
    _waltz_players(score)
    verse, bridge, again = score.bars_of("verse"), score.bars_of("bridge"), score.bars_of("verse", 1)
    flute = score.add(Voice("flute", 73, 86, 76))
    flute.notes += melody(score, verse.start, _THEME_2, 90)
    flute.notes += melody(score, again.start, _RETURN_2, 96)
    flute.notes += melody(score, outro.start, _OUTRO_2, 82)
    violin = score.add(Voice("violin", 40, 104, 44))
    violin.notes += melody(score, bridge.start, _BRIDGE_2, 92)
    violin.notes += melody(score, again.start, _RETURN_2, 76, transpose=-12)
    bells = score.add(Voice("music box", 10, 112, 90))
    bells.notes += [Note(bar * 3 + 1.5, 0.5, note, 62) for bar in verse[8:] for note in _sparkle(score, bar)]
    return score


def _sparkle(score: Score, bar: int) -> list[int]:
    """The chord's third, high up."""
    chord = score.sounding_at(bar * 3).chord
    assert chord.root is not None
    return [84 + (chord.root.pitch_class + chord.degrees[1].semitones) % 12]


def _waltz_players(score: Score) -> None:
    everywhere = range(score.n_bars - 2)
    final = range(score.n_bars - 2, score.n_bars)
    chords = voicings(score, 55, 74)
    piano = score.add(Voice("piano", 0, 118, 58))
    comp(score, piano, everywhere, [(1, 0.7, 70, None), (2, 0.7, 64, None)], chords)
    comp(score, piano, final[:1], [(0, 3, 72, None)], chords)
    comp(score, piano, score.bars_of("intro"), [(k / 2, 0.6, 72, k) for k in range(6)], voicings(score, 67, 86))
    left = score.add(Voice("piano, left hand", 0, 118, 54))
    bass(score, left, everywhere, [(0, 1.6, 90, "R")], low=38)
    bass(score, left, final[:1], [(0, 5.5, 86, "R"), (0, 5.5, 80, "8")], low=38)
    deep = score.add(Voice("double bass", 45, 112, 70))
    bass(score, deep, everywhere, [(0, 1.0, 88, "R")], low=31)
    pad = score.add(Voice("strings", 48, 76, 40))
    first = score.bars_of("verse").start + 8
    held = [sounding for sounding in score.harmony if sounding.start >= first * 3]
    hold(pad, held, voicings(score, 57, 76), 66)


_VERSE_3 = """
-:.5 C5:.5 E5:1 D5:.5 C5:.5 A4:1 | C5:1.5 A4:.5 F4:2 | -:.5 Bb4:.5 D5:1 C5:.5 Bb4:.5 G4:1 | D5:1.5 C5:.5 Bb4:1 G4:1 |
A4:.5 C5:.5 E5:1 F#5:.5 E5:.5 C5:1 | D5:1 Bb4:1 C5:.5 Bb4:.5 G4:1 | A4:2.5 -:.5 C5:.5 D5:.5 | Db5:1.5 Bb4:.5 Db5:1 Eb5:1
"""
_CHORUS_3 = """
Eb5:1.5 C5:.5 G5:1 Eb5:1 | F5:1.5 Eb5:.5 C5:2 | Eb5:1 G5:1 Ab5:1 Eb5:.5 C5:.5 | Db5:1 F5:1 G5:1 F5:.5 Eb5:.5 |
Eb5:1 C5:1 Gb5:1 Eb5:1 | F5:1.5 Ab5:.5 Ab5:1 Fb5:.5 Db5:.5 | Eb5:1 Bb4:1 A4:1 C5:1 | Db5:1.5 Bb4:.5 G4:1 Bb4:1
"""
_CHORDS_3 = {
    "verse": "F:maj7 | D:min7 | G:min7 | C:9 | A:min7 D:7 | G:min7 C:7 | F:maj7 | Bb:min7 Eb:7",
    "chorus": "Ab:maj7 | Db:maj7 | C:min7 F:min7 | Bb:min7 Eb:9 | "
    "Ab:maj7 Ab:7 | Db:maj7 Db:min6 | C:min7 F:7 | Bb:min7 Eb:7",
}
_OUTRO_3 = "C5:2 Ab4:1.5 -:.5 | -:1 Db5:.5 F5:.5 Eb5:1 Db5:1 | C5:4"


def late_ferry_home() -> Score:
    """Slow soul-jazz in swung 4/4 with sevenths throughout; the chorus lifts the key from F to Ab major."""
    score = Score(
        "late-ferry-home", "Late Ferry Home", "Soul-jazz in 4/4 with sevenths and a change of key: sax and Rhodes",
        "4/4", 4, 92,
        (
            Part("intro", "F major", "F:maj7 D:min7 | G:min7 C:7"),
            Part("verse", "F major", _CHORDS_3["verse"]),
            Part("chorus", "Ab major", _CHORDS_3["chorus"]),
            Part("outro", "Ab major", "Ab:maj7 F:min7 | Bb:min7 Eb:7 | Ab:maj9"),
        ),
        swing=0.62,
    )  # fmt: skip
    _soul_players(score)
    intro, verse, chorus, outro = (score.bars_of(name) for name in ("intro", "verse", "chorus", "outro"))
    sax = score.add(Voice("tenor sax", 66, 108, 66))
    sax.notes += melody(score, verse.start, _VERSE_3, 86)
    sax.notes += melody(score, chorus.start, _CHORUS_3, 98)
    sax.notes += melody(score, outro.start, _OUTRO_3, 84)
    kit = score.add(Voice("drums", DRUMS, 124))
    swing = {RIDE: "x. xo x. xo", KICK: "x. .. o. .o"}
    drums(score, kit, [*intro, *verse], {**swing, RIM: ".. x. .. x."}, 90, per_beat=2)
    drums(score, kit, chorus, {**swing, SNARE: ".. x. .. xo"}, 94, per_beat=2)
    drums(score, kit, outro[:2], {**swing, RIM: ".. x. .. x."}, 88, per_beat=2)
    drums(score, kit, outro[2:], {KICK: "x. .. .. ..", CRASH: "o. .. .. .."}, 76, per_beat=2)
    return score


def _soul_players(score: Score) -> None:
    moving = range(score.n_bars - 1)
    final = range(score.n_bars - 1, score.n_bars)
    chorus = score.bars_of("chorus")
    chords = voicings(score, 53, 72, rootless=True)
    rhodes = score.add(Voice("electric piano", 4, 84, 54))
    pushed: list[Hit] = [(0, 1.4, 76, None), (1.5, 0.5, 62, None), (2, 1.4, 74, None), (3.5, 0.4, 60, None)]
    comp(score, rhodes, moving, pushed, chords)
    comp(score, rhodes, final, [(0, 4, 74, None)], chords)
    low = score.add(Voice("upright bass", 32, 118))
    bass(score, low, moving, [(0, 0.95, 98, "R"), (1, 0.95, 84, "5"), (2, 0.95, 92, "R"), (3, 0.95, 84, "A")], low=31)
    bass(score, low, final, [(0, 4, 94, "R")], low=31)
    pad = score.add(Voice("strings", 49, 64, 80))
    held = [sounding for sounding in score.harmony if sounding.start >= chorus.start * 4]
    hold(pad, held, voicings(score, 60, 79), 62)


def pieces() -> tuple[Score, ...]:
    """All three, their keys checked for spelling. Raises MusicSyntaxError."""
    made = (paper_lanterns(), clockmakers_garden(), late_ferry_home())
    for score in made:
        for part in score.parts:
            Key.parse(part.key)
    return made
