"""The measured description: true to its card, well formed, and pleasant on cards made by hand."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from musicflamingo_app.facts.card import Fact, SongCard, card_of
from musicflamingo_app.facts.describe import Description, describe
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.facts.prose.overview import pace
from musicflamingo_app.music.analysis import Analysis, Loudness, Tag
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import DISPLAY, Chord
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.theory import spelled
from musicflamingo_app.music.time import Ranked, Timeline, clock
from tests.facts.making import SONG_IDS, bundled, cards, charted, measured, truth_of

TIME = re.compile(r"\b\d+:\d\d(?::\d\d)?\b")
KEY = re.compile(rf"\b([A-G][♯♭]*) ({'|'.join(MODES)})\b")
CHORD = re.compile(
    rf"(?<![\w♯♭])([A-G][♯♭]*(?:{'|'.join(sorted(map(re.escape, DISPLAY.values()), key=len, reverse=True))})"
    r"(?:/[A-G][♯♭]*)?)(?![\w♯♭'’(])"
)
BROKEN = re.compile(r"None|\bnan\b|\binf\b|  | [,.;)]|\( |,,|\.\.|,\.|\(\)|[\ue000\ue001]|\b(the the|a a|and and)\b")


def paragraph(description: Description, heading: str) -> str:
    return next((p.text for p in description.paragraphs if p.heading == heading), "")


def plain(card: SongCard) -> SongCard:
    return replace(card, title="Piece", artist=None)


def keys_of(card: SongCard) -> set[str]:
    """The names of the keys that a description may use: heard, second best, or lent from."""
    heard = [region.label for region in card.keys] + ([card.key.value] if card.key else [])
    others = [other.label for other in card.key.alternatives] if card.key else []
    return {key.pretty for key in [*heard, *others, *(key.parallel for key in heard)]}


def chords_of(card: SongCard) -> set[str]:
    """The names that its chords may have: in full, without bass, as triads; a progression spells in its own key."""
    heard = [*card.distinct_chords, *(s.label for change in harmony_of(card).modulations for s in change.approach)]
    heard += [spelled(chord, region.label) for chord in heard for region in card.keys]
    return {form.pretty for chord in heard for form in (chord, replace(chord, bass=None), chord.triad)}


def assert_true_to_card(card: SongCard) -> None:
    """Times lie in the track and at something measured; keys, chords, bars, tempo and metre are the card's."""
    edges = {0.0, *(b.start_s for b in card.bars), *(b.time_s for b in (card.beats.value.beats if card.beats else ()))}
    for timeline in (card.chords, card.sections):
        edges |= {s.start_s for s in timeline.value} if timeline else set()
    edges |= {region.start_s for region in card.keys}
    for one in card.instruments.value if card.instruments else ():
        edges |= {edge_s for segment in one.timeline for edge_s in (segment.start_s, segment.end_s)}
    description = describe(card)
    for sentence in (s for p in description.paragraphs for s in p.sentences):
        assert [sentence.text[m.start : m.end] for m in sentence.marks] == TIME.findall(sentence.text)
        for mark in sentence.marks:
            assert sentence.text[mark.start : mark.end] == clock(mark.interval.start_s)
            assert mark.interval.start_s in edges and mark.interval.start_s <= card.duration_s
    text = description.text
    assert set(re.findall(r"\b\d+/\d+\b", text)) <= ({str(card.metre.value)} if card.metre else set())
    assert {f"{tonic} {mode}" for tonic, mode in KEY.findall(text)} <= keys_of(card)
    text = " ".join(p.text for p in description.paragraphs if p.heading != "Form")  # letters there are sections
    named = set(CHORD.findall(KEY.sub("", re.sub(r"[Ss]ection [A-Z]'?|\bA (?!at|and)", "", text))))
    assert named <= chords_of(card) | {"A"}
    for number in re.findall(r"\(bar (\d+)\)", text):
        assert card.bar(int(number)) is not None
    for bpm in re.findall(r"(?:steady|middle of) (\d+)", paragraph(description, "Tempo, metre and key")):
        assert card.tempo_bpm and int(bpm) == round(card.tempo_bpm.value)


def assert_well_formed(description: Description) -> None:
    assert description.paragraphs and all(p.sentences for p in description.paragraphs)
    for sentence in (s for p in description.paragraphs for s in p.sentences):
        assert sentence.text.endswith((".", "?", "!")) and not BROKEN.search(sentence.text), sentence.text
        assert sentence.text[0] in "“♯♭" or sentence.text[0].isupper() or sentence.text[0].isdigit(), sentence.text


@pytest.mark.parametrize("song_id", SONG_IDS)
def test_bundled_songs_are_told_as_they_are(song_id: str) -> None:
    card, truth = bundled(song_id), truth_of(song_id)
    assert_true_to_card(card)
    description = describe(card)
    assert_well_formed(description)
    measures = paragraph(description, "Tempo, metre and key")
    assert f"a steady {truth['tempo']} beats a minute" in measures
    assert f"counted in {truth['metre']}" in measures and f"there are {len(truth['downbeats'])} bars" in measures
    assert all(Key.parse(name).pretty in measures for _, _, name in truth["key_regions"])
    form = paragraph(description, "Form")
    assert [time for time in TIME.findall(form)] == [clock(start_s) for start_s, _, _ in truth["sections"]]
    assert all(label in form for _, _, label in truth["sections"])


def test_cadences_of_the_bundled_songs() -> None:
    lanterns = paragraph(describe(bundled("paper-lanterns")), "Cadences")
    assert lanterns == (
        "The verse ends on the dominant with a half cadence, Cmaj7–D, at 0:23 (bar 12). "
        "The chorus closes with an authentic cadence, D7–G, at 0:38 (bar 19). "
        "The outro closes with a minor plagal cadence, Cm6–G, at 0:47 (bar 23)."
    )
    assert paragraph(describe(bundled("late-ferry-home")), "Changes of key") == (
        "At 0:26 (bar 11) the music leaves F major for A♭ major, a minor third up; "
        "B♭m7–E♭7, already ii7–V7 of the new key, lead over."
    )


@given(cards())
@settings(max_examples=150, deadline=None)
def test_anything_is_described_truly_and_in_whole_sentences(card: SongCard) -> None:
    assert_true_to_card(plain(card))
    assert_well_formed(describe(plain(card)))
    assert describe(card) == describe(card)


@given(cards())
@settings(max_examples=60, deadline=None)
def test_nothing_is_said_of_what_was_not_measured(card: SongCard) -> None:
    bare = replace(plain(card), chords=None, key=None, key_regions=None)
    text = describe(bare).text
    assert not KEY.search(text) and "cadence" not in text and "borrowed" not in text
    silent = bool(card.loudness) and "silent" in text
    assert silent or "chords" in paragraph(describe(bare), "Not measured")


@given(cards())
@settings(max_examples=60, deadline=None)
def test_labels_cannot_break_out(card: SongCard) -> None:
    hostile = replace(card, title="](http://x.y) <b>*1:23*\n# T `q` $x$", artist="<script>")
    description = describe(hostile)
    first = description.paragraphs[0].sentences[0]
    assert first.marks == () and "\n" not in first.text
    markdown = description.as_markdown(link="#t={start_s}").split("\n\n")[1]
    assert not re.search(r"(?<!\\)[<>*`$]", markdown) and "http://" not in markdown


def test_a_pop_song() -> None:
    axis = "C | G | A:min | F | C | G | A:min | F"
    chorus = "F | G | C | A:min | F | G | C | C"
    card = charted(
        [("intro", "C | G | A:min | F"), ("verse", axis), ("chorus", chorus), ("verse", axis), ("chorus", chorus),
         ("bridge", "A:min | A:min | F:min | G:7"), ("chorus", chorus), ("outro", "F | G | C | C")],
        bpm=96.0,
    )  # fmt: skip
    assert_true_to_card(card)
    assert describe(card).as_markdown() == POP


POP = """### Overview

“Piece” is a moderately paced piece in 4/4 and C major. In its 2 minutes and 10 seconds six different chords are \
heard; C, G and F sound longest.

### Tempo, metre and key

The pulse is a steady 96 beats a minute. It is counted in 4/4, and there are 52 bars. The key is C major \
(no sharps or flats), from beginning to end.

### Form

Eight sections follow one another: intro–verse–chorus–verse–chorus–bridge–chorus–outro. The intro is heard once, at \
0:00, four bars long. The verse is heard twice, at 0:10 and 0:50, eight bars each. The chorus is heard three times, at \
0:30, 1:10 and 1:40, eight bars each. The bridge stands alone at 1:30, four bars long. The outro is heard once, at \
2:00, four bars long. All of them fall into groups of four bars.

### Harmony

The intro goes C–G–Am–F (I–V–vi–IV, the Axis progression). Each verse goes twice round C–G–Am–F (I–V–vi–IV, the Axis \
progression). Each chorus runs F–G–C–Am–F–G–C (IV–V–I–vi–IV–V–I). The bridge goes Am–Fm–G7 (vi–iv–V7). The outro takes \
up the last four bars of the chorus. Fm at 1:35 (iv) is borrowed from C minor.

### Cadences

Each chorus closes with an authentic cadence, G–C, at 0:45, 1:25 and 1:55. The bridge ends on the dominant with a half \
cadence, Fm–G7, at 1:37 (bar 40). The outro comes home with G–C at 2:05 (bar 51), again an authentic cadence.

### Not measured

Not measured, and so not described: instruments and style, tuning and loudness."""


def test_a_section_that_comes_back_changed_is_told_by_what_it_repeats() -> None:
    long, short = "C | G | A:min | F | D:min | G | C | C", "D:min | G | C | C"
    form = [("verse", long), ("bridge", "F | F | G | G"), ("verse", short), ("solo", "F | F | G | G")]
    harmony = paragraph(describe(charted(form)), "Harmony")
    assert "The second verse takes up the last four bars of the first verse." in harmony
    assert "The solo has the same chords as the bridge." in harmony


def test_many_times_are_not_all_listed() -> None:
    text = describe(charted([("verse", "C | F | G | C"), ("chorus", "F | C | G | F")] * 12)).text
    told = "0:00, 0:16, 0:32, 0:48, 1:04, 1:20, 1:36, 1:52 and four times more"
    assert f"The verse is heard twelve times, at {told}" in text


def test_a_loop_is_counted_and_its_ending_not_hidden() -> None:
    swing = paragraph(describe(charted([("A", "C | F | C | F | C | F | C | G")])), "Harmony")
    assert swing == "Section A swings three times between C and F (I–IV) and then changes."
    rotated = paragraph(describe(charted([("A", "A:min | F | C | G | A:min | F | C | G")])), "Harmony")
    assert rotated.endswith("twice round Am–F–C–G (vi–IV–I–V, the Axis progression from its third chord on).")


def test_silence() -> None:
    card = card_of(
        Analysis(180.0, beats=measured(BeatGrid()), loudness=measured(Loudness(-70.0, 0.0, -96.0))), title="Hush"
    )
    assert describe(card).text == "“Hush” is silent from beginning to end: 3 minutes without a sound."


def drifting() -> SongCard:
    """No beats, no chords, an unsure key."""
    nothing = Timeline.of([(0.0, 61.0, Chord.parse("N"))])
    tags = (
        Tag("instrument", "piano", 0.7),
        Tag("instrument", "strings", 0.3),
        Tag("voice", "singing", 0.6),
        Tag("genre", "ambient", 0.3),
        Tag("mood", "sad", 0.6),
    )
    analysis = Analysis(
        61.0, beats=measured(BeatGrid()), chords=measured(nothing), key=measured(Key.parse("F# minor"), 0.5),
        tags=measured(tags),
        tuning=measured(-20.0), loudness=measured(Loudness(-23.0, 14.0, -3.0)),
    )  # fmt: skip
    return card_of(analysis, title="Drift", artist="Nobody")


def test_free_time_without_chords() -> None:
    assert describe(drifting()).text.split("\n\n") == [
        (
            "“Drift” by Nobody is a piece in free time and probably in F♯ minor. "
            "In its 1 minute and 1 second no chords were heard."
        ),
        (
            "No regular beat was found, so there are no bars to count. The key is probably F♯ minor (three sharps). "
            "The recording is tuned about 20 cents below concert pitch (A = 440 Hz)."
        ),
        "The level swings widely between soft and loud (range 14 LU) around −23 LUFS.",
        (
            "Piano can be heard, and probably strings. A voice sings. "
            "In style it was heard, not surely, as ambient; in mood as sad."
        ),
        "Not measured, and so not described: tempo and sections.",
    ]


def test_doubt_is_said() -> None:
    card = charted([("A", "C | F | G | C")], confidence=0.5)
    assert card.key and card.tempo_bpm
    card = replace(
        card,
        key=replace(card.key, alternatives=(Ranked(Key.parse("A minor"), 0.4),)),
        tempo_bpm=replace(card.tempo_bpm, alternatives=(Ranked(60.0, 0.3),)),
    )
    text = describe(card).text
    assert "The pulse is probably a steady 120 beats a minute, though 60 is nearly as likely a count." in text
    assert "The key is probably C major (no sharps or flats); A minor fits almost as well." in text
    assert "lively" not in text and "from beginning to end" not in text
    assert "perhaps" in describe(replace(card, key=replace(card.key, confidence=0.2))).text


@pytest.mark.parametrize(
    ("ratio", "confidence", "told"),
    [
        (2.02, 0.9, "The eighths are swung, about 2:1."),
        (1.63, 0.6, "The eighths are probably swung, about 1.6:1."),
        (1.0, 0.9, None),
        (1.2, 0.9, None),
        (2.0, 0.4, None),
    ],
)
def test_swing_is_told_where_it_is_clear(ratio: float, confidence: float, told: str | None) -> None:
    card = replace(charted([("A", "C | F | G | C")]), swing=Fact(ratio, confidence, "ears 1"))
    text = describe(card).text
    assert (told in text) if told else ("eighths" not in text)
    lines = [line for line in card.as_text().splitlines() if line.startswith("eighths")]
    even = "straight" if ratio == 1.0 else None
    said = told.removeprefix("The eighths are ").replace("probably ", "").removesuffix(".") if told else even
    assert lines == ([f"eighths: {said} (confidence {confidence:.2f})"] if said else [])
    assert card.as_json()["swing_ratio"] == ratio


def test_one_of_each_reads_in_the_singular() -> None:
    text = describe(charted([("A", "C")], bpm=60.0)).text
    assert "there is one bar" in text and "one chord alone, C, was heard" in text
    assert "The track is all one section" in text


def test_the_loudest_and_the_softest_section() -> None:
    card = charted([("verse", "C | C | C | C"), ("chorus", "F | F | F | F"), ("outro", "C | C | C | C")])
    times = [i * 0.5 for i in range(48)]
    levels = [-20.0] * 16 + [-12.0] * 16 + [-18.0] * 16
    said = paragraph(describe(card, loudness_curve=(times, levels)), "Loudness")
    assert said == (
        "The chorus, from 0:08, is the loudest part and the verse, from 0:00, the quietest, about 8 LU below. "
        "The level rises most where the chorus begins, at 0:08."
    )
    even = paragraph(describe(card, loudness_curve=(times, [-14.0] * 48)), "Loudness")
    assert even == "No section stands out as louder or softer than the others."
    assert paragraph(describe(card), "Loudness") == ""


def test_markdown_makes_every_time_a_link() -> None:
    markdown = describe(bundled("paper-lanterns")).as_markdown(link="#t={start_s}")
    assert "[0:25](#t=25.97)" in markdown
    assert len(re.findall(r"\[\d+:\d\d\]\(#t=[\d.]+\)", markdown)) == len(
        TIME.findall(describe(bundled("paper-lanterns")).text)
    )


def test_paces_cover_every_tempo() -> None:
    assert [pace(bpm) for bpm in (40, 60, 92, 112, 144, 180)] == [
        "very slow", "slow", "moderately paced", "lively", "fast", "very fast"
    ]  # fmt: skip


def test_a_section_that_touches_another_chord_does_not_only_stay() -> None:
    text = describe(charted([("verse", "C | C | C | C | C | C | C | G:maj C"), ("bridge", "F | F | F | F")])).text
    assert "stays mostly on C (I)." in text or "C–G–C (I–V–I)" in text
    assert "stays on F (IV)." in text and "stays on C" not in text


def test_one_sound_under_two_names_is_one_chord() -> None:
    keys = ((1, "Db major"), (5, "C# minor"))
    text = describe(charted([("A", "Db | Gb | Ab | Db"), ("B", "C# | C#:min | B | A")], keys=keys)).text
    assert "six different chords" in text  # D♭ and C♯ once


def test_a_chord_that_began_before_the_key_is_named_in_the_key_of_its_section() -> None:
    card = charted([("A", "B | B"), ("B", "B | E:min | B | E:min")], keys=((1, "Eb minor"), (3, "B minor")))
    early = card.chords.value.segments[1]  # sounds on over the change of key
    assert early.label.pretty == "C♭"
    assert "C♭–E" not in describe(card).text
