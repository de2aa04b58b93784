"""The gain of a tuned model over its base as a Markdown table: in all and by task, with intervals by song."""

from collections.abc import Iterator

from train.evaluate.intervals import Estimate
from train.evaluate.report import Difference, Report, Row

HEAD = (
    "of",
    "items",
    "songs",
    "base",
    "tuned",
    "gain",
    "95 % interval",
    "tuned, noise",
    "hearing adds",
    "95 % interval",
)
Key = tuple[str, str]  # group and name


def table(report: Report) -> str:
    """One row for all, then one for each task. The first candidate is the base, the last the tuned one."""
    names = list(dict.fromkeys(row.candidate for row in report.rows))
    base, tuned = names[0], names[-1]
    before, after, noise = (_marks(report, *of) for of in ((base, "audio"), (tuned, "audio"), (tuned, "noise")))
    gains, heard = _differences(report.changes), _differences(d for d in report.hearing if d.after.startswith(tuned))
    lines = [HEAD, ("---",) * len(HEAD)]
    for key in sorted(after, key=lambda key: (key[0] != "all", key[1])):
        estimate = after[key].estimate
        lines.append((
            key[1], str(estimate.n_items), str(estimate.n_songs), _percent(before[key].estimate), _percent(estimate),
            *_change(gains.get(key)), _percent(noise[key].estimate) if key in noise else "–", *_change(heard.get(key)),
        ))  # fmt: skip
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _marks(report: Report, candidate: str, control: str) -> dict[Key, Row]:
    rows = (row for row in report.rows if (row.candidate, row.control) == (candidate, control))
    return {(row.group, row.name): row for row in rows if row.group in ("all", "task")}


def _differences(found: "Iterator[Difference] | tuple[Difference, ...]") -> dict[Key, Difference]:
    return {(one.group, one.name): one for one in found if one.group in ("all", "task")}


def _percent(estimate: Estimate) -> str:
    return f"{100 * estimate.value:.1f}"


def _change(found: Difference | None) -> tuple[str, str]:
    if found is None:
        return "–", "–"
    one = found.estimate
    ends = "–" if one.low is None or one.high is None else f"{100 * one.low:+.1f} to {100 * one.high:+.1f}"
    return f"{100 * one.value:+.1f}", ends
