"""All published benchmarks that can be run here, and the evaluation of one."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from musicflamingo_app.errors import NotFound, StudioError
from train.evaluate.candidate import Candidate, Control
from train.evaluate.evaluation import Judging
from train.evaluate.folder import open_evaluation
from train.evaluate.marks import Rule, item_of
from train.evaluate.plan import SEED, Plan, limited
from train.examples import Example
from train.suites.avqa import MUSIC_AVQA
from train.suites.captions import MUSICCAPS, MUSICINSTRUCT, SONGCAPS
from train.suites.judge import JUDGES
from train.suites.labels import GTZAN, MEDLEY_SOLOS, NSYNTH_INSTRUMENT, NSYNTH_SOURCE
from train.suites.lyrics import MUSDB18, OPENCPOP
from train.suites.mmau import MMAR, MMAU
from train.suites.mmau_pro import MMAU_PRO
from train.suites.muchomusic import MUCHOMUSIC
from train.suites.published import PICKED
from train.suites.rulistening import RULISTENING
from train.suites.suite import Suite

SUITES: tuple[Suite, ...] = (
    MMAU, MMAU_PRO, MUCHOMUSIC, RULISTENING, MMAR, MUSICINSTRUCT, MUSIC_AVQA, MUSICCAPS, SONGCAPS, NSYNTH_SOURCE,
    NSYNTH_INSTRUMENT, GTZAN, MEDLEY_SOLOS, OPENCPOP, MUSDB18,
)  # fmt: skip


def suite(name: str) -> Suite:
    """The benchmark of that name. Raises NotFound."""
    found = next((one for one in SUITES if one.name == name.strip().lower()), None)
    if found is None:
        names = ", ".join(one.name for one in SUITES)
        raise NotFound(f"There is no benchmark named “{name}”.", f"Choose one of {names}.")
    return found


def suite_plan(
    wanted: Suite,
    folder: Path,
    candidates: Sequence[Candidate],
    controls: tuple[Control, ...],
    *,
    limit: int | None = None,
    skip_missing: bool = False,
    seed: int = SEED,
) -> Plan:
    """The evaluation of a benchmark. Without `skip_missing`, recordings that are not there are an error later on.

    Raises NotFound, StudioError.
    """
    examples, notes = wanted.open(folder)
    n_all = len({item_of(one) for one in examples})
    kept, missing = _present(folder, examples) if skip_missing else (examples, "")
    if not kept:
        raise NotFound(f"{folder} holds no recording of {wanted.title}.", f"Get {wanted.title} from {wanted.source}.")
    deaf = [f"{one.name} hears no audio and was asked without." for one in candidates if not one.hears_audio]
    more = [PICKED] if wanted.judged == "choice" else []
    return Plan(
        wanted.title,
        limited(kept, limit, seed=seed),
        folder,
        tuple(candidates),
        wanted.rules,
        controls,
        wanted.wording,
        wanted.max_new_tokens,
        seed,
        n_all,
        (*wanted.notes, *notes, *([missing] if missing else []), *chance_note(kept), *more, *deaf),
        {"suite": wanted.name, "licence": wanted.licence},
    )


def _present(folder: Path, examples: tuple[Example, ...]) -> tuple[tuple[Example, ...], str]:
    """The examples whose recordings are there, and a sentence about the others."""
    here = {audio for audio in {one.audio for one in examples} if (folder / audio).is_file()}
    kept = tuple(one for one in examples if one.audio in here)
    n_lost = len(examples) - len(kept)
    return kept, f"{n_lost} of {len(examples)} examples are left out: their recordings are missing." if n_lost else ""


def chance_note(examples: Sequence[Example]) -> list[str]:
    """What guessing gives, where there are options."""
    shares = [1 / len(one.options) for one in examples if one.options]
    return [f"Guessing gives {100 * sum(shares) / len(shares):.1f} %."] if shares else []


def judging(wanted: Suite, judge: Candidate) -> Judging:
    """A judge for a benchmark. Raises StudioError where none belongs to it."""
    if not wanted.judged:
        raise StudioError(f"{wanted.title} is not judged by a model.", "Leave --judge out.")
    return Judging(replace(judge, adapter=""), JUDGES[wanted.judged])


def rules_of(folder: Path) -> tuple[Rule, ...]:
    """The rules of the benchmark that an evaluation was made of; none when it was of a dataset."""
    name = open_evaluation(folder).about.get("suite")
    return suite(name).rules if name else ()
