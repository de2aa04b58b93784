"""Questions about who plays when: entries, who is silent, who is heard first."""

from collections.abc import Iterator
from itertools import combinations
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import SURE
from musicflamingo_app.music.instrument import Playing
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked, Question, n_wrong, some
from train.tasks.structure import STRUCTURE
from train.tasks.temporal import TEMPORAL, moment, named_sections
from train.tasks.vocal import VOCAL

VOICE = "voice"
LATE_S = 4.0  # what enters earlier may as well have been there from the beginning
APART_S = 4.0  # entries nearer to one another are heard together
PLAYS, SILENT = 0.6, 0.02  # share of a section


def entry(card: SongCard, random: Random) -> list[Asked]:
    """When an instrument is first heard, where that is not the beginning."""
    return some([asked for asked in _entries(card, random) if asked.slots["instrument"] != VOICE], 1, random)


def voice_entry(card: SongCard, random: Random) -> list[Asked]:
    return [asked for asked in _entries(card, random) if asked.slots["instrument"] == VOICE]


def _entries(card: SongCard, random: Random) -> Iterator[Asked]:
    rows, ground = _sure(card)
    for one in rows if ground else ():
        at_s = one.timeline.segments[0].start_s
        if at_s >= LATE_S and ground:
            others = [other.timeline.segments[0].start_s for other in rows if other is not one]
            yield moment(card, random, at_s, {"instrument": one.name}, (ground,), others)


def silent_in(card: SongCard, random: Random) -> list[Asked]:
    """Which instrument rests in a section in which others play."""
    rows, ground = _sure(card)
    found = []
    for segment, name, form in named_sections(card) if ground else ():
        shares = {one.name: one.seconds_in(segment.interval) / segment.duration_s for one in rows}
        silent = [who for who, share in shares.items() if share <= SILENT]
        playing = [who for who, share in shares.items() if share >= PLAYS]
        if silent and len(playing) >= 2 and ground:
            right = random.choice(silent)
            wrong = near_misses.words(right, playing, n_wrong(random), random)
            truth = {"type": "words", "accept": [right], "reject": wrong}
            where = ((segment.start_s, segment.end_s),)
            found.append(Asked({"section": name}, right, truth, wrong, "open", True, where, (ground, form)))
    return some(found, 1, random)


def heard_first(card: SongCard, random: Random) -> list[Asked]:
    """Which of two enters first."""
    rows, ground = _sure(card)
    found = []
    for pair in combinations(rows, 2) if ground else ():
        one, other = random.sample(pair, 2)
        starts_s = [who.timeline.segments[0].start_s for who in (one, other)]
        if abs(starts_s[0] - starts_s[1]) >= APART_S and ground:
            right, wrong = (one, other) if starts_s[0] < starts_s[1] else (other, one)
            truth = {"type": "words", "accept": [right.name], "reject": [wrong.name]}
            where = tuple((at_s, at_s) for at_s in sorted(starts_s))
            slots = {"one": one.name, "other": other.name}
            found.append(Asked(slots, right.name, truth, (), "comparison", False, where, (ground,)))
    return some(found, 1, random)


def _sure(card: SongCard) -> tuple[list[Playing], Basis[tuple[Playing, ...]] | None]:
    """Who is surely heard, and what that rests on."""
    ground = basis(card.instruments, "instruments")
    rows = ground.value if ground else ()
    return [one for one in rows if one.confidence is None or one.confidence >= SURE], ground


QUESTIONS = (
    Question("instrument_entry", TEMPORAL, entry),
    Question("voice_entry", VOCAL, voice_entry),
    Question("silent_in", STRUCTURE, silent_in),
    Question("heard_first", STRUCTURE, heard_first),
)
