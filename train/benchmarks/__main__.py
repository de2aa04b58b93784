"""Every benchmark of docs/benchmarks.md, as Markdown: `python -m train.benchmarks --data POP909 --renders FOLDER`.

`--quick` tries them all with little of everything: whether they run, not how good anything is. What else is given goes
to the first of them, `train.benchmarks.ears`. One that fails does not keep the others from running.
"""

import subprocess
import sys

# Benchmark -> what it is given in a trial.
TRIALS = {
    "ears": "--songs 1 --pieces 1 --seconds 20",
    "length": "--minutes 1",
    "library": "--tracks 300 --repeats 3",
    "page": "",
    "speech": "--seconds 10 --questions 10",
}


def main() -> None:
    given = [word for word in sys.argv[1:] if word != "--quick"]
    if {"--help", "-h"} & set(given):
        print(__doc__)
        raise SystemExit(run("ears", *given))
    is_trial = len(given) < len(sys.argv) - 1
    failed = []
    for name, trial in TRIALS.items():
        print(f"\n{name}\n", flush=True)
        if run(name, *(given if name == "ears" else ()), *(trial.split() if is_trial else ())):
            failed.append(name)
    if failed:
        raise SystemExit(f"Not measured: {', '.join(failed)}. Their own words stand above.")


def run(name: str, *given: str) -> int:
    """Runs one benchmark in a process of its own; its exit code."""
    return subprocess.run([sys.executable, "-m", f"train.benchmarks.{name}", *given], check=False).returncode


if __name__ == "__main__":
    main()
