"""Words that several answers share: places in the track, what nobody measured, chains of chords."""

from collections.abc import Sequence
from itertools import groupby

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.progressions import Progression, progressions
from musicflamingo_app.facts.prose.chords import plain_numeral
from musicflamingo_app.facts.prose.hedges import LIKELY, SURE
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.places import Place
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, number
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, clock

LONGEST_ROW = 24  # chords that are written out


def not_measured(card: SongCard, kind: str, aspect: str, cannot: str) -> Answer:
    """`The tempo was not measured, so I cannot say ...`, with the reason where one is known."""
    verb = "were" if aspect in ("beats", "chords", "sections", "tags", "lyrics", "instruments") else "was"
    reason = card.failures.get(aspect)
    reply = Reply(card, kind).say(f"the {aspect} {verb} not measured, so I cannot say {cannot}")
    return reply.say(reason or "").done(measured=False)


def trouble(question: Question, card: SongCard, kind: str) -> Answer | None:
    """The answer when the question names a place that the track does not have."""
    place = question.missing
    if place is None:
        return None
    reply = Reply(card, kind).say(place.missing, *(segment.interval for segment in place.segments))
    return reply.done(measured=not place.unmeasured)


def at(card: SongCard, time_s: float) -> str:
    """`at 1:23 (bar 34)`."""
    return f"at {clock(time_s)}{in_bar(card, time_s)}"


def in_bar(card: SongCard, time_s: float) -> str:
    """` (bar 34)`, or nothing without bars; a time a hair before a bar line counts as on it."""
    bar = card.bar_at(time_s + 1e-3) or card.bar_at(time_s)
    return f" (bar {bar.number})" if bar and bar.number else ""


def span(interval: Interval) -> str:
    """`0:30 to 0:50`."""
    return f"{clock(interval.start_s)} to {clock(interval.end_s)}"


def bars_of(card: SongCard, interval: Interval) -> str:
    """`bars 13 to 20`, `bar 4`; nothing without bars."""
    bars = [bar for bar in card.bars_of(interval) if bar.number]
    if not bars:
        return ""
    first, last = bars[0].number, bars[-1].number
    return f"bar {first}" if first == last else f"bars {first} to {last}"


def lasting(card: SongCard, interval: Interval) -> str:
    """`20 seconds, or eight bars`."""
    n_bars = len([bar for bar in card.bars_of(interval) if bar.number]) if card.bars else 0
    return seconds(interval.duration_s) + (f", or {counted(n_bars, 'bar')}" if n_bars else "")


def seconds(duration_s: float) -> str:
    """`20 seconds`, `2 minutes and 20 seconds`."""
    whole = round(duration_s)
    if whole < 1:
        return "less than a second"
    minutes, rest = divmod(whole, 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " and ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def verb(confidence: float, plain: str = "is") -> str:
    """`is`, `is probably`, `may be`: by how sure the fact is."""
    return plain if confidence >= SURE else f"{plain} probably" if confidence >= LIKELY else "may be"


def yes(is_so: bool, confidence: float) -> str:
    """`yes`, `probably not`, `perhaps`."""
    if confidence >= SURE:
        return "yes" if is_so else "no"
    way = "probably" if confidence >= LIKELY else "perhaps"
    return way if is_so else f"{way} not"


def once(chords: Sequence[Chord]) -> list[Chord]:
    """Repeats in a row made one."""
    return [chord for chord, _ in groupby(chords)]


def row(chords: Sequence[Chord]) -> str:
    """`G–D/F♯–Em7–C`, cut after many."""
    names = [chord.pretty for chord in once(chords)]
    return "–".join(names[:LONGEST_ROW]) + (" and so on" if len(names) > LONGEST_ROW else "")


def numerals(chords: Sequence[Chord], key: Key) -> str:
    """`I–V–vi7–IV`."""
    names = [name for name, _ in groupby(plain_numeral(chord, key) for chord in chords)]
    return "–".join(names[:LONGEST_ROW]) + (" and so on" if len(names) > LONGEST_ROW else "")


def chords_in(card: SongCard, interval: Interval) -> list[Chord]:
    """The chords of an interval in order, as the bars hold them."""
    cells = [chord for cell in card.cells(interval) for chord in cell.chords]
    return once(cells or [segment.label for segment in card.chords_of(interval) if segment.label.is_chord])


def progression_in(card: SongCard, place: Place) -> Progression | None:
    """The progression of the section a place names, None for other places."""
    if not place.segments:
        return None
    return next((p for p in progressions(card) if p.section == place.segments[0]), None)


def told(card: SongCard, interval: Interval) -> str:
    """The chords of an interval, as a loop where they are one: `G–D–Em–C, twice`."""
    found = next((p for p in progressions(card) if p.section and p.interval == interval), None)
    if found and found.is_loop:
        after = "" if found.is_exact else ", then varied"
        return f"{row(found.chords)}, {number(found.repeats)} times{after}".replace(", two times", ", twice")
    return row(chords_in(card, interval))


def hedged_chords(card: SongCard) -> str:
    """What to add when the chords are unsure."""
    if card.chords is None or card.chords.confidence >= SURE:
        return ""
    return (
        "I am not sure of these chords" if card.chords.confidence < LIKELY else "These chords are likely, not certain"
    )
