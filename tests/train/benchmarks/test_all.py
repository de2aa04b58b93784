"""The one command for all benchmarks: each runs, whatever became of those before it."""

import sys

import pytest

from train.benchmarks import __main__ as command

GIVEN = ["--data", "songs.tar.gz", "--renders", "renders"]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> dict[str, tuple[str, ...]]:
    """Which benchmarks were run, and what each was given; the page's fails."""
    found: dict[str, tuple[str, ...]] = {}

    def run(name: str, *given: str) -> int:
        found[name] = given
        return int(name == "page")

    monkeypatch.setattr(command, "run", run)
    return found


def test_all_run_though_one_fails(ran: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *GIVEN])
    with pytest.raises(SystemExit, match="Not measured: page"):
        command.main()
    assert list(ran) == ["ears", "length", "library", "page", "speech"]
    assert ran.pop("ears") == tuple(GIVEN) and set(ran.values()) == {()}


def test_a_trial_is_little_of_each(ran: dict[str, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", "--quick", *GIVEN])
    with pytest.raises(SystemExit):
        command.main()
    assert ran["ears"] == (*GIVEN, "--songs", "1", "--pieces", "1", "--seconds", "20")
    assert ran["length"] == ("--minutes", "1") and "--quick" not in {word for given in ran.values() for word in given}


def test_a_benchmark_is_a_process_of_its_own_and_its_end_is_told() -> None:
    assert command.run("library", "--tracks", "many") == 2
