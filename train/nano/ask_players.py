"""Questions about 20 s that a card answers: who plays, who comes and goes, who sings, where it is loudest."""

from collections.abc import Iterator, Sequence
from random import Random

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import clock
from train.nano.truth import CLIP_S
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked

VOICE = "voice"
CLEARLY_S = 4.0  # a question names only who is heard for so long
EDGE_S = 0.6  # who is there so soon was there from the beginning
LATE_S = 3.0
STEP_S = (2.6, 3.6)  # between the times of a choice
QUARTER_S = CLIP_S / 4
CLEAR_DB = 1.5
ALL_SUNG = "There is a voice from beginning to end."
MORE = "More instruments play at the end than at the beginning."
FEWER = "Fewer instruments play at the end than at the beginning."
SAME_PLAYERS = "The same instruments play at the beginning and at the end."
# How often each family is heard in a training clip: what is rare is asked about and offered accordingly, so that a
# name alone says nothing about being right.
HEARD = {
    "piano": 0.30, "electric piano": 0.12, "bells and mallets": 0.08, "organ and accordion": 0.15,
    "acoustic guitar": 0.07, "electric guitar": 0.15, "distorted guitar": 0.03, "bass": 0.59, "strings": 0.29,
    "voice": 0.34, "brass": 0.13, "saxophone and reeds": 0.20, "flute and pipes": 0.12, "synthesizer lead": 0.09,
    "synthesizer pad": 0.14, "plucked strings": 0.16, "drums": 0.64,
}  # fmt: skip
SOFTENED = 0.6
MOVING = ("voice", "saxophone and reeds", "flute and pipes", "brass", "strings", "synthesizer lead", "drums")
# Families that are taken for one another: where one is heard, the other is no wrong option.
ALIKE = (
    {"piano", "electric piano"}, {"acoustic guitar", "plucked strings", "electric guitar"},
    {"electric guitar", "distorted guitar"}, {"strings", "synthesizer pad", "voice"},
    {"saxophone and reeds", "brass"}, {"synthesizer lead", "synthesizer pad"}, {"bells and mallets", "plucked strings"},
    {"flute and pipes", "saxophone and reeds"}, {"organ and accordion", "synthesizer pad"},
)  # fmt: skip


def heard_family(card: SongCard, random: Random) -> Iterator[Asked]:
    """Which of four families plays; none of the other three does."""
    rows, ground = _rows(card)
    clear = [one.name for one in rows if one.duration_s >= CLEARLY_S]
    if clear and ground:
        yield from _heard_of(clear, _absent(rows), random, ground)


def absent_family(card: SongCard, random: Random) -> Iterator[Asked]:
    """Which of four families does not play; the other three do."""
    rows, ground = _rows(card)
    clear, absent = [one.name for one in rows if one.duration_s >= CLEARLY_S], _absent(rows)
    if len(clear) >= 3 and absent and ground:
        right = drawn(absent, [1 / _rarity(name) for name in absent], 1, random)[0]
        wrong = drawn(clear, [_rarity(name) for name in clear], 3, random)
        yield _word(right, wrong, ground)


def family_list(card: SongCard, random: Random) -> Iterator[Asked]:
    """All families, where they are few."""
    rows, ground = _rows(card)
    names = [one.name for one in rows]
    if ground and 1 <= len(names) <= 4:
        text = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
        inside = {name for name in FAMILY_NAMES for other in names if name in other and name not in names}
        known = [name for name in FAMILY_NAMES if name not in inside]  # who says electric piano says piano, too
        yield Asked({}, text, {"type": "list", "items": names, "known": known}, bases=(ground,))


def family_count(card: SongCard, random: Random) -> Iterator[Asked]:
    """How many families play."""
    rows, ground = _rows(card)
    if ground and all(one.duration_s >= CLEARLY_S for one in rows):
        n = len(rows)
        wrong = [str(other) for other in near_misses.counts(n, 3, random, least=1)]
        yield Asked({}, str(n), {"type": "count", "count": n}, wrong, "count", bases=(ground,))


def who_enters(card: SongCard, random: Random) -> Iterator[Asked]:
    """Who joins the others, where only one does."""
    rows, ground = _rows(card)
    late = [one for one in rows if one.timeline.segments[0].start_s > EDGE_S]
    if ground and len(late) == 1 and _entry_s(late[0]) is not None:
        yield from _of_others(late[0].name, rows, random, ground)


def who_leaves(card: SongCard, random: Random) -> Iterator[Asked]:
    """Who stops before the end, where only one does."""
    rows, ground = _rows(card)
    gone = [one for one in rows if one.timeline.end_s < CLIP_S - EDGE_S]
    if ground and len(gone) == 1 and gone[0].timeline.end_s <= CLIP_S - LATE_S:
        yield from _of_others(gone[0].name, rows, random, ground)


def family_entry(card: SongCard, random: Random) -> Iterator[Asked]:
    """When somebody joins."""
    yield from _entries(card, random, voice=False)


def voice_entry(card: SongCard, random: Random) -> Iterator[Asked]:
    """When the singing begins."""
    yield from _entries(card, random, voice=True)


def voice_course(card: SongCard, random: Random) -> Iterator[Asked]:
    """Where in the clip somebody sings."""
    rows, ground = _rows(card)
    said = {
        "none": "Nobody sings.", "all": ALL_SUNG,
        "late": "A voice comes in later.", "early": "There is a voice, but it stops before the end.",
    }  # fmt: skip
    sung = next((one for one in rows if one.name == VOICE), None)
    right = "none" if sung is None else _course(sung)
    if ground and right is not None:
        wrong = [text for name, text in said.items() if name != right]
        truth = {"type": "words", "accept": [said[right]], "reject": wrong}
        yield Asked({}, said[right], truth, wrong, must_choose=True, bases=(ground,))


def is_sung(card: SongCard, random: Random) -> Iterator[Asked]:
    """Whether anybody sings."""
    rows, ground = _rows(card)
    sung = any(one.name == VOICE and one.duration_s >= CLEARLY_S for one in rows)
    if ground and (sung or all(one.name != VOICE for one in rows)):
        right, wrong = ("yes", "no") if sung else ("no", "yes")
        yield Asked({}, right, {"type": "words", "accept": [right], "reject": [wrong]}, bases=(ground,))


def beside_voice(card: SongCard, random: Random) -> Iterator[Asked]:
    """Who plays while somebody sings."""
    rows, ground = _rows(card)
    sung = next((one for one in rows if one.name == VOICE and one.duration_s >= CLEARLY_S), None)
    if sung is None or ground is None:
        return
    beside = [one for one in rows if one is not sung]
    shared = [one.name for one in beside if sum(one.seconds_in(s.interval) for s in sung.timeline) >= CLEARLY_S]
    if shared:
        yield from _heard_of(shared, [name for name in _absent(beside) if name != VOICE], random, ground)


def loudest_part(card: SongCard, random: Random) -> Iterator[Asked]:
    """In which quarter the clip is loudest, where one clearly is."""
    ground = basis(card.instruments, "instruments")
    if card.loudness_curve is None or ground is None:
        return
    times_s, levels = card.loudness_curve
    quarters: list[list[float]] = [[], [], [], []]
    for time_s, level in zip(times_s, levels, strict=True):
        quarters[min(3, int(time_s / QUARTER_S))].append(level)
    means = [sum(part) / len(part) for part in quarters]
    order = sorted(range(4), key=lambda n: -means[n])
    if means[order[0]] - means[order[1]] >= CLEAR_DB:
        names = [f"{clock(n * QUARTER_S)} to {clock((n + 1) * QUARTER_S)}" for n in range(4)]
        wrong = [names[n] for n in order[1:]]
        truth = {"type": "words", "accept": [names[order[0]]], "reject": wrong}
        yield Asked({}, names[order[0]], truth, wrong, "comparison", True, bases=(ground,))


def texture(card: SongCard, random: Random) -> Iterator[Asked]:
    """Whether more, fewer, the same or other instruments play at the end than at the beginning."""
    rows, ground = _rows(card)
    first, last = _at(rows, 0.0, LATE_S), _at(rows, CLIP_S - LATE_S, CLIP_S)
    if ground is None or first is None or last is None:
        return
    said = {
        "more": MORE,
        "fewer": FEWER,
        "same": SAME_PLAYERS,
        "other": "Some instruments have stopped and others have come in.",
    }
    right = "same" if first == last else "more" if first < last else "fewer" if last < first else "other"
    wrong = [text for name, text in said.items() if name != right]
    truth = {"type": "words", "accept": [said[right]], "reject": wrong}
    yield Asked({}, said[right], truth, wrong, "comparison", True, bases=(ground,))


def boundary_time(card: SongCard, random: Random) -> Iterator[Asked]:
    """When a new section begins, where one does and it can be heard: other material or other players."""
    form = basis(card.sections, "sections")
    rows = form.value.segments if form else ()
    if form is None or len(rows) != 2:
        return
    at_s, (players, _) = rows[1].start_s, _rows(card)
    changed = _at(players, at_s - LATE_S, at_s - EDGE_S) != _at(players, at_s + EDGE_S, at_s + LATE_S)
    if LATE_S <= at_s <= CLIP_S - LATE_S and (rows[0].label.letter != rows[1].label.letter or changed):
        yield moment(at_s, {}, form, random)


def moment(at_s: float, slots: dict[str, str], ground: Basis[object], random: Random) -> Asked:
    """A question whose answer is a time; the options are a ladder in which its place is drawn evenly."""
    step_s = random.uniform(*STEP_S)
    fits = [n for n in range(4) if at_s - n * step_s >= 0.6 and at_s + (3 - n) * step_s <= CLIP_S - 0.4]
    wrong: list[str] = []
    if fits:
        place = random.choice(fits)
        wrong = [clock(round(at_s + (n - place) * step_s)) for n in range(4) if n != place]
    truth = {"type": "time", "time_s": round(at_s, 2), "bar_s": 1.0, "bar": None}
    return Asked(slots, clock(round(at_s)), truth, wrong, "time", references=((at_s, at_s),), bases=(ground,))


def _entries(card: SongCard, random: Random, *, voice: bool) -> Iterator[Asked]:
    rows, ground = _rows(card)
    found = [(one.name, at_s) for one in rows if (one.name == VOICE) == voice and (at_s := _entry_s(one)) is not None]
    if found and ground:
        name, at_s = random.choice(found)
        yield moment(at_s, {"instrument": name}, ground, random)


def _entry_s(one: Playing) -> float | None:
    """When somebody is first heard who was not there in the beginning and stays for a while."""
    at_s = one.timeline.segments[0].start_s
    return at_s if LATE_S <= at_s <= CLIP_S - LATE_S and one.duration_s >= 2.0 else None


def _course(sung: Playing) -> str | None:
    """`all`, `late` or `early`; None where the voice does something else."""
    first_s, last_s = sung.timeline.segments[0].start_s, sung.timeline.end_s
    begins, ends = first_s <= 1.5, last_s >= CLIP_S - 1.5
    gone_s = last_s - first_s - sung.duration_s
    if begins and ends:
        return "all" if gone_s <= 3.0 else None
    if not begins and ends:
        return "late" if first_s >= LATE_S and gone_s <= 3.0 else None
    return "early" if begins and last_s <= CLIP_S - LATE_S and gone_s <= 3.0 else None


def _at(rows: Sequence[Playing], begin_s: float, end_s: float) -> frozenset[str] | None:
    """Who plays in a stretch; None when somebody plays there for a part of it only."""
    shares = {one.name: 0.0 for one in rows}
    for one in rows:
        for segment in one.timeline:
            shares[one.name] += max(0.0, min(segment.end_s, end_s) - max(segment.start_s, begin_s)) / (end_s - begin_s)
    if any(0.05 < share < 0.6 for share in shares.values()):
        return None
    return frozenset(name for name, share in shares.items() if share >= 0.6)


def _rows(card: SongCard) -> tuple[Sequence[Playing], Basis[tuple[Playing, ...]] | None]:
    ground = basis(card.instruments, "instruments")
    return (ground.value if ground else ()), ground


def _absent(rows: Sequence[Playing]) -> list[str]:
    """Families that neither play nor are taken for one that does."""
    heard = {one.name for one in rows}
    near = {name for group in ALIKE if group & heard for name in group}
    return [name for name in FAMILY_NAMES if name not in heard | near]


def _heard_of(heard: Sequence[str], absent: Sequence[str], random: Random, ground: Basis[object]) -> Iterator[Asked]:
    """One that is heard among three that are not; one that nearly always is heard is asked about less often."""
    right = drawn(heard, [_rarity(name) for name in heard], 1, random)[0]
    wrong = drawn(absent, [1 / _rarity(name) for name in absent], 3, random)
    if len(wrong) == 3 and random.random() < _rarity(right):
        yield _word(right, wrong, ground)


def _of_others(right: str, rows: Sequence[Playing], random: Random, ground: Basis[object]) -> Iterator[Asked]:
    """One beside three others: one or two that play, and such as do not but might come and go."""
    others, absent = [one.name for one in rows if one.name != right], _absent(rows)
    wrong = random.sample(others, min(random.choice((1, 1, 2)), len(others)))
    wrong += drawn(absent, [3.0 if name in MOVING else 0.5 for name in absent], 3 - len(wrong), random)
    if len(wrong) == 3 and random.random() < 2 * _rarity(right):
        yield _word(right, wrong, ground)


def _word(right: str, wrong: Sequence[str], ground: Basis[object]) -> Asked:
    """A question that makes sense with options alone."""
    truth = {"type": "words", "accept": [right], "reject": list(wrong)}
    return Asked({}, right, truth, wrong, "open", True, bases=(ground,))


def _rarity(name: str) -> float:
    """The odds that a family is not heard, softened: in a band they do not come and go by themselves."""
    return ((1 - HEARD[name]) / HEARD[name]) ** SOFTENED


def drawn(pool: Sequence[str], weights: Sequence[float], n: int, random: Random) -> list[str]:
    """At most `n` different words, heavier ones more often."""
    keys = [random.random() ** (1 / weight) for weight in weights]  # Efraimidis and Spirakis 2006
    order = sorted(range(len(pool)), key=lambda at: -keys[at])
    return [pool[at] for at in order[:n]]
