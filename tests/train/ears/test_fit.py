"""The loop that trains the ears: it learns, logs, and goes on where it was stopped as if it had not been."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch

from train.ears import fit as module
from train.ears.fit import Plan, begun, fit

PLAN = Plan(12, rate=0.05, warm_up=2, amp=False, save=4)


def batches(first_step: int, *, until: int = 1000) -> Iterator[torch.Tensor]:
    for step in range(first_step, until):
        yield torch.randn(8, 3, generator=torch.Generator().manual_seed(step))
    raise KeyboardInterrupt


def loss_of(network: Any, batch: torch.Tensor) -> dict[str, torch.Tensor]:
    return {"error": (network(batch)[:, 0] - batch.sum(dim=1)).square().mean()}


def judge(network: Any) -> dict[str, float]:
    assert not network.training
    return {"v_error": float(loss_of(network, next(batches(2000, until=2001)))["error"].detach())}


def network() -> torch.nn.Module:
    torch.manual_seed(0)
    return torch.nn.Sequential(torch.nn.Linear(3, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 1))


def test_a_stopped_run_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    fit(network(), loss_of, batches, judge, PLAN, tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        fit(network(), loss_of, lambda first: batches(first, until=7), judge, PLAN, tmp_path / "cut")
    assert not (tmp_path / "cut" / "final.pt").exists()
    fit(network(), loss_of, batches, judge, PLAN, tmp_path / "cut")
    whole, cut = (torch.load(tmp_path / name / "final.pt", weights_only=True) for name in ("whole", "cut"))
    for name, value in whole.items():
        torch.testing.assert_close(cut[name], value, rtol=0, atol=0)


def test_it_learns_and_says_how(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MEAN_DECAY", 0.9)
    torch.manual_seed(1)
    plain = torch.nn.Linear(3, 1)  # can add three numbers exactly
    fit(plain, loss_of, batches, judge, Plan(400, rate=0.02, warm_up=2, amp=False, save=100), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["step"] for row in rows] == [100, 200, 300, 400]
    assert rows[-1]["error"] < 0.05 * rows[0]["error"]
    assert rows[-1]["v_error"] < 0.05  # three standard normals summed have a variance of 3


def test_the_rate_warms_up_and_decays() -> None:
    rates = [PLAN.rate_at(step, PLAN.done(step, 0.0)) for step in range(13)]
    assert rates[0] < rates[1] <= PLAN.rate and max(rates) > 0.97 * PLAN.rate
    assert rates[2:] == sorted(rates[2:], reverse=True) and rates[-1] == pytest.approx(PLAN.rate / 100)


def test_the_clock_may_end_a_run_and_the_rate_falls_with_it() -> None:
    plan = Plan(1000, rate=0.05, warm_up=2, minutes=10)
    assert plan.done(10, 60.0) == pytest.approx(0.1) and plan.done(500, 60.0) == pytest.approx(0.5)
    assert plan.done(10, 601.0) == 1.0
    assert plan.rate_at(900, plan.done(900, 599.0)) < plan.rate_at(100, plan.done(100, 60.0)) < 0.05


def test_a_run_begins_with_the_weights_of_another(tmp_path: Path) -> None:
    before = torch.nn.Linear(3, 1)
    torch.save(before.state_dict(), tmp_path / "final.pt")
    network = begun(torch.nn.Linear(3, 1), tmp_path / "final.pt")
    torch.testing.assert_close(network.weight, before.weight)
    other = torch.nn.Linear(3, 1)
    kept = other.weight.clone()
    torch.testing.assert_close(begun(other, None).weight, kept)


def test_the_last_steps_are_told_as_their_own_mean(tmp_path: Path) -> None:
    plain = torch.nn.Linear(3, 1)

    def constant(network: Any, batch: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"error": 0.0 * network(batch).sum() + 1.0}

    fit(plain, constant, batches, judge, Plan(6, warm_up=2, amp=False, save=4), tmp_path)
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [(row["step"], row["error"]) for row in rows] == [(4, 1.0), (6, 1.0)]
