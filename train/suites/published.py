"""What others report on the same benchmarks, each with its source; beside one's own numbers they need their notes.

The papers of Audio Flamingo and Music Flamingo let GPT-5 pick the option that an answer means
(NVIDIA/audio-flamingo, issue 97), so that their choices are not those of the official string match.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from train.evaluate.markdown import table_of

PAPER = "Music Flamingo, arXiv 2511.10289v1, table 1"
MOSS = "MOSS-Music README, 1 May 2026"
PICKED = "Options in the papers of the Flamingo family were picked by GPT-5, not by the official string match."


@dataclass(frozen=True, slots=True)
class Published:
    """One number as it was published."""

    who: str
    metric: str
    value: str
    source: str


def _rows(metric: str, *rows: tuple[str, str, str]) -> tuple[Published, ...]:
    return tuple(Published(who, metric, value, source) for who, value, source in rows)


PUBLISHED: dict[str, tuple[Published, ...]] = {
    "mmau-music": _rows(
        "accuracy, test-mini", ("Music Flamingo", "76.35", PAPER), ("Audio Flamingo 3", "74.47", PAPER),
        ("MOSS-Music-8B-Instruct", "80.78", MOSS), ("Gemini-3.1-Pro", "77.18", MOSS),
    ),
    "mmau-pro-music": _rows(
        "accuracy", ("Music Flamingo", "65.60", PAPER), ("Gemini-2.5 Flash", "64.90", PAPER),
        ("Gemini-3.1-Pro", "73.06", MOSS), ("MOSS-Music-8B-Instruct", "71.02", MOSS),
    ),
    "muchomusic": _rows(
        "accuracy, version not stated", ("MOSS-Music-8B-Instruct", "89.39", MOSS), ("Gemini-3.1-Pro", "79.53", MOSS),
        ("Qwen3-Omni", "78.77", MOSS),
    ),
    "muchomusic-rul": _rows(
        "accuracy", ("Music Flamingo", "74.58", PAPER), ("Music Flamingo before GRPO", "69.5", PAPER),
        ("Qwen3-Omni", "52.10", PAPER),
    ),
    "mmar-music": _rows(
        "accuracy", ("Music Flamingo", "48.66", PAPER), ("Qwen2.5-Omni", "46.12", PAPER),
        ("Gemini-3.1-Pro", "71.64", MOSS), ("MOSS-Music-8B-Instruct", "59.70", MOSS),
    ),
    "musicinstruct": _rows("GPT-5", ("Music Flamingo", "97.1", PAPER), ("Audio Flamingo 3", "92.7", PAPER)),
    "music-avqa": _rows(
        "accuracy", ("Music Flamingo", "73.6", PAPER), ("Audio Flamingo 3", "76.7", PAPER),
        ("MOSS-Music-8B-Instruct", "76.78", MOSS),
    ),
    "musiccaps": _rows("GPT-5, 1 to 10", ("Music Flamingo", "8.8", PAPER), ("Qwen3-Omni", "7.2", PAPER)) + _rows(
        "GPT-5.4, 1 to 5", ("MOSS-Music-8B-Thinking", "4.53", MOSS), ("Music Flamingo", "4.21", MOSS),
    ),
    "songcaps": _rows("people, 1 to 10", ("Music Flamingo", "8.3", PAPER), ("Audio Flamingo 3", "6.5", PAPER))
    + _rows("GPT-5 coverage, 1 to 10", ("Music Flamingo", "8.8", PAPER), ("Audio Flamingo 3", "6.7", PAPER))
    + _rows("GPT-5 correctness, 1 to 10", ("Music Flamingo", "8.0", PAPER), ("Audio Flamingo 3", "6.2", PAPER)),
    "nsynth-source": _rows("accuracy", ("Music Flamingo", "75.89", PAPER), ("Audio Flamingo 3", "65.5", PAPER)),
    "nsynth-instrument": _rows(
        "accuracy", ("Music Flamingo", "80.76", PAPER), ("Audio Flamingo 3", "78.9", PAPER),
        ("MOSS-Music-8B-Instruct", "86.55", MOSS),
    ),
    "gtzan": _rows(
        "accuracy", ("Music Flamingo", "84.45", PAPER), ("Pengi", "80.00", PAPER),
        ("MOSS-Music-8B-Instruct", "93.59", MOSS),
    ),
    "medley-solos-db": _rows(
        "accuracy", ("Music Flamingo", "90.86", PAPER), ("Audio Flamingo 2", "85.80", PAPER),
        ("MiMo-Audio-7B", "93.81", MOSS),
    ),
    "opencpop": _rows(
        "WER, lower is better", ("Music Flamingo", "12.9", PAPER), ("GPT-4o", "53.7", PAPER),
        ("Qwen2.5-Omni", "55.7", PAPER),
    ) + _rows(
        "WER/CER, lower is better", ("Qwen3-Omni", "2.26", MOSS), ("MOSS-Music-8B-Thinking", "2.60", MOSS),
        ("Music Flamingo", "18.73", MOSS),
    ),
    "musdb18-lyrics": _rows(
        "WER, lower is better", ("Music Flamingo", "19.6", PAPER), ("GPT-4o", "32.7", PAPER),
        ("Qwen2.5-Omni", "68.7", PAPER), ("Music Flamingo", "23.41", MOSS), ("Gemini-3.1-Pro", "26.25", MOSS),
    ),
}  # fmt: skip


def published_table(suite: str) -> Iterator[str]:
    """The published numbers of a benchmark as Markdown; nothing where there are none."""
    rows = PUBLISHED.get(suite, ())
    if rows:
        yield from ("", "## Published")
        yield from table_of(("who", "metric", "value", "source"), [(r.who, r.metric, r.value, r.source) for r in rows])
        yield ""
