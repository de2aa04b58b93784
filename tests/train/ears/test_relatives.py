"""The fit of relative keys: what songs tell, what items let hear, and that the fit finds the cue that tells."""

from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from train.ears.relatives import Lesson, fitted, minor_tonic, passages, shares_right
from train.pop909 import Labelled

N_CUES = 20


def song() -> Labelled:
    """Three minutes: two in A minor, then one in C major."""
    names = ["A:min", "D:min", "E:7", "A:min"] * 10 + ["C:maj", "F:maj", "G:7", "C:maj"] * 5
    rows = ((3.0 * k, 3.0 * (k + 1), Chord.parse(name)) for k, name in enumerate(names))
    keys = Timeline.of([(0.0, 120.0, Key.parse("A minor")), (120.0, 180.0, Key.parse("C major"))])
    return Labelled("001", Path("001.mid"), BeatGrid(), Timeline.of(rows), keys, None)


def test_a_song_tells_of_each_key_a_window_at_a_time() -> None:
    found = list(passages(song()))
    assert [one.minor for one in found] == [True, True, False]
    assert all(len(one.cues) == N_CUES for one in found)
    np.testing.assert_allclose(found[1].cues[18:], [0.0, 1.0])  # the second window begins on E7 and ends at home


@pytest.mark.parametrize(("key", "tonic"), [("A minor", 9), ("C major", 9), ("Eb major", 0), ("D major", 11)])
def test_relatives_have_one_minor_tonic(key: str, tonic: int) -> None:
    assert minor_tonic(Key.parse(key)) == tonic


def test_the_fit_leans_on_what_tells() -> None:
    random = np.random.default_rng(1)

    def lesson(hears: float) -> Lesson:
        minor = bool(random.random() < 0.5)
        cues = random.normal(0, 1, N_CUES)
        cues[3] += 3.0 if minor else -3.0
        return Lesson(cues, float(random.normal(hears if minor else -hears, 1)), minor)

    told = [lesson(0.0) for _ in range(300)]
    deaf, keen = (fitted(told, [lesson(hears) for _ in range(200)]) for hears in (0.0, 4.0))
    assert abs(deaf.weights[3]) == max(abs(weight) for weight in deaf.weights)
    assert keen.heard > deaf.heard
    assert "with the chords" in shares_right(deaf, told)
    right = np.mean([(deaf.odds(one.cues, one.lead) > 0) == one.minor for one in told])
    assert right > 0.97
