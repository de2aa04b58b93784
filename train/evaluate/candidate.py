"""Who is evaluated, and under which control."""

from dataclasses import dataclass
from typing import Literal, get_args

Control = Literal["audio", "noise", "none"]
CONTROLS: tuple[Control, ...] = get_args(Control)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, with an adapter or as it came. One that does not hear is asked without sound alone."""

    model: str
    adapter: str = ""
    hears_audio: bool = True

    @property
    def name(self) -> str:
        return f"{self.model} + {self.adapter}" if self.adapter else self.model

    def controls(self, wanted: tuple[Control, ...]) -> tuple[Control, ...]:
        """Those of the wanted controls that can be run: a deaf candidate knows `none` only."""
        return wanted if self.hears_audio else ("none",)
