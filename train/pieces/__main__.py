"""Makes labelled music: `python -m train.pieces --count N --seed S --out DIR [--render]`.

Writes NNN.mid and NNN.json, and with `--render` a FLAC file of each through the soundfonts in turn, under DIR/FONT/;
the times in NNN.json are then those of the sound.
"""

import argparse
import json
from pathlib import Path

from musicflamingo_app.errors import StudioError
from train.pieces.compose import piece
from train.pieces.midi import truth_json, write_midi
from train.render import render, soundfonts
from train.songs import RENDER_DELAY_S


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m train.pieces", description=__doc__)
    parser.add_argument("--count", type=int, default=10, help="how many pieces")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--out", type=Path, required=True, help="where they go")
    parser.add_argument("--style", help="one style for all (each seed picks one otherwise)")
    parser.add_argument("--render", action="store_true", help="make sound of them with FluidSynth")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    fonts = soundfonts() if given.render else []
    for seed in range(given.seed, given.seed + given.count):
        make(seed, given.style, given.out, fonts)


def make(seed: int, style: str | None, out: Path, fonts: list[Path]) -> None:
    """Writes one piece and says what it is. Raises NotFound, MissingPackage, StudioError."""
    made = piece(seed, style)
    midi = out / f"{seed:03d}.mid"
    write_midi(made, midi)
    truth = truth_json(made, RENDER_DELAY_S if fonts else 0.0)
    midi.with_suffix(".json").write_text(json.dumps(truth, ensure_ascii=False) + "\n", encoding="utf-8")
    if fonts:
        render(midi, out, fonts[seed % len(fonts)])
    print(f"{seed:03d}: {made.style}, {made.key or 'no key'}, {made.beats.metre}, {made.duration_s:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
