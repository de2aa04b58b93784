"""Tones with a known register, to see whether a model learns to hear: four answers, so that chance is a quarter.

A tone is a decaying note with overtones at a random pitch inside its register, loudness and noise drawn anew, and a
length of 0.8 to 2.4 s. Its words say nothing of it, so a model that hears noise instead can only guess.
"""

import hashlib
import re
import wave
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from train.examples import Example, Score

RATE_HZ = 16_000
TASK = "tones"
REGISTERS_HZ = {"low": (90.0, 160.0), "middle": (320.0, 520.0), "high": (1000.0, 1500.0), "shrill": (2800.0, 4200.0)}
QUESTIONS = ("Which register is the tone in?", "Say the register of this tone.", "How high does the tone sound?")


def tones(n: int, seed: int) -> list[Example]:
    """Examples with the audio they will have in `audio/`; the same for the same seed. Registers come equally often."""
    made = []
    for index in range(n):
        draw = np.random.default_rng((seed, index))
        register = list(REGISTERS_HZ)[index % len(REGISTERS_HZ)]
        truth = {
            "hz": float(np.exp(draw.uniform(*np.log(REGISTERS_HZ[register])))),
            "seconds": float(draw.uniform(0.8, 2.4)),
            "seed": [seed, index],
        }
        made.append(_example(f"tone-{seed}-{index}", register, truth, QUESTIONS[int(draw.integers(len(QUESTIONS)))]))
    order = np.random.default_rng(seed).permutation(n)
    return [made[int(k)] for k in order]


def _example(name: str, register: str, truth: dict[str, object], question: str) -> Example:
    return Example(
        id=name,
        track=hashlib.sha256(name.encode()).hexdigest(),
        audio=f"audio/{name}.wav",
        task=TASK,
        skill="attribute identification",
        kind="choice",
        question=question,
        answer=register,
        options=tuple(REGISTERS_HZ),
        thought=f"The tone lies near {truth['hz']:.0f} Hz.",
        truth={**truth, "register": register},
        sources=("made from this truth",),
        state="approved",
        song=name,
    )


def samples(example: Example) -> NDArray[np.float32]:
    """(n,) at 16 kHz: the tone of an example."""
    draw = np.random.default_rng((*example.truth["seed"], 1))
    t = np.arange(round(example.truth["seconds"] * RATE_HZ)) / RATE_HZ
    hz = example.truth["hz"]
    tone = sum(
        draw.uniform(0.3, 1.0) / k * np.sin(2 * np.pi * k * hz * t + draw.uniform(0, 6.28))
        for k in (1, 2, 3)
        if k * hz < 7000
    )
    heard = draw.uniform(0.1, 0.5) * tone * np.exp(-t / draw.uniform(0.6, 2.0))
    return (heard + draw.normal(0, draw.uniform(0.001, 0.01), len(t))).astype(np.float32)


def noise(example: Example) -> NDArray[np.float32]:
    """(n,) at 16 kHz: noise as long as the tone of an example, the control that gives nothing away."""
    draw = np.random.default_rng((*example.truth["seed"], 2))
    return draw.normal(0, 0.1, round(example.truth["seconds"] * RATE_HZ)).astype(np.float32)


def write(examples: Sequence[Example], folder: Path) -> None:
    """Writes the tones where the examples look for them, below `folder`."""
    for example in examples:
        write_wav(folder / example.audio, samples(example))


def write_noise(examples: Sequence[Example], folder: Path) -> list[Example]:
    """The same examples with noise for their sound, written to `folder/noise`."""
    noisy = [replace(example, id=f"{example.id}-noise", audio=f"noise/{example.id}.wav") for example in examples]
    for example in noisy:
        write_wav(folder / example.audio, noise(example))
    return noisy


def write_wav(path: Path, heard: NDArray[np.float32]) -> None:
    """Mono 16-bit WAV at 16 kHz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes((np.clip(heard, -1, 1) * 32767).astype("<i2").tobytes())


def score(example: Example, completion: str) -> Score:
    """1 when the one register that the answer names is the right one; thoughts are passed over."""
    said = re.sub(r"<think>.*?(</think>|$)", "", completion, flags=re.DOTALL)
    tagged = re.search(r"<answer>(.*?)</answer>", said, re.DOTALL)
    words = set(re.findall(r"[a-z]+", (tagged[1] if tagged else said).lower()))
    return Score(float(words & set(REGISTERS_HZ) == {example.answer}))
