"""Children that are left to themselves: no zombies, and no word of them at the end."""

import subprocess
import sys
import time

import psutil

from train.runs.living import is_alive, let_live, process_of

PROGRAM = """
import subprocess, sys
from train.runs.living import let_live
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3)"])
let_live(child)
print(child.pid)
"""


def test_a_child_outlives_its_parent_without_a_warning() -> None:
    done = subprocess.run([sys.executable, "-X", "dev", "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert "ResourceWarning" not in done.stderr
    assert psutil.pid_exists(int(done.stdout))


def test_an_ended_child_is_no_zombie() -> None:
    child = subprocess.Popen([sys.executable, "-c", "pass"])
    state = process_of(child.pid)
    let_live(child)
    end = time.monotonic() + 30
    while psutil.pid_exists(child.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not psutil.pid_exists(child.pid) and not is_alive(state)
