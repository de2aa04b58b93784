"""A base with an adapter's weights in it, as a checkpoint that needs no PEFT."""

import shutil
import tempfile
from pathlib import Path

from model.transformers_hf.load import Checkpoint, is_out_of_memory, load, out_of_memory, package
from musicflamingo_app.errors import StorageError
from train.tuning import check_fits


def merged(adapter: Path, base: Path, out: Path) -> Path:
    """Writes the merged checkpoint into `out`, whole or not at all, in the base's own precision.

    Raises ModelError for an adapter of another base, OutOfMemory, StorageError.
    """
    checkpoint = Checkpoint(str(base), precision=_precision(base), device="cpu")
    try:
        loaded = load(checkpoint)
        check_fits(loaded.model, adapter)
        tuned = package("peft").PeftModel.from_pretrained(loaded.model, str(adapter))
        model = tuned.merge_and_unload()
    except (RuntimeError, MemoryError) as error:
        if is_out_of_memory(error):
            raise out_of_memory(checkpoint, "merging") from error
        raise
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        model.save_pretrained(draft)
        loaded.processor.save_pretrained(draft)
        draft.rename(out)
    except OSError as error:
        what = f"The merged model could not be written to {out} ({error.strerror or error})."
        raise StorageError(what, "Free some space: it takes as much as the base.") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return out


def _precision(base: Path) -> str:
    """fp32 where the base is; everything else is held in bf16."""
    config = package("transformers").AutoConfig.from_pretrained(str(base), local_files_only=True)
    return "fp32" if "float32" in str(config.dtype or "float32") else "bf16"
