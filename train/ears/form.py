"""Trains the network of form: `python -m train.ears.form --items FOLDER --out RUN`.

Items are those of `train.ears.make`: the side `train` teaches, `valid` chooses a few constants, `test` is scored at the
end. Minutes on one core.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from musicflamingo_app.errors import NotFound, StudioError
from train.ears.form_fit import fit_certainty, fit_least, fit_lines, fit_names, fit_pairs, fit_segmentation
from train.ears.form_lessons import Lesson, Sketched, lesson, sketches
from train.ears.form_score import judged

SEED = 909


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.ears.form", description=__doc__)
    parser.add_argument("--items", type=Path, required=True, help="the folder that train.ears.make wrote")
    parser.add_argument("--out", type=Path, required=True, help="where the run goes")
    parser.add_argument("--steps", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3, help="how often each recording teaches letters and names")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    taught = sketches(given.items / "train")
    if not taught:
        raise NotFound(f"There are no items with sections in {given.items / 'train'}.", "Make some: train.ears.make.")
    net = trained(taught, sketches(given.items / "valid"), given.steps, given.rounds, given.out)
    for side in ("valid", "test"):
        report(net, [lesson(sketch) for sketch in sketches(given.items / side)], side, given.out)


def trained(taught: list[Sketched], chosen_on: list[Sketched], steps: int, rounds: int, run: Path) -> Any:
    """A network fitted part by part; writes `final.pt` into the run."""
    import torch

    from musicflamingo_app.analysis.listening.form_net import FormNet

    torch.manual_seed(SEED)
    net = FormNet()
    print(f"{sum(s.is_pop for s in taught)} renders of songs, {sum(not s.is_pop for s in taught)} pieces", flush=True)
    fit_lines(net, taught, steps, SEED, run)
    net.eval()
    fit_pairs(net, taught, SEED, rounds)
    fit_names(net, taught, SEED, rounds)
    judges = [lesson(sketch) for sketch in chosen_on]
    songs = [made for made in judges if made.sketch.is_pop]
    fit_segmentation(net, [sketch for sketch in taught if sketch.is_pop], songs)
    fit_certainty(net, judges)
    fit_least(net, judges)
    torch.save(net.state_dict(), run / "final.pt")
    return net


def report(net: Any, lessons: list[Lesson], side: str, run: Path) -> None:
    """Prints and writes the scores of one side, by kind of music."""
    kinds = {
        "songs on piano": [x for x in lessons if x.sketch.is_pop and x.sketch.name.endswith("-0")],
        "songs arranged": [x for x in lessons if x.sketch.is_pop and not x.sketch.name.endswith("-0")],
        "pieces": [x for x in lessons if not x.sketch.is_pop],
    }
    scores = {kind: judged(net, rows) for kind, rows in kinds.items() if rows}
    for kind, row in scores.items():
        print(side, kind, {name: round(value, 3) for name, value in row.items()}, flush=True)
    (run / f"{side}.json").write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
