"""What this machine computes on: processor, memory and graphics cards. `python -m model.devices` prints it as JSON.

Asking torch takes seconds and a quarter of a gigabyte, so `devices` asks in a process of its own.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Device:
    """One device: `kind` is `cpu`, `cuda` or `mps`; memory is 0 when it cannot be told."""

    kind: str
    name: str
    memory_bytes: int


def devices(*, timeout_s: float = 60.0) -> tuple[Device, ...]:
    """The processor first, then each graphics card that torch can use."""
    command = [sys.executable, "-m", "model.devices"]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=timeout_s, check=True)
        return tuple(Device(**row) for row in json.loads(asked.stdout))
    except (subprocess.SubprocessError, ValueError, OSError):
        return (processor(),)


def processor() -> Device:
    """The processor: its name, cores and the machine's memory."""
    return Device("cpu", f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores", memory_bytes())


def computes_bf16() -> bool:
    """Whether this processor multiplies bf16 by instructions of its own; torch does not tell of Arm."""
    import torch

    known = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(bool(getattr(torch.cpu, name)()) for name in known if hasattr(torch.cpu, name))


def memory_bytes() -> int:
    """The machine's memory, 0 when the system does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return 0


def cards() -> tuple[Device, ...]:
    """The graphics cards torch can use; none without torch."""
    try:
        import torch
    except ImportError:
        return ()
    found = []
    for index in range(torch.cuda.device_count()):
        about = torch.cuda.get_device_properties(index)
        found.append(Device("cuda", about.name, about.total_memory))
    if torch.backends.mps.is_available():
        found.append(Device("mps", "Apple GPU", memory_bytes()))
    return tuple(found)


if __name__ == "__main__":
    sys.stdout.write(json.dumps([asdict(device) for device in (processor(), *cards())]))
