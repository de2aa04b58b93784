"""Answers on harmony: Roman numerals, degrees, progressions and their names."""

from musicflamingo_app.facts.card import Cell, SongCard
from musicflamingo_app.facts.named_progressions import Step, step_of
from musicflamingo_app.facts.progressions import Progression, progressions
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.chords import heard_in, no_chords
from musicflamingo_app.facts.reader.answers.saying import (
    at,
    chords_in,
    hedged_chords,
    not_measured,
    numerals,
    row,
    told,
    trouble,
    yes,
)
from musicflamingo_app.facts.reader.pitches import Chain
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined, times
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import progression_patterns, progression_tokens
from musicflamingo_app.music.time import Interval, Segment, Timeline

PHRASE = 4  # bars, or chords without bars, that are compared as a progression
TOLD = 5


def _name(card: SongCard, section: Segment[Section] | None) -> str:
    return name_of(card, section) if section else "the track"


def roman(question: Question, card: SongCard) -> Answer | None:
    """The Roman numerals of a place, or of each kind of section."""
    kind = "roman"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    if not card.keys.segments:
        return not_measured(card, kind, "key", "the Roman numerals of its chords")
    reply = Reply(card, kind)
    rows = _stretches(question, card)
    for name, interval in rows[:TOLD]:
        reply.say(_numerals_of(card, name, interval), interval)
    return reply.say(hedged_chords(card)).done()


def _numerals_of(card: SongCard, name: str, interval: Interval) -> str:
    key = card.key_at((interval.start_s + interval.end_s) / 2)
    if interval.duration_s == 0:
        segment = card.chord_at(interval.start_s)
        chords = [segment.label] if segment and segment.label.is_chord else []
    else:
        found = next((p for p in progressions(card) if p.section and p.interval == interval), None)
        chords = list(found.chords) if found and found.is_loop else chords_in(card, interval)
    if not chords or key is None:
        return f"no chords were heard in {name}"
    return f"{name} in {key.pretty}: {numerals(chords, key)} ({row(chords)})"


def _stretches(question: Question, card: SongCard) -> list[tuple[str, Interval]]:
    """What to tell of: the places named, else the first section of every kind, else the whole track."""
    if question.places:
        return [row_ for place in question.places for row_ in _each(card, place)]
    sections = list(card.sections.value) if card.sections else []
    firsts = {segment.label.label: segment for segment in reversed(sections)}
    chosen = sorted(firsts.values(), key=lambda segment: segment.start_s)
    return [(name_of(card, s), s.interval) for s in chosen] or [("the track", card.interval)]


def _each(card: SongCard, place: Place) -> list[tuple[str, Interval]]:
    """The sections a place stands for, those with the same chords once."""
    if len(place.segments) < 2:
        return [(place.name, place.found)]
    kept: dict[str, tuple[str, Interval]] = {}
    for segment in place.segments:
        kept.setdefault(told(card, segment.interval), (name_of(card, segment), segment.interval))
    return list(kept.values())


def progression(question: Question, card: SongCard) -> Answer | None:
    """The progression of a place, or of each kind of section."""
    kind = "progression"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    reply = Reply(card, kind)
    found = progressions(card)
    if not question.places and len(found) == 1 and found[0].section is None:
        return _whole(card, reply, found[0])
    for name, interval in _stretches(question, card)[:TOLD]:
        chords = told(card, interval)
        key = card.key_at((interval.start_s + interval.end_s) / 2)
        reply.say(f"{name}: {chords}" if chords else f"{name} has no chords", interval)
        one = next((p for p in found if p.section and p.interval == interval), None)
        if one and key and len(question.places) == 1:
            reply.say(f"in {key.pretty} that is {numerals(one.chords, key)}").say(_title(one))
    return reply.say(hedged_chords(card)).done()


def _whole(card: SongCard, reply: Reply, found: Progression) -> Answer:
    often = f", {times(found.repeats)}" if found.is_loop else ""
    after = "" if found.is_exact or not found.is_loop else ", and then change"
    reply.say(f"the chords go {row(found.chords)}{often}{after}", found.interval).say(_title(found))
    return reply.say(hedged_chords(card)).done()


def _title(found: Progression) -> str:
    """That a progression is known by name."""
    names = list(dict.fromkeys(run.name for run in found.named))
    return f"it is known as {joined(names)}" if names else ""


def most_common(question: Question, card: SongCard) -> Answer | None:
    """The four bars that come most often, whatever their key."""
    kind = "progression_most"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    groups = _phrases(card)
    if not groups:
        return Reply(card, kind).say("there are too few chords to call a progression common").done()
    best = max(groups, key=len)
    first = best[0]
    interval = Interval(first[0].start_s, first[-1].end_s)
    key = card.key_at(interval.start_s)
    chords = [chord for cell in first for chord in cell.chords]
    told_as = f" ({numerals(chords, key)})" if key else ""
    if len(best) == 1:
        words = f"no progression of {PHRASE} comes twice; the first is {row(chords)}{told_as}"
        return Reply(card, kind).say(words, interval).done()
    words = (
        f"{row(chords)}{told_as} is the most common: it comes {times(len(best))}, first {at(card, interval.start_s)}"
    )
    places = [Interval(cells[0].start_s, cells[-1].end_s) for cells in best]
    reply = Reply(card, kind).say(words, *places)
    return reply.say("I count it in every key" if len(card.keys) > 1 else "").done()


def _phrases(card: SongCard) -> list[list[tuple[Cell, ...]]]:
    """Four bars each, those with the same degrees together; four bars of one chord are left out."""
    groups: dict[tuple[object, ...], list[tuple[Cell, ...]]] = {}
    for found in progressions(card):
        for n in range(0, len(found.cells) - PHRASE + 1, PHRASE):
            cells = found.cells[n : n + PHRASE]
            groups.setdefault(_shape(card, cells), []).append(cells)
    return [rows for shape, rows in groups.items() if len(set(shape)) > 1]


def _shape(card: SongCard, cells: tuple[Cell, ...]) -> tuple[object, ...]:
    """Degrees and triads, bar by bar; roots where no key is known."""
    rows: list[tuple[Step | Chord, ...]] = []
    for cell in cells:
        key = card.key_at((cell.start_s + cell.end_s) / 2)
        rows.append(tuple(step_of(c, key) if key else c.triad for c in cell.chords))
    return tuple(rows)


def degree(question: Question, card: SongCard) -> Answer | None:
    """The chord on a degree of the key, and where it is first heard."""
    kind = "degree"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    place, numeral = question.place, question.degree
    if stop or numeral is None:
        return stop
    key = card.key_at(place.found.start_s if place else 0.0)
    if key is None:
        return not_measured(card, kind, "key", f"which chord is its {numeral}")
    token = progression_patterns(numeral)[key.tonic.pitch_class][0]
    chords = heard_in(card, place)
    found = [s for s in chords if progression_tokens(Timeline((s,)))[0] == token and card.key_at(s.start_s) == key]
    root = key.spell(int(token[:-1]))
    name = Chord(root, {"M": "maj", "m": "min", "d": "dim"}.get(token[-1], "maj")).pretty
    where = (
        f"; it is first heard {at(card, found[0].start_s)}, as {found[0].label.pretty}"
        if found
        else "; it is not heard"
    )
    return Reply(card, kind).say(f"in {key.pretty} {numeral} is {name}{where}", *(s.interval for s in found[:1])).done()


def named(question: Question, card: SongCard) -> Answer | None:
    """The progressions that are known by name."""
    kind = "progression_named"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    if not card.keys.segments:
        return not_measured(card, kind, "key", "whether it uses a progression that has a name")
    found = progressions(card)
    place = question.place
    if place:
        chosen = [p for segment in place.segments for p in found if p.section == segment]
        found = tuple(chosen) or tuple(p for p in found if p.interval.overlap_s(place.found) > 0)
    rows = [(run, p.section) for p in found for run in p.named]
    reply = Reply(card, kind)
    where = f" in {place.name}" if place else ""
    if not rows:
        return reply.say(f"no, I know no name for a progression{where}").done()
    for name in list(dict.fromkeys(run.name for run, _ in rows))[:3]:
        runs = [(run, section) for run, section in rows if run.name == name]
        first, section = runs[0]
        often = f", heard in {counted(len(runs), 'place')}" if len(runs) > 1 else ""
        chords = f"{row(first.chords)}, {at(card, first.interval.start_s)} in {_name(card, section)}{often}"
        reply.say(
            f"{'yes, ' if question.has('@yes') else ''}{name}: {chords}", *(run.interval for run, _ in runs[:TOLD])
        )
    return reply.done()


def uses_chain(question: Question, card: SongCard) -> Answer | None:
    """Whether and where a progression given by numerals or chords is heard."""
    kind = "uses_progression"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop or not question.chains:
        return stop
    chain, place = question.chains[0], question.place
    if chain.is_roman and not card.keys.segments:
        return not_measured(card, kind, "key", "whether that progression is used")
    chords = heard_in(card, place)
    found = _occurrences(card, chain, chords)
    where = f" in {place.name}" if place else ""
    sure = card.chords.confidence if card.chords else 0.0
    reply = Reply(card, kind)
    if not found:
        return reply.say(f"{yes(False, sure)}, {chain.text} was not heard{where}").done()
    first = row(chords_in(card, found[0]))
    often = f", {times(len(found))} in all" if len(found) > 1 else ""
    words = f"{yes(True, sure)}, {chain.text} is heard{where} as {first}, first {at(card, found[0].start_s)}{often}"
    return reply.say(words, *found[:TOLD]).done()


def _occurrences(card: SongCard, chain: Chain, chords: Timeline[Chord]) -> list[Interval]:
    """Every stretch of chords that is the progression; numerals count in the key of the place."""
    runs: list[tuple[str, float, float]] = []
    for segment in chords:
        token = progression_tokens(Timeline((segment,)))[0]
        if runs and runs[-1][0] == token:
            runs[-1] = (token, runs[-1][1], segment.end_s)
        else:
            runs.append((token, segment.start_s, segment.end_s))
    found: list[Interval] = []
    for n in range(len(runs)):
        key = card.key_at((runs[n][1] + runs[n][2]) / 2)
        pattern = chain.patterns[key.tonic.pitch_class if chain.is_roman and key else 0]
        stretch = runs[n : n + len(pattern)]
        fits = tuple(token for token, _, _ in stretch) == pattern
        if fits and not (found and stretch[0][1] < found[-1].end_s):
            found.append(Interval(_beginning(card, stretch[0][1], stretch[0][2]), stretch[-1][2]))
    return found


def _beginning(card: SongCard, start_s: float, end_s: float) -> float:
    """Where a progression begins whose first chord is held over from the section before: with the new section."""
    starts = [part.start_s for part in card.sections.value] if card.sections else []
    return next((time_s for time_s in starts if start_s < time_s < end_s), start_s)
