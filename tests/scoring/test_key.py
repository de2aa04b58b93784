import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.scoring.key import key_score

KEYS = st.builds(Key.of, st.integers(0, 11), st.sampled_from(["major", "minor"]))


@pytest.mark.parametrize(
    ("truth", "found", "score"),
    [
        ("C major", "C major", 1.0),
        ("C major", "G major", 0.5),
        ("C major", "F major", 0.0),  # a fifth below is no neighbour for MIREX
        ("C major", "A minor", 0.3),
        ("A minor", "C major", 0.3),
        ("C major", "C minor", 0.2),
        ("C major", "F# minor", 0.0),
        ("Cb major", "B major", 1.0),
        ("E# minor", "F minor", 1.0),
        ("B# major", "C major", 1.0),
        ("Fb major", "E major", 1.0),
        ("D dorian", "D minor", 1.0),
        ("G mixolydian", "G major", 1.0),
    ],
)
def test_known_relations(truth: str, found: str, score: float) -> None:
    assert key_score(Key.parse(truth), Key.parse(found)) == score


def test_no_key_found_scores_nothing() -> None:
    assert key_score(Key.parse("C major"), None) == 0.0


@given(KEYS, KEYS, st.integers(0, 11))
def test_transposing_both_changes_nothing(truth: Key, found: Key, semitones: int) -> None:
    assert key_score(truth, found) == key_score(truth.transposed(semitones), found.transposed(semitones))


@given(st.integers(0, 11), st.sampled_from(list(MODES)))
def test_every_key_matches_itself(pitch_class: int, mode: str) -> None:
    assert key_score(Key.of(pitch_class, mode), Key.of(pitch_class, mode)) == 1.0


def test_without_mir_eval_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mir_eval.key", None)
    with pytest.raises(MissingPackage, match="pip install mir_eval"):
        key_score(Key.parse("C major"), Key.parse("C major"))
