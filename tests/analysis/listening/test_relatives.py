"""Relative keys: what chords say of them, and that keys heard with chords follow both."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.analysis.listening.classes import MODES, N_KEYS, key_class
from musicflamingo_app.analysis.listening.keys import PLAIN_INDEX, SHARPNESS, keys_of, pair_of, settled
from musicflamingo_app.analysis.listening.relatives import RelativeModel, cues_of
from musicflamingo_app.analysis.listening.shipped import numbers, sums
from musicflamingo_app.errors import MissingPackage
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Timeline
from tests.analysis.listening.test_reading import in_keys
from train.ears.export import list_sums

MINOR = ["A:min", "D:min", "E:7", "A:min", "F:maj", "D:min/b3", "E:maj", "A:min"]
MAJOR = ["C:maj", "F:maj", "G:7", "C:maj", "A:min", "F:maj/3", "G:maj", "C:maj"]
ONLY_CHORDS = RelativeModel(tuple([0.0] * 14 + [2.0, 1.0, 1.0, 0.5, 1.0, 1.0]), 0.0, 0.0)


def chords(names: list[str], each_s: float = 4.0) -> Timeline[Chord]:
    return Timeline.of((each_s * k, each_s * (k + 1), Chord.parse(name)) for k, name in enumerate(names))


def odds(names: list[str], tonic: int = 9, model: RelativeModel = ONLY_CHORDS) -> float:
    cues = cues_of(chords(names), tonic)
    assert cues is not None
    return model.odds(cues, 0.0)


def test_chords_tell_a_minor_key_from_its_relative() -> None:
    assert odds(MINOR) > 3 and odds(MAJOR) < -3
    shipped = RelativeModel.shipped()
    assert odds(MINOR, model=shipped) > 0.5 and odds(MAJOR, model=shipped) < -0.5


@given(st.integers(-11, 11))
def test_cues_are_the_same_in_every_key(steps: int) -> None:
    moved = chords(MINOR).relabelled(lambda chord: chord.transposed(steps))
    found, moved_cues = cues_of(chords(MINOR), 9), cues_of(moved, (9 + steps) % 12)
    assert found is not None and moved_cues is not None
    np.testing.assert_allclose(moved_cues, found)


def test_ends_and_basses_speak_for_their_tonic() -> None:
    cues = cues_of(chords(["A:min", "C:maj", "C:maj", "C:maj/3", "C:maj", "C:maj"]), 9)
    assert cues is not None
    shares, ratios, ends = cues[:14], cues[14:18], cues[18:]
    assert shares.sum() == pytest.approx(1.0)
    assert ratios[0] < 0 and ratios[1] < 0 and list(ends) == [1.0, -1.0]


def test_of_too_few_chords_nothing_is_asked() -> None:
    assert cues_of(chords(["A:min"] * 4, 4.0), 9) is None
    assert cues_of(chords(["N"] * 10), 9) is None


def test_keys_heard_with_chords_follow_the_chords_between_relatives_only() -> None:
    heard = in_keys(["C major"], 32.0, 0.1)
    with_minor = keys_of(heard, None, 32.0, chords(MINOR), ONLY_CHORDS)
    assert str(keys_of(heard, None, 32.0).value) == str(Key.parse("C major"))
    assert str(with_minor.value) == "A minor" and with_minor.confidence < 1
    assert str(keys_of(heard, None, 32.0, chords(MAJOR), ONLY_CHORDS).value) == "C major"
    modal = in_keys(["D dorian"], 32.0)
    assert str(keys_of(modal, None, 32.0, chords(MAJOR), ONLY_CHORDS).value) == "D dorian"
    few = keys_of(heard, None, 32.0, chords(MINOR[:2]), ONLY_CHORDS)
    assert few == keys_of(heard, None, 32.0)


@given(st.floats(-3, 3), st.integers(0, 23))
def test_a_pair_keeps_its_chance_and_shares_it_as_the_odds_say(offset: float, key: int) -> None:
    mean = np.full(N_KEYS, -6.0)
    mean[key] = -0.5
    minor, major = pair_of(key)
    model = replace(ONLY_CHORDS, weights=(0.0,) * 20, offset=offset)
    found = settled(mean, chords(MINOR), model)
    assert SHARPNESS * (found[minor] - found[major]) == pytest.approx(offset, abs=1e-9)
    of_pair = np.isin(PLAIN_INDEX, (minor, major))
    before, after = (np.logaddexp.reduce(SHARPNESS * rows) for rows in (mean[of_pair], found[[minor, major]]))
    assert after == pytest.approx(before)
    np.testing.assert_array_equal(found[~of_pair], mean[~of_pair])


def test_both_relatives_are_one_pair() -> None:
    assert pair_of(key_class(Key.parse("Eb major"))) == pair_of(key_class(Key.parse("C minor")))
    assert MODES[:2] == ("major", "minor")


def test_the_model_lies_among_the_weights_as_it_was_listed(tmp_path: Path) -> None:
    with pytest.raises(MissingPackage, match="are missing"):
        RelativeModel.shipped(tmp_path)
    model = tmp_path / "relatives.json"
    model.write_text(json.dumps({"weights": [1.0], "heard": 2.0, "offset": -1.0}), "utf-8")
    list_sums(tmp_path)
    assert RelativeModel.shipped(tmp_path).odds(np.array([3.0]), 0.5) == pytest.approx(3.0)
    with pytest.raises(MissingPackage, match=r"levels\.json is not among"):
        numbers("levels", tmp_path)
    model.write_text(json.dumps({"weights": [9.0], "heard": 2.0, "offset": -1.0}), "utf-8")
    with pytest.raises(MissingPackage, match=r"relatives\.json differs"):
        numbers("relatives", tmp_path)


def test_provenance_names_the_small_models_too() -> None:
    assert {"bars.json", "levels.json", "relatives.json", "rhythm.safetensors"} <= sums().keys()
