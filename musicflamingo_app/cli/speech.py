"""`musicflamingo caption | ask | models`: texts about tracks, streamed to the terminal, and who writes them."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from db.values import Caption, CaptionKind, Track, Utterance
from musicflamingo_app.cli.library import await_jobs, find_track
from musicflamingo_app.cli.speak import err, out, progress_bar
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services.speech import Offer, Speech
from musicflamingo_app.services.studio import Studio
from musicflamingo_app.services.talk import Finished, Loading, Piece, Speaking, Talk, Waiting
from musicflamingo_app.settings import Settings, load_settings
from musicflamingo_app.ui.desk import open_desk

if TYPE_CHECKING:
    from model.registry import Licence

KINDS: tuple[CaptionKind, ...] = get_args(CaptionKind)
INTERRUPTED = 130
_TIME = re.compile(r"(?:(?:(\d+):)?(\d{1,3}):)?(\d+(?:\.\d+)?)")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>#|~!&$@/.])")
_VOICES = {
    "measured": "from the measurements",
    "tiny": "tiny language model, hears nothing",
    "nano": "tiny model taught on synthetic music; measurements count more",
    "model": "model",
}

ModelOption = Annotated[
    str | None, typer.Option("--model", help="Who writes, as “musicflamingo models list” names it; else the setting.")
]
RegionOption = Annotated[str, typer.Option("--region", help="Only this part, such as 0:30-1:00.")]
FactsOption = Annotated[bool, typer.Option("--facts/--no-facts", help="Tell the model what was measured.")]
ThinkOption = Annotated[
    bool | None,
    typer.Option(
        "--think/--no-think",
        help="Let a model that can think do so first, or not; else where it helps. The embedded one else lets what was "
        "measured answer.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of the text.")]
ServerOption = Annotated[
    str, typer.Option("--server", help="URL of a model server, for openai-server; its key is a setting.")
]
ServerModelOption = Annotated[str, typer.Option("--server-model", help="The model's name on that server.")]


def caption(
    track: Annotated[str, typer.Argument(help="A track's id, words of its title, or a file.", metavar="TRACK_OR_FILE")],
    kind: Annotated[str, typer.Option("--kind", help=f"One of {', '.join(KINDS)}.")] = "summary",
    model: ModelOption = None,
    region: RegionOption = "",
    facts: FactsOption = True,
    prompt: Annotated[str, typer.Option("--prompt", help="Your own words, for --kind custom.")] = "",
    as_json: JsonOption = False,
    server: ServerOption = "",
    server_model: ServerModelOption = "",
) -> None:
    """Write a text about a track and keep it. Ctrl-C stops; what was written until then is kept."""
    wanted, place = kind_of(kind), region_of(region)
    settings = _settings(model, server, server_model)
    with _desk(settings) as studio:
        found = _track_or_file(studio, track)
        talk = studio.speech.caption(
            found.id, wanted, model_id=settings.model, region=place, use_facts=facts, custom_text=prompt
        )
        _told(talk, as_json)


def ask(
    track: Annotated[str, typer.Argument(help="A track's id, or words of its title.")],
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    model: ModelOption = None,
    region: RegionOption = "",
    facts: FactsOption = True,
    think: ThinkOption = None,
    conversation: Annotated[int | None, typer.Option(help="Go on with this conversation.")] = None,
    as_json: JsonOption = False,
    server: ServerOption = "",
    server_model: ServerModelOption = "",
) -> None:
    """Ask about a track and keep the conversation. Ctrl-C stops; the half answer is kept."""
    place = region_of(region)
    settings = _settings(model, server, server_model)
    with _desk(settings) as studio:
        found = find_track(studio, track)
        talk = studio.speech.ask(
            found.id,
            question,
            model_id=settings.model,
            conversation_id=conversation,
            region=place,
            use_facts=facts,
            think=think,
        )
        _told(talk, as_json)


def kind_of(text: str) -> CaptionKind:
    """The kind of caption of that name. Raises NotFound."""
    found = next((known for known in KINDS if known == text.strip().lower().replace("-", "_")), None)
    if found is None:
        raise NotFound(f"There is no caption of the kind “{text}”.", f"Use one of {', '.join(KINDS)}.")
    return found


def region_of(text: str) -> Interval | None:
    """`0:30-1:00` as an interval; None for an empty text. Raises StudioError."""
    if not text.strip():
        return None
    ends = [_TIME.fullmatch(part.strip()) for part in text.replace("–", "-").split("-")]
    if len(ends) == 2 and ends[0] and ends[1]:
        start_s, end_s = (_seconds(end) for end in ends if end)
        if start_s < end_s:
            return Interval(start_s, end_s)
    raise StudioError(f"“{text}” is not a region.", "Write it as 0:30-1:00.")


def _seconds(match: re.Match[str]) -> float:
    hours, minutes, seconds = match.groups()
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + float(seconds)


def _settings(model: str | None, server: str, server_model: str) -> Settings:
    return load_settings(model=model, server_url=server or None, server_model=server_model or None)


@contextmanager
def _desk(settings: Settings) -> Iterator[Studio]:
    studio = open_desk(settings)
    studio.speech.voices.precisions[settings.model] = settings.precision
    try:
        yield studio
    finally:
        studio.close()


def _track_or_file(studio: Studio, wanted: str) -> Track:
    """A track of the library; a file is added and analysed first. Raises NotFound, AudioError, StudioError."""
    path = Path(wanted)
    if not path.is_file():
        return find_track(studio, wanted)
    job = studio.add(path, path.name)
    if job.is_active:
        studio.start()
        if await_jobs(studio, [job]):
            raise StudioError(f"{path} could not be analysed.", "Choose another file.")
    found = studio.library.find_by_hash(_sha256(path))
    if found is None:
        raise NotFound(f"{path} is not in the library.", "Add it again.")
    return found


def _sha256(path: Path) -> str:
    from musicflamingo_app.audio.identity import audio_sha256

    return audio_sha256(path)


def _told(talk: Talk, as_json: bool) -> None:
    """Streams to the terminal. Ctrl-C keeps the half and ends with code 130."""
    kept: Caption | Utterance | None = None
    try:
        for event in talk:
            if isinstance(event, Finished):
                kept = event.message
            else:
                _tell(event, as_json)
    except KeyboardInterrupt:
        talk.close()
        err.print("\nStopped. What was said until then is kept.")
        raise typer.Exit(INTERRUPTED) from None
    finally:
        talk.close()
        if not as_json:
            sys.stdout.write("\n")
    if as_json and kept is not None:
        sys.stdout.write(json.dumps(document_of(kept), ensure_ascii=False, indent=2) + "\n")
    elif isinstance(kept, Caption) and kept.note:
        err.print(kept.note)
    elif isinstance(kept, Utterance):
        err.print(f"Conversation {kept.conversation_id}.", style="dim")


def _tell(event: object, as_json: bool) -> None:
    if isinstance(event, Piece) and event.kind == "text" and not as_json:
        sys.stdout.write(shown(event.text))
        sys.stdout.flush()
    elif isinstance(event, Speaking):
        err.print(f"{event.backend} ({_VOICES[event.voice]}):", style="dim")
    elif isinstance(event, Loading):
        err.print(f"{event.fraction:4.0%} {event.sentence}", style="dim")
    elif isinstance(event, Waiting):
        err.print(f"Waiting; {event.position} before this.", style="dim")


def shown(text: str) -> str:
    """A text for a terminal: control characters would move its cursor, Markdown's escapes are for pages."""
    printable = "".join(sign if sign.isprintable() or sign in "\n\t" else "\ufffd" for sign in text)
    return _ESCAPED.sub(r"\1", printable)


def document_of(kept: Caption | Utterance) -> dict[str, Any]:
    """The JSON of a caption or an answer."""
    region = [kept.start_s, kept.end_s] if kept.region else None
    about = {"id": kept.id, "text": kept.text, "thought": kept.thought, "region": region, "model": kept.backend}
    about |= {"voice": kept.voice, "used_facts": kept.used_facts, "finish_reason": kept.finish_reason}
    about |= {"prompt_version": kept.prompt_version, "created_at": kept.created_at.isoformat()}
    if isinstance(kept, Caption):
        return about | {"track": kept.track_id, "kind": kept.kind, "note": kept.note}
    evidence = [[found.start_s, found.end_s, found.sentence] for found in kept.evidence]
    return about | {"conversation": kept.conversation_id, "evidence": evidence}


models = typer.Typer(help="The models that can write and answer: what they are, fetching and removing them.")


@models.command("list")
def list_models(as_json: JsonOption = False) -> None:
    """List the models, their sizes and licences, and whether each fits this machine."""
    from model.devices import devices

    with _desk(load_settings()) as studio:
        machine = devices()
        rows = [(offer, _fits(studio.speech, offer, machine)) for offer in studio.speech.models()]
    if as_json:
        documents = [_offer_document(offer, fit) for offer, fit in rows]
        sys.stdout.write(json.dumps(documents, ensure_ascii=False, indent=2) + "\n")
        return
    for offer, fit in rows:
        disk, memory = _sizes(offer)
        out.print(f"{offer.model.id}  ({offer.model.name})", style="bold", highlight=False)
        out.print(f"  {_here(offer)} · {disk} on disk · licence: {_licence(offer)}", highlight=False)
        if offer.model.kind == "embedded":
            out.print(f"  {offer.model.about}", highlight=False)
        for line, verdict in zip(memory, fit, strict=False):
            out.print(f"  {line} in memory: {verdict.partition(': ')[2]}", highlight=False)


def _fits(speech: Speech, offer: Offer, machine: Any) -> list[str]:
    found = speech.fits(offer.model.id, machine)
    return [f"{precision}: {fit.verdict}" for precision, fit in found.items()] or ["on its server"]


def _sizes(offer: Offer) -> tuple[str, list[str]]:
    sizes = offer.model.sizes
    disk = max((size.disk_bytes for size in sizes.values()), default=0)
    memory = [f"{precision}: {size.memory_bytes / 1e9:.1f} GB" for precision, size in sizes.items()]
    return (f"{disk / 1e9:.1f} GB" if disk else "nothing"), memory


def _here(offer: Offer) -> str:
    if offer.missing_packages:
        return f"needs pip install {' '.join(offer.missing_packages)}"
    return "here" if offer.is_here else "to be fetched"


def _licence(offer: Offer) -> str:
    return offer.model.licence.name if offer.model.licence else "the server's own"


def _offer_document(offer: Offer, fit: list[str]) -> dict[str, Any]:
    known = offer.model
    return {
        "id": known.id,
        "name": known.name,
        "about": known.about,
        "sizes": {name: {"disk": size.disk_bytes, "memory": size.memory_bytes} for name, size in known.sizes.items()},
        "fits": fit,
        "is_here": offer.is_here,
        "missing_packages": list(offer.missing_packages),
        "licence": known.licence.name if known.licence else None,
        "hears_audio": known.hears_audio,
        "max_audio_s": known.max_audio_s,
    }


@models.command("fetch")
def fetch_model(
    model: Annotated[str, typer.Argument(help="The model's id.")],
    accept_licence: Annotated[bool, typer.Option("--accept-licence", help="You have read and accept it.")] = False,
) -> None:
    """Fetch a model's weights. What was cut short goes on where it stopped."""
    with _desk(load_settings()) as studio:
        offer = studio.speech.offer(model)
        if offer.model.licence is not None and offer.model.needs_fetching:
            _show_licence(offer.model.licence)
        with progress_bar() as bars:
            bar = bars.add_task("fetching", name=offer.model.name, total=1.0)
            got = studio.speech.fetch_model(
                model,
                licence_accepted=accept_licence,
                on_progress=lambda here, total: bars.update(bar, completed=here / total if total else 1.0),
            )
    out.print(f"{offer.model.name}: {got.n_bytes / 1e9:.1f} GB in {got.folder}", soft_wrap=True)


def _show_licence(licence: "Licence") -> None:
    err.print(f"{licence.name}: {licence.summary}\n{licence.url}", soft_wrap=True)


@models.command("remove")
def remove_model(model: Annotated[str, typer.Argument(help="The model's id.")]) -> None:
    """Delete a model's weights."""
    with _desk(load_settings()) as studio:
        n_bytes = studio.speech.remove_model(model)
    out.print(f"{n_bytes / 1e9:.1f} GB freed." if n_bytes else f"Nothing of {model} is here.")
