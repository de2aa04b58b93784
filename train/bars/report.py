"""What the fit says about pieces it has not seen, and the constants of analysis/rhythm that follow from them."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from train.bars.fit import Candidate, Trial

SAME_LEVEL = 0.1  # of F below the best reading
SAME_TEMPO = 0.04

Judged = Sequence[tuple[Trial, Mapping[str, float]]]


def report(judged: Judged) -> str:
    """Lines of text: scores by kind of piece, what rare metres gained over 4/4, the fit of confidence."""
    return "\n".join([*_scores(judged), *_rarities(judged), *_confidence(judged)])


def chosen(trial: Trial, choice: Mapping[str, float]) -> tuple[Candidate, float]:
    """The reading the engine would take, and the summed probability of its tempo."""
    merits = np.array([candidate.merit(choice) - candidate.pattern.rarity for candidate in trial.candidates])
    chances = np.exp(merits - merits.max())
    best = trial.candidates[int(merits.argmax())]
    same = np.array([abs(candidate.bpm / best.bpm - 1) < SAME_TEMPO for candidate in trial.candidates])
    return best, float((chances * same).sum() / chances.sum())


def _scores(judged: Judged) -> Iterator[str]:
    for kind in ("piano", "arranged"):
        for with_chords in (False, True):
            rows = [
                (best.beats_f, best.downbeats_f, best.beats_f > trial.best_f - SAME_LEVEL)
                for trial, choice in judged
                if trial.lesson.name.endswith(kind) and trial.with_chords == with_chords
                for best in [chosen(trial, choice)[0]]
            ]
            if rows:
                beats, downbeats, level = np.mean(rows, axis=0)
                chords = "with chords" if with_chords else "without chords"
                yield (
                    f"{kind}, {chords}, {len(rows)} pieces: beats F {beats:.3f}, downbeats F {downbeats:.3f}, "
                    f"right level {level:.2f}"
                )


def _rarities(judged: Judged) -> Iterator[str]:
    """In pieces of four, how much the best of each rare metre has over 4/4: rarities lie above."""
    gains: dict[str, list[float]] = {}
    for trial, choice in judged:
        if trial.lesson.grid.metre.felt_beats != 4:
            continue
        best: dict[str, float] = {}
        for candidate in trial.candidates:
            name = f"{candidate.pattern.metre}, rarity {candidate.pattern.rarity:g}"
            best[name] = max(best.get(name, -np.inf), candidate.merit(choice))
        four = best.get("4/4, rarity 0", np.inf)
        for name, merit in best.items():
            gains.setdefault(name, []).append(merit - four)
    for name, values in gains.items():
        if not name.startswith("4/4"):
            yield f"{name}: gains over 4/4, 99th percentile {np.percentile(values, 99):.2f} in {len(values)} pieces"


def _confidence(judged: Judged) -> Iterator[str]:
    rows, truths = [], []
    for trial, choice in judged:
        best, chance = chosen(trial, choice)
        rows.append([1.0, chance, best.traits["beat_odds"], best.traits["slips"]])
        truths.append(best.beats_f)
    table, truth = np.array(rows), np.array(truths)
    weights = np.linalg.lstsq(table, truth, rcond=None)[0]
    fit = float(np.corrcoef(table @ weights, truth)[0, 1])
    yield (
        f"beats F of {len(rows)} ≈ {weights[0]:.2f} + {weights[1]:.2f} chance of the tempo "
        f"+ {weights[2]:.2f} beat odds {weights[3]:+.3f} slips (correlation {fit:.2f}, mean {truth.mean():.2f})"
    )
    contrasts = [
        best.traits["beat_odds"] - min(best.traits["half_odds"], best.traits["quarter_odds"])
        for best in (chosen(trial, choice)[0] for trial, choice in judged)
    ]
    odds = [row[2] for row in rows]
    yield f"weakest contrast {min(contrasts):.2f}, weakest beat odds {min(odds):.2f}"
