"""Answers on form: the sections in order, when each comes, what follows, how many there are."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import hedge
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.instruments import heard_in
from musicflamingo_app.facts.reader.answers.saying import (
    at,
    bars_of,
    in_bar,
    lasting,
    not_measured,
    span,
    told,
    trouble,
    yes,
)
from musicflamingo_app.facts.reader.places import ANY, Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined, number, times
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval, Segment, clock

LONGEST_FORM = 30
SAME_LENGTH_S = 0.75
Part = Segment[Section]


def parts_of(card: SongCard) -> tuple[Part, ...]:
    """The sections in order."""
    return card.sections.value.segments if card.sections else ()


def no_sections(card: SongCard, kind: str) -> Answer | None:
    """The answer when sections were not measured, or none were found."""
    if card.sections is None:
        return not_measured(card, kind, "sections", "how the track is built")
    return None if parts_of(card) else Reply(card, kind).say("no sections were found").done()


def form(question: Question, card: SongCard) -> Answer | None:
    """All sections with their times, or the letters of the form."""
    stop = no_sections(card, "form")
    if stop:
        return stop
    parts, reply = parts_of(card), Reply(card, "form")
    sure = hedge(card.sections.confidence) if card.sections else ""
    if question.has("letters") or not any(part.label.function for part in parts):
        letters = " ".join(part.label.letter for part in parts[:LONGEST_FORM])
        reply.say(f"in letters the form is {sure}{letters}")
    rows = [f"{part.label.function or part.label.letter} {clock(part.start_s)}" for part in parts[:LONGEST_FORM]]
    head = f"there {'is' if len(parts) == 1 else 'are'} {sure}{counted(len(parts), 'section')}"
    return reply.say(f"{head}: {', '.join(rows)}", *(part.interval for part in parts[:LONGEST_FORM])).done()


def how_many(question: Question, card: SongCard) -> Answer | None:
    """How many sections there are, in all or of a name."""
    kind = "section_count"
    stop = no_sections(card, kind)
    if stop:
        return stop
    named = next(iter(question.sections), None)
    if named is None or named.function == ANY:
        parts = parts_of(card)
        kinds = joined([_counted_kind(card, label) for label in dict.fromkeys(part.label.label for part in parts)])
        words = f"there {'is' if len(parts) == 1 else 'are'} {counted(len(parts), 'section')}: {kinds}"
        return Reply(card, kind).say(words, *(part.interval for part in parts)).done()
    same = card.occurrences(named.function)
    if not same:
        return trouble(question, card, kind)
    starts = joined([clock(part.start_s) for part in same])
    sure = hedge(card.sections.confidence) if card.sections else ""
    name = named.function if len(named.function) > 2 else f"section {named.function}"
    words = f"{sure}{name} comes {times(len(same))}, at {starts}"
    if len(named.function) > 2:
        words = f"there {'is' if len(same) == 1 else 'are'} {sure}{counted(len(same), name)}, at {starts}"
        words = f"the {name} comes {times(len(same))}, at {starts}" if question.has("how_often") else words
    return Reply(card, kind).say(words, *(part.interval for part in same)).done()


def _counted_kind(card: SongCard, label: str) -> str:
    n = len([part for part in parts_of(card) if part.label.label == label])
    return counted(n, label) if len(label) > 2 else f"{label} {times(n)}"


def when(question: Question, card: SongCard) -> Answer | None:
    """When a section begins and ends."""
    kind = "section_when"
    stop = no_sections(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    reply = Reply(card, kind)
    ends = question.has("end") and not question.has("begin")
    for place in question.sections[:3]:
        if len(place.segments) > 1:
            rows = [f"{_verb_time(card, part, ends)}" for part in place.segments]
            word = "ends" if ends else "begins"
            reply.say(f"{place.name} {word} {joined(rows)}", *(part.interval for part in place.segments))
            continue
        part = place.segments[0]
        if ends:
            reply.say(f"{place.name} ends {at(card, part.end_s)}; it begins at {clock(part.start_s)}", part.interval)
        else:
            reply.say(
                f"{place.name} begins {at(card, part.start_s)} and lasts until {clock(part.end_s)}", part.interval
            )
    return reply.say(_doubt(card)).done()


def _verb_time(card: SongCard, part: Part, ends: bool) -> str:
    return at(card, part.end_s if ends else part.start_s)


def _doubt(card: SongCard) -> str:
    sure = hedge(card.sections.confidence) if card.sections else ""
    return "the borders of the sections are not certain" if sure else ""


def how_long(question: Question, card: SongCard) -> Answer | None:
    """How long a section, some bars or the loop is."""
    kind = "section_length"
    stop = trouble(question, card, kind)
    if stop:
        return stop
    reply = Reply(card, kind)
    for place in question.places[:3]:
        parts = place.segments
        if not parts:
            reply.say(f"{place.name} lasts {lasting(card, place.found)}", place.found)
        elif len({round(part.duration_s) for part in parts}) == 1:
            each = " each time" if len(parts) > 1 else ""
            where = span(parts[0].interval) if len(parts) == 1 else f"at {joined([clock(p.start_s) for p in parts])}"
            reply.say(
                f"{place.name} lasts {lasting(card, parts[0].interval)}{each} ({where})", *(p.interval for p in parts)
            )
        else:
            for part in parts[:4]:
                reply.say(
                    f"{name_of(card, part)} lasts {lasting(card, part.interval)}, {span(part.interval)}", part.interval
                )
    return reply.done()


def extreme(question: Question, card: SongCard) -> Answer | None:
    """The longest or the shortest section."""
    kind = "section_extreme"
    stop = no_sections(card, kind)
    if stop:
        return stop
    longest = question.has("longest")
    named = next((place for place in question.sections if place.segments), None)
    parts = named.segments if named else parts_of(card)
    best_s = (max if longest else min)(part.duration_s for part in parts)
    found = [part for part in parts if abs(part.duration_s - best_s) < SAME_LENGTH_S]
    names = joined([f"{name_of(card, part)} at {clock(part.start_s)}" for part in found[:6]])
    word = "longest" if longest else "shortest"
    verb = f"are equally {word[:-3]}" if len(found) > 1 else f"is the {word}"
    words = f"{names} {verb}, with {lasting(card, found[0].interval)}{' each' if len(found) > 1 else ''}"
    return Reply(card, kind).say(words, *(part.interval for part in found[:6])).done()


def neighbour(question: Question, card: SongCard) -> Answer | None:
    """The section after or before another one."""
    kind = "section_next"
    stop = no_sections(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    parts, later, reply = parts_of(card), question.has("after"), Reply(card, kind)
    place = question.place
    starts = list(place.segments) if place and place.segments else []
    if not starts and place:
        found = card.section_at(min(place.found.start_s, card.duration_s))
        starts = [found] if found else []
    for part in starts[:4]:
        other = parts.index(part) + (1 if later else -1)
        if not 0 <= other < len(parts):
            reply.say(f"{name_of(card, part)} is the {'last' if later else 'first'} section", part.interval)
            continue
        found = parts[other]
        side = "after" if later else "before"
        reply.say(
            f"{side} {name_of(card, part)} comes {name_of(card, found)}, {at(card, found.start_s)}", found.interval
        )
    return reply.done() if starts else None


def playing(question: Question, card: SongCard) -> Answer | None:
    """What happens at a time or in a place: section, chord, key."""
    stop = trouble(question, card, "playing")
    place = question.place
    if stop or place is None:
        return stop
    if card.sections is None and card.chords is None:
        return not_measured(card, "playing", "sections", "what is playing there")
    reply, time_s = Reply(card, "playing"), place.found.start_s
    part = card.section_at(time_s)
    where = "at" if place.kind == "time" else "in" if place.kind != "region" else ""
    start = f"{where} {place.name}{in_bar(card, time_s) if place.kind == 'time' else ''}".strip()
    if part:
        verb = "is in" if place.kind == "region" else "you are in"
        reply.say(f"{start} {verb} {name_of(card, part)}, which lasts from {span(part.interval)}", part.interval)
    reply.say(*_sounding(card, place)).say(heard_in(card, place.found), place.found)
    return reply.done() if part or card.chords else None


def _sounding(card: SongCard, place: Place) -> tuple[str, Interval]:
    if place.kind != "time":
        chords = told(card, place.found)
        none = "no chords were heard there" if card.chords else ""
        return (f"its chords: {chords}" if chords else none, place.found)
    segment = card.chord_at(place.found.start_s)
    if segment is None or not segment.label.is_chord:
        return ("no chord was heard there" if card.chords else "", place.found)
    key = card.key_at(segment.start_s)
    degree = f" ({roman(segment.label, key)} in {key.pretty})" if key else ""
    return f"the chord is {segment.label.pretty}{degree}", segment.interval


def has_section(question: Question, card: SongCard) -> Answer | None:
    """Whether there is a section of a name."""
    kind = "has_section"
    stop = no_sections(card, kind)
    if stop:
        return stop
    place = question.sections[0]
    sure = card.sections.confidence if card.sections else 0.0
    if place.missing:
        return Reply(card, kind).say(f"{yes(False, sure)}, {place.missing}").done()
    starts = joined([at(card, part.start_s) for part in place.segments])
    words = f"{yes(True, sure)}, {place.name} begins {starts}"
    return Reply(card, kind).say(words, *(part.interval for part in place.segments)).done()


def edge(question: Question, card: SongCard) -> Answer | None:
    """What the track begins or ends with; with a section named, whether it is that."""
    kind = "form_edge"
    stop = no_sections(card, kind)
    if stop:
        return stop
    last = question.has("end", "at_end")
    part = parts_of(card)[-1 if last else 0]
    named = next(iter(question.sections), None)
    sure = card.sections.confidence if card.sections else 0.0
    same = named is not None and part in named.segments
    lead = f"{yes(same, sure)}, " if named else ""
    words = f"{lead}it {'ends' if last else 'begins'} with {name_of(card, part)}, {span(part.interval)}"
    chords = told(card, part.interval)
    reply = Reply(card, kind).say(words, part.interval)
    return reply.say(f"its chords: {chords}" if chords and not named else "").done()


def about_section(question: Question, card: SongCard) -> Answer | None:
    """Where a section is, its length, key and chords."""
    kind = "about_section"
    stop = trouble(question, card, kind)
    place = question.place
    if stop or place is None:
        return stop
    if place.kind == "time":
        return playing(question, card)
    reply = Reply(card, kind)
    intervals = [part.interval for part in place.segments] or [place.found]
    starts = joined([span(interval) for interval in intervals[:6]])
    numbers = f" ({bars_of(card, intervals[0])})" if len(intervals) == 1 and bars_of(card, intervals[0]) else ""
    often = f" comes {number(len(intervals))} times:" if len(intervals) > 1 else " runs from"
    reply.say(f"{place.name}{often} {starts}{numbers}".replace(" two times:", " twice:"), *intervals)
    reply.say(f"it lasts {lasting(card, intervals[0])}" if len(intervals) == 1 else "")
    key, chords = card.key_at(intervals[0].start_s), told(card, intervals[0])
    home = f" in {key.pretty}" if key else ""
    first = "the first time " if len(intervals) > 1 else ""
    reply.say(f"{first}the chords{home} are {chords}" if chords else "", intervals[0])
    return reply.say(heard_in(card, intervals[0]) if len(intervals) == 1 else "", intervals[0]).done()
