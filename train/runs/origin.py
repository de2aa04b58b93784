"""Where a run comes from: versions of what it is made with, and the state of the code."""

import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

PACKAGES = ("musicflamingo-app", "torch", "transformers", "peft", "accelerate", "bitsandbytes", "numpy")
ROOT = Path(__file__).parents[2]


def origin() -> dict[str, Any]:
    """`versions` by package, `commit` ("" outside of a checkout) and whether the code was changed since (`dirty`)."""
    versions = {"python": sys.version.split()[0]}
    for name in PACKAGES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    commit = _git("rev-parse", "HEAD")
    return {"versions": versions, "commit": commit, "dirty": bool(commit and _git("status", "--porcelain", "-uno"))}


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=True, timeout=20
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
