"""All that speaks in the studio: captions, conversations, and the models behind them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from db import captions, conversations
from db.values import Caption, CaptionKind, Conversation, FoundConversation, Utterance
from model import fetch
from model.memory import Fit, fits
from model.registry import EMBEDDED, MODELS, Model, missing_packages, model
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.music.time import Interval
from musicflamingo_app.services import conversation_file, measured
from musicflamingo_app.services.adapters import Adapters
from musicflamingo_app.services.ask import Question, ask
from musicflamingo_app.services.caption import Request, caption
from musicflamingo_app.services.hearing import Hearing
from musicflamingo_app.services.labels import MAX_LABEL, cleaned
from musicflamingo_app.services.library import Library
from musicflamingo_app.services.openers import openers
from musicflamingo_app.services.speaking import Parts
from musicflamingo_app.services.talk import Talk
from musicflamingo_app.services.voices import Open, Status, Voices

if TYPE_CHECKING:
    from model.devices import Device
    from model.openai_http.server import Server

LONGEST_EDIT = 100_000  # characters


@dataclass(frozen=True, slots=True)
class Offer:
    """One model to choose: what it is, whether it is here, what it still needs, and where it stands."""

    model: Model
    folder: Path
    is_here: bool  # its weights are on this machine, or none are needed
    disk_bytes: int  # what its weights take now
    missing_packages: tuple[str, ...]
    status: Status


class Speech:
    """Captions and conversations of a library, and the models. Safe to use from many threads.

    `models` is the folder for weights, `adapters` (beside it) the one for what training wrote. `voices` and `reader`
    stand in for the real ones in tests.
    """

    def __init__(
        self,
        library: Library,
        models: Path,
        *,
        server: "Server | None" = None,
        voices: Mapping[str, Open] | None = None,
        reader: measured.Reader = measured.read,
        adapters: Path | None = None,
    ) -> None:
        self._library, self._models = library, models
        self.server = server
        known = openers(models, lambda: self.server) if voices is None else voices
        self.voices = Voices(known)
        self.adapters = Adapters(library.database, adapters or models.parent / "adapters", self.voices.forget)
        self._parts = Parts(library, self.voices, Hearing(library), reader, self.adapters.worn)

    def close(self) -> None:
        """Frees all models; answers under way end."""
        self.voices.close()

    # Captions

    def caption(
        self,
        track_id: int,
        kind: CaptionKind = "summary",
        *,
        model_id: str = EMBEDDED,
        region: Interval | None = None,
        use_facts: bool = True,
        custom_text: str = "",
    ) -> Talk:
        """Writes a caption; see services/caption.py."""
        return caption(self._parts, Request(track_id, kind, model_id, region, use_facts, custom_text))

    def captions(self, track_id: int, kind: CaptionKind | None = None) -> tuple[Caption, ...]:
        """The captions of a track, newest first. Raises NotFound."""
        self._library.get(track_id)
        with self._library.database.read() as session:
            return captions.of_track(session, track_id, kind=kind)

    def edit_caption(self, caption_id: int, text: str | None) -> Caption:
        """Writes over a caption; None brings the first text back. Raises NotFound, StudioError."""
        if text is not None and len(text) > LONGEST_EDIT:
            raise StudioError(f"The text has {len(text)} characters.", f"Use at most {LONGEST_EDIT}.")
        with self._library.database.write() as session:
            return captions.edit(session, caption_id, text)

    def prefer_caption(self, caption_id: int, preferred: bool = True) -> Caption:
        """Marks a caption as the preferred one of its kind and region. Raises NotFound."""
        with self._library.database.write() as session:
            return captions.prefer(session, caption_id, preferred=preferred)

    def delete_caption(self, caption_id: int) -> None:
        """Removes a caption for good. Raises NotFound."""
        with self._library.database.write() as session:
            captions.delete(session, caption_id)

    # Conversations

    def ask(
        self,
        track_id: int,
        text: str,
        *,
        model_id: str = EMBEDDED,
        conversation_id: int | None = None,
        region: Interval | None = None,
        use_facts: bool = True,
        adapter: str | None = None,
        think: bool | None = None,
    ) -> Talk:
        """Asks about a track; see services/ask.py."""
        question = Question(track_id, text, model_id, conversation_id, region, use_facts, adapter, think)
        return ask(self._parts, question)

    def conversations(self, track_id: int) -> tuple[Conversation, ...]:
        """The conversations about a track, the one last spoken in first. Raises NotFound."""
        self._library.get(track_id)
        with self._library.database.read() as session:
            return conversations.of_track(session, track_id)

    def conversation(self, conversation_id: int) -> tuple[Conversation, tuple[Utterance, ...]]:
        """A conversation and all that was said in it. Raises NotFound."""
        with self._library.database.read() as session:
            found = conversations.get(session, conversation_id)
            return found, conversations.utterances(session, conversation_id)

    def search_conversations(self, text: str, *, limit: int = 50) -> tuple[FoundConversation, ...]:
        """Conversations about any track that hold all these words, newest first."""
        with self._library.database.read() as session:
            return conversations.search(session, text, limit=limit)

    def rename_conversation(self, conversation_id: int, title: str) -> Conversation:
        """Gives a conversation another title. Raises NotFound, StudioError for an empty or overlong one."""
        named = cleaned(title)
        if named is None or len(title.strip()) > MAX_LABEL:
            raise StudioError("The title is empty or too long.", f"Use one to {MAX_LABEL} characters.")
        with self._library.database.write() as session:
            return conversations.rename(session, conversation_id, named)

    def delete_conversation(self, conversation_id: int) -> None:
        """Removes a conversation for good. Raises NotFound."""
        with self._library.database.write() as session:
            conversations.delete(session, conversation_id)

    def export_conversation(self, conversation_id: int) -> tuple[str, str]:
        """File name and Markdown of a conversation. Raises NotFound."""
        found, said = self.conversation(conversation_id)
        track = self._library.get(found.track_id)
        return conversation_file.file_name(found), conversation_file.markdown(found, track, said)

    # Models

    def models(self) -> Sequence[Offer]:
        """Every model there is to choose, in the order to show them."""
        return [self.offer(known.id) for known in MODELS if known.id in self.voices.ids]

    def offer(self, model_id: str) -> Offer:
        """One model. Raises NotFound."""
        known, status = model(model_id), self.voices.status(model_id)
        here = fetch.fetched(known, self._models) if known.needs_fetching else None
        return Offer(
            known,
            fetch.folder_of(known, self._models),
            here is not None or not known.needs_fetching,
            here.n_bytes if here else 0,
            missing_packages(known),
            status,
        )

    def fits(self, model_id: str, devices: "Sequence[Device]", audio_s: float = 240.0) -> dict[str, Fit]:
        """By precision, whether a model would fit these devices (model/devices.py finds them). Raises NotFound."""
        known = model(model_id)
        return {precision: fits(known, precision, devices, audio_s) for precision in known.sizes}

    def load_model(
        self,
        model_id: str,
        *,
        precision: str = "",
        device: str = "",
        on_progress: Callable[[float, str], None] = lambda fraction, sentence: None,
    ) -> None:
        """Loads a model and waits. Raises ModelError, MissingPackage, OutOfMemory, NotFound."""
        known = model(model_id)
        if precision and known.sizes and precision not in known.sizes:
            raise NotFound(f"{known.name} has no precision {precision!r}.", f"Choose one of: {', '.join(known.sizes)}.")
        self.voices.load(model_id, on_progress, precision=precision, device=device)

    def unload_model(self, model_id: str) -> None:
        """Frees a model; an answer under way ends with a sentence and its half is kept. Raises NotFound."""
        self.voices.unload(model_id)

    def fetch_model(
        self,
        model_id: str,
        *,
        licence_accepted: bool,
        on_progress: fetch.Progress = lambda here, total: None,
        is_stopped: Callable[[], bool] = lambda: False,
    ) -> fetch.Fetched:
        """Fetches a model's weights. Raises FetchError, StorageError, Cancelled, MissingPackage, NotFound."""
        return fetch.fetch(
            model(model_id),
            self._models,
            licence_accepted=licence_accepted,
            on_progress=on_progress,
            is_stopped=is_stopped,
        )

    def remove_model(self, model_id: str) -> int:
        """Unloads a model and deletes its weights; gives the bytes freed. Raises NotFound, StorageError."""
        self.voices.unload(model_id)
        return fetch.remove(model(model_id), self._models)
