"""Captions of a track or a region: written by a model or from the measurements, kept however the writing ends."""

from collections.abc import Generator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from db import captions
from db.values import Caption, CaptionKind, NewCaption, Track
from model.errors import NoAbility
from model.registry import EMBEDDED
from model.types import Abilities, Sampling
from musicflamingo_app.errors import StorageError
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services import measured
from musicflamingo_app.services.key_facts import checked_key_facts
from musicflamingo_app.services.prompts import Prompt, caption_messages, prompt
from musicflamingo_app.services.speaking import Parts, Wish, measured_answer, refuse, region_in, sampling_of, speak
from musicflamingo_app.services.talk import Event, Finished, Said, Stop, Talk

N_EXCERPTS = 3  # that a model which hears seconds alone sums a song up by


@dataclass(frozen=True, slots=True)
class Request:
    """What a person wants written. `custom_text` is the prompt of the kind `custom`."""

    track_id: int
    kind: CaptionKind = "summary"
    model_id: str = EMBEDDED
    region: Interval | None = None
    use_facts: bool = True
    custom_text: str = ""


@dataclass(frozen=True, slots=True)
class _Checked:
    """A request that can be fulfilled."""

    request: Request
    track: Track
    prompt: Prompt


def caption(parts: Parts, request: Request) -> Talk:
    """Writes a caption; the events are Loading*, Speaking, Waiting*, Piece*, Finished.

    Raises at once what can be known at once: NotFound, NoAbility, StudioError. Reading raises StorageError, ModelError,
    AudioError; what was written until then is kept as a caption, unless it is nothing.
    """
    track = parts.library.get(request.track_id)
    wanted = prompt(request.kind, request.custom_text)
    region = region_in(track, request.region)
    refuse(parts, request.model_id, track, region, use_facts=request.use_facts)
    _refuse_kind(parts, request)
    checked = _Checked(replace(request, region=region), track, wanted)
    return Talk(lambda stop: _events(parts, checked, stop))


def _refuse_kind(parts: Parts, request: Request) -> None:
    """Raises NoAbility where a model could only invent: words it cannot hear, a judgement it is too small for."""
    abilities, name = parts.voices.abilities(request.model_id), parts.voices.name(request.model_id)
    if abilities.hears_audio and not abilities.is_tiny:
        return
    if request.kind == "lyrics":
        hears = "hears instruments and no words" if abilities.hears_audio else "hears no audio"
        what = f"{name} {hears}, so it cannot write down the words that are sung."
        raise NoAbility(what, "Choose a model that hears." if not abilities.hears_audio else "Choose a larger model.")
    if request.kind == "critic" and abilities.is_tiny:
        deaf = "" if abilities.hears_audio else "hears no audio and "
        raise NoAbility(f"{name} {deaf}is too small to judge music.", "Choose a larger model.")
    if request.kind == "full" and abilities.is_tiny and not request.use_facts:
        what = f"{name} is too small for a full description."
        raise NoAbility(what, "Use the measured facts, ask for a short summary, or choose a larger model.")


def _events(parts: Parts, checked: _Checked, stop: Stop) -> Generator[Event, None, None]:
    said = Said()
    kept: Caption | None = None
    try:
        yield from _write(parts, checked, stop, said)
    except (GeneratorExit, KeyboardInterrupt):
        said.reason = "cancelled"
        raise
    finally:
        if said.text.strip() or said.thought.strip():
            kept = _keep(parts, checked, said)
    if kept is not None:
        yield Finished(kept, said.evidence)


def _write(parts: Parts, checked: _Checked, stop: Stop, said: Said) -> Generator[Event, None, None]:
    request, track = checked.request, checked.track
    card = parts.card(track) if request.use_facts else None
    worn = parts.worn(request.model_id, None)
    if request.model_id == EMBEDDED and card is not None and worn is None:
        text = _measured(parts, checked, card, said)
        if text is not None:
            yield from measured_answer(text, said)
            return
    wish = Wish(
        request.model_id,
        track,
        request.region,
        card,
        lambda given: caption_messages(checked.prompt, given),
        lambda abilities: _sampling(checked, abilities),
        worn,
        checked.prompt.text if request.kind == "custom" else "",
        think=_thinks_first(parts, request),
        n_excerpts=N_EXCERPTS if request.kind == "summary" else 1,
    )
    yield from speak(parts, wish, stop, said)


def _thinks_first(parts: Parts, request: Request) -> bool | None:
    """A tiny model's thought about a caption tells what the caption tells, so it would be told twice."""
    return False if request.kind != "custom" and parts.voices.abilities(request.model_id).is_tiny else None


def _measured(parts: Parts, checked: _Checked, card: SongCard, said: Said) -> str | None:
    """What the measurements say of themselves; None when a model must speak."""
    request = checked.request
    if request.kind in measured.KINDS:
        return measured.measured_caption(request.kind, card, request.region, _curves(parts, checked.track))
    if request.kind != "custom":
        return None
    answer = parts.reader(checked.prompt.text, card, request.region)
    if answer is None:
        return None
    said.evidence = measured.evidence_of(answer)
    return answer.text


def _curves(parts: Parts, track: Track) -> Curves | None:
    """The curves, None when they are damaged: a description can do without."""
    try:
        return parts.library.curves(track.id)
    except StorageError:
        return None


def _sampling(checked: _Checked, abilities: Abilities) -> Sampling:
    chosen = sampling_of(checked.request.model_id, abilities)
    bound = checked.prompt.schema if abilities.writes_json else None
    return replace(chosen, json_schema=bound)


def _keep(parts: Parts, checked: _Checked, said: Said) -> Caption:
    request = checked.request
    text, note = said.text, ""
    if request.kind == "key_facts":
        text, note = checked_key_facts(text)
    new = NewCaption(
        track_id=checked.track.id,
        kind=request.kind,
        text=text,
        prompt_name=checked.prompt.name,
        prompt_version=checked.prompt.version,
        prompt_text=checked.prompt.text,
        used_facts=request.use_facts,
        backend=said.backend,
        voice=said.voice,
        finish_reason=said.reason,
        start_s=request.region.start_s if request.region else None,
        end_s=request.region.end_s if request.region else None,
        thought=said.thought,
        note=note,
    )
    with parts.library.database.write() as session:
        return captions.add(session, new, now=datetime.now(UTC))
