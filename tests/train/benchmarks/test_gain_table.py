"""The table of the gain: base, tuned, gain and control stand beside each other, all first, then by task."""

from pathlib import Path

from tests.train.evaluate.answering import Answering, listens, opener, pitch_examples, plan_of
from train.benchmarks.gain import LINES
from train.benchmarks.gain_table import table
from train.evaluate.candidate import Candidate
from train.evaluate.evaluation import evaluate
from train.recipes.read import made


def test_what_hearing_gains_stands_in_the_table(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    plan = plan_of(
        tmp_path / "audio", examples, candidates=(Candidate("base"), Candidate("tuned")), controls=("audio", "noise")
    )
    backends = {"base": Answering(lambda words, sound: "nothing"), "tuned": Answering(listens)}
    lines = table(evaluate(tmp_path / "out", plan, opener(backends))).splitlines()
    cells = [cell.strip() for cell in lines[2].strip("|").split("|")]
    assert cells[0] == "all" and cells[3:6] == ["0.0", "100.0", "+100.0"]
    assert cells[7:9] == ["50.0", "+50.0"] and cells[6].startswith("+") and " to " in cells[9]
    assert all(line.count("|") == lines[0].count("|") for line in lines)


def test_its_recipe_is_one() -> None:
    assert made(LINES).precision == "bf16" and made(LINES).batch % made(LINES).batch_per_device == 0
