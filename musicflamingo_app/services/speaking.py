"""Letting a model speak: loaded when it is not, asked when its turn comes, read until it ends or is stopped.

What questions and captions have in common: the parts of the studio they need, what is refused at once, and the way
from a back end's deltas to events.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from typing import Literal

from db.values import Evidence, Track
from model.errors import ModelError, NoAbility, NoAudio
from model.types import Abilities, Backend, Done, Message, Sampling
from musicflamingo_app.errors import StorageError, StudioError
from musicflamingo_app.facts.card import Curve, SongCard, card_of
from musicflamingo_app.music.time import Interval, clock
from musicflamingo_app.services import measured
from musicflamingo_app.services.excerpts import Excerpt, excerpt_of, excerpts_by_section
from musicflamingo_app.services.hearing import Hearing
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.prompts import Given
from musicflamingo_app.services.shifting import Shifter
from musicflamingo_app.services.talk import Event, Loading, Piece, Said, Speaking, Stop, Waiting
from musicflamingo_app.services.voices import Voices, Worn

SHORTEST_S = 0.1  # of a region
SLACK_S = 0.5  # a region may end so much after the track
_RAMBLES = 1.2  # repetition penalty of models that go round in circles without one
_THOUGHT_TOKENS = 240  # of a tiny model that thinks, beside its answer


@dataclass(frozen=True, slots=True)
class Parts:
    """What speech needs of the studio; `reader` answers questions from the measurements.

    `worn` gives the adapter that speaks for a model: the one with a name, none for "", the one in use for None.
    """

    library: Library
    voices: Voices
    hearing: Hearing
    reader: measured.Reader = measured.read
    worn: Callable[[str, str | None], Worn | None] = lambda model_id, adapter: None

    def card(self, track: Track) -> SongCard:
        """The song card of a track. Raises NotFound when it is not analysed."""
        labels = {name: getattr(track, name) for name in ("title", "artist", "album", "year", "genre")}
        return replace(card_of(self.library.analysis(track.id), **labels), loudness_curve=self.loudness(track))

    def loudness(self, track: Track) -> Curve | None:
        """The loudness along a track; None for damaged curves, then its parts cannot be compared."""
        try:
            return measured.loudness_of(self.library.curves(track.id))
        except StorageError:
            return None


@dataclass(frozen=True, slots=True)
class Wish:
    """What a model is asked: who, about what, and the words once it is known what the model can do.

    `question` is what a person wrote: the places it names are heard where not all can be. A model that can think
    does so first if `think` says so, or if it says nothing and that helps (`_thinks`).
    """

    model_id: str
    track: Track
    region: Interval | None
    card: SongCard | None
    messages: Callable[[Given], tuple[Message, ...]]
    sampling: Callable[[Abilities], Sampling]
    worn: Worn | None = None
    question: str = ""
    think: bool | None = None
    n_excerpts: int = 1  # of a long track, for a model that hears seconds alone


def region_in(track: Track, region: Interval | None) -> Interval | None:
    """The region in whole milliseconds, cut to the track; None for all of it. Raises StudioError."""
    if region is None:
        return None
    length = clock(track.duration_s)
    if region.start_s >= track.duration_s or region.end_s > track.duration_s + SLACK_S:
        ends = f"{clock(region.start_s)} to {clock(region.end_s)}"
        raise StudioError(f"The region {ends} is not in the track, which lasts {length}.", "Choose another region.")
    cut = Interval(round(region.start_s, 3), round(min(region.end_s, track.duration_s), 3))
    if cut.duration_s < SHORTEST_S:
        raise StudioError(f"The region at {clock(region.start_s)} is empty.", "Choose a longer one.")
    return cut


def refuse(parts: Parts, model_id: str, track: Track, region: Interval | None, *, use_facts: bool) -> None:
    """Raises NoAbility for what the model cannot do, before anything is kept or loaded; NotFound for no such model."""
    abilities, name = parts.voices.abilities(model_id), parts.voices.name(model_id)
    if not abilities.hears_audio:
        if use_facts:
            return
        what = f"{name} hears no audio, and the measured facts are switched off, so it knows nothing of this track."
        raise NoAbility(what, "Use the measured facts, or choose a model that hears.")
    heard_s = region.duration_s if region else track.duration_s
    if heard_s > abilities.max_audio_s and not abilities.is_tiny:  # a tiny one hears an excerpt
        subject = "region" if region else "track"
        what = f"The {subject} lasts {clock(heard_s)}, and {name} hears at most {clock(abilities.max_audio_s)}."
        raise NoAbility(what, "Choose a shorter region of it.")


def sampling_of(model_id: str, abilities: Abilities) -> Sampling:
    """How a model is let speak: the likeliest words, few from a tiny model, many from one that thinks first."""
    if abilities.is_tiny and abilities.hears_audio:  # taught to be brief, in sentences that are much alike
        return Sampling(max_new_tokens=160 + (_THOUGHT_TOKENS if abilities.thinks else 0))
    if abilities.is_tiny:
        return Sampling(max_new_tokens=160, repetition_penalty=_RAMBLES)
    chosen = Sampling(max_new_tokens=2048 if abilities.thinks else 1024)
    return replace(chosen, repetition_penalty=_RAMBLES) if model_id.startswith("audio-flamingo-next") else chosen


def speak(parts: Parts, wish: Wish, stop: Stop, said: Said) -> Generator[Event, None, None]:
    """Events of a model's answer, noted in `said`. Raises StudioError; `said` then keeps the half."""
    voices = parts.voices
    for status in voices.opened(wish.model_id, stop):
        yield Loading(status.fraction, status.sentence)
    if stop.is_set:
        said.reason = "cancelled"
        return
    backend = voices.backend(wish.model_id)
    refuse(parts, wish.model_id, wish.track, wish.region, use_facts=wish.card is not None)
    excerpts = _excerpts(parts, wish, backend.abilities)
    yield speaker(backend, said, wish.worn, *excerpts)
    with voices.place(wish.model_id) as place:
        for position in place.positions(stop):
            yield Waiting(position)
        if stop.is_set:
            said.reason = "cancelled"
            return
        voices.wear(wish.model_id, wish.worn)
        try:
            yield from _in_turn(parts, wish, excerpts, stop, said)
        except NoAudio:
            if wish.card is None or said.text or voices.backend(wish.model_id).abilities.hears_audio:
                raise
            yield speaker(voices.backend(wish.model_id), said, wish.worn)
            yield from _asked(parts, wish, None, stop, said)  # a server found deaf can still be told the facts


def _excerpts(parts: Parts, wish: Wish, abilities: Abilities) -> tuple[Excerpt, ...]:
    """The seconds that a tiny model hears; none for all others, which hear what they are asked about."""
    if not (abilities.is_tiny and abilities.hears_audio):
        return ()
    analysis, longest_s = parts.library.analysis(wish.track.id), abilities.max_audio_s
    within, loudness = wish.region or Interval(0.0, wish.track.duration_s), parts.loudness(wish.track)
    if wish.n_excerpts > 1:
        return excerpts_by_section(analysis, longest_s, wish.n_excerpts, within=within, loudness=loudness)
    return (excerpt_of(analysis, longest_s, question=wish.question, within=within, loudness=loudness),)


def _in_turn(
    parts: Parts, wish: Wish, excerpts: tuple[Excerpt, ...], stop: Stop, said: Said
) -> Generator[Piece, None, None]:
    """What is said of all that is heard; of several excerpts one after the other, each under its place."""
    if len(excerpts) < 2:
        yield from _asked(parts, wish, excerpts[0] if excerpts else None, stop, said)
        return
    for n, excerpt in enumerate(excerpts):
        said.reason = "cancelled" if stop.is_set else "failed"
        if stop.is_set:
            return
        yield said.piece("text", ("\n\n" if n else "") + f"{excerpt.told}: ")
        yield from _asked(parts, wish, excerpt, stop, said)


def _asked(parts: Parts, wish: Wish, excerpt: Excerpt | None, stop: Stop, said: Said) -> Generator[Piece, None, None]:
    """The pieces of the answer of a model whose turn it is, with the sound when it hears."""
    backend = parts.voices.backend(wish.model_id)
    abilities = replace(backend.abilities, thinks=_thinks(backend.abilities, wish))
    heard = excerpt.interval if excerpt is not None else wish.region
    sound = parts.hearing.sound(wish.track, heard) if abilities.hears_audio else None
    given = Given(sound, wish.card, wish.region, abilities.is_tiny, abilities.thinks, heard)
    shifter = Shifter(given.begins_s if given.is_nano else 0.0)
    yield from _read(backend, wish.messages(given), wish.sampling(abilities), stop, said, shifter)


def _thinks(abilities: Abilities, wish: Wish) -> bool:
    """Whether a model thinks first. A tiny one misreads what it hears when it writes it down (train/LOG.md, Nano), so
    unless a person wants it, it thinks only where measured facts lie before it and no adapter taught it otherwise."""
    helps = not abilities.is_tiny or (wish.card is not None and wish.worn is None)
    return abilities.thinks and (helps if wish.think is None else wish.think)


def speaker(backend: Backend, said: Said, worn: Worn | None, *excerpts: Excerpt) -> Speaking:
    """Notes that a back end speaks, with which adapter, which seconds it heard, and whether it is a tiny one."""
    name = f"{backend.name} with {worn.name}" if worn is not None else backend.name
    if not excerpts:
        return said.speaker(name, "tiny" if backend.abilities.is_tiny else "model")
    said.evidence = tuple(Evidence(f"Heard: {one.told}.", one.interval.start_s, one.interval.end_s) for one in excerpts)
    return said.speaker(f"{name} (heard {'; '.join(one.told for one in excerpts)})", "nano")


def measured_answer(text: str, said: Said) -> Generator[Event, None, None]:
    """What the measurements themselves say, whole and at once."""
    yield said.speaker(measured.NAME, "measured")
    said.reason = "stop"
    yield said.piece("text", text)


def _read(
    backend: Backend, messages: tuple[Message, ...], sampling: Sampling, stop: Stop, said: Said, shifter: Shifter
) -> Generator[Piece, None, None]:
    stream = backend.stream(messages, sampling)
    stop.attach(stream.close)
    kind: Literal["text", "thought"] = "text"
    try:
        for item in stream:
            if isinstance(item, Done):
                said.reason = item.reason
                break
            if item.kind != kind:
                yield from _pieces(said, kind, shifter.end())
                kind = item.kind
            yield from _pieces(said, kind, shifter.feed(item.text))
    finally:
        stream.close()
    yield from _pieces(said, kind, shifter.end())
    if said.reason in ("stop", "length"):
        return
    if not stop.is_set:
        raise ModelError(f"{backend.name} was unloaded while it answered.", "Load it again and ask once more.")
    said.reason = "cancelled"


def _pieces(said: Said, kind: Literal["text", "thought"], text: str) -> Iterator[Piece]:
    if text:
        yield said.piece(kind, text)
