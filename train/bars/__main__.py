"""Fits the bar model: `python -m train.bars --data POP909 --renders FOLDER`.

Prints cross-validated scores by song, writes assets/weights/bars/bars.json and says how the constants that stand in
analysis/rhythm (rarities, confidence) follow from the same pieces.
"""

import argparse
import json
from pathlib import Path

from musicflamingo_app.analysis.rhythm.fitted import BarModel
from train.bars.fit import cross_validated, fit
from train.bars.lessons import lessons
from train.bars.report import report
from train.pop909 import unpacked
from train.render import soundfonts

N_PIANO, N_ARRANGED = 100, 120


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="pop909_dev.tar.gz or its folder")
    parser.add_argument("--renders", type=Path, required=True, help="where renders are kept")
    parser.add_argument("--piano", type=int, default=N_PIANO, help="pieces for piano")
    parser.add_argument("--arranged", type=int, default=N_ARRANGED, help="pieces at other tempi")
    parser.add_argument("--out", type=Path, default=Path("assets/weights/bars/bars.json"))
    args = parser.parse_args()
    folder = unpacked(args.data, args.renders)
    counts = {"n_piano": args.piano, "n_arranged": args.arranged}
    studied = list(lessons(folder, args.renders, soundfonts(), **counts))
    judged = cross_validated(studied)
    print(report(judged))
    model = fit(studied, [trial for trial, _ in judged])
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps(_stored(model), indent=1) + "\n", encoding="utf-8")


def _stored(model: BarModel) -> dict[str, object]:
    out: dict[str, object] = {"choice": {name: round(weight, 3) for name, weight in model.choice.items()}}
    for name, places in (("places", model.places), ("places_with_chords", model.places_with_chords)):
        out[name] = {
            "offsets": [round(float(x), 3) for x in places.offsets],
            "weights": [" ".join(f"{x:.3g}" for x in row) for row in places.weights],
        }
    return out


if __name__ == "__main__":
    main()
