"""Questions that compare, and questions about form."""

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.progressions import Progression, progressions, shape_of
from musicflamingo_app.facts.words import plural
from musicflamingo_app.music.section import FUNCTIONS, Section
from musicflamingo_app.music.time import Interval, Segment
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked, Question, n_wrong, some
from train.tasks.temporal import named_sections

STRUCTURE = "comparative and structural reasoning"
CLEAR_LU = 2.0  # difference in loudness that is heard beyond doubt
CLEAR_RATIO = 1.2  # the longest section must be so much longer than the next
MOST_IN_FORM = 9


def count_of_section(card: SongCard, random: Random) -> list[Asked]:
    found = []
    rows = named_sections(card)
    for function, count in Counter(s.label.function for s, _, _ in rows).items():
        if function in ("verse", "chorus", "bridge", "solo", "pre-chorus", "interlude"):
            wrong = [str(n) for n in near_misses.counts(count, n_wrong(random), random, least=1)]
            slots = {"section": function, "sections": plural(function)}
            where = tuple(_ends(s) for s, _, _ in rows if s.label.function == function)
            truth = {"type": "count", "count": count}
            found.append(Asked(slots, str(count), truth, wrong, "count", False, where, (rows[0][2],)))
    return some(found, 1, random)


def count_of_sections(card: SongCard, random: Random) -> Iterator[Asked]:
    form = basis(card.sections, "sections")
    parts = [s for s in form.value if s.label.function != "silence"] if form else []
    if form and len(parts) >= 3:
        wrong = [str(n) for n in near_misses.counts(len(parts), n_wrong(random), random, least=1)]
        truth = {"type": "count", "count": len(parts)}
        yield Asked({}, str(len(parts)), truth, wrong, "count", references=tuple(map(_ends, parts)), bases=(form,))


def next_section(card: SongCard, random: Random) -> list[Asked]:
    return some(list(_beside(card, random, 1)), 1, random)


def previous_section(card: SongCard, random: Random) -> list[Asked]:
    return some(list(_beside(card, random, -1)), 1, random)


def _beside(card: SongCard, random: Random, step: int) -> Iterator[Asked]:
    """What stands beside a named section, called by its function."""
    rows = named_sections(card)
    known = {segment.start_s: name for segment, name, _ in rows}
    order = list(card.sections.value) if card.sections else []
    for n, segment in enumerate(order):
        other = order[n + step] if 0 <= n + step < len(order) else None
        if segment.start_s in known and other is not None and other.start_s in known and other.label.function:
            right = other.label.function
            pool = [name for name in FUNCTIONS if name != "silence"]
            wrong = near_misses.words(right, pool, n_wrong(random), random)
            truth = {"type": "words", "accept": [right], "reject": [w for w in wrong if w not in right]}
            slots = {"section": known[segment.start_s]}
            yield Asked(slots, right, truth, wrong, "open", False, (_ends(segment), _ends(other)), (rows[0][2],))


def form(card: SongCard, random: Random) -> Iterator[Asked]:
    rows = named_sections(card)
    names = [segment.label.function or "" for segment, _, _ in rows]
    whole = card.sections is not None and len(rows) == len(card.sections.value)
    if not whole or not 3 <= len(names) <= MOST_IN_FORM:
        return
    right, wrong = ", ".join(names), []
    for _ in range(30):
        other = _reordered(random.choice([names, *(text.split(", ") for text in wrong)]), random)
        if ", ".join(other) not in (right, *wrong):
            wrong.append(", ".join(other))
        if len(wrong) == 3:
            break
    truth = {"type": "words", "accept": [right], "reject": wrong}
    yield Asked({}, right, truth, wrong, "comparison", True, tuple(_ends(s) for s, _, _ in rows), (rows[0][2],))


def _reordered(names: list[str], random: Random) -> list[str]:
    """The form with one section moved, exchanged, left out or come again."""
    out, at = list(names), random.randrange(len(names))
    kind = random.randrange(3)
    if kind == 0:
        other = random.randrange(len(out))
        out[at], out[other] = out[other], out[at]
    elif kind == 1:
        out[at] = random.choice(("verse", "chorus", "bridge", "solo", "interlude", "pre-chorus"))
    else:
        out.insert(random.randrange(len(out) + 1), out.pop(at))
    return out


def longest_section(card: SongCard, random: Random) -> Iterator[Asked]:
    rows = sorted(named_sections(card), key=lambda row: -row[0].duration_s)
    if len(rows) >= 3 and rows[0][0].duration_s >= CLEAR_RATIO * rows[1][0].duration_s:
        names = [name.removeprefix("the ") for _, name, _ in rows]
        wrong = near_misses.words(names[0], names[1:], n_wrong(random), random)
        truth = {"type": "words", "accept": [names[0]], "reject": wrong}
        yield Asked({}, names[0], truth, wrong, "comparison", True, (_ends(rows[0][0]),), (rows[0][2],))


def louder(card: SongCard, random: Random) -> list[Asked]:
    """Pairs of sections whose loudness differs clearly, by the curve."""
    found = []
    for (one, one_name, ground), (other, other_name, _) in _pairs(card, random):
        levels = [level for level in (_level(card, one.interval), _level(card, other.interval)) if level is not None]
        if len(levels) == 2 and abs(levels[0] - levels[1]) >= CLEAR_LU:
            names = (one_name, other_name) if levels[0] > levels[1] else (other_name, one_name)
            found.append(_either(names[0], names[1], one_name, other_name, (one, other), ground))
    return some(found, 1, random)


def more_bars(card: SongCard, random: Random) -> list[Asked]:
    found, grid = [], basis(card.beats, "beats")
    for (one, one_name, ground), (other, other_name, _) in _pairs(card, random) if grid else ():
        n_one, n_other = len(card.bars_of(one.interval)), len(card.bars_of(other.interval))
        if abs(n_one - n_other) >= 2:
            names = (one_name, other_name) if n_one > n_other else (other_name, one_name)
            found.append(_either(names[0], names[1], one_name, other_name, (one, other), ground))
    return some(found, 1, random)


def same_chords(card: SongCard, random: Random) -> list[Asked]:
    chords = basis(card.chords, "chords")
    loops = {loop.section.start_s: loop for loop in progressions(card) if loop.section and loop.is_loop}
    yes, no = [], []
    for (one, one_name, ground), (other, other_name, _) in _pairs(card, random) if chords else ():
        if one.start_s in loops and other.start_s in loops and chords:
            same = _same(loops[one.start_s], loops[other.start_s])
            if same is not None:
                right, wrong = ("yes", "no") if same else ("no", "yes")
                truth = {"type": "words", "accept": [right], "reject": [wrong]}
                slots = {"one": one_name, "other": other_name}
                bases = (chords, ground)
                asked = Asked(slots, right, truth, (), "comparison", False, (_ends(one), _ends(other)), bases)
                (yes if same else no).append(asked)
    return some(random.choice([yes, no]) or yes or no, 1, random)


def _same(one: Progression, other: Progression) -> bool | None:
    """Whether two loops are equal; None when they differ too little to say either."""
    shapes = [[shape_of(cell) for cell in loop.loop] for loop in (one, other)]
    if shapes[0] == shapes[1]:
        return True
    known = [{step for shape in loop for step in shape} for loop in shapes]
    return False if len(known[0] ^ known[1]) >= 2 else None


def _either(
    right: str, wrong: str, one: str, other: str, segments: tuple[Segment[Section], ...], ground: Basis[object]
) -> Asked:
    truth = {"type": "words", "accept": [right], "reject": [wrong]}
    where = tuple(_ends(segment) for segment in segments)
    return Asked({"one": one, "other": other}, right, truth, (), "comparison", False, where, (ground,))


Row = tuple[Segment[Section], str, Basis[object]]


def _pairs(card: SongCard, random: Random) -> Iterator[tuple[Row, Row]]:
    """Pairs of named sections in drawn order, so that neither the first nor the second is the answer more often."""
    pairs = list(combinations(named_sections(card), 2))
    random.shuffle(pairs)
    for one, other in pairs[:40]:
        yield (one, other) if random.random() < 0.5 else (other, one)


def _level(card: SongCard, interval: Interval) -> float | None:
    """The mean loudness of a stretch in LUFS; None without a curve."""
    if card.loudness_curve is None:
        return None
    times_s, levels = card.loudness_curve
    inside = [level for time_s, level in zip(times_s, levels, strict=True) if interval.contains(time_s) and level > -70]
    return sum(inside) / len(inside) if len(inside) >= 3 else None


def _ends(segment: Segment[Section]) -> tuple[float, float]:
    return segment.start_s, segment.end_s


QUESTIONS = (
    Question("count_of_section", STRUCTURE, count_of_section),
    Question("count_of_sections", STRUCTURE, count_of_sections),
    Question("next_section", STRUCTURE, next_section),
    Question("previous_section", STRUCTURE, previous_section),
    Question("form", STRUCTURE, form),
    Question("longest_section", STRUCTURE, longest_section),
    Question("louder", STRUCTURE, louder),
    Question("same_chords", STRUCTURE, same_chords),
    Question("more_bars", STRUCTURE, more_bars),
)
