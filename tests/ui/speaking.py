"""Real captions and conversations over a made-up studio's tracks, with back ends that say what they are told."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from db import migrate
from db.session import Database, database_url
from model.types import Abilities, Delta, Done, Message, Sampling
from musicflamingo_app.services.library import Library, NewTrack
from musicflamingo_app.services.speech import Speech
from musicflamingo_app.services.store import Store

HEARING = "music-flamingo-2601-hf"
THINKING = "music-flamingo-think-2601-hf"
SAYS = (
    "## Overview\n", "A lively song at 120 BPM in A minor. ", "At 0:05 the <img src=x onerror=window.pwned=7> enters, ",
    "and ${window.pwned=8} follows in bar 9.\n", "- **Drums** and piano\n", "- a second verse",
)  # fmt: skip


class Scripted:
    """Thinks a little, then says its pieces one after the other; a prompt with “slowly” makes it slow.

    One that is known to think does so when it is asked to and never else.
    """

    name = "Scripted Flamingo"

    def __init__(self, abilities: Abilities, says: Sequence[str] = SAYS) -> None:
        self.abilities, self._says = abilities, says

    def stream(self, messages: Sequence[Message], sampling: Sampling) -> "_Stream":
        asked = str([part for part in messages[-1].parts if type(part).__name__ == "Text"])
        thinks = "<think>" in asked or not self.abilities.thinks
        return _Stream(self._pieces(2.0 if "slowly" in asked else 0.0, thinks=thinks))

    def _pieces(self, pause_s: float, *, thinks: bool) -> Iterator[Delta | Done]:
        if thinks:
            yield Delta("thought", "I hear a <b>pulse</b>.")
        for text in self._says:
            time.sleep(pause_s)
            yield Delta("text", text)
        yield Done("stop", 10, 20, 0.0, 0.0)

    def close(self) -> None:
        pass


class _Stream:
    def __init__(self, pieces: Iterator[Delta | Done]) -> None:
        self._pieces, self._closed = pieces, False

    def __iter__(self) -> "_Stream":
        return self

    def __next__(self) -> Delta | Done:
        if self._closed:
            raise StopIteration
        return next(self._pieces)

    def close(self) -> None:
        self._closed = True


def speech_over(tracks: Sequence[Any], analyses: Sequence[Any], curves: Any, folder: Path) -> Speech:
    """Speech over a library that holds the same tracks under the same numbers."""
    url = database_url(folder / "library.sqlite")
    migrate.upgrade(url)
    library = Library(Database(url), Store(folder / "store"))
    for track, analysis in zip(tracks, analyses, strict=True):
        sound, copy = folder / "sound.wav", folder / "copy.m4a"
        soundfile.write(sound, np.zeros(8_000, np.float32), 8_000)
        copy.write_bytes(b"copy")
        kept = library.keep(
            NewTrack(
                audio_sha256=track.audio_sha256, original_path=sound, original_name=track.original_name,
                playback_path=copy, peaks=b"peaks", duration_s=track.duration_s, rate_hz=8_000, channels=1, codec="wav",
                analysis=analysis, curves=curves(analysis), title=track.title, artist=track.artist,
            )
        )  # fmt: skip
        assert kept.id == track.id
    tiny, hearing = Scripted(Abilities(is_tiny=True)), Scripted(Abilities(hears_audio=True, max_audio_s=1200.0))
    thinking = Scripted(replace(hearing.abilities, thinks=True))
    voices = {
        "embedded": lambda _opening: tiny, HEARING: lambda _opening: hearing, THINKING: lambda _opening: thinking,
    }  # fmt: skip
    return Speech(library, folder / "models", voices=voices)


def library_of(speech: Speech) -> Library:
    """The library that speech stands on."""
    return speech._library


class MemoryVoice:
    """Which model speaks, in memory."""

    def __init__(self) -> None:
        self.kept = ("embedded", "")

    def chosen(self) -> tuple[str, str]:
        return self.kept

    def choose(self, model_id: str, precision: str) -> None:
        self.kept = (model_id, precision)
