"""Adapters: put on, switched and taken off without loading the base again."""

from pathlib import Path

import pytest

from model.errors import ModelError
from model.transformers_hf.backend import TransformersBackend
from model.transformers_hf.load import Checkpoint, load
from model.types import Delta
from tests.model.tiny import asked, greedy, sound, write_flamingo, write_lora

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


def said(backend: TransformersBackend) -> str:
    stream = backend.stream(asked("What is the key?", sound(2.0)), greedy())
    return "".join(item.text for item in stream if isinstance(item, Delta))


@pytest.fixture(scope="module")
def plain_lora(qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lora(tmp_path_factory.mktemp("a"), qwen)


@pytest.fixture(scope="module")
def hearing_lora(qwen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_lora(tmp_path_factory.mktemp("b"), qwen, seed=5, projector=True)


@pytest.mark.parametrize("precision", ["fp32", "bf16", "int8"])
def test_adapters_are_switched_and_leave_no_trace(
    qwen: Path, plain_lora: Path, hearing_lora: Path, precision: str
) -> None:
    backend = TransformersBackend(load(Checkpoint(str(qwen), precision=precision)), "tiny")
    base = said(backend)
    backend.load_adapter("first", plain_lora)
    first = said(backend)
    backend.load_adapter("second", hearing_lora)
    second = said(backend)
    assert len({base, first, second}) == 3 and backend.adapters == ("first", "second")
    backend.use_adapter("first")
    assert said(backend) == first
    backend.use_adapter("")
    assert said(backend) == base
    backend.unload_adapter("first")
    backend.use_adapter("second")
    assert said(backend) == second
    backend.unload_adapter("second")
    assert (said(backend), backend.adapters, backend.adapter) == (base, (), "")
    backend.load_adapter("again", plain_lora)
    assert said(backend) == first
    backend.close()


def test_an_adapter_speaks_on_packed_weights(qwen: Path, plain_lora: Path) -> None:
    backend = TransformersBackend(load(Checkpoint(str(qwen), precision="nf4")), "tiny")
    base = said(backend)
    backend.load_adapter("a", plain_lora)
    assert said(backend) != base
    backend.close()


def test_what_is_no_adapter_is_refused_and_changes_nothing(
    speaking: TransformersBackend, plain_lora: Path, tmp_path: Path
) -> None:
    base = said(speaking)
    with pytest.raises(ModelError, match="holds no adapter"):
        speaking.load_adapter("x", tmp_path)
    with pytest.raises(ModelError, match="No adapter"):
        speaking.use_adapter("x")
    with pytest.raises(ModelError, match="No adapter"):
        speaking.unload_adapter("x")
    other = write_flamingo(tmp_path / "wide", intermediate_size=192)
    with pytest.raises(ModelError, match="does not fit"):
        speaking.load_adapter("x", write_lora(tmp_path / "lora", other))
    assert said(speaking) == base and speaking.adapters == ()
    speaking.load_adapter("a", plain_lora)
    with pytest.raises(ModelError, match="loaded already"):
        speaking.load_adapter("a", plain_lora)
