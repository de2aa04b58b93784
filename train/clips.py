"""Examples gathered by what is heard: one clip of a recording and the questions asked about it in turn."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from musicflamingo_app.errors import NotFound, StudioError
from train.examples import Example
from train.originals import audio_path


@dataclass(frozen=True)
class Clip:
    """A stretch of a recording and what is asked about it. `audio` is None where nothing is heard."""

    audio: Path | None
    start_s: float | None
    end_s: float | None
    examples: tuple[Example, ...]

    @property
    def name(self) -> str:
        """The recording and its first question, for people."""
        heard = self.audio.name if self.audio else "no recording"
        return f"{heard}, {self.examples[0].id}"


def clips(examples: Sequence[Example], folder: Path, *, turns: int = 1) -> tuple[Clip, ...]:
    """Clips of at most `turns` examples each, in the order of the examples of the dataset in `folder`."""
    heard: dict[tuple[str, float | None, float | None], list[Example]] = {}
    for example in examples:
        heard.setdefault((example.audio, example.start_s, example.end_s), []).append(example)
    return tuple(
        Clip(audio_path(folder, asked[0]) if audio else None, start_s, end_s, tuple(asked[n : n + turns]))
        for (audio, start_s, end_s), asked in heard.items()
        for n in range(0, len(asked), turns)
    )


def check(asked: Sequence[Clip]) -> None:
    """Refuses clips that cannot be heard before anything is learned. Raises NotFound, StudioError."""
    missing = sorted({str(clip.audio) for clip in asked if clip.audio and not clip.audio.is_file()})
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise NotFound(
            f"The recording {missing[0]}{more} is not there.",
            "Put it back, or make the dataset again without it.",
        )
    for clip in asked:
        if clip.start_s is not None and clip.end_s is not None and clip.start_s >= clip.end_s:
            what = f"The example {clip.examples[0].id} is about an empty stretch ({clip.start_s} to {clip.end_s} s)."
            raise StudioError(what, "Make the dataset again.")


def deafened(asked: Sequence[Clip]) -> tuple[Clip, ...]:
    """The same questions without any sound, to see what is learned from words alone."""
    return tuple(replace(clip, audio=None) for clip in asked)
