"""Answers on keys: the key, at a place, its relatives, its place on the Camelot wheel, and changes of key."""

from collections.abc import Callable

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.facts.modulations import Modulation, modulations, relation_of
from musicflamingo_app.facts.prose.hedges import hedge, rival
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import at, not_measured, span, trouble, verb, yes
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined, times
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment, clock

TOLD_CHANGES = 6
CANNOT = "what key it is in"


def key(question: Question, card: SongCard) -> Answer | None:
    """The key of the track, or of the place that is named."""
    regions = card.keys.segments
    if not regions:
        return not_measured(card, "key", "key", CANNOT)
    if question.places:
        return key_in(question, card)
    if question.has("at_end", "end", "last"):
        return _key_of(card, regions[-1], "at the end")
    if question.has("at_start", "begin", "first"):
        return _key_of(card, regions[0], "at the beginning")
    reply = Reply(card, "key")
    fact = card.key
    home, sure = (fact.value, fact.confidence) if fact else (regions[0].label, regions[0].confidence or 0.0)
    if len(regions) > 1 and regions[0].label != home:
        reply.say(f"the main key {verb(sure)} {home.pretty}{_doubt(card)}")
        reply.say(f"it {hedge(_regions_sure(card))}begins in {regions[0].label.pretty}", regions[0].interval)
    else:
        reply.say(f"the key {verb(sure)} {home.pretty}{_doubt(card)}")
    return reply.say(_journey(card), *(region.interval for region in regions[1:])).done()


def _doubt(card: SongCard) -> str:
    other = rival(card.key) if card.key else None
    return f"; {other.label.pretty} fits almost as well" if other else ""


def _journey(card: SongCard) -> str:
    """The later keys with their times; nothing for a track in one key."""
    later = card.keys.segments[1:]
    if not later:
        return ""
    steps = [f"{region.label.pretty} {at(card, region.start_s)}" for region in later[:TOLD_CHANGES]]
    return f"it {hedge(_regions_sure(card))}changes to {joined(steps)}"


def _regions_sure(card: SongCard) -> float:
    return card.key_regions.confidence if card.key_regions else 0.0


def _key_of(card: SongCard, region: Segment[Key], where: str) -> Answer:
    sure = _regions_sure(card) if len(card.keys) > 1 or card.key is None else card.key.confidence
    words = f"{where} the key {verb(sure)} {region.label.pretty}, from {span(region.interval)}"
    return Reply(card, "key_in").say(words, region.interval).done()


def key_in(question: Question, card: SongCard) -> Answer | None:
    """The key at a time, in bars, a section or the loop."""
    if not card.keys.segments:
        return not_measured(card, "key_in", "key", CANNOT)
    if question.missing:
        return trouble(question, card, "key_in")
    reply = Reply(card, "key_in")
    sure = _regions_sure(card) if len(card.keys) > 1 or card.key is None else card.key.confidence
    for place in question.places:
        for interval in [s.interval for s in place.segments] or [place.found]:
            if question.has("after"):
                reply.say(_key_after(card, place.name, interval), interval)
                continue
            name = place.name if len(place.segments) < 2 else f"{place.name} at {clock(interval.start_s)}"
            reply.say(f"{name} {verb(sure)} in {_keys_during(card, interval)}", _shown(card, place.kind, interval))
    return reply.say(
        "this is the key of the whole track; no changes were looked for" if not card.key_regions else ""
    ).done()


def _key_after(card: SongCard, name: str, interval: Interval) -> str:
    time_s = interval.end_s + 1e-3
    found = card.key_at(time_s) if time_s < card.duration_s else None
    return f"after {name} the key is {found.pretty}" if found else f"nothing comes after {name}"


def _shown(card: SongCard, kind: str, interval: Interval) -> Interval:
    """What to play as evidence: the key's region for a moment, the place itself for a stretch."""
    region = card.keys.at(interval.start_s)
    return region.interval if region and kind == "time" else interval


def _keys_during(card: SongCard, interval: Interval) -> str:
    if interval.duration_s == 0:
        found = card.key_at(interval.start_s)
        return found.pretty if found else "no key that was measured"
    within = [region for region in card.keys.within(interval) if region.duration_s > 0.5] or card.keys.within(interval)
    names = list(dict.fromkeys(region.label.pretty for region in within))
    return joined(names, "and then") if names else "no key that was measured"


def is_key(question: Question, card: SongCard) -> Answer | None:
    """Whether the track, or a place in it, is in the key that is named."""
    if not card.keys.segments:
        return not_measured(card, "is_key", "key", CANNOT)
    wanted = next((one.key for one in question.named if one.key), None)
    if wanted is None or question.missing:
        return trouble(question, card, "is_key")
    place = question.place
    if place and len(place.segments) > 1:
        return key_in(question, card)
    if place:
        here = card.key_at(place.found.start_s)
        during = [region.label for region in card.keys.within(place.found)] or ([here] if here else [])
        same = any(_equal(wanted, found) for found in during)
        words = f"{yes(same, _sure(card))}, {place.name} is in {_keys_during(card, place.found)}"
        return Reply(card, "is_key").say(words, place.found).done()
    return _is_home(card, wanted)


def _sure(card: SongCard) -> float:
    return card.key.confidence if card.key else _regions_sure(card)


def _equal(first: Key, second: Key) -> bool:
    return first.tonic.pitch_class == second.tonic.pitch_class and first.mode == second.mode


def _is_home(card: SongCard, wanted: Key) -> Answer:
    reply, home = Reply(card, "is_key"), card.key.value if card.key else card.keys.segments[0].label
    later = [region for region in card.keys if _equal(region.label, wanted)]
    if _equal(wanted, home):
        return reply.say(f"{yes(True, _sure(card))}, the key is {home.pretty}{_doubt(card)}").say(_journey(card)).done()
    if later:
        parts = joined([span(region.interval) for region in later])
        words = f"partly: the main key is {home.pretty}, but {wanted.pretty} holds from {parts}"
        return reply.say(words, *(region.interval for region in later)).done()
    reply.say(f"{yes(False, _sure(card))}, the key {verb(_sure(card))} {home.pretty}{_doubt(card)}")
    if _equal(wanted, home.relative):
        reply.say(f"{wanted.pretty} is its relative key: the same notes around another tonic")
    return reply.done()


def gender(question: Question, card: SongCard) -> Answer | None:
    """Whether it is major or minor."""
    if card.key is None:
        return not_measured(card, "gender", "key", "whether it is major or minor")
    if question.places:
        return _gender_in(question, card) or key_in(question, card)
    home = card.key.value
    kind = "minor" if home.is_minor else "major"
    asked = {"major", "minor"} & set(question.words)
    reply = Reply(card, "gender")
    if question.has("@yes") and len(asked) == 1:
        return reply.say(f"{yes(kind in asked, card.key.confidence)}, it is in {home.pretty}{_doubt(card)}").done()
    return reply.say(f"it {verb(card.key.confidence)} {kind}: {home.pretty}{_doubt(card)}").say(_journey(card)).done()


def _gender_in(question: Question, card: SongCard) -> Answer | None:
    """Yes or no for `is the bridge in minor?`; None when no such answer is wanted."""
    asked, place = {"major", "minor"} & set(question.words), question.place
    found = card.key_at(place.found.start_s) if place else None
    if place is None or found is None or len(asked) != 1 or not question.has("@yes") or len(place.segments) > 1:
        return None
    is_so = ("minor" if found.is_minor else "major") in asked
    words = f"{yes(is_so, _sure(card))}, {place.name} is in {_keys_during(card, place.found)}"
    return Reply(card, "gender").say(words, place.found).done()


def lifted(question: Question, card: SongCard) -> Answer | None:
    """How the key of a section lies to that of the section before it of the same name."""
    if not card.keys.segments:
        return not_measured(card, "lifted", "key", "whether it moves up or down")
    place = question.place
    part = place.segments[-1] if place and place.segments else None
    if question.missing or part is None:
        return trouble(question, card, "lifted")
    parts = card.sections.value.segments if card.sections else ()
    same = [one for one in parts if one.label.label == part.label.label and one.start_s < part.start_s]
    earlier = (same or [one for one in parts if one.start_s < part.start_s] or [part])[-1]
    old, new = _middle_key(card, earlier), _middle_key(card, part)
    moves = relation_of(old, new) if old != new else "the same key"
    words = f"{name_of(card, part)} is in {new.pretty}, {name_of(card, earlier)} in {old.pretty}: {moves}"
    return Reply(card, "lifted").say(words, part.interval, earlier.interval).done()


def _middle_key(card: SongCard, part: Segment[Section]) -> Key:
    return card.key_at((part.start_s + part.end_s) / 2) or card.keys.segments[0].label


def relative(question: Question, card: SongCard) -> Answer | None:
    """The key of the same signature."""
    return _other_key(question, card, "relative", lambda home: home.relative, "they share the same notes")


def parallel(question: Question, card: SongCard) -> Answer | None:
    """The key of the other gender on the same tonic."""
    return _other_key(question, card, "parallel", lambda home: home.parallel, "they share the tonic")


def _other_key(question: Question, card: SongCard, kind: str, other: Callable[[Key], Key], why: str) -> Answer | None:
    named = next((one.key for one in question.named if one.key), None)
    if named:
        words = f"the {kind} key of {named.pretty} is {other(named).pretty}; {why}"
        return Reply(card, kind).say(words).done()
    if card.key is None:
        return not_measured(card, kind, "key", f"what its {kind} key is")
    place = question.place
    home = card.key_at(place.found.start_s) if place else card.key.value
    home = home or card.key.value
    words = f"the key {verb(card.key.confidence)} {home.pretty}, so its {kind} {other(home).mode} is"
    return Reply(card, kind).say(f"{words} {other(home).pretty}; {why}", *([place.found] if place else [])).done()


def camelot(question: Question, card: SongCard) -> Answer | None:
    """The place on the Camelot wheel, and the keys that mix with it."""
    if card.key is None:
        return not_measured(card, "camelot", "key", "where it stands on the Camelot wheel")
    home = card.key.value
    reply = Reply(card, "camelot")
    reply.say(
        f"{home.pretty} is {home.camelot} on the Camelot wheel{', if the key is right' if _unsure(card.key) else ''}"
    )
    mates = [home.relative, *(home.transposed(step) for step in (5, 7))]
    names = [f"{mate.camelot} ({mate.pretty})" for mate in mates]
    reply.say(f"it mixes well with {home.camelot} itself and with {joined(names)}")
    if len(card.keys) > 1:
        last = card.keys.segments[-1]
        reply.say(f"mind that it ends in {last.label.pretty} ({last.label.camelot})", last.interval)
    return reply.done()


def _unsure(fact: Fact[Key]) -> bool:
    return bool(hedge(fact.confidence))


def accidentals(question: Question, card: SongCard) -> Answer | None:
    """The key signature."""
    if card.key is None:
        return not_measured(card, "accidentals", "key", "how many sharps or flats it has")
    home, marks = card.key.value, abs(card.key.value.signature)
    sign = "sharp" if home.signature > 0 else "flat"
    names = f" ({_marked(home)})" if marks else ""
    has = counted(marks, sign) if marks else "no sharps or flats"
    return Reply(card, "accidentals").say(f"{home.pretty} has {has}{names}").say(_journey(card)).done()


def _marked(home: Key) -> str:
    tones = [home.spell(pitch_class) for pitch_class in home.scale]
    return joined([tone.pretty for tone in sorted(tones, key=lambda t: t.fifths) if tone.accidentals])


def changes(question: Question, card: SongCard) -> Answer | None:
    """Whether, when and how the key changes."""
    kind = "modulation"
    if not card.keys.segments:
        return not_measured(card, kind, "key", "whether the key changes")
    if card.key_regions is None:
        words = "changes of key were not measured, so I cannot say whether it changes"
        home = f"on the whole it {verb(_sure(card))} in {card.keys.segments[0].label.pretty}"
        return Reply(card, kind).say(words).say(home).done(measured=False)
    if question.missing:
        return trouble(question, card, kind)
    place, reply = question.place, Reply(card, kind)
    found = [c for c in modulations(card) if place is None or _is_in(place, c.time_s)]
    if not found:
        return reply.say(_unchanged(question, card)).done()
    is_so = yes("stay" not in question.words, min(change.confidence for change in found))
    lead = f"{is_so}, " if question.has("@yes") else ""
    reply.say(f"{lead}the key changes {times(len(found))}")
    for change in found[:TOLD_CHANGES]:
        reply.say(_change(card, change), Interval(change.time_s, max(change.time_s, _until(card, change))))
    return reply.done()


def _unchanged(question: Question, card: SongCard) -> str:
    place = question.place
    home = card.key_at(place.found.start_s if place else 0.0) or card.keys.segments[0].label
    where = f" in {place.name}" if place else ""
    is_so = yes("stay" in question.words, _regions_sure(card))
    return f"{is_so}, no change of key was found{where}: it stays in {home.pretty}"


def _is_in(place: Place, time_s: float) -> bool:
    return any(i.contains(time_s) for i in [part.interval for part in place.segments] or [place.found])


def _until(card: SongCard, change: Modulation) -> float:
    region = card.keys.at(change.time_s)
    return region.end_s if region else card.duration_s


def _change(card: SongCard, change: Modulation) -> str:
    relation = "back in a key heard before" if change.is_return else change.relation
    return f"{at(card, change.time_s)} it goes from {change.old.pretty} to {change.new.pretty} ({relation})"
