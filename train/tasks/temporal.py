"""Questions about time: tempo, metre, when things begin, how long they last."""

from collections.abc import Iterator
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, clock
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked, Question, n_wrong, some

TEMPORAL = "temporal understanding"
MOST = 2  # of one family on one recording
WHOLE_S = 0.5  # clock times are told in whole seconds


def tempo(card: SongCard, random: Random) -> Iterator[Asked]:
    found = basis(card.tempo_bpm, "tempo")
    if found is None:
        return
    bpm = round(found.value)
    wrong = [f"{other} BPM" for other in near_misses.tempi(bpm, n_wrong(random), random)]
    yield Asked({}, f"{bpm} BPM", {"type": "tempo", "bpm": round(found.value, 2)}, wrong, bases=(found,))


def metre(card: SongCard, random: Random) -> Iterator[Asked]:
    found = basis(card.metre, "metre")
    if found is not None:
        wrong = [str(other) for other in near_misses.metres(found.value, n_wrong(random), random)]
        yield Asked({}, str(found.value), {"type": "metre", "metre": str(found.value)}, wrong, bases=(found,))


def section_start(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for segment, name, form in named_sections(card):
        if segment.start_s > 1.0:
            others = [s.start_s for s, _, _ in named_sections(card) if s is not segment]
            found.append(moment(card, random, segment.start_s, {"section": name}, (form,), others))
    return some(found, MOST, random)


def section_end(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for segment, name, form in named_sections(card):
        if segment.end_s < card.duration_s - 1.0:
            others = [s.end_s for s, _, _ in named_sections(card) if s is not segment]
            found.append(moment(card, random, segment.end_s, {"section": name}, (form,), others))
    return some(found, 1, random)


def bar_start(card: SongCard, random: Random) -> list[Asked]:
    grid = basis(card.beats, "beats")
    whole = [bar for bar in card.bars if bar.number >= 3]
    if grid is None or len(whole) < 8:
        return []
    bar = random.choice(whole)
    others = [other.start_s for other in whole if 2 <= abs(other.number - bar.number) <= 8]
    return [moment(card, random, bar.start_s, {"bar": str(bar.number)}, (grid,), others)]


def key_change(card: SongCard, random: Random) -> list[Asked]:
    """When the key changes, where it changes once."""
    changes = harmony_of(card).modulations
    keys = basis(card.key_regions, "key regions")
    if keys is None or len(changes) != 1:
        return []
    others = [segment.start_s for segment, _, _ in named_sections(card)]
    return [moment(card, random, changes[0].time_s, {"key": changes[0].new.pretty}, (keys,), others)]


def section_length(card: SongCard, random: Random) -> list[Asked]:
    found = []
    for segment, name, form in named_sections(card):
        lasts_s = segment.duration_s
        wrong = _lengths(lasts_s, n_wrong(random), random, gap_s=max(2.5, 2.1 * bar_s(card, segment.start_s)))
        truth = {"type": "time", "time_s": round(lasts_s, 2), "bar_s": round(bar_s(card, segment.start_s), 2)}
        answer = f"{round(lasts_s)} seconds"
        options = [f"{round(other)} seconds" for other in wrong]
        found.append(
            Asked({"section": name}, answer, truth, options, "time", references=(_ends(segment),), bases=(form,))
        )
    return some(found, 1, random)


def bars_of_section(card: SongCard, random: Random) -> list[Asked]:
    grid, found = basis(card.beats, "beats"), []
    for segment, name, form in named_sections(card) if grid else ():
        n_bars = len(card.bars_of(segment.interval))
        if grid and n_bars >= 2:
            wrong = [f"{n} bars" for n in near_misses.counts(n_bars, n_wrong(random), random, least=1)]
            truth = {"type": "count", "count": n_bars}
            found.append(
                Asked(
                    {"section": name},
                    f"{n_bars} bars",
                    truth,
                    wrong,
                    "count",
                    references=(_ends(segment),),
                    bases=(form, grid),
                )
            )
    return some(found, 1, random)


def bar_length(card: SongCard, random: Random) -> list[Asked]:
    """How long one bar lasts: from tempo and metre together."""
    speed, signature = basis(card.tempo_bpm, "tempo"), basis(card.metre, "metre")
    if speed is None or signature is None:
        return []
    lasts_s = signature.value.felt_beats * 60.0 / speed.value
    values = [f"{lasts_s * ratio:.1f} seconds" for ratio in _ratios(n_wrong(random), random)]
    answer = f"{lasts_s:.1f} seconds"
    wrong = [value for value in dict.fromkeys(values) if value != answer]
    truth = {"type": "seconds", "seconds": round(lasts_s, 3), "share": 0.08}
    return [Asked({}, answer, truth, wrong, "time", bases=(speed, signature))]


def steadiness(card: SongCard, random: Random) -> Iterator[Asked]:
    """Whether the tempo holds; only with options, for there are many ways to say it."""
    shape = basis(card.stability, "tempo")
    if shape is None:
        return
    said = {
        "slows": "It slows down at the end.",
        "hurries": "It hurries at the end.",
        "steady": "It stays steady from beginning to end.",
        "wanders": "It varies freely throughout.",
    }
    right = shape.value.ending or ("steady" if shape.value.is_steady else "wanders")
    wrong = near_misses.words(said[right], list(said.values()), 3, random)
    truth = {"type": "words", "accept": [said[right]], "reject": wrong}
    yield Asked({}, said[right], truth, wrong, must_choose=True, bases=(shape,))


def section_at(card: SongCard, random: Random) -> list[Asked]:
    rows = named_sections(card)
    pool = list(dict.fromkeys(name.removeprefix("the ") for _, name, _ in rows))
    found = []
    for segment, name, form in rows:
        margin_s = max(1.5, bar_s(card, segment.start_s))
        if segment.duration_s > 3 * margin_s and len(pool) >= 3:
            time_s = float(round(random.uniform(segment.start_s + margin_s, segment.end_s - margin_s)))
            right = name.removeprefix("the ")
            wrong = near_misses.words(right, pool, n_wrong(random), random)
            truth = {"type": "words", "accept": [right], "reject": wrong}
            found.append(Asked({"time": clock(time_s)}, right, truth, wrong, "time", True, (_ends(segment),), (form,)))
    return some(found, MOST, random)


def named_sections(card: SongCard) -> list[tuple[Segment[Section], str, Basis[object]]]:
    """The sections whose function is clear, as they are called with their article, and what that rests on."""
    form = basis(card.sections, "sections")
    if form is None:
        return []
    rows = (s for s in form.value if s.label.function not in (None, "silence") and s.duration_s >= 2.0)
    return [(segment, f"the {card.name_of(segment)}", form) for segment in rows]


def bar_s(card: SongCard, time_s: float) -> float:
    """The length of the bar at a time; 0 where there are no bars."""
    bar = card.bar_at(time_s) or (card.bars[-1] if card.bars else None)
    return bar.interval.duration_s if bar else 0.0


def moment(
    card: SongCard,
    random: Random,
    time_s: float,
    slots: dict[str, str],
    bases: tuple[Basis[object], ...],
    others_s: list[float],
) -> Asked:
    """A question whose answer is a time."""
    bar = card.bar_at(time_s + 0.05)
    length_s = bar_s(card, time_s)
    gap_s = 2 * max(1.0, length_s) + WHOLE_S
    wrong = near_misses.times(time_s, others_s, n_wrong(random), random, end_s=card.duration_s, gap_s=gap_s)
    truth = {
        "type": "time",
        "time_s": round(time_s, 2),
        "bar_s": round(length_s, 2),
        "bar": bar.number if bar else None,
    }
    return Asked(
        slots, clock(time_s), truth, [clock(one) for one in wrong], "time", references=((time_s, time_s),), bases=bases
    )


def _lengths(true_s: float, n: int, random: Random, *, gap_s: float) -> list[float]:
    """Other lengths in steps of the gap or more, the rank of the true one drawn evenly."""
    place = random.randint(0, min(n, int((true_s - 2.0) / gap_s)) if true_s > 2.0 + gap_s else 0)
    steps = [gap_s * random.uniform(1.0, 1.6) for _ in range(n)]
    below = [true_s - sum(steps[: k + 1]) for k in range(place)]
    above = [true_s + sum(steps[place : k + 1]) for k in range(place, n)]
    return [value for value in [*below, *above] if value >= 1.0]


def _ratios(n: int, random: Random) -> list[float]:
    place = random.randint(0, n)
    return [0.75 ** (k + 1) for k in range(place)] + [1.34 ** (k + 1) for k in range(n - place)]


def _ends(segment: Segment[Section]) -> tuple[float, float]:
    return segment.start_s, segment.end_s


QUESTIONS = (
    Question("tempo", TEMPORAL, tempo, is_trivial=True),
    Question("metre", TEMPORAL, metre, is_trivial=True),
    Question("section_start", TEMPORAL, section_start),
    Question("section_end", TEMPORAL, section_end),
    Question("bar_start", TEMPORAL, bar_start),
    Question("key_change_time", TEMPORAL, key_change),
    Question("section_length", TEMPORAL, section_length),
    Question("section_bars", TEMPORAL, bars_of_section),
    Question("bar_length", TEMPORAL, bar_length),
    Question("steadiness", TEMPORAL, steadiness),
    Question("section_at", TEMPORAL, section_at),
)
