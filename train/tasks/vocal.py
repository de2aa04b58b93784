"""Questions about the voice and the words."""

from collections.abc import Iterator
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG
from train.tasks import near_misses
from train.tasks.basis import Basis
from train.tasks.question import Asked, Question

VOCAL = "lyric and vocal grounding"
_VOICES = ("female voice", "male voice", "choir", "no voice")


def singing(card: SongCard, random: Random) -> Iterator[Asked]:
    """Whether anybody sings: a voice is clearly heard, or the tags hear instruments clearly and no voice at all."""
    if card.tags is None:
        return
    voices, ground = card.tags_of("voice"), _ground(card)
    sung = any(tag.score >= CLEAR_TAG for tag in voices)
    played = not voices and any(tag.score >= CLEAR_TAG for tag in card.tags_of("instrument"))
    if sung or played:
        right, wrong = ("vocals", "instrumental") if sung else ("instrumental", "vocals")
        accept = {"vocals": ["vocals", "yes", "sung", "singer", "singing"], "instrumental": ["instrumental", "no"]}
        truth = {"type": "words", "accept": accept[right], "reject": accept[wrong]}
        yield Asked({}, right, truth, bases=(ground,))


def voice(card: SongCard, random: Random) -> Iterator[Asked]:
    """Whose voice it is, where one kind is clearly heard and the others are not."""
    scores = {tag.name: tag.score for tag in card.tags_of("voice")}
    kinds = {name: scores.get(name, 0.0) for name in ("female voice", "male voice", "choir")}
    best = max(kinds, key=lambda name: kinds[name])
    if kinds[best] >= CLEAR_TAG and all(score < 0.5 * kinds[best] for name, score in kinds.items() if name != best):
        wrong = near_misses.words(best, _VOICES, 3, random)
        truth = {"type": "words", "accept": [best, best.removesuffix(" voice")], "reject": wrong}
        yield Asked({}, best, truth, wrong, "open", True, bases=(_ground(card),))


def _ground(card: SongCard) -> Basis[object]:
    assert card.tags is not None
    return Basis(card.tags.value, (f"voice: {card.tags.source}",))


QUESTIONS = (Question("singing", VOCAL, singing), Question("voice", VOCAL, voice))
