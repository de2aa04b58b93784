"""Answers on what plays when: who plays in a place, when one comes in and leaves, how long it is there."""

from collections.abc import Sequence

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.playing import (
    families_of,
    instruments_of,
    is_from_start,
    is_many,
    is_throughout,
    is_to_end,
    listed,
    play,
    plays_in,
    said,
    stays_of,
    sure_of,
)
from musicflamingo_app.facts.prose.hedges import hedge
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers import sound
from musicflamingo_app.facts.reader.answers.saying import at, seconds, span, trouble, yes
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import Interval, Segment, clock

TOLD_STAYS = 6
TOLD_PARTS = 6
Asked = tuple[str, tuple[str, ...], tuple[Playing, ...]]  # the word, the families it may mean, those that play


def playing(question: Question, card: SongCard) -> Answer | None:
    """What plays, in all or in a place, or whether one does; by the tags where what plays when was not measured."""
    kind = "instruments"
    if card.instruments is None:
        return sound.voice(question, card) if question.has("voice") else sound.instruments(question, card)
    stop = trouble(question, card, kind)
    if stop:
        return stop
    asked = _asked(question, card)
    place = question.place
    if asked:
        return _whether(asked, place, card) if place else _is_there(asked, question, card)
    return _in_place(place, card) if place else _overview(card)


def voice(question: Question, card: SongCard) -> Answer | None:
    """What voice it is, by the tags; where in the track it sings, by what plays when."""
    placed = question.places or card.tags is None
    return playing(question, card) if card.instruments and placed else sound.voice(question, card)


def when(question: Question, card: SongCard) -> Answer | None:
    """When an instrument plays, comes in or leaves; of none in particular, when each does."""
    kind = "instrument_when"
    if card.instruments is None:
        return _unknown_when(question, card)
    stop = trouble(question, card, kind)
    if stop:
        return stop
    asked, reply = _asked(question, card), Reply(card, kind)
    if not asked:
        return _overview(card)
    for word, families, there in asked[:2]:
        reply.say(_family_note(word, families, there))
        if not there:
            reply.say(_never(word, families, card))
        for one in there:
            stays = _stays_in(one, question.place)
            reply.say(_times(one, stays, question, card), *(stay.interval for stay in stays[:TOLD_STAYS]))
    return reply.done()


def how_long(question: Question, card: SongCard) -> Answer | None:
    """How long an instrument plays in all."""
    if card.instruments is None:
        return _unknown_when(question, card)
    asked, reply = _asked(question, card), Reply(card, "instrument_length")
    for word, families, there in asked[:2]:
        reply.say(_family_note(word, families, there)).say("" if there else _never(word, families, card))
        for one in there:
            share = round(100 * one.duration_s / card.duration_s)
            words = f"the {said(one.name)} {hedge(sure_of(one, card))}{play([one.name])} for {seconds(one.duration_s)}"
            reply.say(f"{words}, {share} % of the track", *(stay.interval for stay in stays_of(one)[:TOLD_STAYS]))
    return reply.done() if asked else None


def heard_in(card: SongCard, interval: Interval) -> str:
    """`drums and bass play there`; nothing where that was not measured."""
    there = plays_in(card, interval)[0]
    return f"{listed(there)} {play([one.name for one in there])} there" if there else ""


def _asked(question: Question, card: SongCard) -> list[Asked]:
    words = [word for word in question.words if word not in ("play", "solo")]
    named = families_of(words)
    if not named and question.has("voice"):
        named = {"voice": ("voice",)}
    every = instruments_of(card)
    return [(word, families, tuple(one for one in every if one.name in families)) for word, families in named.items()]


def _family_note(word: str, families: Sequence[str], there: Sequence[Playing]) -> str:
    """What to say first where only the family of an instrument is told."""
    name = joined([said(family) for family in families], "or")
    same = any(word.rstrip("s") in family or family in word for family in families)
    if not there or same or families == ("voice",):
        return ""
    return f"only families are told apart; {word} counts as {name}"


def _never(word: str, families: Sequence[str], card: SongCard) -> str:
    sure = hedge(card.instruments.confidence if card.instruments else 0.0)
    name = joined([said(family) for family in families], "or")
    return f"{sure}no {word} is heard at any time" + ("" if word.rstrip("s") in name else f" (nor any {name})")


def _stays_in(one: Playing, place: Place | None) -> tuple[Segment[str], ...]:
    """From when to when it is there, only those that begin or sound in a place when one is named."""
    stays = stays_of(one)
    if place is None:
        return stays
    intervals = [segment.interval for segment in place.segments] or [place.found]
    return tuple(stay for stay in stays if any(stay.interval.overlap_s(interval) > 0 for interval in intervals))


def _times(one: Playing, stays: Sequence[Segment[str]], question: Question, card: SongCard) -> str:
    """`the drums come in at 0:08 (bar 5) and play to 0:40 ...`, or when it leaves."""
    the, sure = f"the {said(one.name)}", hedge(sure_of(one, card))
    if not stays:
        return f"{the} {'do' if is_many(one.name) else 'does'} not play there"
    if is_throughout(one, card):
        return f"{the} {sure}{play([one.name])} from beginning to end"
    if question.has("end", "at_end", "last") and not question.has("begin"):
        stay = "stay" if is_many(one.name) else "stays"
        leave = "leave" if is_many(one.name) else "leaves"
        ends = [f"{sure}{stay} to the end" if is_to_end(s, card) else at(card, s.end_s) for s in stays[-TOLD_STAYS:]]
        return f"{the} {'' if ends[0].endswith('to the end') else sure + leave + ' '}{joined(ends)}"
    come = "come" if is_many(one.name) else "comes"
    if question.has("begin") and not is_from_start(stays[0]):
        again = [at(card, stay.start_s) for stay in stays[1:TOLD_STAYS]]
        more = f", and again {joined(again)}" if again else ""
        return f"{the} {sure}{come} in {at(card, stays[0].start_s)}{more}"
    spans = [_told(stay, card) for stay in stays[:TOLD_STAYS]]
    return f"{the} {sure}{play([one.name])} {joined(spans)}{' and later again' if stays[TOLD_STAYS:] else ''}"


def _told(stay: Segment[str], card: SongCard) -> str:
    start = "from the beginning" if is_from_start(stay) else f"from {clock(stay.start_s)}"
    return f"{start} to {'the end' if is_to_end(stay, card) else clock(stay.end_s)}"


def _overview(card: SongCard) -> Answer:
    """Who plays from when to when, the one that plays longest first."""
    everyone, reply = instruments_of(card), Reply(card, "instruments")
    if not everyone:
        return reply.say("no instrument was heard at any time").done()
    always = [one for one in everyone if is_throughout(one, card)]
    if always:
        sure = hedge(min(sure_of(one, card) for one in always))
        reply.say(f"{listed(always)} {sure}{play([one.name for one in always])} from beginning to end", card.interval)
    for one in everyone:
        if one not in always:
            stays = stays_of(one)[:TOLD_STAYS]
            more = " and later again" if len(stays_of(one)) > len(stays) else ""
            words = (
                f"{hedge(sure_of(one, card))}{play([one.name])} {joined([_told(stay, card) for stay in stays])}{more}"
            )
            reply.say(f"the {said(one.name)} {words}", *(stay.interval for stay in stays))
    return reply.done()


def _in_place(place: Place, card: SongCard) -> Answer:
    """Who plays there; of several sections of a name in each."""
    reply = Reply(card, "instruments")
    rows = [(name_of(card, part), part.interval) for part in place.segments[:TOLD_PARTS]] or [(place.name, place.found)]
    told = {interval: plays_in(card, interval) for _, interval in rows}
    if len(rows) > 1 and len({_names(most) for most, _ in told.values()}) == 1 and told[rows[0][1]][0]:
        there = told[rows[0][1]][0]
        words = f"in every {place.function} {listed(there)} {play([one.name for one in there])}"
        return reply.say(words, *(interval for _, interval in rows)).done()
    for name, interval in rows:
        most, some = told[interval]
        where = f"at {name}" if interval.duration_s <= 0 else f"in {name}"
        words = (
            f"{where} {listed(most)} {play([one.name for one in most])}" if most else f"{where} nothing plays for long"
        )
        part = f"; {listed(some)} {play([one.name for one in some])} for some of it" if some else ""
        reply.say(words + part, interval)
    return reply.done()


def _names(there: Sequence[Playing]) -> tuple[str, ...]:
    return tuple(one.name for one in there)


def _is_there(asked: Sequence[Asked], question: Question, card: SongCard) -> Answer:
    """Whether an instrument plays anywhere, with its times."""
    reply = Reply(card, "instruments")
    for word, families, there in asked[:2]:
        if not there:
            reply.say(f"no, {_never(word, families, card)}")
            continue
        no_singing = "instrumental" in question.words
        reply.say(_family_note(word, families, there))
        for one in there:
            lead = "no" if no_singing else yes(True, sure_of(one, card))
            stays = stays_of(one)[:TOLD_STAYS]
            spans = "from beginning to end" if is_throughout(one, card) else joined([_told(s, card) for s in stays])
            reply.say(f"{lead}, the {said(one.name)} {play([one.name])} {spans}", *(stay.interval for stay in stays))
    return reply.done()


def _whether(asked: Sequence[Asked], place: Place, card: SongCard) -> Answer:
    """Whether an instrument plays in a place."""
    reply = Reply(card, "instruments")
    parts = [(name_of(card, part), part.interval) for part in place.segments[:TOLD_PARTS]]
    parts = parts or [(place.name, place.found)]
    for word, families, there in asked[:2]:
        reply.say(_family_note(word, families, there))
        for name, interval in parts:
            most, some = plays_in(card, interval)
            heard = [one for one in (*most, *some) if one in there]
            where = f"at {name}" if interval.duration_s <= 0 else f"in {name}"
            whole = card.instruments.confidence if card.instruments else 0.0
            if not heard:
                reply.say(f"{yes(False, whole)}, no {word} is heard {where}", interval)
            for one in heard:
                how = "" if one in most else " for some of it"
                lead = yes(True, sure_of(one, card))
                times = f" ({span(interval)})" if interval.duration_s > 0 else ""
                reply.say(f"{lead}, the {said(one.name)} {play([one.name])} {where}{times}{how}", interval)
    return reply.done()


def _unknown_when(question: Question, card: SongCard) -> Answer | None:
    """When each plays was not measured; what the tags say of the whole."""
    if question.instruments and card.tags and question.has("when", "begin", "end"):
        return sound.instruments(question, card)
    reply = Reply(card, "instrument_when").say("when each instrument plays was not measured")
    reply.say(card.failures.get("instruments", ""))
    whole = sound.voice(question, card) if question.has("voice") and not question.places else None
    told = whole.text if whole and whole.measured else ""
    return reply.say(f"in the whole track {told[:1].lower()}{told[1:]}" if told else "").done(measured=False)
