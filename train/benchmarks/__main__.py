"""Every benchmark of docs/benchmarks.md, as Markdown: `python -m train.benchmarks --data POP909 --renders FOLDER`.

What else is given goes to the first of them, `train.benchmarks.ears`.
"""

import subprocess
import sys

AFTER_EARS = ("length", "library", "page", "speech")


def main() -> None:
    run("ears", *sys.argv[1:])
    if "--help" not in sys.argv and "-h" not in sys.argv:
        for name in AFTER_EARS:
            print(f"\n{name}\n", flush=True)
            run(name)


def run(name: str, *given: str) -> None:
    """Runs one benchmark in a process of its own; ends with it when it fails."""
    done = subprocess.run([sys.executable, "-m", f"train.benchmarks.{name}", *given], check=False)
    if done.returncode:
        raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
