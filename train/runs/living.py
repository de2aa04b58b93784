"""Whether the process that a state names is alive: this machine's by its id and start, others' by their heartbeat."""

import atexit
import os
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any

SILENT_S = 90.0  # a process on another machine that said nothing for so long counts as dead


def this_process() -> dict[str, Any]:
    """What a state says of the process that writes it."""
    import psutil

    return {"pid": os.getpid(), "born": psutil.Process().create_time(), "host": socket.gethostname()}


def process_of(pid: int) -> dict[str, Any]:
    """The same of a child that was just started."""
    import psutil

    return {"pid": pid, "born": psutil.Process(pid).create_time(), "host": socket.gethostname()}


def let_live(child: "subprocess.Popen[bytes]") -> None:
    """Leaves a child to itself: it is waited for beside all else, so that it never stays as a zombie, and it outlives
    this process, which then says nothing of it."""
    threading.Thread(target=child.wait, name=f"process {child.pid}", daemon=True).start()
    atexit.register(_let_go, child)


def _let_go(child: "subprocess.Popen[bytes]") -> None:
    if child.returncode is None:
        child.returncode = 0  # else Python warns of a subprocess that is still running, as is meant here


def is_alive(state: Mapping[str, Any]) -> bool:
    """Whether the process is still there; an id that another process got since does not count."""
    if state.get("host") != socket.gethostname():
        return time.time() - float(state.get("heartbeat") or 0) < SILENT_S
    import psutil

    try:
        process = psutil.Process(int(state["pid"]))
        return abs(process.create_time() - float(state["born"])) < 1 and process.status() != psutil.STATUS_ZOMBIE
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False


def is_ours(state: Mapping[str, Any]) -> bool:
    """Whether it is this process or one that started it."""
    import psutil

    pid = state.get("pid")
    return pid == os.getpid() or any(parent.pid == pid for parent in psutil.Process().parents())
