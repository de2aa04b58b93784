"""Answers on single chords: what sounds where, first and last, how many, how often, when."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from musicflamingo_app.facts.card import SongCard, sound_of
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import (
    at,
    chords_in,
    hedged_chords,
    in_bar,
    not_measured,
    row,
    seconds,
    told,
    trouble,
    yes,
)
from musicflamingo_app.facts.reader.pitches import Named
from musicflamingo_app.facts.reader.places import Place, name_of, only
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined, number, ordinal, times
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.theory import roman
from musicflamingo_app.music.time import Interval, Segment, Timeline, clock

TOLD = 5
_KINDS: dict[str, tuple[str, Callable[[Chord], bool]]] = {
    "quality_min": ("minor", lambda c: c.triad.quality == "min"),
    "quality_maj": ("major", lambda c: c.triad.quality == "maj"),
    "quality_dim": ("diminished", lambda c: c.triad.quality == "dim"),
    "quality_aug": ("augmented", lambda c: c.triad.quality == "aug"),
    "quality_sus": ("suspended", lambda c: c.triad.quality in ("sus4", "sus2")),
    "quality_7": ("seventh or larger", lambda c: any(d.semitones in (10, 11) or d.number > 7 for d in c.degrees)
                  or c.quality == "dim7"),
    "quality_slash": ("inverted", lambda c: c.bass is not None),
}  # fmt: skip


def heard(card: SongCard, interval: Interval | None = None) -> Timeline[Chord]:
    """The real chords of an interval, neighbours of one name joined."""
    whole = card.chords_of(interval or card.interval)
    return Timeline(tuple(segment for segment in whole if segment.label.is_chord))


def heard_in(card: SongCard, place: Place | None) -> Timeline[Chord]:
    """The real chords of a place, of every section it stands for; without a place those of the track."""
    if place is None or len(place.segments) < 2:
        return heard(card, place.found if place else None)
    return Timeline(tuple(chord for part in place.segments for chord in heard(card, part.interval)))


def no_chords(card: SongCard, kind: str) -> Answer | None:
    """The answer when chords were not measured, or none were found."""
    if card.chords is None:
        return not_measured(card, kind, "chords", "what chords it has")
    return None if card.distinct_chords else Reply(card, kind).say("no chords were heard in this track").done()


def in_place(question: Question, card: SongCard) -> Answer | None:
    """The chords of a section, bars, a stretch or a moment."""
    kind = "chords_in"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop or not question.places:
        return stop
    reply = Reply(card, kind)
    for place in question.places[:TOLD]:
        if place.kind == "time":
            _at_time(card, reply, place.found.start_s)
        elif len(place.segments) > 1:
            _in_each(card, reply, place)
        else:
            _in_one(card, reply, place.name, place.found)
    return reply.say(hedged_chords(card)).done()


def _at_time(card: SongCard, reply: Reply, time_s: float) -> None:
    segment = card.chord_at(time_s)
    bar = in_bar(card, time_s)
    if segment is None or not segment.label.is_chord:
        reply.say(f"at {clock(time_s)}{bar} no chord was heard", *([segment.interval] if segment else []))
        return
    until = f"from {clock(segment.start_s)} to {clock(segment.end_s)}"
    reply.say(
        f"at {clock(time_s)}{bar} the chord is {segment.label.pretty}{_numeral(card, segment)}, {until}",
        segment.interval,
    )
    others = [other.label.pretty for other in segment.alternatives if other.label.is_chord][:2]
    if segment.confidence is not None and segment.confidence < 0.5 and others:
        reply.say(f"it is not certain; {joined(others, 'or')} is possible too")


def _numeral(card: SongCard, segment: Segment[Chord]) -> str:
    key = card.key_at((segment.start_s + segment.end_s) / 2)
    return f" ({roman(segment.label, key)} in {key.pretty})" if key else ""


def _in_one(card: SongCard, reply: Reply, name: str, interval: Interval) -> None:
    chords = told(card, interval)
    where = f"from {name}" if name[0].isdecimal() else f"in {name} ({clock(interval.start_s)})"
    if not chords:
        reply.say(f"no chords were heard {where}", interval)
    else:
        reply.say(f"the chord{'s' if '–' in chords else ''} {where}: {chords}", interval)


def _in_each(card: SongCard, reply: Reply, place: Place) -> None:
    """The chords of a section that comes several times: told once, and where they differ."""
    seen: dict[str, Segment] = {}  # type: ignore[type-arg]
    for segment in place.segments:
        chords = told(card, segment.interval)
        name = name_of(card, segment)
        if chords in seen:
            reply.say(
                f"{name} at {clock(segment.start_s)} has the same chords as {name_of(card, seen[chords])}",
                segment.interval,
            )
        else:
            _in_one(card, reply, name, segment.interval)
            seen[chords] = segment


def neighbour(question: Question, card: SongCard) -> Answer | None:
    """The chord after or before another one, a time, a bar or a section."""
    kind = "chord_next"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    chords, place = heard(card).segments, question.place
    index = _index_of(question, chords, place)
    if index is None:
        name = question.named[0].chord.pretty if question.named else "that chord"
        return Reply(card, kind).say(f"{name} was not heard there").done()
    later = question.has("after")
    if place and not question.named and not later and place.kind != "time":
        index = next((n for n, s in enumerate(chords) if s.end_s > place.found.start_s + 1e-3), 0)
    other = index + (1 if later else -1)
    if not 0 <= other < len(chords):
        words = f"{chords[index].label.pretty} at {clock(chords[index].start_s)} is the {_side(later)} chord"
        return Reply(card, kind).say(words, chords[index].interval).done()
    found, side = chords[other], "after" if later else "before"
    words = f"{side} {chords[index].label.pretty} at {clock(chords[index].start_s)} comes {found.label.pretty}"
    return Reply(card, kind).say(f"{words}, {at(card, found.start_s)}", found.interval).done()


def _index_of(question: Question, chords: Sequence[Segment[Chord]], place: Place | None) -> int | None:
    """The chord that the question starts from: the one named, at or after a place; else the one at the place."""
    if question.named:
        fits = [n for n, s in enumerate(chords) if same(s.label, question.named[0])]
        inside = [n for n in fits if place is None or chords[n].end_s > place.found.start_s + 1e-3]
        if question.has("last") and fits:
            return fits[-1]
        return next(iter(inside or fits), None)
    if place is None:
        return None
    edge_s = place.found.start_s if place.kind == "time" or question.has("before") else place.found.end_s - 1e-3
    before = place.kind == "time" and question.has("before")
    fits = [n for n, s in enumerate(chords) if s.start_s <= edge_s + (0 if before else 1e-3)]
    return fits[-1] if fits else 0 if chords else None


def _side(last: bool) -> str:
    return "last" if last else "first"


def same(chord: Chord, named: Named) -> bool:
    """Whether a chord is the one named: `Em` finds `Em7` only when no plainer one is meant, see `matches`."""
    if chord.root is None or chord.root.pitch_class != named.root.pitch_class:
        return False
    if named.bass and (chord.bass_pitch is None or chord.bass_pitch.pitch_class != named.bass.pitch_class):
        return False
    if named.quality is None or named.quality == "maj":
        return chord.quality == "maj" or (named.bass is not None and chord.triad.quality == "maj")
    return chord.quality == named.quality


def related(chord: Chord, named: Named) -> bool:
    """Whether a chord has the root and triad of the one named."""
    wanted = Chord(named.root, named.quality or "maj").triad.quality
    return chord.root is not None and chord.root.pitch_class == named.root.pitch_class and chord.triad.quality == wanted


def uses(question: Question, card: SongCard) -> Answer | None:
    """Whether a chord is heard, when first, and how often."""
    kind = "uses_chord"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop or not question.named:
        return stop
    reply = Reply(card, kind)
    place = question.place
    chords = heard_in(card, place)
    where = f" in {place.name}" if place and place.kind != "time" else ""
    for named in question.named[:3]:
        _use(card, reply, named, chords, where, wants_last=question.has("last"))
    return reply.done()


def _use(card: SongCard, reply: Reply, named: Named, chords: Timeline[Chord], where: str, *, wants_last: bool) -> None:
    name = named.chord.pretty + (f"/{named.bass.pretty}" if named.bass else "")
    fits = [segment for segment in chords if same(segment.label, named)]
    akin = [segment for segment in chords if segment not in fits and related(segment.label, named)]
    sure = card.chords.confidence if card.chords else 0.0
    if not fits and not akin:
        reply.say(f"{yes(False, sure)}, {name} was not heard{where}")
        return
    if not fits:
        names = joined(list(dict.fromkeys(segment.label.pretty for segment in akin))[:3])
        reply.say(
            f"not as a plain chord, but {names} was heard{where}, first {at(card, akin[0].start_s)}", akin[0].interval
        )
        return
    shown = fits[-1] if wants_last else fits[0]
    word, many = ("last", fits[-1]) if wants_last else ("first", fits[0])
    often = f", {times(len(fits))} in all" if len(fits) > 1 else ", and only there"
    part = card.section_at(shown.start_s + 1e-3) if not where else None
    inside = f" in {name_of(card, part)}" if part else ""
    reply.say(
        f"{yes(True, sure)}, {name} is heard{where}: {word} {at(card, shown.start_s)}{inside}{often}", many.interval
    )


def edge(question: Question, card: SongCard) -> Answer | None:
    """The first or the last chord of the track or of a place."""
    kind = "chord_edge"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place = only(card, question.place)
    chords = heard_in(card, place).segments
    if not chords:
        return Reply(card, kind).say(f"no chords were heard in {place.name if place else 'the track'}").done()
    last = question.has("last", "at_end", "end")
    nth = question.nth_chord
    n_asked = int(question.numbers[0]) if question.numbers and not nth else 0
    if 1 < n_asked <= 32:
        few = chords[-n_asked:] if last else chords[:n_asked]
        words = f"the {_side(last)} {counted(len(few), 'chord')}: {row([s.label for s in few])}"
        return Reply(card, kind).say(words, Interval(few[0].start_s, few[-1].end_s)).done()
    if nth and nth > len(chords):
        return Reply(card, kind).say(f"only {counted(len(chords), 'chord')} are heard there").done()
    found = chords[nth - 1] if nth else chords[-1] if last else chords[0]
    where = f" of {place.name}" if place else ""
    which = ordinal(nth) if nth else _side(last)
    words = f"the {which} chord{where} is {found.label.pretty}{_numeral(card, found)}"
    return Reply(card, kind).say(f"{words}, {at(card, found.start_s)}", found.interval).done()


def every(question: Question, card: SongCard) -> Answer | None:
    """Which chords are used and how many, in the track or a place."""
    kind = "chords"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place = question.place
    forms = list(dict.fromkeys(s.label for s in heard_in(card, place)))
    named: dict[object, Chord] = {}
    for chord in forms:
        named.setdefault(sound_of(replace(chord, bass=None)), replace(chord, bass=None))
    chords = list(named.values())
    where = f" in {place.name}" if place else ""
    reply = Reply(card, kind)
    names = joined([chord.pretty for chord in chords[:20]])
    one = len(chords) == 1
    reply.say(
        f"{counted(len(chords), 'different chord')} {'is' if one else 'are'} heard{where}: {names}",
        *([place.found] if place else []),
    )
    turned = [chord.pretty for chord in forms if chord.bass is not None][:8]
    reply.say(f"some come with another bass: {joined(turned)}" if turned else "")
    plain = {sound_of(chord.triad) for chord in chords}
    reply.say(f"as plain triads there are {number(len(plain))}" if len(plain) < len(chords) else "")
    return reply.say(hedged_chords(card)).done()


def of_kind(question: Question, card: SongCard) -> Answer | None:
    """Whether there are minor, seventh, diminished ... chords, and which."""
    kind = "chord_kind"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place, reply = question.place, Reply(card, kind)
    chords = heard_in(card, place)
    sure = card.chords.confidence if card.chords else 0.0
    for name, fits in (_KINDS[idea] for idea in _KINDS if idea in question.ideas):
        found = [segment for segment in chords if fits(segment.label)]
        if not found:
            reply.say(f"{yes(False, sure)}, no {name} chord was heard{f' in {place.name}' if place else ''}")
            continue
        names = list(dict.fromkeys(segment.label.pretty for segment in found))
        reply.say(
            f"{yes(True, sure)}, {counted(len(names), f'{name} chord')}: {joined(names[:10])};"
            f" the first is {at(card, found[0].start_s)}",
            found[0].interval,
        )
    return reply.done()


def most(question: Question, card: SongCard) -> Answer | None:
    """The chord that sounds longest."""
    kind = "chord_most"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place = question.place
    lengths: dict[Chord, float] = {}
    for segment in heard_in(card, place):
        lengths[segment.label] = lengths.get(segment.label, 0.0) + segment.duration_s
    if not lengths:
        return Reply(card, kind).say("no chords were heard there").done()
    order = sorted(lengths, key=lambda chord: -lengths[chord])
    share = 100 * lengths[order[0]] / sum(lengths.values())
    where = f" in {place.name}" if place else ""
    reply = Reply(card, kind)
    reply.say(
        f"{order[0].pretty} sounds longest{where}: {seconds(lengths[order[0]])}, {share:.0f} % of the time with chords"
    )
    if len(order) > 1:
        reply.say(f"next {'come' if len(order) > 2 else 'comes'} {joined([chord.pretty for chord in order[1:4]])}")
    return reply.done()


def how_often(question: Question, card: SongCard) -> Answer | None:
    """How many times a chord is heard."""
    kind = "chord_count"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop or not question.named:
        return stop
    place, named = question.place, question.named[0]
    fits = [segment for segment in heard_in(card, place) if same(segment.label, named)]
    where = f" in {place.name}" if place else ""
    first = f", first {at(card, fits[0].start_s)}" if fits else ""
    words = f"{named.chord.pretty} is heard {times(len(fits)) if fits else 'not once'}{where}{first}"
    return Reply(card, kind).say(words, *(segment.interval for segment in fits[:1])).done()


def summary(card: SongCard, interval: Interval) -> str:
    """The chords of an interval in a row."""
    return row(chords_in(card, interval))
