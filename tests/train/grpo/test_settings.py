"""Wrong lines of a recipe's table are refused in one sentence."""

from dataclasses import asdict
from typing import Any

import pytest

from musicflamingo_app.errors import StudioError
from train.grpo.settings import GrpoSettings, settings_of


def test_defaults_are_the_paper_s_where_it_says() -> None:
    settings = settings_of({})
    assert settings == GrpoSettings() and settings.group_size == 5 and settings.captions == "bounded"
    assert settings_of(asdict(settings)) == settings
    assert settings_of({"learning_rate": 1}).learning_rate == 1.0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"groups": 5}, "grpo.groups is not known. Did you mean grpo.group_size?"),
        ({"nonsense": 5}, "grpo.nonsense is not known. Known are accuracy"),
        ({"group_size": 1}, "grpo.group_size is 1. It must be at least 2"),
        ({"group_size": 5.5}, "grpo.group_size is 5.5. It must be a whole number."),
        ({"steps": True}, "grpo.steps is True"),
        ({"clip": 0}, "grpo.clip is 0.0. It must be more than 0"),
        ({"kl_weight": -1}, "grpo.kl_weight is -1.0"),
        ({"temperature": float("nan")}, "grpo.temperature is nan. It must be more than 0"),
        ({"layout": "html"}, "grpo.layout is 'html'. Choose one of think, strict, answer, plain"),
        ({"captions": "loose"}, "grpo.captions is 'loose'. Choose one of bounded, printed, task"),
        ({"temperature": "warm"}, "grpo.temperature is 'warm'. It must be a number"),
    ],
)
def test_wrong_lines_are_refused(table: dict[str, Any], said: str) -> None:
    with pytest.raises(StudioError) as caught:
        settings_of(table)
    assert said in str(caught.value)
