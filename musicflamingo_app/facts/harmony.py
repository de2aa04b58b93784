"""The harmony of a track in one value: progressions, cadences, modulations and chords from outside the key."""

from dataclasses import dataclass

from musicflamingo_app.facts.cadences import Cadence, cadences
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.chromatic import Chromatic, chromatic_chords
from musicflamingo_app.facts.modulations import Modulation, modulations
from musicflamingo_app.facts.progressions import Progression, progressions


@dataclass(frozen=True)
class Harmony:
    """What the chords and keys of a card say; each part is empty where its facts were not measured."""

    progressions: tuple[Progression, ...]
    cadences: tuple[Cadence, ...]
    modulations: tuple[Modulation, ...]
    chromatic: tuple[Chromatic, ...]


def harmony_of(card: SongCard) -> Harmony:
    """The harmony read off a card."""
    found, changes = progressions(card), modulations(card)
    return Harmony(found, cadences(card, found), changes, chromatic_chords(card, changes))
