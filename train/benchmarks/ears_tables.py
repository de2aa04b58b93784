"""A comparison of programs that listen as Markdown: a table a set of recordings, then what each program is."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from musicflamingo_app.scoring.calibration import chance_error
from train.benchmarks.marks import ASPECTS, CHORD_ERROR, KEY_ERROR, MEASURES, Marks, cost, means
from train.benchmarks.takes import Take

ABSENT = "–"


@dataclass
class Column:
    """One program and how right it was, recording by recording. `version` is "" where it is not installed."""

    name: str
    version: str = ""
    load_cpu_s: float = 0.0
    late_cpu_s: float = 0.0
    peak_mb: int = 0
    judged: list[tuple[Take, Marks]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def begin(self, version: str, load_cpu_s: float, late_cpu_s: float) -> None:
        """Notes what the program is, and what loading costs before the first file and with it."""
        self.version, self.load_cpu_s, self.late_cpu_s = version, load_cpu_s, late_cpu_s

    def add(self, take: Take, judged: Marks, failures: Sequence[str]) -> None:
        """Notes one recording."""
        self.judged.append((take, judged))
        self.failures += [f"{take.name}: {failure}" for failure in failures]

    def of(self, name: str | None) -> list[Marks]:
        """What was judged in one set, or in all."""
        return [judged for take, judged in self.judged if name in (None, take.set)]


def page(columns: Sequence[Column], heard: Sequence[Take], sets: Mapping[str, str], core: int | None) -> str:
    """All tables."""
    parts = [
        f"### {title[0].upper()}{title[1:]}\n\n{_about(heard, name)}\n\n{scores(columns, name)}"
        for name, title in sets.items()
    ]
    if len(sets) > 1:
        parts.append(f"### Confidence over all sets\n\n{calibration(columns)}")
    where = "" if core is None else f", all on core {core}"
    parts.append(f"### What each costs\n\nOne thread a program{where}.\n\n{costs(columns)}")
    missing = absent([column.name for column in columns if not column.version and not column.failures])
    return "\n\n".join([*parts, *([missing] if missing else []), *_failed(columns)])


def absent(names: Sequence[str]) -> str:
    """Which programs are not there, and what installs them; nothing when all are."""
    return f"Not installed, and so left out: {', '.join(names)}. `make bench-peers` installs them." if names else ""


def _about(heard: Sequence[Take], of: str) -> str:
    lengths_s = [take.truth.duration_s for take in heard if take.set == of]
    return f"{len(lengths_s)} recordings, {sum(lengths_s) / 60:.0f} minutes."


def scores(columns: Sequence[Column], of: str | None) -> str:
    """Measures by program in one set, the highest (for errors the lowest) in bold; measures nobody has are left out."""
    found = {column.name: {name: one.value for name, one in means(column.of(of)).items()} for column in columns}
    rows = {
        name: [found[column.name].get(name) for column in columns]
        for name in (*MEASURES, CHORD_ERROR, KEY_ERROR)
        if any(name in one for one in found.values())
    }
    lines = [_row(name, _bold(values, name in (CHORD_ERROR, KEY_ERROR))) for name, values in rows.items()]
    return "\n".join([*_head(columns), *lines])


def calibration(columns: Sequence[Column]) -> str:
    """Calibration errors over all sets together, and what chance alone would leave of the key's."""
    judged = {column.name: column.of(None) for column in columns}
    found = {name: {measure: one.value for measure, one in means(rows).items()} for name, rows in judged.items()}
    chance = {name: chance_error(claim for row in rows for claim in row.key_claims) for name, rows in judged.items()}
    lines = [
        _row(measure, [_number(found[c.name].get(measure)) for c in columns]) for measure in (CHORD_ERROR, KEY_ERROR)
    ]
    lines.append(_row(f"{KEY_ERROR}, of a perfect confidence", [_number(chance[c.name]) for c in columns]))
    return "\n".join([*_head(columns), *lines])


def _number(value: float | None) -> str:
    return ABSENT if value is None or math.isnan(value) else f"{value:.3f}"


def costs(columns: Sequence[Column]) -> str:
    """CPU seconds a second of sound by aspect and in all, what loading costs, and the most memory."""
    found = {column.name: cost(column.of(None)) for column in columns}
    lines = [
        _row(
            f"CPU s a second of sound, {aspect}",
            [f"{found[c.name][aspect]:.4f}" if aspect in found[c.name] else ABSENT for c in columns],
        )
        for aspect in ASPECTS
        if any(aspect in one for one in found.values())
    ]
    about: dict[str, Callable[[Column], str]] = {
        "CPU s to load, before the first file": lambda column: f"{column.load_cpu_s:.1f}",
        "CPU s to load, with the first file": lambda column: f"{column.late_cpu_s:.1f}",
        "peak memory, MB": lambda column: f"{column.peak_mb}",
        "program": lambda column: column.version,
    }
    lines += [_row(name, [tell(c) if c.version else ABSENT for c in columns]) for name, tell in about.items()]
    return "\n".join([*_head(columns), *lines])


def _head(columns: Sequence[Column]) -> list[str]:
    return [_row("", [column.name for column in columns]), "|---" * (len(columns) + 1) + "|"]


def _row(name: str, cells: Sequence[str]) -> str:
    return f"| {name} | " + " | ".join(cells) + " |"


def _bold(values: Sequence[float | None], low_is_good: bool) -> list[str]:
    shown = [ABSENT if value is None else f"{value:.3f}" for value in values]
    known = [text for text in shown if text != ABSENT]
    best = min(known) if low_is_good else max(known)
    return [f"**{text}**" if text == best and len(known) > 1 else text for text in shown]


def _failed(columns: Sequence[Column]) -> list[str]:
    rows = [f"- {column.name}, {failure}" for column in columns for failure in column.failures]
    return ["What failed:\n\n" + "\n".join(rows)] if rows else []
