"""Who is evaluated, and under which control."""

from dataclasses import dataclass
from typing import Literal, get_args

from model.types import Abilities

Control = Literal["audio", "noise", "none"]
CONTROLS: tuple[Control, ...] = get_args(Control)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model, with an adapter or as it came. One that does not hear is asked without sound alone.

    `model` is an id of the registry, or the name of the `folder` that holds another checkpoint. `thinks` asks for a
    thought before each answer, or for none; None leaves it to what the model was made for.
    """

    model: str
    adapter: str = ""
    hears_audio: bool = True
    thinks: bool | None = None
    folder: str = ""

    @property
    def name(self) -> str:
        worn = f"{self.model} + {self.adapter}" if self.adapter else self.model
        return worn if self.thinks is None else f"{worn} ({'thinking' if self.thinks else 'not thinking'})"

    def controls(self, wanted: tuple[Control, ...]) -> tuple[Control, ...]:
        """Those of the wanted controls that can be run: a deaf candidate knows `none` only."""
        return wanted if self.hears_audio else ("none",)

    def is_to_think(self, abilities: Abilities) -> bool:
        """Whether thoughts are asked for."""
        made_to = abilities.thinks and not abilities.is_tiny  # a tiny one answers better at once (train/LOG.md, Nano)
        return made_to if self.thinks is None else self.thinks
