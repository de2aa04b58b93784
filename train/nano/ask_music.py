"""Questions about 20 s that a card answers: pace, metre, style, how chords move and what kind they are."""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from statistics import median

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import clock
from train.nano.ask_players import drawn
from train.nano.excerpt_card import GENRES
from train.tasks import near_misses
from train.tasks.basis import basis
from train.tasks.question import Asked

PACES = (
    (0.0, 80.0, "slow, below 80 BPM"), (80.0, 110.0, "moderate, 80 to 110 BPM"),
    (110.0, 140.0, "fast, 110 to 140 BPM"), (140.0, 400.0, "very fast, above 140 BPM"),
)  # fmt: skip
TEMPO_STEPS, LIKELY_BPM = (1.16, 1.32), (56.0, 180.0)
METRES = {"4/4": 3.0, "3/4": 3.0, "6/8": 3.0, "2/4": 2.0, "12/8": 1.0, "5/4": 0.5, "7/8": 0.5}
MARGIN = 1.03  # a pace this near to a limit is not asked for
MOVED = 1.08  # a tempo that differs less is the same
N_IN_ROW = 4
CHORD_S = 0.7  # chords of a row last at least so long
KINDS = {
    "maj": "major triad", "min": "minor triad", "7": "dominant seventh", "maj7": "major seventh",
    "min7": "minor seventh", "dim": "diminished triad", "sus4": "suspended fourth", "aug": "augmented triad",
}  # fmt: skip
RATES = ("several chords in each bar", "one chord in each bar", "one chord in two bars", "hardly any change of chord")
GENRES_ALIKE = (
    {"rock", "pop rock", "pop"}, {"ballad", "pop", "hymn", "piano solo"}, {"waltz", "jazz waltz"},
    {"swing", "blues", "jazz waltz", "bossa nova"}, {"house", "disco", "minimal music"}, {"gospel", "ballad", "hymn"},
    {"modal jam", "pop", "pop rock", "hip hop", "minimal music"}, {"hip hop", "pop", "reggae"},
)  # fmt: skip


def tempo_of(card: SongCard, random: Random) -> Iterator[Asked]:
    """Beats a minute; the options are a ladder of tempi that all occur, in which its place is drawn evenly."""
    ground = basis(card.tempo_bpm, "tempo")
    if ground is None:
        return
    ratio = random.uniform(*TEMPO_STEPS)
    ladders = [[ground.value * ratio ** (n - place) for n in range(4) if n != place] for place in range(4)]
    fits = [ladder for ladder in ladders if LIKELY_BPM[0] <= min(ladder) and max(ladder) <= LIKELY_BPM[1]]
    wrong = [f"{round(bpm)} BPM" for bpm in random.choice(fits)] if fits else []
    truth = {"type": "tempo", "bpm": round(ground.value, 2)}
    yield Asked({}, f"{round(ground.value)} BPM", truth, wrong, bases=(ground,))


def metre_of(card: SongCard, random: Random) -> Iterator[Asked]:
    """The time signature; the options come as often as they are right."""
    ground = basis(card.metre, "metre")
    if ground is not None and str(ground.value) in METRES:
        right = str(ground.value)
        others = [name for name in METRES if name != right]
        wrong = drawn(others, [METRES[name] for name in others], 3, random)
        yield Asked({}, right, {"type": "metre", "metre": right}, wrong, bases=(ground,))


def pace(card: SongCard, random: Random) -> Iterator[Asked]:
    """Which of four ranges the tempo lies in, where it is not near a limit."""
    ground = basis(card.tempo_bpm, "tempo")
    if ground is None:
        return
    for low, high, name in PACES:
        if low * MARGIN <= ground.value <= high / MARGIN:
            wrong = [other for *_, other in PACES if other != name]
            truth = {"type": "words", "accept": [name, name.split(",")[0]], "reject": wrong}
            yield Asked({}, name, truth, wrong, must_choose=True, bases=(ground,))


def tempo_motion(card: SongCard, random: Random) -> Iterator[Asked]:
    """What the tempo does within the clip."""
    ground = basis(card.beats, "beats")
    if ground is None or len(ground.value.beats) < 10:
        return
    times_s = ground.value.times_s
    gaps = [b - a for a, b in pairwise(times_s)]
    n = len(gaps) // 3
    ratio = (sum(gaps[:n]) / n) / (sum(gaps[-n:]) / n)
    spread = max(gaps) / min(gaps)
    said = {
        "steady": "The tempo stays the same.", "faster": "The music gets faster.", "slower": "The music gets slower.",
        "free": "The tempo goes up and down.",
    }  # fmt: skip
    right = "faster" if ratio >= MOVED else "slower" if ratio <= 1 / MOVED else ""
    if not right:
        right = "steady" if spread <= 1.1 else "free" if spread >= 1.3 else ""
    if right:
        wrong = [text for name, text in said.items() if name != right]
        truth = {"type": "words", "accept": [said[right]], "reject": wrong}
        yield Asked({}, said[right], truth, wrong, must_choose=True, bases=(ground,))


def genre_of(card: SongCard, random: Random) -> Iterator[Asked]:
    """The style that the piece was made in."""
    heard = [tag.name for tag in card.tags_of("genre")]
    ground = basis(card.tags, "style")
    if heard and ground:
        near = {name for group in GENRES_ALIKE if heard[0] in group for name in group}
        pool = [name for name in dict.fromkeys(GENRES.values()) if name not in near]
        wrong = near_misses.words(heard[0], pool, 3, random)
        truth = {"type": "words", "accept": [heard[0]], "reject": wrong}
        yield Asked({}, heard[0], truth, wrong, must_choose=True, bases=(ground,))


def mode_of(card: SongCard, random: Random) -> Iterator[Asked]:
    """The mode among four."""
    ground = basis(card.key, "key")
    pool = ("major", "minor", "dorian", "mixolydian")
    if ground and ground.value.mode in pool:
        wrong = [mode for mode in pool if mode != ground.value.mode]
        truth = {"type": "words", "accept": [ground.value.mode], "reject": wrong}
        yield Asked({}, ground.value.mode, truth, wrong, must_choose=True, bases=(ground,))


def chord_kind(card: SongCard, random: Random) -> Iterator[Asked]:
    """What kind of chord sounds at a time."""
    ground = basis(card.chords, "chords")
    found = []
    for segment in ground.value.merged() if ground else ():
        time_s = round((segment.start_s + segment.end_s) / 2)
        inside = segment.start_s + 0.5 <= time_s <= segment.end_s - 0.5
        if inside and segment.label.quality in KINDS and not segment.label.added and not segment.label.omitted:
            found.append((float(time_s), KINDS[segment.label.quality]))
    if found and ground:
        rare = [row for row in found if row[1] not in ("major triad", "minor triad")]
        time_s, right = random.choice(rare if rare and random.random() < 0.5 else found)
        wrong = near_misses.words(right, list(KINDS.values())[:6], 3, random)
        truth = {"type": "words", "accept": [right], "reject": wrong}
        moment = ((time_s, time_s),)
        yield Asked({"time": clock(time_s)}, right, truth, wrong, "chord", True, references=moment, bases=(ground,))


def chord_row(card: SongCard, random: Random) -> Iterator[Asked]:
    """The first chords of the clip in order."""
    ground = basis(card.chords, "chords")
    rows = list(ground.value.merged())[:N_IN_ROW] if ground else []
    plain = [s.label.bare for s in rows if s.label.is_chord and s.duration_s >= CHORD_S]
    if ground is None or len(plain) < N_IN_ROW or any(a == b for a, b in pairwise(plain)):
        return
    right, wrong = _row(plain), []
    for _ in range(20):
        other = _altered(random.choice([plain, *(made for made, _ in wrong)]), card, random)
        if _row(other) not in {right, *(text for _, text in wrong)}:
            wrong.append((other, _row(other)))
        if len(wrong) == 3:
            truth = {"type": "chords", "chords": [str(chord) for chord in plain]}
            yield Asked({}, right, truth, [text for _, text in wrong], "chord", bases=(ground,))
            return


def harmonic_rhythm(card: SongCard, random: Random) -> Iterator[Asked]:
    """How often the chords change, in bars."""
    ground, grid = basis(card.chords, "chords"), basis(card.beats, "beats")
    bars = [bar.end_s - bar.start_s for bar in card.bars[1:-1]]
    rows = list(ground.value.merged()) if ground else []
    if ground is None or grid is None or len(bars) < 3 or any(not s.label.is_chord for s in rows):
        return
    whole = [s.duration_s for s in rows[1:-1]] or [20.0]
    if len(rows) > 2 and max(whole) > 1.6 * min(whole):
        return
    ratio = median(whole) / median(bars)
    limits = ((0.0, 0.6), (0.9, 1.1), (1.9, 2.1), (3.8, 1000.0))
    at = next((n for n, (low, high) in enumerate(limits) if low <= ratio <= high), None)
    if at is not None:
        wrong = [text for n, text in enumerate(RATES) if n != at]
        truth = {"type": "words", "accept": [RATES[at]], "reject": wrong}
        yield Asked({}, RATES[at], truth, wrong, must_choose=True, bases=(ground, grid))


def _altered(chords: list[Chord], card: SongCard, random: Random) -> list[Chord]:
    out, at = list(chords), random.randrange(len(chords))
    if random.random() < 0.3:
        other = random.randrange(len(out))
        out[at], out[other] = out[other], out[at]
    else:
        out[at] = near_misses.chords(out[at], 1, random, card.key_at(0.0))[0]
    return out


def _row(chords: list[Chord]) -> str:
    return "–".join(chord.pretty for chord in chords)
