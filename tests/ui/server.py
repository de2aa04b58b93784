"""A launched page over a fake studio, without the warnings of Gradio's own making."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.model_desk import VoiceChoice
from musicflamingo_app.ui.preferences import Preferences
from musicflamingo_app.ui.serve import Running, serve
from tests.ui.fake_studio import FakePreferences
from tests.ui.speaking import MemoryVoice

# Gradio counts its queue's work with a pandas option that pandas is about to drop.
GRADIO_NOISE = pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'")


@contextmanager
def served(
    studio: Studio, temporary: Path, preferences: Preferences | None = None, voice: VoiceChoice | None = None
) -> Iterator[Running]:
    """A page on a free port; uploads lie in the temporary folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(temporary))
        with _unclosed_loops_forgiven():
            page = serve(
                studio, block=False, preferences=preferences or FakePreferences(), voice=voice or MemoryVoice()
            )
        yield page
        with _unclosed_loops_forgiven():
            page.close()


@contextmanager
def _unclosed_loops_forgiven() -> Iterator[None]:
    """Gradio makes event loops that it never closes; they are collected here, not in somebody else's test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()
