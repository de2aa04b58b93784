"""What a LoRA on thirty songs gains on held-out ones: `python -m train.benchmarks.gain --base FOLDER --out HOME`.

Renders songs of POP909 that taught no network of ours, played by bands, adds them to a library of their own (measured
as any recording is), freezes a dataset of excerpts with fourteen more songs held out, tunes the base by the trainer,
and asks base and tuned model the held-out questions, heard and as Gaussian noise. Each step is kept in HOME; the same
command goes on where it stopped. Take a base whose ears were taught (`train.nano.base`): others have nothing to hear
with.
"""

import argparse
import json
import os
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.values import TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.paths import HOME_VARIABLE
from musicflamingo_app.services.studio import Studio
from train.benchmarks.gain_table import table
from train.evaluate.report import Report

ARCHIVE = Path("../shared/data/pop909_dev.tar.gz")
NAME = "gain"
LINES: dict[str, Any] = {
    "stage": "sft",
    "about": "A small base on few songs and one core: excerpts, two questions at once, bf16.",
    "precision": "bf16",
    "lora_rank": 16,
    "lora_alpha": 32,
    "lora_dropout": 0.0,
    "learning_rate": 5e-4,
    "projector_learning_rate": 5e-4,
    "batch": 8,
    "batch_per_device": 1,
    "turns_per_clip": 2,
    "gradient_checkpointing": False,
    "eval_every": 0,
    "sample_every": 0,
    "save_every": 5,
    "loaders": 0,
}
PATIENCE_S = 24 * 3600.0


@dataclass(frozen=True)
class Asked:
    """What is measured: of `n_songs` songs the share `held_out` judges; each gives `crops` excerpts."""

    base: Path
    out: Path
    data: Path = ARCHIVE
    n_songs: int = 44
    held_out: float = 0.32
    crops: int = 2
    questions: int = 20
    seconds: float = 45.0
    epochs: float = 2.0
    max_new_tokens: int = 24
    seed: int = 0


Say = Callable[[str], None]


def main() -> None:
    asked = _parsed()
    os.environ[HOME_VARIABLE] = str(asked.out.absolute())
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    began = time.monotonic()
    say: Say = lambda text: print(f"[{(time.monotonic() - began) / 60:5.1f} min] {text}", flush=True)  # noqa: E731
    print(table(measured(asked, say)), flush=True)


def _parsed() -> Asked:
    parser = argparse.ArgumentParser(prog="python -m train.benchmarks.gain", description=__doc__)
    parser.add_argument("--base", type=Path, required=True, help="folder of a Music Flamingo")
    parser.add_argument("--out", type=Path, required=True, help="data folder of its own, kept and gone on with")
    parser.add_argument("--data", type=Path, default=Asked.data, help="POP909: the archive or its folder")
    parser.add_argument("--songs", dest="n_songs", type=int, default=Asked.n_songs)
    parser.add_argument("--held-out", type=float, default=Asked.held_out, help="share of the songs that judge")
    parser.add_argument("--crops", type=int, default=Asked.crops, help="excerpts of each song")
    parser.add_argument("--questions", type=int, default=Asked.questions, help="questions about each song")
    parser.add_argument("--seconds", type=float, default=Asked.seconds, help="how much of each song is rendered")
    parser.add_argument("--epochs", type=float, default=Asked.epochs)
    parser.add_argument("--max-new-tokens", type=int, default=Asked.max_new_tokens, help="where answers are cut")
    parser.add_argument("--seed", type=int, default=Asked.seed)
    return Asked(**vars(parser.parse_args()))


def measured(asked: Asked, say: Say) -> Report:
    """From songs to the report. Raises NotFound, StudioError."""
    from musicflamingo_app.paths import Paths, default_home
    from musicflamingo_app.services.studio import Setup, Studio

    studio = Studio(Paths(default_home()), Setup(n_workers=1)).start()
    try:
        _added(studio, list(rendered(asked, say)), say)
        dataset = _dataset(studio, asked, say)
        adapter = _tuned(studio, asked, dataset, say)
        return _evaluated(studio, asked, dataset, adapter, say)
    finally:
        studio.close()


def rendered(asked: Asked, say: Say) -> Iterator[Path]:
    """The songs' recordings, made where they are not there yet."""
    from train.ears.split import songs
    from train.pop909 import unpacked

    folder = unpacked(asked.data, asked.out)
    found = songs(folder, "test")[: asked.n_songs]
    if len(found) < asked.n_songs:
        raise NotFound(f"{folder} has {len(found)} songs that may judge, not {asked.n_songs}.", "Ask for fewer.")
    for song in found:
        path = asked.out / "songs" / f"Song {song}.flac"
        if not path.is_file():
            say(f"Rendering {path.stem}.")
            _render(song, folder, path, asked.seconds)
        yield path


def _render(song: str, folder: Path, path: Path, seconds: float) -> None:
    import numpy as np
    import soundfile

    from musicflamingo_app.audio.sound import ANALYSIS_HZ
    from train.ears.make import piece_of
    from train.ears.sound import performed
    from train.render import soundfont

    made = piece_of(f"pop-{song}-1", folder, "test")
    assert made is not None, "a song has a piece"
    sound = performed(made, soundfont(), zlib.crc32(song.encode()), effects=False)
    first = round(min(10.0, max(0.0, made.duration_s - seconds)) * ANALYSIS_HZ)
    cut = sound[first : first + round(seconds * ANALYSIS_HZ)]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".part")
    soundfile.write(draft, 0.8 * cut / max(1e-6, float(np.abs(cut).max())), ANALYSIS_HZ, format="FLAC")
    draft.replace(path)


def _added(studio: Studio, paths: Sequence[Path], say: Say) -> None:
    jobs = [studio.add(path, path.name) for path in paths]
    waiting = [job.id for job in jobs if job.is_active]
    if waiting:
        say(f"Measuring {len(waiting)} songs.")
    while waiting:
        time.sleep(1.0)
        for job in [studio.job(job_id) for job_id in waiting]:
            if not job.is_active:
                waiting.remove(job.id)
                if job.state != "done":
                    raise StudioError(job.what or f"“{job.name}” could not be measured.", job.advice or "")
                studio.dismiss(job.id)


def _dataset(studio: Studio, asked: Asked, say: Say) -> Path:
    from train.build import Options, freeze, propose
    from train.dataset import datasets_folder, open_dataset
    from train.gather import every_track, gather

    folder = datasets_folder(studio.paths.home) / NAME
    if not folder.exists():
        options = Options(
            asked.held_out, "song", asked.questions, seed=asked.seed, licence="POP909, MIT", crops=asked.crops,
            crop_s=heard_at_once_s(asked.base), captions=False,
        )  # fmt: skip
        proposal = propose(gather(studio.library, every_track(studio.library, TrackQuery())), options)
        freeze(studio.paths.home, NAME, proposal)
    about = open_dataset(folder).about
    n_held = sum(member.side == "held_out" for member in about.members)
    say(
        f"{about.n_train} examples of {len(about.members) - n_held} songs teach, "
        f"{about.n_held_out} of {n_held} judge; hash {about.hash[:12]}."
    )
    return folder


def heard_at_once_s(base: Path) -> tuple[float, float]:
    """Shortest and longest excerpt: a base of our own making was taught single windows. Raises NotFound."""
    try:
        extractor = json.loads((base / "processor_config.json").read_text("utf-8"))["feature_extractor"]
        window_s = float(extractor["chunk_length"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise NotFound(f"{base} is no Music Flamingo.", "Make one with “python -m train.nano.base”.") from error
    return 0.7 * window_s, 0.97 * window_s


def _tuned(studio: Studio, asked: Asked, dataset: Path, say: Say) -> str:
    """The name of the adapter, learned where it is not there yet. Raises StudioError with what stopped the run."""
    from train.adapters import list_adapters, register
    from train.plan import Place, planned
    from train.recipes.read import made
    from train.runs.folder import create
    from train.runs.read import read_run
    from train.runs.start import start, wait

    place = Place(studio.paths.home)
    if NAME in [one.name for one in list_adapters(place.adapters)]:
        return NAME
    folder = place.runs / NAME
    if not folder.exists():
        recipe = made({**LINES, "epochs": asked.epochs, "seed": asked.seed})
        create(place.runs, planned(place, recipe, str(dataset), str(asked.base)), name=NAME, command="benchmark gain")
    if read_run(folder).status == "interrupted":
        start(folder)
    say("Learning; its curve is in metrics.jsonl of the run.")
    if wait(folder, timeout_s=PATIENCE_S, every_s=2.0) != "done":
        raise StudioError(f"The run ended early. {read_run(folder).sentence}", "Run the same command again.")
    run = read_run(folder)
    losses = [loss for _, loss in run.curves["loss"]]
    say(f"{run.steps} steps; loss from {losses[0]:.3f} to {sum(losses[-5:]) / len(losses[-5:]):.3f}.")
    return register(place.adapters, run, name=NAME).name


def _evaluated(studio: Studio, asked: Asked, dataset: Path, adapter: str, say: Say) -> Report:
    from dataclasses import replace

    from train.evaluate.dataset import dataset_plan
    from train.evaluate.evaluation import evaluate
    from train.evaluate.folder import evaluations_folder
    from train.evaluate.opening import Opening, candidate_of
    from train.evaluate.run import Step
    from train.plan import Place

    who = [candidate_of(studio.speech, str(asked.base), name, thinks=False) for name in ("", adapter)]
    plan = replace(dataset_plan(dataset, who, ("audio", "noise")), max_new_tokens=asked.max_new_tokens)

    def tell(step: Step) -> None:
        if step.n_done % 50 == 0:
            say(f"{step.candidate}: {step.n_done} of {step.n_all} questions answered.")

    opening = Opening(studio.speech, Place(studio.paths.home))
    try:
        return evaluate(evaluations_folder(studio.paths.home) / NAME, plan, opening, tell)
    finally:
        opening.close()


if __name__ == "__main__":
    try:
        main()
    except StudioError as error:
        raise SystemExit(str(error)) from error
