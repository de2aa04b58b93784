from pathlib import Path

import pytest

from tests.audio.signals import BY_NAME, Watched, tone_with_click


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    """Two seconds of tone and click, stereo, 44.1 kHz, 16 bits."""
    return BY_NAME["wav16"].write(tmp_path / "tone.wav", tone_with_click(44_100, 2), 44_100)


@pytest.fixture
def watched() -> Watched:
    return Watched()
