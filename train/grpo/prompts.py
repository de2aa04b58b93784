"""A prompt ready for the model: its tokens, what is heard, and the encoder's view of that, computed once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from musicflamingo_app.errors import StudioError
from train.clips import Clip
from train.collate import Writer
from train.examples import Example
from train.spectrograms import Heard, Spectrograms


@dataclass(frozen=True, slots=True, eq=False)
class Prompt:
    """What one group is drawn from. `heard` is None for a question without a recording."""

    example: Example
    ids: tuple[int, ...]
    heard: Heard | None


Prompter = Callable[[Example], Prompt]


class Prompts:
    """Makes prompts of examples: hears their audio below `folder` and writes the question in the model's template."""

    def __init__(
        self,
        writer: Writer,
        spectrograms: Spectrograms,
        question: Callable[[Example], str],
        audio_of: Callable[[Example], Any],
        max_tokens: int,
    ) -> None:
        self._writer, self._spectrograms, self._question = writer, spectrograms, question
        self._audio_of, self._max_tokens = audio_of, max_tokens
        self._hop_samples = int(writer.processor.feature_extractor.hop_length)

    def __call__(self, example: Example) -> Prompt:
        """The prompt of an example. Raises AudioError, StudioError when it leaves no room for an answer."""
        heard = None
        if example.audio:
            clip = Clip(self._audio_of(example), example.start_s, example.end_s, (example,))
            heard = self._spectrograms.of(clip)
        return self._written(example, heard)

    def noisy(self, example: Example, seed: int) -> Prompt:
        """The same question about Gaussian noise that is as long as what is heard of the recording.

        The control: a policy that earns more here than by guessing has learned the questions and not to hear.
        """
        prompt = self(example)
        if prompt.heard is None:
            raise StudioError(f"The example {example.id} has no recording.", "Leave it out of the control.")
        n_frames = int(prompt.heard.mask.sum())
        samples = np.random.default_rng(seed).normal(0, 0.1, n_frames * self._hop_samples)
        return self._written(example, self._spectrograms.hear(samples.astype(np.float32)))

    def _written(self, example: Example, heard: Heard | None) -> Prompt:
        ids = self._writer.prompt(self._question(example), heard.n_vectors if heard else 0)
        if len(ids) >= self._max_tokens:
            what = f"The prompt of {example.id} has {len(ids)} tokens, and the model reads {self._max_tokens} at most."
            raise StudioError(what, "Make the dataset with shorter excerpts.")
        return Prompt(example, ids, heard)
