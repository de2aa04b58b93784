"""Questions about what the music is like: key, mode, instruments, genre, mood."""

from collections.abc import Iterator, Sequence
from random import Random

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.analysis import Tag
from train.tasks import near_misses
from train.tasks.basis import Basis, basis
from train.tasks.question import Asked, Question, n_wrong

ATTRIBUTES = "attribute identification"
INSTRUMENTS = (
    "guitar", "piano", "drums", "strings", "violin", "cello", "flute", "harp", "harpsichord", "sitar", "synthesizer",
    "bass", "organ", "brass", "saxophone", "trumpet", "accordion", "choir",
)  # fmt: skip
_GENRES = (
    "rock", "pop", "electronic", "dance", "jazz", "metal", "soul", "folk", "punk", "blues", "ambient", "hip hop",
    "country", "funk", "classical", "R&B", "house", "techno", "indie",
)  # fmt: skip
_MOODS = ("mellow", "sad", "happy", "party")
# Two of a kind would both be right: where one is heard, the other is no wrong option.
_ALIKE = (
    {"strings", "violin", "cello"}, {"piano", "harpsichord", "organ", "synthesizer"}, {"choir", "strings"},
    {"brass", "saxophone", "trumpet"}, {"guitar", "harp", "sitar"}, {"accordion", "organ"},
    {"rock", "indie", "metal", "punk", "alternative", "progressive rock"}, {"folk", "country"},
    {"electronic", "techno", "house", "dance", "ambient", "chillout"}, {"soul", "R&B", "funk"}, {"jazz", "blues"},
    {"pop", "indie", "dance", "easy listening"}, {"happy", "party"}, {"sad", "mellow"},
)  # fmt: skip


def key(card: SongCard, random: Random) -> Iterator[Asked]:
    found = basis(card.key, "key")
    if found is not None:
        wrong = [other.pretty for other in near_misses.keys(found.value, n_wrong(random), random)]
        yield Asked({}, found.value.pretty, {"type": "key", "key": str(found.value)}, wrong, bases=(found,))


def mode(card: SongCard, random: Random) -> Iterator[Asked]:
    found = basis(card.key, "key")
    if found is not None and found.value.mode in ("major", "minor"):
        other = "minor" if found.value.mode == "major" else "major"
        truth = {"type": "words", "accept": [found.value.mode], "reject": [other]}
        yield Asked({}, found.value.mode, truth, bases=(found,))


def instruments(card: SongCard, random: Random) -> Iterator[Asked]:
    found, heard = _heard(card, "instrument")
    if found and len(heard) >= 2:
        known = sorted({*INSTRUMENTS, *heard})
        yield Asked({}, joined(heard), {"type": "list", "items": heard, "known": known}, bases=(found,))


def heard_instrument(card: SongCard, random: Random) -> Iterator[Asked]:
    found, heard = _heard(card, "instrument")
    if found and heard:
        yield from _word(random.choice(heard[:3]), _others(card, "instrument", INSTRUMENTS), random, found)


def absent_instrument(card: SongCard, random: Random) -> Iterator[Asked]:
    """One that does not play, among those that clearly do."""
    found, heard = _heard(card, "instrument")
    absent = _others(card, "instrument", INSTRUMENTS)
    if found and len(heard) >= 2 and absent:
        yield from _word(random.choice(absent), heard, random, found)


def genre(card: SongCard, random: Random) -> Iterator[Asked]:
    found, heard = _heard(card, "genre")
    if found and heard:
        yield from _word(heard[0], _others(card, "genre", _GENRES), random, found)


def mood(card: SongCard, random: Random) -> Iterator[Asked]:
    found, heard = _heard(card, "mood")
    heard = [word for word in heard if word in _MOODS]
    if found and heard:
        yield from _word(heard[0], _others(card, "mood", _MOODS), random, found)


def _word(right: str, pool: Sequence[str], random: Random, found: Basis[tuple[Tag, ...]]) -> Iterator[Asked]:
    """A question that makes sense with options alone."""
    wrong = near_misses.words(right, pool, n_wrong(random), random)
    if len(wrong) >= 2:
        yield Asked(
            {}, right, {"type": "words", "accept": [right], "reject": wrong}, wrong, "open", True, bases=(found,)
        )


def _heard(card: SongCard, kind: str) -> tuple[Basis[tuple[Tag, ...]] | None, list[str]]:
    """What is clearly heard of a kind, surest first. The score of a tag is its own confidence."""
    if card.tags is None:
        return None, []
    source = (f"{kind}: {card.tags.source}",)
    return Basis(card.tags.value, source), [tag.name for tag in card.tags_of(kind) if tag.score >= CLEAR_TAG]


def _others(card: SongCard, kind: str, pool: Sequence[str]) -> list[str]:
    """What is neither heard, not even faintly, nor like anything that is."""
    heard = {tag.name for tag in card.tags_of(kind)}
    near = {word for group in _ALIKE if group & heard for word in group}
    return [word for word in pool if word not in heard | near]


QUESTIONS = (
    Question("key", ATTRIBUTES, key, is_trivial=True),
    Question("mode", ATTRIBUTES, mode, is_trivial=True),
    Question("instruments", ATTRIBUTES, instruments),
    Question("heard_instrument", ATTRIBUTES, heard_instrument),
    Question("absent_instrument", ATTRIBUTES, absent_instrument),
    Question("genre", ATTRIBUTES, genre),
    Question("mood", ATTRIBUTES, mood),
)
