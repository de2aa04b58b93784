"""A back end that answers by a rule, recordings to be heard, and examples about them."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from model.types import Abilities, Backend, Delta, Done, Message, Sampling, Sound, Text
from train.evaluate.candidate import Candidate
from train.evaluate.marks import Rule, one_by_one
from train.evaluate.plan import Plan
from train.examples import Example, Score

HEARS = Abilities(hears_audio=True, takes_adapters=True, max_audio_s=60.0)
Say = Callable[[str, Sound | None], str]


@dataclass
class Answering:
    """Says what `say` makes of the words and the sound; `<think>` in it becomes thought. Counts its questions."""

    say: Say
    abilities: Abilities = HEARS
    name: str = "Answering"
    asked: list[tuple[str, Sound | None, Sampling]] = field(default_factory=list)

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> "Told":
        parts = messages[-1].parts
        words = next(part.text for part in parts if isinstance(part, Text))
        sound = next((part for part in parts if isinstance(part, Sound)), None)
        self.asked.append((words, sound, sampling))
        return Told(self.say(words, sound))

    def close(self) -> None:
        pass


class Told:
    def __init__(self, said: str) -> None:
        thought = re.match(r"<think>(.*?)</think>\s*", said, re.DOTALL)
        deltas = [Delta("thought", thought[1])] if thought else []
        text = said[thought.end() :] if thought else said
        half = len(text) // 2
        self._items: Iterator[Delta | Done] = iter(
            [*deltas, Delta("text", text[:half]), Delta("text", text[half:]), Done("stop", 1, 2, 0.1, 0.2)]
        )

    def __iter__(self) -> "Told":
        return self

    def __next__(self) -> Delta | Done:
        return next(self._items)

    def close(self) -> None:
        pass


def opener(backends: dict[str, Answering]) -> Callable[[Candidate], object]:
    @contextmanager
    def opened(candidate: Candidate) -> Iterator[Backend]:
        yield backends[candidate.name]

    return opened


def write_tone(path: Path, hz: float, seconds: float = 2.0, rate_hz: int = 16_000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    soundfile.write(path, 0.5 * np.sin(2 * np.pi * hz * times_s).astype(np.float32), rate_hz)
    return path


def hz_of(sound: Sound) -> float:
    """The strongest frequency of a sound."""
    spectrum = np.abs(np.fft.rfft(sound.samples))
    return float(np.argmax(spectrum) * sound.rate_hz / len(sound.samples))


def pitch_examples(folder: Path, n_songs: int = 4, n_each: int = 2) -> tuple[Example, ...]:
    """“Is it high or low?” about tones: even songs are low, odd ones high."""
    for song in range(n_songs):
        write_tone(folder / f"song{song}.wav", 880.0 if song % 2 else 220.0)
    return tuple(_about(song, n) for song in range(n_songs) for n in range(n_each))


def _about(song: int, n: int) -> Example:
    return Example(
        id=f"s{song}q{n}",
        track=f"song{song}",
        audio=f"song{song}.wav",
        task="pitch" if n else "height",
        skill="attribute identification",
        kind="choice",
        question=f"Is it high or low? ({n})",
        answer="high" if song % 2 else "low",
        options=("high", "low"),
        start_s=0.5 * n,
        end_s=0.5 * n + 1.0,
        song=f"Song {song}",
    )


def listens(words: str, sound: Sound | None) -> str:
    """Answers by ear; without a tone it says high."""
    if sound is None or not 100 < hz_of(sound) < 500:
        return "high"
    return "low"


def word_rule() -> Rule:
    return one_by_one("score", "The word itself.", lambda example, said: Score(float(said.strip() == example.answer)))


def plan_of(folder: Path, examples: tuple[Example, ...], **changed: object) -> Plan:
    whole: dict[str, object] = {
        "name": "tones", "examples": examples, "audio": folder, "candidates": (Candidate("ear"),),
        "rules": (word_rule(),),
    }  # fmt: skip
    return Plan(**{**whole, **changed})  # type: ignore[arg-type]
