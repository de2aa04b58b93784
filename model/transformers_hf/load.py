"""Loads checkpoints with transformers: a Music Flamingo that hears, or a language model that does not.

Nothing is looked for on the network: a folder, or a hub id and revision that were fetched before.
"""

import importlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from model.errors import ModelError, OutOfMemory
from musicflamingo_app.errors import MissingPackage, StudioError

PRECISIONS = ("fp32", "bf16", "int8", "nf4")
# Whole names: shorter ones are passed over in silence, and the audio side would lose precision it needs.
KEPT_HIGH = ["model.audio_tower", "model.multi_modal_projector", "lm_head"]
Progress = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where weights lie: a folder or a hub id, its revision, and how to hold them on which device."""

    source: str
    revision: str | None = None
    precision: str = "bf16"
    device: str = "cpu"
    attention: str | None = None  # None: the fastest that works here


@dataclass(slots=True)
class Loaded:
    """A model in memory. `processor` is None for one that does not hear."""

    model: Any
    tokenizer: Any
    processor: Any
    checkpoint: Checkpoint
    attention: str

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together."""
        return int(self.model.config.get_text_config().max_position_embeddings)


def package(name: str, install: str = "") -> ModuleType:
    """A package of the neural family. Raises MissingPackage."""
    try:
        return importlib.import_module(name)
    except ImportError as error:
        advice = f"Install it with: pip install {install or name}"
        raise MissingPackage(f"This model needs the package {name}.", advice) from error


def load(checkpoint: Checkpoint, on_progress: Progress = lambda fraction, sentence: None) -> Loaded:
    """Loads what the folder holds, whichever of the two kinds. Raises ModelError, OutOfMemory, MissingPackage."""
    transformers = package("transformers")
    package("accelerate")
    transformers.utils.logging.disable_progress_bar()
    on_progress(0.0, "Reading the configuration.")
    with _Said(checkpoint):
        where = {"revision": checkpoint.revision, "local_files_only": True}
        config = transformers.AutoConfig.from_pretrained(checkpoint.source, **where)
        hears = config.model_type == "musicflamingo"
        processor = transformers.AutoProcessor.from_pretrained(checkpoint.source, **where) if hears else None
        alone = None if hears else transformers.AutoTokenizer.from_pretrained(checkpoint.source, **where)
        tokenizer = processor.tokenizer if processor is not None else alone
        on_progress(0.1, "Loading the weights.")
        kind = transformers.MusicFlamingoForConditionalGeneration if hears else transformers.AutoModelForCausalLM
        model, attention = _weights(kind, checkpoint, where)
    model.eval()
    model.generation_config = _quiet(transformers.GenerationConfig, model, tokenizer)
    on_progress(1.0, "The model is ready.")
    return Loaded(model, tokenizer, processor, checkpoint, attention)


def _weights(kind: Any, checkpoint: Checkpoint, where: dict[str, Any]) -> tuple[Any, str]:
    """The weights with the first attention that works here, and its name."""
    options = {
        **where,
        "use_safetensors": True,
        "device_map": {"": checkpoint.device},
        "dtype": _dtype(checkpoint.precision),
        "quantization_config": _quantization(checkpoint.precision),
    }
    refused: Exception | None = None
    for attention in _attentions(checkpoint):
        try:
            return kind.from_pretrained(checkpoint.source, attn_implementation=attention, **options), attention
        except (ImportError, ValueError) as error:
            if "attention" not in str(error).lower() and "flash" not in str(error).lower():
                raise
            refused = error
    raise ValueError("no attention works here") from refused


def _attentions(checkpoint: Checkpoint) -> tuple[str, ...]:
    """What to try, fastest first. Flash attention needs a graphics card, half precision and its own package."""
    wanted = (checkpoint.attention,) if checkpoint.attention else ()
    flash = ("flash_attention_2",) if checkpoint.device.startswith("cuda") and checkpoint.precision != "fp32" else ()
    return tuple(dict.fromkeys((*wanted, *flash, "sdpa", "eager")))


def _dtype(precision: str) -> Any:
    torch = package("torch")
    if precision not in PRECISIONS:
        raise ModelError(f"The precision {precision!r} is not known.", f"Choose one of {', '.join(PRECISIONS)}.")
    return torch.float32 if precision == "fp32" else torch.bfloat16


def _quantization(precision: str) -> Any:
    """How bitsandbytes packs the language model, or None; hearing and the last layer stay in bf16."""
    if precision not in ("int8", "nf4"):
        return None
    transformers, torch = package("transformers"), package("torch")
    package("bitsandbytes")
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)  # a line for each layer and token
    if precision == "int8":
        return transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=KEPT_HIGH)
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
        llm_int8_skip_modules=KEPT_HIGH,
    )


def _quiet(kind: Any, model: Any, tokenizer: Any) -> Any:
    """The checkpoint's end tokens and none of its sampling, which is stated for each question."""
    old = model.generation_config
    eos = old.eos_token_id if old.eos_token_id is not None else tokenizer.eos_token_id
    first_eos = eos[0] if isinstance(eos, list) else eos
    pad = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else first_eos
    return kind(eos_token_id=eos, pad_token_id=pad, bos_token_id=old.bos_token_id)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether torch or Python found no room."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    text = str(error).lower()
    return isinstance(error, RuntimeError) and ("out of memory" in text or "allocate memory" in text)


def out_of_memory(checkpoint: Checkpoint, doing: str) -> OutOfMemory:
    """What to tell a person when there was no room."""
    place = "The machine's memory" if checkpoint.device == "cpu" else f"The graphics card ({checkpoint.device})"
    smaller = {"fp32": "bf16, int8 or nf4", "bf16": "int8 or nf4", "int8": "nf4"}.get(checkpoint.precision)
    advice = "Ask about a shorter region, close other programs that use the memory"
    advice += f", or load the model in {smaller}." if smaller else ", or choose a smaller model."
    return OutOfMemory(f"{place} is too small for {doing} in {checkpoint.precision}.", advice)


class _Said:
    """Turns what loading raises into sentences."""

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, StudioError):
            return
        if is_out_of_memory(error):
            raise out_of_memory(self.checkpoint, "this model") from error
        name = Path(self.checkpoint.source).name
        if isinstance(error, OSError):
            what = f"The files of the model {name} are missing or incomplete on this machine."
            raise ModelError(what, "Fetch the model again in Settings.") from error
        unreadable = isinstance(error, ValueError | KeyError | RuntimeError | ImportError | AttributeError)
        if unreadable or type(error).__name__ == "SafetensorError":
            what = f"The files of the model {name} could not be read ({first_line(error)})."
            raise ModelError(what, "Fetch the model again, or check that it is a Music Flamingo.") from error


def first_line(error: BaseException) -> str:
    """What an error says, short enough for a sentence."""
    said = str(error).strip()
    return said.splitlines()[0][:200].rstrip(".") if said else type(error).__name__
