"""Which engines listen: for each aspect the chosen one first, then those that step in when it cannot."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from musicflamingo_app.analysis.engines import Engine
from musicflamingo_app.analysis.form.engine import ClusteredSections, SelfSimilaritySections
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.harmony.fallback import KrumhanslKey, TemplateChords
from musicflamingo_app.analysis.harmony.key import KeyVote
from musicflamingo_app.analysis.harmony.tuning import Tuning
from musicflamingo_app.analysis.listening.beats import StudioBeats
from musicflamingo_app.analysis.listening.chords import StudioChords
from musicflamingo_app.analysis.listening.instruments import StudioInstruments
from musicflamingo_app.analysis.listening.keys import StudioKey
from musicflamingo_app.analysis.listening.sections import StudioSections
from musicflamingo_app.analysis.listening.tuning import StudioTuning
from musicflamingo_app.analysis.rhythm.engine import BeatNetEngine
from musicflamingo_app.analysis.rhythm.fallback import LibrosaBeats
from musicflamingo_app.analysis.tags.engine import MusicnnTags

Chain = Sequence[Engine[Any]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose in the settings."""

    chords: Literal["studio", "fast", "best", "templates"] = "studio"
    beats: Literal["studio", "beatnet", "librosa"] = "studio"
    key: Literal["studio", "vote", "krumhansl"] = "studio"
    sections: Literal["studio", "similarity", "clusters"] = "studio"


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


# Aspect -> choice -> its engines, made when asked for. Each choice names the stand-ins that follow it.
_CHORDS: Mapping[str, Callable[[], Chain]] = {
    "studio": lambda: (StudioChords(), ChordiaChords(nets=1), TemplateChords()),
    "fast": lambda: (ChordiaChords(nets=1), TemplateChords()),
    "best": lambda: (ChordiaChords(nets=5), TemplateChords()),
    "templates": lambda: (TemplateChords(),),
}
_BEATS: Mapping[str, Callable[[], Chain]] = {
    "studio": lambda: (StudioBeats(), BeatNetEngine(), LibrosaBeats()),
    "beatnet": lambda: (BeatNetEngine(), LibrosaBeats()),
    "librosa": lambda: (LibrosaBeats(),),
}
_KEY: Mapping[str, Callable[[], Chain]] = {
    "studio": lambda: (StudioKey(), KeyVote(), KrumhanslKey()),
    "vote": lambda: (KeyVote(), KrumhanslKey()),
    "krumhansl": lambda: (KrumhanslKey(),),
}
_SECTIONS: Mapping[str, Callable[[], Chain]] = {
    "studio": lambda: (StudioSections(), SelfSimilaritySections(), ClusteredSections()),
    "similarity": lambda: (SelfSimilaritySections(), ClusteredSections()),
    "clusters": lambda: (ClusteredSections(),),
}


def ears_of(choice: Choice) -> Ears:
    """The engines for a choice. Building them is cheap; networks load when they first measure."""
    ours = "studio" in (choice.chords, choice.beats, choice.key, choice.sections)
    return Ears(
        tuning=(StudioTuning(), Tuning()) if ours else (Tuning(),),
        chords=_CHORDS[choice.chords](),
        beats=_BEATS[choice.beats](),
        key=_KEY[choice.key](),
        sections=_SECTIONS[choice.sections](),
        instruments=(StudioInstruments(),),
        tags=(MusicnnTags(),),
    )
