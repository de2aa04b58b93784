"""A real llama.cpp server in a process of its own, from the wheel of xllamacpp."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def llama_server(model: Path, mmproj: Path | None = None) -> Iterator[str]:
    """Its address, until the block ends."""
    command = [sys.executable, __file__, str(model), *([str(mmproj)] if mmproj else [])]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        assert running.stdin is not None and running.stdout is not None
        try:
            address = running.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the server did not start"
            yield address
        finally:
            running.kill()


def serve(model: str, mmproj: str = "") -> None:
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = model
    if mmproj:
        settings.mmproj.path = mmproj
    settings.n_ctx, settings.n_parallel, settings.cpuparams.n_threads = 2048, 1, 1
    settings.use_jinja, settings.warmup = True, False
    server = xllamacpp.Server(settings)
    sys.stdout.write(f"{server.listening_address}\n")
    sys.stdout.flush()
    sys.stdin.read()  # until the test ends


if __name__ == "__main__":
    serve(*sys.argv[1:])
