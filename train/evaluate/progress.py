"""`state.json` in the folder of an evaluation: the page reads from it how far a process is and whether it lives."""

import json
import os
import time
from pathlib import Path

from train.evaluate.folder import replace_text
from train.evaluate.run import Step, Watch

STATE = "state.json"
EVERY_S = 1.0


def noting(folder: Path, then: Watch = lambda step: None) -> Watch:
    """Notes each step, at most once a second and at the end of each candidate, and passes it on."""
    told_s, started_s = float("-inf"), time.time()

    def watch(step: Step) -> None:
        nonlocal told_s
        now_s = time.monotonic()
        if now_s - told_s >= EVERY_S or step.n_done == step.n_all:
            told_s = now_s
            state = {"pid": os.getpid(), "heartbeat": time.time(), "started": started_s, "n_done": step.n_done}
            state |= {"n_all": step.n_all, "candidate": step.candidate, "control": step.control}
            replace_text(folder / STATE, json.dumps(state) + "\n")
        then(step)

    return watch
