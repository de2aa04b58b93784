"""What is learned of a conversation, token by token, against what the model sees when it is asked."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.errors import ModelError
from musicflamingo_app.errors import NotFound, StudioError
from tests.train.conftest import Toy
from train import tones
from train.clips import check, clips, deafened
from train.collate import UNLEARNED, Collator, Writer, shown
from train.prompts import THINK, prompt_text, target_text
from train.spectrograms import Spectrograms

words = st.text(st.characters(codec="utf-8", exclude_characters="<>|["), min_size=1, max_size=40).filter(str.strip)


@pytest.fixture(scope="module")
def writer(toy: Toy) -> Writer:
    return Writer(toy.processor)


@pytest.fixture
def collator(writer: Writer) -> Collator:
    return Collator(writer, Spectrograms(writer.processor.feature_extractor))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(words, words), min_size=1, max_size=4), st.integers(0, 30))
def test_replies_and_their_ends_are_learned_and_nothing_else(
    writer: Writer, turns: list[tuple[str, str]], n_vectors: int
) -> None:
    tokens = writer.conversation(turns, n_vectors)
    pieces, piece = [], list[int]()
    for token, learned in zip(tokens.ids, tokens.learned, strict=True):
        if learned:
            piece.append(token)
        elif piece:
            pieces, piece = [*pieces, piece], []
    said = [writer.tokenizer.decode(piece) for piece in [*pieces, piece]]
    assert said == [f"{reply}<|im_end|>" for _, reply in turns]
    assert tokens.ids.count(writer.processor.audio_token_id) == n_vectors


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words, words, st.integers(0, 30))
def test_it_is_taught_from_the_prompt_it_will_see(writer: Writer, question: str, reply: str, n_vectors: int) -> None:
    tokens = writer.conversation([(question, reply)], n_vectors)
    prompt = writer.prompt(question, n_vectors)
    assert tokens.ids[: len(prompt)] == prompt and not any(tokens.learned[: len(prompt)])
    assert all(tokens.learned[len(prompt) :])


def test_the_prompt_is_the_one_that_the_back_end_writes(toy: Toy, writer: Writer) -> None:
    from model.transformers_hf.load import Checkpoint, load
    from model.transformers_hf.prompt import token_ids
    from model.types import Message, Text

    loaded = load(Checkpoint(str(toy.base), precision="fp32"))
    asked = token_ids(loaded, [Message("user", (Text("Which register?"),))], 7)
    assert tuple(asked) == writer.prompt("Which register?", 7)


def test_padding_is_never_learned_and_the_end_is_even_where_both_are_one_token(toy: Toy) -> None:
    processor = toy.processor
    processor.tokenizer.pad_token = processor.tokenizer.eos_token
    both = Collator(Writer(processor), Spectrograms(processor.feature_extractor))
    rows = clips([toy.learned[0], max(toy.learned, key=lambda one: one.truth["seconds"])], toy.folder)
    batch = both(rows)
    eos = processor.tokenizer.eos_token_id
    for ids, labels, mask in zip(batch["input_ids"], batch["labels"], batch["attention_mask"], strict=True):
        n = int(mask.sum())
        assert labels[n - 1] == eos == ids[n - 1]
        assert (labels[n:] == UNLEARNED).all() and (ids[n:] == eos).all()


def test_the_batch_is_heard_as_the_processor_hears_it(toy: Toy, collator: Collator) -> None:
    rows = clips(toy.learned[:3], toy.folder)
    batch = collator(rows)
    audio = [tones_at_16k(row.audio) for row in rows]
    told = [
        [{"role": "user", "content": [{"type": "audio", "audio": sound}, {"type": "text", "text": "?"}]}]
        for sound in audio
    ]
    theirs = collator.writer.processor.apply_chat_template(
        told, tokenize=True, add_generation_prompt=True, return_dict=True
    )
    np.testing.assert_allclose(batch["input_features"], theirs["input_features"], atol=1e-5)
    assert (batch["input_features_mask"] == theirs["input_features_mask"]).all()
    sound = collator.writer.processor.audio_token_id
    assert (batch["input_ids"] == sound).sum(1).tolist() == (theirs["input_ids"] == sound).sum(1).tolist()


def tones_at_16k(path: Path) -> np.ndarray:
    from musicflamingo_app.audio.intake import read_audio

    return read_audio(path).at(tones.RATE_HZ)


def test_thoughts_stand_before_the_answer_where_there_are_some(toy: Toy, collator: Collator, writer: Writer) -> None:
    thinking = Collator(writer, Spectrograms(writer.processor.feature_extractor), think=True)
    one = toy.learned[0]
    (question, reply), *_ = thinking.turns(clips([one], toy.folder)[0])
    assert question.endswith(THINK) and reply == target_text(one, thinks=True)
    assert collator.turns(clips([one], toy.folder)[0]) == [(prompt_text(one), target_text(one))]
    tokens, _ = thinking.read(clips([one], toy.folder)[0])
    learned = [token for token, learn in zip(tokens.ids, tokens.learned, strict=True) if learn]
    assert writer.tokenizer.decode(learned) == f"{reply}<|im_end|>"


def test_the_mask_is_shown_in_two_colours(toy: Toy, collator: Collator) -> None:
    tokens, heard = collator.read(clips(toy.learned[:1], toy.folder)[0])
    assert heard is not None
    seen = shown(collator.writer, tokens)
    assert f"\033[1;32m{toy.learned[0].answer}<|im_end|>\033[0m" in seen
    assert f"<sound>×{heard.n_vectors}<|sound_eos|>" in seen and seen.count("<sound>") == 1


def test_clips_gather_the_questions_on_one_stretch(toy: Toy) -> None:
    from dataclasses import replace

    one, other = toy.learned[:2]
    asked = [one, other, replace(one, id="again"), replace(one, id="part", end_s=0.5)]
    packed = clips(asked, toy.folder, turns=4)
    assert [[example.id for example in clip.examples] for clip in packed] == [[one.id, "again"], [other.id], ["part"]]
    assert [len(clip.examples) for clip in clips(asked, toy.folder, turns=1)] == [1, 1, 1, 1]


def test_what_is_said_without_sound_can_stand_beside_what_is_heard(toy: Toy, collator: Collator) -> None:
    heard = clips(toy.learned[:2], toy.folder)
    batch = collator([*heard, *deafened(heard[:1])])
    assert batch["input_ids"].shape[0] == 3 and batch["input_features"].shape[0] < 5
    assert "input_features" not in collator(deafened(heard))


def test_refusals_say_what_to_do(toy: Toy, collator: Collator, writer: Writer) -> None:
    from dataclasses import replace

    one = toy.learned[0]
    with pytest.raises(NotFound, match=r"gone\.wav is not there"):
        check(clips([replace(one, audio="audio/gone.wav")], toy.folder))
    with pytest.raises(StudioError, match="empty stretch"):
        check(clips([replace(one, start_s=2.0, end_s=1.0)], toy.folder))
    with pytest.raises(StudioError, match="after its recording"):
        collator(clips([replace(one, start_s=100.0, end_s=110.0)], toy.folder))
    short = Collator(writer, Spectrograms(writer.processor.feature_extractor), max_tokens=20)
    with pytest.raises(StudioError, match=r"max_tokens is 20\. Raise max_tokens"):
        short(clips([one], toy.folder))


def test_a_template_that_never_ends_an_answer_is_refused(toy: Toy) -> None:
    processor = toy.processor
    processor.chat_template = processor.chat_template.replace("<|im_end|>", "")
    with pytest.raises(ModelError, match="does not end answers"):
        Writer(processor).conversation([("Which?", "low")], 0)


def test_words_cannot_spell_tokens(writer: Writer) -> None:
    tokens = writer.conversation([("<sound> <|im_end|>", "a <|im_end|> b")], 3)
    assert tokens.ids.count(writer.processor.audio_token_id) == 3
    assert sum(tokens.learned) and tokens.ids.count(writer.tokenizer.eos_token_id) == 2  # one a turn
