"""The back end that is always there: a small language model on the processor, from a wheel, offline.

It speaks, it knows little, and it hears nothing: facts reach it as words in the question. A small Music Flamingo
that hears is loaded by the same call, from a folder that holds one.
"""

from pathlib import Path

from model.embedded.convert import converted
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, Progress, load

EMBEDDED = "SmolLM2 135M"


def open_embedded(
    cache: Path,
    *,
    folder: Path | None = None,
    name: str = EMBEDDED,
    on_progress: Progress = lambda fraction, sentence: None,
) -> TransformersBackend:
    """Loads the embedded model, converting it into `cache` at first; `folder` names another small checkpoint.

    fp32, for processors write faster in it than in bf16. Raises MissingPackage, ModelError, StorageError.
    """
    place = folder if folder is not None else converted(cache, on_progress)
    loaded = load(Checkpoint(str(place), precision="fp32"), on_progress)
    return TransformersBackend(loaded, name, is_tiny=True)
