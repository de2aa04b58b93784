"""The encoder learns to hear, goes on where it stopped, and its scores mean what they say."""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from musicflamingo_app.errors import NotFound
from tests.train.nano.conftest import SMALL, truth
from train.nano import encoder, features
from train.nano import words as speech
from train.nano.architecture import ENCODER
from train.nano.encoder import batches, ears_of, learn, learner_of, step, valid_batches
from train.nano.heads import SIZES, Listener
from train.nano.scores import judged
from train.nano.targets import batch_of


def given(data: Path, out: Path, minutes: float) -> argparse.Namespace:
    return argparse.Namespace(data=data, out=out, minutes=minutes, batch=4, rate=4e-3, seed=0, device="cpu")


@pytest.fixture(scope="module")
def known(words: Path) -> speech.Table:
    return speech.table(words)


def test_losses_fall_and_scores_rise(words: Path, data: Path, known: speech.Table) -> None:
    torch.manual_seed(0)
    learner = learner_of(Listener(words, SMALL), 4e-3)
    source, asked = batches(data, known, 4, 0, 0), given(data, Path(), 1)
    before = judged(learner.listener, batches_of_train(data, known), known, amp=True)
    rows = [step(learner, next(source), known, 1.0, asked) for _ in range(20)]
    after = judged(learner.listener, batches_of_train(data, known), known, amp=True)
    for name in ("pitches", "chords", "beats", "words"):
        assert rows[-1][name] < 0.9 * rows[0][name], name
    assert after["v_pitches"] > before["v_pitches"] and after["v_say_end"] == 1.0


def batches_of_train(data: Path, known: speech.Table) -> Any:
    from train.nano import shards

    clips = shards.clips(data, "train")
    yield batch_of([clips.mel(n) for n in range(4)], [clips.truth(n) for n in range(4)], known, np.zeros(4, int))


def test_a_run_goes_on_where_it_stopped(
    words: Path, data: Path, known: speech.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encoder, "LOOK_S", 0.0)
    with pytest.raises(NotFound, match="no ears"):
        ears_of(tmp_path / "run")
    learn(Listener(words, SMALL), known, given(data, tmp_path / "run", 0.02))
    rows = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    spent_s = torch.load(tmp_path / "run" / "last.pt", weights_only=True)["spent_s"]
    learn(Listener(words, SMALL), known, given(data, tmp_path / "run", spent_s / 60 + 0.001))
    more = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text("utf-8").splitlines()]
    assert more[: len(rows)] == rows and more[len(rows)]["step"] == rows[-1]["step"] + 1
    final = ears_of(tmp_path / "run")
    (tmp_path / "run" / "ears.pt").unlink()
    last = ears_of(tmp_path / "run")
    assert set(final) == set(last)
    for name, value in final.items():
        torch.testing.assert_close(last[name], value)


def test_there_may_be_no_valid_clips(known: speech.Table, tmp_path: Path) -> None:
    assert list(valid_batches(tmp_path, known, 4)) == []


class Knowing(torch.nn.Module):
    """Heads that know the truth of one batch."""

    def __init__(self, batch: dict[str, Any], known: speech.Table) -> None:
        super().__init__()
        self.weight, self._batch, self._known = torch.nn.Parameter(torch.zeros(1)), batch, known

    def forward(self, mels: Any, first_s: Any) -> tuple[dict[str, Any], Any]:
        scores = {}
        for name, size in SIZES.items():
            value = self._batch[name]
            if value.dtype == torch.float32:
                value = value[:, None].expand(-1, 250, -1) if value.ndim == 2 else value
                scores[name] = value * 20 - (0 if name == "tempo" else 10)
            else:
                value = value[:, None].expand(-1, 250) if value.ndim == 1 else value
                scores[name] = torch.nn.functional.one_hot(value.clamp(min=0), size).float()
        return scores, self._known.vectors[self._batch["words"].clamp(min=0)]


def test_who_knows_everything_scores_everything(known: speech.Table) -> None:
    mels = [np.zeros((192, 1000), np.float32)] * 2
    batch = batch_of(mels, [truth(0), truth(1)], known, np.zeros(2, int))
    scores = judged(Knowing(batch, known), iter([batch]), known, amp=False)
    assert {name: value for name, value in scores.items() if value != 1.0} == {}
    assert {"v_pitches", "v_triads", "v_roots", "v_beats", "v_tempo", "v_metre", "v_say_tonic"} <= set(scores)


def test_kept_vectors_are_what_the_projector_reads(words: Path, data: Path, tmp_path: Path, loaded: Any) -> None:
    from train.grpo.policy import encode
    from train.nano import shards
    from train.nano.reading import window

    inner = loaded.model.model
    with pytest.raises(NotFound, match="missing"):
        features.kept(tmp_path, "valid", shards.shard_path(data, "valid", 0))
    assert features.keep(inner.audio_tower, inner.pos_emb, data, "valid", tmp_path) == 1
    found = features.kept(tmp_path, "valid", shards.shard_path(data, "valid", 0))
    assert found.shape == (8, 250, SMALL.width)
    with torch.no_grad():
        wanted = encode(inner, window(shards.clips(data, "valid").mel(3))).numpy()
    assert np.abs(found[3] - wanted).max() < 0.06  # bf16 products, and halves on the disk
    heard = {f"{ENCODER}.{name}": value for name, value in inner.audio_tower.state_dict().items()}
    assert heard["audio_tower.conv1.weight"].shape[0] == SMALL.width
