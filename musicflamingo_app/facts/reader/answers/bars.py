"""Answers on bars and length."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import bars_of, not_measured, seconds, trouble
from musicflamingo_app.facts.reader.places import name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted
from musicflamingo_app.music.time import Interval, clock


def no_bars(card: SongCard, kind: str) -> Answer | None:
    """The answer when there are no bars to count."""
    if card.beats is None:
        return not_measured(card, kind, "beats", "anything about bars")
    return None if card.n_bars else Reply(card, kind).say("no bars were found in this track").done(measured=False)


def how_many(question: Question, card: SongCard) -> Answer | None:
    """How many bars the track or a place has, and which."""
    kind = "bars"
    stop = no_bars(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    reply = Reply(card, kind)
    if not question.places:
        pickup = " after a pickup" if card.bars[0].number == 0 else ""
        there_are = "there is" if card.n_bars == 1 else "there are"
        return reply.say(f"{there_are} {counted(card.n_bars, 'bar')}{pickup}").done()
    for place in question.places[:3]:
        rows = [(name_of(card, part), part.interval) for part in place.segments] or [(place.name, place.found)]
        for name, interval in rows[:4]:
            reply.say(_bars_of(card, name, interval), interval)
    return reply.done()


def _bars_of(card: SongCard, name: str, interval: Interval) -> str:
    if interval.duration_s == 0:
        return _bar_at(card, interval.start_s)
    n_bars = len([bar for bar in card.bars_of(interval) if bar.number])
    return f"{name} has {counted(n_bars, 'bar')}" + (f" ({bars_of(card, interval)})" if n_bars else "")


def _bar_at(card: SongCard, time_s: float) -> str:
    bar = card.bar_at(time_s + 1e-3) or card.bar_at(time_s)
    if bar is None:
        return f"{clock(time_s)} lies outside the bars"
    beat = max((n for n, one in enumerate(bar.beats, start=1) if one.time_s <= time_s + 1e-3), default=1)
    return f"{clock(time_s)} is in {f'bar {bar.number}' if bar.number else 'the pickup'}, on beat {beat}"


def when(question: Question, card: SongCard) -> Answer | None:
    """When a bar begins."""
    kind = "bar_when"
    stop = no_bars(card, kind) or trouble(question, card, kind)
    place = next((place for place in question.places if place.kind == "bars"), None)
    if stop or place is None:
        return stop
    begin = "begin" if " to " in place.name else "begins"
    words = f"{place.name} {begin} at {clock(place.found.start_s)} and {begin.replace('begin', 'end')}"
    part = card.section_at(place.found.start_s + 1e-3)
    inside = f", in {name_of(card, part)}" if part else ""
    return Reply(card, kind).say(f"{words} at {clock(place.found.end_s)}{inside}", place.found).done()


def which(question: Question, card: SongCard) -> Answer | None:
    """The bar that a time lies in."""
    kind = "bar_at"
    stop = no_bars(card, kind) or trouble(question, card, kind)
    place = question.place
    if stop or place is None:
        return stop
    bar = card.bar_at(place.found.start_s)
    interval = place.found if bar is None or bar.end_s > card.duration_s else bar.interval
    return Reply(card, kind).say(_bar_at(card, place.found.start_s), interval).done()


def duration(question: Question, card: SongCard) -> Answer | None:
    """How long the track is; against a number of minutes or seconds."""
    reply, length = Reply(card, "duration"), f"{clock(card.duration_s)} ({seconds(card.duration_s)})"
    numbers = question.numbers
    if numbers and question.has("longer", "shorter", "faster", "slower"):
        unit_s = 60.0 if "minute" in question.words or "min" in question.words else 1.0
        is_longer = card.duration_s > numbers[0] * unit_s
        wanted = is_longer if question.has("longer", "faster") else not is_longer
        return reply.say(f"{'yes' if wanted else 'no'}, the track lasts {length}").done()
    bars = f", {counted(card.n_bars, 'bar')}" if card.n_bars else ""
    return reply.say(f"the track lasts {length}{bars}").done()
