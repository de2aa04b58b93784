"""Speech is learned from kept vectors, judged with and without sound, and packed so that it comes back whole."""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from model.wording import FACTS_BEGIN, FACTS_END
from musicflamingo_app.errors import StudioError
from tests.train.grpo.making import PEFT_ASKS
from tests.train.nano.conftest import clip
from train.collate import Writer
from train.nano import attention, export, features, judge, reward, sft, shards, turns
from train.nano import words as speech
from train.nano.reading import Reader, noise, window
from train.nano.sft import RECIPE, learn, learner_of, loss_of, step
from train.prompts import THINK, prompt_text
from train.tuning import adapted

pytestmark = pytest.mark.filterwarnings(PEFT_ASKS)


def given(out: Path, minutes: float = 0.01, stage: str = "sft") -> argparse.Namespace:
    return argparse.Namespace(out=out, minutes=minutes, batch=2, rate=1e-2, seed=0, device="cpu", stage=stage)


@pytest.fixture(scope="module")
def kept(base: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from model.transformers_hf.load import Checkpoint, load

    inner = load(Checkpoint(str(base), precision="fp32")).model.model
    out = tmp_path_factory.mktemp("vectors")
    for side in ("train", "valid"):
        features.keep(inner.audio_tower, inner.pos_emb, data, side, out)
    return out


@pytest.fixture(scope="module")
def known(words: Path) -> speech.Table:
    return speech.table(words)


@pytest.fixture
def lessons(data: Path, kept: Path, known: speech.Table) -> dict[str, list[turns.Taught]]:
    return {side: turns.taught(data, kept, side, known) for side in ("train", "valid")}


def test_a_conversation_begins_with_options_and_ends_with_a_caption(lessons: dict[str, list[turns.Taught]]) -> None:
    one, random = lessons["train"][0], np.random.default_rng(0)
    early = [turns.spoken(one, 0.0, random) for _ in range(20)]
    late = [turns.spoken(one, 1.0, random) for _ in range(40)]
    assert all(len(said) == 2 for said in early)
    n_captions = sum(len(said) == 3 for said in late)
    assert 5 < n_captions < 28 and all("Describe" in said[2][0] for said in late if len(said) == 3)


def test_most_replies_come_after_a_thought_where_thoughts_are_taught(lessons: dict[str, list[turns.Taught]]) -> None:
    one, random = lessons["train"][0], np.random.default_rng(0)
    said = [pair for _ in range(60) for pair in turns.spoken(one, 0.0, random, thinks=True)]
    thought = sum("<think>" in reply for _, reply in said)
    assert 0.5 < thought / len(said) < 0.9
    assert all((THINK in question) == ("<think>" in reply) for question, reply in said)


def test_some_facts_stand_beside_some_clips_where_thoughts_are_taught(
    lessons: dict[str, list[turns.Taught]],
) -> None:
    random = np.random.default_rng(0)
    one = replace(lessons["train"][0], facts="tempo: 90 BPM\nkey: C major\nchords: C 0:00")
    said = [turns.spoken(one, 1.0, random, thinks=True) for _ in range(200)]
    told = [questions[0][0] for questions in said if FACTS_BEGIN in questions[0][0]]
    assert 60 < len(told) < 140
    assert all(
        len({question.partition(FACTS_END)[0] for question, _ in questions}) == 1
        for questions in said
        if FACTS_BEGIN in questions[0][0]
    )
    n_lines = [sum(line in text for line in one.facts.splitlines()) for text in told]
    assert 1.7 < sum(n_lines) / len(n_lines) < 2.6 and min(n_lines) >= 1
    assert not any(FACTS_BEGIN in question for question, _ in turns.spoken(one, 1.0, random))


def test_facts_are_read_once_for_all_questions(loaded: Any, lessons: dict[str, list[turns.Taught]]) -> None:
    writer, one = Writer(loaded.processor), lessons["train"][0]
    plain, told = (
        turns.packed([(turns.beside(facts, prompt_text(e)), e.answer) for e in one.questions], writer)
        for facts in ("", "tempo: 90 BPM")
    )
    assert sum(segment == 0 for segment in told.segments) > sum(segment == 0 for segment in plain.segments) + 5
    assert [sum(s == n for s in told.segments) for n in (1, 2)] == [sum(s == n for s in plain.segments) for n in (1, 2)]


def test_every_reply_weighs_the_same_but_captions(loaded: Any, lessons: dict[str, list[turns.Taught]]) -> None:
    writer, one = Writer(loaded.processor), lessons["train"][0]
    said = [(prompt_text(example), example.answer) for example in (*one.questions, *one.captions)]
    row = turns.packed(said, writer)
    assert abs(sum(row.weights) - (1 + 1 + turns.CAPTION_WEIGHT)) < 1e-5
    assert [weight > 0 for weight in row.weights] == [label >= 0 for label in row.labels]


def test_a_thought_and_its_answer_weigh_apart(loaded: Any) -> None:
    writer, thought = Writer(loaded.processor), "<think>" + "The beat is heard. " * 20 + "</think>"
    row = turns.packed([("How fast?", f"{thought} Hence, the final answer is: <answer>fast</answer>")], writer)
    weights = [weight for weight in row.weights if weight > 0]
    after = [weight for weight in weights if weight != weights[0]]
    assert abs(sum(weights) - (turns.CAPTION_WEIGHT + 1)) < 1e-5 and abs(sum(after) - 1) < 1e-5
    assert weights[-len(after) :] == after and len(after) < len(weights) / 2


def test_packed_questions_are_learned_as_if_each_were_alone(
    loaded: Any, lessons: dict[str, list[turns.Taught]], data: Path, known: speech.Table
) -> None:
    writer, one = Writer(loaded.processor), lessons["train"][2]
    said = [(prompt_text(example), example.answer) for example in one.questions]
    batch = turns.collated([(one, turns.packed(said, writer))], 0) | {"ideal": torch.zeros(1)}
    heard = window(shards.clips(data, "train").mel(2))
    alone = []
    with torch.no_grad():
        for turn in said:
            tokens = writer.conversation([turn], 250)
            given_tokens = {"input_ids": torch.tensor([tokens.ids]), "labels": torch.tensor([tokens.labels])}
            asked = {
                "input_features": torch.from_numpy(heard.frames),
                "input_features_mask": torch.from_numpy(heard.mask),
            }
            alone.append(float(loaded.model(**given_tokens, **asked).loss))
        learner = learner_of(adapted(loaded, RECIPE), 1e-3)
        attention.use(loaded.model.model.language_model)
        ours = float(loss_of(learner.model, batch, known))
    assert ours == pytest.approx(np.mean(alone), rel=0.02)


def test_the_words_of_the_truth_take_the_place_of_the_encoders(
    loaded: Any, lessons: dict[str, list[turns.Taught]], known: speech.Table
) -> None:
    clip_words = torch.from_numpy(lessons["train"][0].words)[None]
    spoken = torch.randn(1, 250, known.vectors.shape[1])
    for share in (0.0, 0.25, 1.0):
        told = sft._told(spoken, {"words": clip_words, "ideal": torch.tensor([share])}, known)
        wanted = spoken * (1 - share) + known.vectors[clip_words.clamp(min=0)] * share
        torch.testing.assert_close(told[clip_words >= 0], wanted[clip_words >= 0])
        torch.testing.assert_close(told[clip_words < 0], spoken[clip_words < 0])
    writer = Writer(loaded.processor)
    early, late = (next(turns.batches(lessons["train"], writer, 8, 0, 0, lambda s=s: s))["ideal"] for s in (0.0, 1.0))
    assert float(early.mean()) > 0.5 and float(late.max()) == 0


def test_it_learns_and_goes_on(
    base: Path, loaded: Any, lessons: dict[str, list[turns.Taught]], known: speech.Table, tmp_path: Path
) -> None:
    from model.transformers_hf.load import Checkpoint, load

    attention.use(loaded.model.model.language_model)
    writer = Writer(loaded.processor)
    learner = learner_of(adapted(loaded, RECIPE), 1e-2)
    source = turns.batches(lessons["train"], writer, 2, 0, 0, lambda: 0.0)
    losses = [step(learner, next(source), known, 2.0, "cpu")["loss"] for _ in range(16)]
    assert np.mean(losses[-4:]) < 0.95 * np.mean(losses[:4])
    adapter = learn(learner, writer, lessons, known, given(tmp_path / "run"))
    assert (adapter / "adapter_model.safetensors").is_file()
    again = learner_of(adapted(load(Checkpoint(str(base), precision="fp32")), RECIPE), 1e-2)
    learn(again, writer, lessons, known, given(tmp_path / "run"))  # its time is over: only the checkpoint is read
    assert again.step == learner.step
    for name, weights in learner.learning.items():
        torch.testing.assert_close(again.learning[name], weights)


def test_options_are_weighed_as_the_whole_model_would(loaded: Any) -> None:
    reader, one = Reader(loaded.model, loaded.processor), clip(300)
    vectors = reader.vectors(window(one.mel))
    question, options = prompt_text(one.examples[0]), one.examples[0].options
    for given_vectors in (vectors, None):
        n = 0 if given_vectors is None else len(given_vectors)
        found = reader.likelihoods(reader.prefix(given_vectors), question, n, options)
        for option, value in zip(options, found, strict=True):
            tokens = reader.writer.conversation([(question, option)], n)
            ids = torch.tensor([tokens.ids])
            embedded = loaded.model.get_input_embeddings()(ids)
            if n:
                places = (ids == loaded.processor.audio_token_id).unsqueeze(-1)
                embedded = embedded.masked_scatter(places, vectors)
            with torch.no_grad():
                logs = loaded.model(inputs_embeds=embedded).logits.log_softmax(-1)[0, :-1]
            wanted = sum(float(logs[at - 1, t]) for at, t in enumerate(tokens.ids) if tokens.learned[at])
            assert value == pytest.approx(wanted, abs=2e-2)


def test_words_are_the_likeliest(loaded: Any) -> None:
    reader, one = Reader(loaded.model, loaded.processor), clip(300)
    vectors = reader.vectors(window(one.mel))
    said = reader.answer(reader.prefix(vectors), "How fast?", len(vectors), 5)
    ids = torch.tensor([reader.writer.prompt("How fast?", len(vectors))])
    made = loaded.model.generate(
        input_ids=ids, attention_mask=torch.ones_like(ids), input_features=torch.from_numpy(window(one.mel).frames),
        input_features_mask=torch.from_numpy(window(one.mel).mask), max_new_tokens=5, do_sample=False,
        suppress_tokens=loaded.processor.audio_token_ids,
    )  # fmt: skip
    assert said == loaded.tokenizer.decode(made[0, ids.shape[1] :], skip_special_tokens=True).strip()


def test_a_judgement_goes_on_and_tells_sound_from_noise(loaded: Any, data: Path, tmp_path: Path) -> None:
    reader = Reader(loaded.model, loaded.processor)
    for part in ("0/2", "1/2", "1/2"):  # the last has nothing left to ask
        asked = argparse.Namespace(out=tmp_path, clips=3, spoken=1, part=part, thinks=False, facts=False)
        judge.asked(reader, judge.spread(data, "test", 3), asked)
    rows = [row for part in (0, 1) for row in judge.rows_of(tmp_path / f"answers-{part}.jsonl")]
    assert {row["control"] for row in rows} == {"audio", "noise", "none"}
    assert len([row for row in rows if "right" in row]) == 3 * 2 * 3
    assert sum("said" in row for row in rows) == 2 * 2 * 3  # two clips: two questions and a caption, twice
    report = judge.write_report(tmp_path)
    assert json.loads((tmp_path / "report.json").read_text("utf-8")) == report
    assert report["all"]["audio"]["n"] == 6 and set(report["skill"]) <= {one.skill for one in clip(300).examples}
    first, second = noise(reader.writer.processor.feature_extractor, 1), noise(loaded.processor.feature_extractor, 2)
    assert first.frames.shape == (1, 192, 1000) and not np.array_equal(first.frames, second.frames)


def test_with_thoughts_the_answer_counts_and_room_is_left_for_a_thought(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, one = Reader(loaded.model, loaded.processor), clip(300)
    asked: list[tuple[str, int]] = []

    def answer(before: Any, question: str, n_vectors: int, n_tokens: int) -> str:
        asked.append((question, n_tokens))
        return f"<think>The beat is fast or slow.</think> <answer>{one.examples[0].answer}</answer>"

    monkeypatch.setattr(reader, "answer", answer)
    rows = judge.of_clip(reader, one, "none", reader.prefix(None), 0, judge.Manner(speaks=True, thinks=True))
    assert [row["said_score"] for row in rows if "right" in row] == [1.0, 1.0]
    assert all("<think>" in question and n_tokens == judge.THOUGHT_TOKENS for question, n_tokens in asked[:2])
    assert "<think>" not in asked[2][0]  # captions are written without
    judge.of_clip(reader, one, "none", reader.prefix(None), 0, judge.Manner(speaks=True, facts=True))
    assert [one.facts in question for question, _ in asked] == [False] * 3 + [True] * 3


def test_audio_minus_noise_is_counted_in_points() -> None:
    about = {"style": "a", "skill": "s", "task": "t"}
    rows = [
        about | {"example": f"{n}", "song": f"{n}", "control": control, "right": float(control == "audio" or n % 2)}
        for n in range(10)
        for control in judge.CONTROLS
    ]
    found = judge.compared(rows)
    assert (found["audio"]["value"], found["noise"]["value"]) == (100.0, 50.0)
    assert found["audio - noise"]["value"] == 50.0 and found["audio - noise"]["low"] > 0


def report_of(gain: float) -> dict[str, Any]:
    cell = {"value": 50.0, "low": 40.0, "high": 60.0, "n": 9, "songs": 9}
    found = {"audio": cell, "noise": cell, "none": cell, "audio - noise": cell | {"value": gain}}
    return {"all": found, "skill": {"harmony": found}}


@pytest.fixture
def taught(
    loaded: Any, lessons: dict[str, list[turns.Taught]], known: speech.Table, tmp_path: Path
) -> tuple[dict[str, Any], Any]:
    """The ears, and a learner after three steps, whose adapter lies in `tmp_path`."""
    ears = {n: v for n, v in loaded.model.model.state_dict().items() if not n.startswith("language_model.")}
    learner = learner_of(adapted(loaded, RECIPE), 1e-2)
    source = turns.batches(lessons["train"], Writer(loaded.processor), 2, 0, 0, lambda: 0.0)
    for _ in range(3):
        step(learner, next(source), known, 1.0, "cpu")
    learner.model.save_pretrained(tmp_path / "adapter")
    return ears, learner


def test_what_hears_no_better_than_noise_does_not_ship(taught: tuple[dict[str, Any], Any], tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="3\\.0 points"):
        export.export(taught[0], tmp_path / "adapter", report_of(3.0), tmp_path / "weights")
    assert not (tmp_path / "weights").exists()


def test_the_card_tells_of_captions_and_of_families_asked_often() -> None:
    often, seldom = ({"audio": {"value": v, "n": n}, "audio - noise": {"value": v, "low": 1, "high": 9, "n": n}}
                     for v, n in ((5.0, 40), (70.0, 39)))  # fmt: skip
    best = {name: cell | {"value": 20.0} for name, cell in often.items()}
    captions = {"audio": {"n": 24.0, "precision": 0.543, "recall": 0.5}, "noise": {"precision": 0.3, "recall": 0.2}}
    told = report_of(12.5) | {"task": {"pace": often, "mode": seldom, "key": best}, "captions": captions}
    card = export.card(told, {})
    assert "Claims of 24 captions: precision 0.54, on noise 0.30; recall 0.50, on noise 0.20." in card
    assert card.index("| key | 40 |") < card.index("| pace | 40 |") and "| mode |" not in card
    assert "not judged" in export.card(report_of(12.5), {})


def test_what_ships_comes_back_whole(
    words: Path, loaded: Any, taught: tuple[dict[str, Any], Any], tmp_path: Path
) -> None:
    import transformers

    from model.embedded.nano import assembled, read
    from tests.train.nano.conftest import SMALL

    ears, learner = taught
    shipped = export.export(ears, tmp_path / "adapter", report_of(12.5), tmp_path / "weights", sizes=SMALL)
    assert "| harmony | 9 | 50.0 | 50.0 | 50.0 | 12.5 (40.0 to 60.0) |" in (shipped / "CARD.md").read_text("utf-8")
    assert "not taught to think" in (shipped / "CARD.md").read_text("utf-8")
    assert "taught to write down" in export.card(report_of(12.5), {}, thinks=True)
    folder = assembled(read(shipped), words, tmp_path / "model")
    whole = transformers.MusicFlamingoForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    one = window(clip(1).mel)
    ids = torch.tensor([Writer(loaded.processor).prompt("How fast?", 250)])
    asked = {"input_ids": ids, "input_features": torch.from_numpy(one.frames)}
    asked["input_features_mask"] = torch.from_numpy(one.mask)
    with torch.no_grad():
        ours, theirs = whole(**asked).logits, learner.model.eval()(**asked).logits
    assert float(torch.nn.functional.cosine_similarity(ours[0, -1], theirs[0, -1], dim=0)) > 0.999
    (shipped / export.FILE).write_bytes(b"else")
    with pytest.raises(StudioError, match="damaged"):
        read(shipped)


@pytest.mark.parametrize("thinks", [False, True])
def test_answers_that_come_after_a_thought_are_asked_for_and_given_room(
    loaded: Any, data: Path, tmp_path: Path, thinks: bool
) -> None:
    settings = reward.settings_of(argparse.Namespace(steps=3, seed=1, thinks=thinks))
    lesson = reward.lesson_of(data, Writer(loaded.processor), settings)
    asked = loaded.tokenizer.decode(lesson.prompts(lesson.learned[0]).ids)
    assert ("<think>" in asked) is thinks is settings.think and settings.steps == 3
    assert (settings.max_new_tokens > reward.SETTINGS.max_new_tokens) is thinks
    thought = f"<think>It is heard.</think> <answer>{lesson.learned[0].answer}</answer>"
    said = lesson.reward(lesson.learned[0], thought), lesson.reward(lesson.learned[0], lesson.learned[0].answer)
    assert (said[0].value > said[1].value) is thinks and max(one.value for one in said) == 1.0


def test_rewards_are_earned_on_clips(base: Path, loaded: Any, data: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    from train.grpo.learn import learn as learn_by_reward
    from train.grpo.session import policy_of
    from train.runs.folder import Plan

    adapted(loaded, RECIPE).save_pretrained(tmp_path / "adapter")
    from model.transformers_hf.load import Checkpoint, load

    again = load(Checkpoint(str(base), precision="fp32"))
    settings = replace(reward.SETTINGS, steps=1, prompts_per_step=2, group_size=3, max_new_tokens=3, control_prompts=2)
    plan = Plan(RECIPE, base, data, adapter=tmp_path / "adapter")
    policy = policy_of(plan, settings, again)
    lesson = reward.lesson_of(data, Writer(again.processor), settings)
    assert len(lesson.learned) == 16 and {e.id for e in lesson.held_out}.isdisjoint(e.id for e in lesson.learned)
    assert learn_by_reward(tmp_path, policy, lesson, reward.Diary(tmp_path)) == 1
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert any("noise_reward" in row for row in rows) and (tmp_path / "adapter" / "adapter_config.json").is_file()
