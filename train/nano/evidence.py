"""Thoughts about 20 s: what in them speaks for an answer, and nothing else.

A small model that is taught long chains fills them with what has no bearing on the question and then answers from that.
So its thoughts hold what the question turns on, in the words of its ears: chords with their times, who plays when, the
pulse, the home of the key. What does not fit is left out, as to name it would be to know the answer already.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Segment, Timeline, clock
from train.examples import Example
from train.nano.truth import CLIP_S
from train.tasks.caption_score import analysis_of, card_document
from train.think import verified
from train.thoughts import arithmetic, change, degree_of, home, outside, parts, pulse, regions, spot

Steps = Iterator[str]
NEAR, IN_ROW = 2, 6  # chords told to each side of a moment, and of a beginning
EDGE_S = 0.6  # who is there so soon was there from the beginning
THIRD = 3  # a tempo that moves is told by the first and the last third of the beats


def with_evidence(example: Example, card: SongCard) -> Example:
    """The example with what speaks for its answer; as it was where the card has nothing to say.

    A step that the checker of claims finds wrong takes the whole thought away: few steps leave none to spare.
    """
    steps = list(EVIDENCE[example.task](card, example)) if example.task in EVIDENCE else []
    if not steps:
        return replace(example, thought="")
    found = verified(" ".join(steps), analysis_of(card_document(card)), answer=example.answer)
    return replace(example, thought="" if found.wrong else " ".join(found.steps))


def chords_near(card: SongCard, example: Example, *, basses: bool = False) -> Steps:
    """The chords around the moment that is asked about, with the times at which they begin."""
    rows = _chords(card, basses=basses)
    at_s = example.references[0][0] + 0.01 if example.references else 0.0
    here = next((n for n, row in enumerate(rows) if row.start_s <= at_s < row.end_s), None)
    if here is not None:
        yield f"The chords there are {_told(rows[max(0, here - NEAR) : here + NEAR + 1])}."


def chords_first(card: SongCard) -> Steps:
    """The chords from the beginning on."""
    rows = _chords(card)
    if rows:
        yield f"It begins with {_told(rows[:IN_ROW])}."


def chords_in_bars(card: SongCard) -> Steps:
    """Some chords with their times, and how long a bar is."""
    bars = card.bars[1:-1]
    if bars and (rows := _chords(card)):
        yield f"It begins with {_told(rows[:IN_ROW])}."
        yield f"The bar lines are about {sum(bar.end_s - bar.start_s for bar in bars) / len(bars):.1f} seconds apart."


def everybody(card: SongCard) -> Steps:
    """Who plays."""
    if names := [one.name for one in _players(card)]:
        yield f"I hear {joined(names)}."


def courses(card: SongCard) -> Steps:
    """Who plays when: first those who play throughout, then those who come or go."""
    rows = _players(card)
    always = [one.name for one in rows if _always(one)]
    if always:
        yield f"From beginning to end I hear {joined(always)}."
    for one in rows:
        if not _always(one):
            spans = [f"from {clock(round(s.start_s))} to {clock(round(s.end_s))}" for s in one.timeline]
            yield f"I hear {one.name} {joined(spans[:3])}."


def motion(card: SongCard) -> Steps:
    """How far apart the beats are at first and in the end."""
    times_s = card.beats.value.times_s if card.beats else ()
    n = (len(times_s) - 1) // THIRD
    if n >= 1:
        first, last = ((times_s[n] - times_s[0]) / n, (times_s[-1] - times_s[-1 - n]) / n)
        yield f"The beats are {first:.2f} seconds apart at first and {last:.2f} seconds apart at the end."


def _chords(card: SongCard, *, basses: bool = False) -> list[Segment[Chord]]:
    """The chords in order, without what nobody can name; those that differ in the bass alone are one without basses."""
    rows = card.chords.value.segments if card.chords else ()
    named = [(s.start_s, s.end_s, s.label if basses else s.label.bare) for s in rows if s.label.is_chord]
    return list(Timeline.of(named).merged())


def _told(rows: list[Segment[Chord]]) -> str:
    return ", ".join(f"{row.label.pretty} at {clock(row.start_s)}" for row in rows)


def _players(card: SongCard) -> tuple[Playing, ...]:
    return card.instruments.value if card.instruments else ()


def _always(one: Playing) -> bool:
    segments = one.timeline.segments
    return len(segments) == 1 and segments[0].start_s <= EDGE_S and segments[0].end_s >= CLIP_S - EDGE_S


Build = Callable[[SongCard, Example], Steps]
EVIDENCE: Mapping[str, Build] = {
    **dict.fromkeys(("tempo", "metre", "pace"), lambda card, example: pulse(card)),
    **dict.fromkeys(("chord_at", "chord_kind", "chord_after", "chord_before"), chords_near),
    **dict.fromkeys(("key", "mode", "mode_of"), lambda card, example: home(card)),
    **dict.fromkeys(
        ("heard_family", "absent_family", "family_list", "family_count"), lambda card, example: everybody(card)
    ),
    **dict.fromkeys(
        ("family_entry", "voice_entry", "who_enters", "who_leaves", "texture", "voice_course", "is_sung", "heard_first",
         "beside_voice"), lambda card, example: courses(card),
    ),
    **dict.fromkeys(("new_key", "key_relation"), lambda card, example: change(card, spot(example).start_s)),
    "bass_note": lambda card, example: chords_near(card, example, basses=True),
    "bar_length": lambda card, example: (step for steps in (pulse(card), arithmetic(card)) for step in steps),
    "tempo_motion": lambda card, example: motion(card),
    "chord_row": lambda card, example: chords_first(card),
    "harmonic_rhythm": lambda card, example: chords_in_bars(card),
    "numeral": lambda card, example: degree_of(card, spot(example), example),
    "outside_chord": lambda card, example: outside(card, spot(example)),
    "key_change_time": lambda card, example: regions(card),
    "genre_of": lambda card, example: (step for steps in (pulse(card), everybody(card)) for step in steps),
    "boundary_time": lambda card, example: parts(card),
}  # fmt: skip
