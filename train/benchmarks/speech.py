"""What speaking costs: `python -m train.benchmarks.speech [--seconds 60] [--questions 200]`.

A Music Flamingo with SmolLM2's words and new ears answers on the processor: how much sooner a second question about the
same sound gets its first word, what our streaming adds to `generate` alone, and what memory 200 questions leave behind.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from model.embedded.convert import converted
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, load
from model.types import Done, Message, Sampling, Sound, Text
from train.graft import graft

RATE_HZ = 16_000
OVERHEAD_TOKENS = 96
REPEATS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the sound")
    parser.add_argument("--questions", type=int, default=200, help="how many to ask for memory")
    args = parser.parse_args()
    import torch

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        path = graft(converted(Path(folder) / "words"), Path(folder) / "grafted")
        loaded = load(Checkpoint(str(path), precision="fp32"))
        backend = TransformersBackend(loaded, "grafted")
        heard = sound(args.seconds)
        first, second = (_first_word_s(backend, text, heard) for text in ("What is it?", "And the key?"))
        print(f"{args.seconds:.0f} s of sound: first word after {first:.2f} s, of a second question {second:.2f} s:")
        print(f"  {first / second:.1f} times sooner (bar: 5)")
        print(f"our streaming over generate alone: {100 * _overhead(backend, loaded):+.1f} % of time (bar: 5)")
        print(_growth(backend, heard, args.questions))
        backend.close()


def sound(seconds: float) -> Sound:
    """A tone that changes, the same every time."""
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return Sound((0.3 * np.sin(2 * np.pi * (220 + 40 * np.floor(t % 8)) * t)).astype(np.float32), RATE_HZ, "tone")


def _asked(text: str, heard: Sound | None = None) -> list[Message]:
    return [Message("user", (Text(text),) if heard is None else (heard, Text(text)))]


def _first_word_s(backend: TransformersBackend, text: str, heard: Sound) -> float:
    done = [item for item in backend.stream(_asked(text, heard), Sampling(max_new_tokens=2)) if isinstance(item, Done)]
    return done[0].first_delta_s


def _overhead(backend: TransformersBackend, loaded: Any) -> float:
    """The share that our stream takes more than `generate` on the same words and as many tokens."""
    import torch

    ids = loaded.tokenizer.apply_chat_template(
        [{"role": "user", "content": "Count from one to a hundred in words."}],
        add_generation_prompt=True,
        return_tensors="pt",
        return_dict=True,
    )
    ours, bare = [], []
    for _ in range(REPEATS):
        start_s = time.perf_counter()
        messages = _asked("Count from one to a hundred in words.")
        n_tokens = 0
        for item in backend.stream(messages, Sampling(max_new_tokens=OVERHEAD_TOKENS)):
            n_tokens = item.n_new_tokens if isinstance(item, Done) else n_tokens
        ours.append((time.perf_counter() - start_s) / max(1, n_tokens))
        start_s = time.perf_counter()
        with torch.inference_mode():
            made = loaded.model.generate(**ids, max_new_tokens=OVERHEAD_TOKENS, do_sample=False, use_cache=True)
        bare.append((time.perf_counter() - start_s) / max(1, made.shape[1] - ids["input_ids"].shape[1]))
    return statistics.median(ours) / statistics.median(bare) - 1


def _growth(backend: TransformersBackend, heard: Sound, n_questions: int) -> str:
    sizes = []
    for number in range(n_questions):
        for _ in backend.stream(_asked(f"Question {number}: which key?", heard), Sampling(max_new_tokens=1)):
            pass
        if number in (n_questions // 10, n_questions - 1):
            sizes.append(_resident_mb())
    return f"memory after {n_questions // 10} questions {sizes[0]:.0f} MB, after {n_questions} {sizes[1]:.0f} MB"


def _resident_mb() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / 1e6


if __name__ == "__main__":
    main()
