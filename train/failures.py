"""What stops a run, as one sentence that says what to do."""

import errno

from model.transformers_hf.load import is_out_of_memory
from musicflamingo_app.errors import StudioError
from train.recipes.recipe import Recipe
from train.runs.write import plain

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FULL_SAID = (
    "no space left",
    "disk quota exceeded",
    "file too large",
    "pytorchstreamwriter failed",
    "file write failed",
)


def sentence_of(error: BaseException, recipe: Recipe) -> str:
    """A failure in a sentence: memory, disk, a StudioError's own, or what it is with the log to read."""
    if isinstance(error, StudioError):
        return _last_sentence(error)
    if is_out_of_memory(error):
        return f"The memory is too small for this recipe. {_smaller(recipe)}"
    if _is_full(error):
        return "The disk is full, so a checkpoint could not be written. Free some space, then resume the run."
    return plain(error)


def _last_sentence(error: StudioError) -> str:
    """What a StudioError says; one from a loading process brings that one's whole trace, its sentence at the end."""
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return lines[-1].partition("Error: ")[2] or lines[-1] if len(lines) > 1 else str(error)


def _is_full(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if any(said in str(error).lower() for said in _FULL_SAID):
            return True
        error = error.__cause__ or error.__context__
    return False


def _smaller(recipe: Recipe) -> str:
    ways = []
    if recipe.batch_per_device > 1:
        ways.append("set batch_per_device to 1")
    if not recipe.gradient_checkpointing:
        ways.append("set gradient_checkpointing to true")
    if recipe.precision != "nf4":
        ways.append("set precision to nf4 on an NVIDIA card")
    ways.append("make clips shorter or turns_per_clip fewer")
    said = ", or ".join(ways)
    return f"{said[0].upper()}{said[1:]}, then resume the run."
