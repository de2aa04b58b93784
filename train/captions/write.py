"""Captions of a recording, written from its card: short, key facts, layered in the paper's order, and a critic's.

Only what is sure is told; what nobody measured is left out. The same card and seed give the same text.
"""

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.harmony import Harmony, harmony_of
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG, SURE
from musicflamingo_app.facts.words import joined, with_article
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, clock
from train.captions.statements import STATEMENTS

SHORTEST_LOOP, LONGEST_LOOP, MOST_LOOPS, MOST_STARTS, MOST_CADENCES = 2, 6, 3, 6, 3
MOST_IN_FORM = 14
CLEAR_LU = 1.0


class Writer:
    """Says the facts of one card, each time in another way."""

    def __init__(self, card: SongCard, random: Random) -> None:
        self.card, self.random = card, random
        self.harmony: Harmony = harmony_of(card)

    def say(self, name: str, **slots: str) -> str:
        """One statement; slots with a capital are filled from those without."""
        capitals = {key.capitalize(): value[:1].upper() + value[1:] for key, value in slots.items()}
        return self.random.choice(STATEMENTS[name]).format(**slots, **capitals)

    def style(self) -> Iterator[str]:
        heard = self._tags("genre")[:2]
        if heard:
            yield self.say("style", style=joined(heard))

    def tempo(self) -> Iterator[str]:
        if self.card.tempo_bpm and self.card.tempo_bpm.confidence >= SURE:
            yield self.say("tempo", tempo=str(round(self.card.tempo_bpm.value)))

    def motion(self) -> Iterator[str]:
        shape = self.card.stability
        if shape and shape.confidence >= SURE and shape.value.ending == "slows":
            yield self.say("slows")
        elif shape and shape.confidence >= SURE and shape.value.is_steady and not shape.value.ending:
            yield self.say("steady")

    def metre(self) -> Iterator[str]:
        if self.card.metre and self.card.metre.confidence >= SURE:
            yield self.say("metre", metre=str(self.card.metre.value))

    def key(self) -> Iterator[str]:
        if self.card.key and self.card.key.confidence >= SURE:
            yield self.say("key", key=self.card.key.value.pretty)

    def instruments(self) -> Iterator[str]:
        heard = self._tags("instrument")
        if heard:
            yield self.say("instruments", instruments=joined(heard))

    def voice(self) -> Iterator[str]:
        heard = [name for name in self._tags("voice") if name in ("female voice", "male voice", "choir")]
        if len(heard) == 1:
            yield self.say("voice", voice=heard[0])

    def mood(self) -> Iterator[str]:
        heard = [name for name in self._tags("mood") if name not in ("instrumental", "acoustic")][:2]
        if heard:
            yield self.say("mood", mood=joined(heard))

    def form(self) -> Iterator[str]:
        names = [segment.label.function or f"part {segment.label.letter}" for segment in self._sections()]
        if 2 <= len(names) <= MOST_IN_FORM:
            yield self.say("form", form=joined(names))

    def starts(self) -> Iterator[str]:
        named = [s for s in self._sections() if s.label.function and s.start_s > 0]
        for segment in sorted(self.random.sample(named, min(MOST_STARTS, len(named))), key=lambda s: s.start_s):
            yield self.say("section_start", section=self._name(segment), time=clock(segment.start_s))

    def loops(self) -> Iterator[str]:
        told: set[tuple[str, ...]] = set()
        for loop in self.harmony.progressions:
            chords = tuple(chord.bare.pretty for chord in loop.chords)
            named = loop.section is not None and loop.section.label.function not in (None, "silence")
            if not (loop.is_loop and loop.is_exact and named and loop.confidence >= SURE) or loop.section is None:
                continue
            if SHORTEST_LOOP <= len(chords) <= LONGEST_LOOP and chords not in told and len(told) < MOST_LOOPS:
                told.add(chords)
                yield self.say("loop", section=self._name(loop.section), chords="–".join(chords))

    def modulations(self) -> Iterator[str]:
        sure = self.card.key_regions is not None and self.card.key_regions.confidence >= SURE
        for change in self.harmony.modulations if sure else ():
            if change.confidence >= SURE:
                yield self.say("modulation", time=clock(change.time_s), key=change.new.pretty)

    def cadences(self) -> Iterator[str]:
        ends = [one for one in self.harmony.cadences if one.ends_section and one.section and one.confidence >= SURE]
        for one in [one for one in ends if one.section and one.section.label.function][:MOST_CADENCES]:
            if one.section:
                kind = with_article(f"{one.kind} cadence")
                yield self.say("cadence", section=self._name(one.section), cadence=kind)

    def dynamics(self) -> Iterator[str]:
        levels = sorted(((level, s) for s in self._sections() if s.label.function for level in self._level(s)),
                        key=lambda row: row[0])  # fmt: skip
        if len(levels) >= 3 and levels[-1][0] - levels[-2][0] >= CLEAR_LU:
            yield self.say("dynamics", loud=self._name(levels[-1][1]))

    def _level(self, segment: Segment[Section]) -> list[float]:
        times_s, levels = self.card.loudness_curve or ((), ())
        inside = [lufs for time_s, lufs in zip(times_s, levels, strict=True) if segment.interval.contains(time_s)]
        heard = [lufs for lufs in inside if lufs > -70]
        return [sum(heard) / len(heard)] if len(heard) >= 3 else []

    def _tags(self, kind: str) -> list[str]:
        return [tag.name for tag in self.card.tags_of(kind) if tag.score >= CLEAR_TAG]

    def _sections(self) -> list[Segment[Section]]:
        form = self.card.sections
        return [s for s in form.value if s.label.function != "silence"] if form and form.confidence >= SURE else []

    def _name(self, segment: Segment[Section]) -> str:
        return f"the {self.card.name_of(segment)}"


def short(card: SongCard, random: Random) -> str:
    """Two or three sentences: style, tempo and key, who plays."""
    writer = Writer(card, random)
    return _paragraphs([writer.style, writer.tempo, writer.key, writer.instruments, writer.mood])


def full(card: SongCard, random: Random) -> str:
    """In the order of the paper: style; tempo, key, instruments; voice; form and dynamics; theory; mood."""
    writer = Writer(card, random)
    return _paragraphs(
        [writer.style, writer.tempo, writer.metre, writer.motion, writer.key, writer.instruments],
        [writer.voice],
        [writer.form, writer.starts, writer.dynamics],
        [writer.loops, writer.modulations, writer.cadences],
        [writer.mood],
    )


def critic(card: SongCard, random: Random) -> str:
    """Theory first: key and its changes, what the chords do, how parts close; then groove, arrangement and mood."""
    writer = Writer(card, random)
    return _paragraphs(
        [writer.key, writer.modulations, writer.loops, writer.cadences],
        [writer.tempo, writer.metre, writer.motion],
        [writer.form, writer.dynamics, writer.instruments, writer.voice],
        [writer.style, writer.mood],
    )


def key_facts(card: SongCard, random: Random) -> str:
    """JSON with stable names; what is not sure is left out."""
    writer = Writer(card, random)
    chords = sorted(card.seconds_by_chord.items(), key=lambda row: -row[1])[:8]
    names = list(dict.fromkeys(chord.bare.pretty for chord, _ in chords))
    sure = card.chords is not None and card.chords.confidence >= SURE
    facts: dict[str, Any] = {
        "genre": next(iter(writer._tags("genre")), None),
        "bpm": round(card.tempo_bpm.value) if any(writer.tempo()) and card.tempo_bpm else None,
        "key": card.key.value.pretty if any(writer.key()) and card.key else None,
        "metre": str(card.metre.value) if any(writer.metre()) and card.metre else None,
        "chords": names if sure else [],
        "structure": [f"{clock(s.start_s)} {s.label.label}" for s in writer._sections()],
        "instruments": writer._tags("instrument"),
        "vocals": joined(writer._tags("voice")) or None,
        "mood": [name for name in writer._tags("mood") if name not in ("instrumental", "acoustic")],
    }
    return json.dumps({name: value for name, value in facts.items() if value}, ensure_ascii=False)


def _paragraphs(*groups: list[Any]) -> str:
    """Each group of sayings one paragraph."""
    made = [" ".join(sentence for saying in group for sentence in saying()) for group in groups]
    return "\n\n".join(text for text in made if text)
