"""Programs that listen, each a script that runs in an environment of its own; see `answering`."""

from pathlib import Path

WORKERS = Path(__file__).parent
