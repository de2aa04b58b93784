"""A report as the page reads it."""

import json

import plotly.graph_objects as go

from musicflamingo_app.ui.train.report_view import report_view
from train.evaluate.candidate import Candidate
from train.evaluate.marks import Answered, one_by_one
from train.evaluate.plan import Plan
from train.evaluate.report import marks_of, report_of
from train.examples import SKILLS, Example, Score

TASKS = ("chord_in_bar", "tempo")


def example(n: int) -> Example:
    more = {"audio": f"/songs/{n}.mp3", "references": ((1.0, 2.0),), "song": f"Song {n}"}
    return Example(
        f"e{n}", f"{n % 4:064x}", task=TASKS[n % 2], skill=SKILLS[0], kind="open", question="Q?", answer="yes", **more
    )


def made(tmp_path, before: str, after: str):  # type: ignore[no-untyped-def]
    """A report on eight questions; the base says `before` throughout, the tuned one `after`."""
    examples = tuple(example(n) for n in range(8))
    rule = one_by_one("score", "right or not", lambda e, said: Score(float(said == e.answer)))
    who = (Candidate("base"), Candidate("base", "mine"))
    plan = Plan("held out", examples, tmp_path, who, (rule,), ("audio", "none"))
    said = {
        ("base", "audio"): before,
        ("base", "none"): before,
        ("base + mine", "audio"): after,
        ("base + mine", "none"): before,
    }
    answers = {key: tuple(Answered(one, text) for one in examples) for key, text in said.items()}
    about = {"n_items": 8, "dataset_hash": "ab" * 32}
    return report_view(report_of(about, plan, answers, marks_of(plan, answers)), examples)


def test_what_was_gained_is_told_with_intervals_and_a_verdict(tmp_path) -> None:
    view = made(tmp_path, "no", "yes")
    overall = {(row["candidate"], row["control"]): row for row in view["overall"]}
    assert (
        overall["base", "hears the song"]["value"] == 0.0 and overall["base + mine", "hears the song"]["value"] == 100.0
    )
    change = next(row for row in view["changes"] if row["group"] == "all")
    assert (change["value"], change["verdict"], change["n_better"], change["n_songs"]) == (100.0, "better", 8, 4)
    assert {row["verdict"] for row in view["hearing"] if "mine" in row["after"]} == {"better"}
    assert {row["verdict"] for row in view["hearing"] if "mine" not in row["after"]} == {"unsure"}


def test_what_was_lost_is_told_with_its_sound(tmp_path) -> None:
    view = made(tmp_path, "yes", "no")
    assert next(row for row in view["changes"] if row["group"] == "all")["verdict"] == "worse"
    case = view["worsened"]["base + mine"][0]
    assert (case["said_before"], case["value_before"], case["said"], case["value"]) == ("yes", 1.0, "no", 0.0)
    assert case["sha"] == f"{int(case['id'][1:]) % 4:064x}" and case["references"] == [[1.0, 2.0]]
    assert len(view["worst"]["base + mine"]) == 8 and view["worst"]["base"] == []


def test_the_chart_has_a_line_for_each_task_and_is_read_by_plotly(tmp_path) -> None:
    chart = made(tmp_path, "no", "yes")["chart"]
    assert [line["name"] for line in chart["data"]] == ["base", "base + mine"]
    assert sorted(chart["data"][0]["y"]) == ["chord in bar", "tempo"] and chart["data"][1]["x"] == [100.0, 100.0]
    go.Figure(json.loads(json.dumps({"data": chart["data"], "layout": chart["layout"]})))
