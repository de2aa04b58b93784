"""Which engines listen: for each aspect the chosen one first, then those that step in when it cannot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from musicflamingo_app.analysis.engines import Engine
from musicflamingo_app.analysis.form.engine import ClusteredSections, SelfSimilaritySections
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.harmony.fallback import KrumhanslKey, TemplateChords
from musicflamingo_app.analysis.harmony.key import KeyVote
from musicflamingo_app.analysis.harmony.tuning import Tuning
from musicflamingo_app.analysis.rhythm.engine import BeatNetEngine
from musicflamingo_app.analysis.rhythm.fallback import LibrosaBeats
from musicflamingo_app.analysis.tags.engine import MusicnnTags

Chain = Sequence[Engine[Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose in the settings."""

    chords: Literal["fast", "best", "templates"] = "fast"
    beats: Literal["beatnet", "librosa"] = "beatnet"


@dataclass(frozen=True)
class Ears:
    """Engines by aspect, the first choice first. An empty chain leaves its aspect unmeasured."""

    tuning: Chain = ()
    chords: Chain = ()
    beats: Chain = ()
    key: Chain = ()
    sections: Chain = ()
    instruments: Chain = ()
    tags: Chain = ()


def ears_of(choice: Choice) -> Ears:
    """The engines for a choice. Building them is cheap; networks load when they first measure."""
    chords: dict[str, Chain] = {
        "fast": (ChordiaChords(nets=1), TemplateChords()),
        "best": (ChordiaChords(nets=5), TemplateChords()),
        "templates": (TemplateChords(),),
    }
    beats: dict[str, Chain] = {
        "beatnet": (BeatNetEngine(), LibrosaBeats()),
        "librosa": (LibrosaBeats(),),
    }
    return Ears(
        tuning=(Tuning(),),
        chords=chords[choice.chords],
        beats=beats[choice.beats],
        key=(KeyVote(), KrumhanslKey()),
        sections=(SelfSimilaritySections(), ClusteredSections()),
        tags=(MusicnnTags(),),
    )
