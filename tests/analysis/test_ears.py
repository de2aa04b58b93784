"""The engines that may be chosen: what the settings offer is what the analyser knows."""

from dataclasses import fields
from typing import get_args, get_type_hints

import pytest

from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.pipeline import signatures
from musicflamingo_app.settings import Settings
from musicflamingo_app.ui.desk import choice_of

SETTING = {"chords": "chord_engine", "beats": "beat_engine", "key": "key_engine", "sections": "section_engine"}
OFFERED = [(aspect, name) for aspect in SETTING for name in get_args(get_type_hints(Choice)[aspect])]


def test_every_choice_has_a_setting_that_offers_the_same() -> None:
    assert set(SETTING) == {field.name for field in fields(Choice)}
    for aspect, setting in SETTING.items():
        offered = get_args(Settings.model_fields[setting].annotation)
        assert offered == get_args(get_type_hints(Choice)[aspect])
        assert Settings.model_fields[setting].default == getattr(Choice(), aspect)


@pytest.mark.parametrize(("aspect", "name"), OFFERED)
def test_what_is_set_is_what_listens(aspect: str, name: str) -> None:
    choice = choice_of(Settings(**{SETTING[aspect]: name}))
    assert choice == Choice(**{aspect: name})
    assert getattr(ears_of(choice), aspect)


@pytest.mark.parametrize("aspect", SETTING)
def test_each_name_is_another_engine(aspect: str) -> None:
    names = [name for of, name in OFFERED if of == aspect]
    found = [frozenset(signatures(ears_of(Choice(**{aspect: name})))[aspect]) for name in names]
    assert len(set(found)) == len(names) > 1
