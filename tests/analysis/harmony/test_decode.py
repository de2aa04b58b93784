import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from musicflamingo_app.analysis.harmony.chordia_net import HEADS, N_OUTPUTS
from musicflamingo_app.analysis.harmony.decode import best_path, segments_of
from musicflamingo_app.analysis.harmony.vocabulary import chordia
from musicflamingo_app.music.chord import NO_CHORD, Chord


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(2, 11))
def test_the_best_path_is_the_best_of_all(seed: int, n_rows: int, n_chords: int) -> None:
    chance = np.random.default_rng(seed)
    scores, costs = chance.normal(size=(n_rows, n_chords)), chance.uniform(0, 2, n_rows)
    n_chords = min(n_chords, 4)
    scores = scores[:, :n_chords]

    def value(path: tuple[int, ...]) -> float:
        changes = [row for row in range(1, n_rows) if path[row] != path[row - 1]]
        return float(sum(scores[row, chord] for row, chord in enumerate(path)) - costs[changes].sum())

    best = max(itertools.product(range(n_chords), repeat=n_rows), key=value)
    found = best_path(iter(scores), costs)
    assert np.isclose(value(tuple(found.chords)), value(best)) and np.isclose(found.score, value(best))
    assert found.n_changes == sum(a != b for a, b in itertools.pairwise(found.chords))


def test_many_chords_are_kept_apart() -> None:
    scores = np.zeros((6, 300))
    scores[:3, 17] = scores[3:, 290] = 5.0
    found = best_path(iter(scores), np.full(6, 4.0))
    assert list(found.chords) == [17, 17, 17, 290, 290, 290]
    assert segments_of(found) == [(0, 3), (3, 6)]


def test_every_chord_is_its_own_best_reading() -> None:
    """Outputs that are sure of a chord's parts make that chord the best one, for each of the vocabulary."""
    names = chordia().chords
    assert len(set(names)) == len(names) and names[0] == NO_CHORD
    weights = chordia().scores(np.eye(N_OUTPUTS, dtype=np.float32))
    starts = np.cumsum([0, *HEADS])
    for index in range(len(names)):
        sure = np.full(N_OUTPUTS, -9.0, np.float32)
        for first, last in itertools.pairwise(starts):
            chosen = np.flatnonzero(weights[first:last, index] > 0)
            assert len(chosen) <= 1
            sure[first + (chosen[0] if len(chosen) else 0)] = -0.01
        assert chordia().scores(sure[None])[0].argmax() == index


def test_roots_and_basses_stand_where_the_networks_put_them() -> None:
    names = chordia().chords
    sure = np.full(N_OUTPUTS, -9.0, np.float32)
    sure[[1 + 12 + 9, 73 + 1 + 0, 86, 90, 94, 97]] = -0.01  # a minor triad on A over C, nothing added
    assert names[int(chordia().scores(sure[None])[0].argmax())] == Chord.parse("A:min/b3")
