"""Evaluations as they run: what is asked, what is kept, what a killed one does when it goes on."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.errors import ModelError, OutOfMemory
from model.types import Abilities, Done, Message, Sampling, Sound, Text, Whole
from musicflamingo_app.errors import NotFound, StudioError
from tests.train.evaluate.answering import (
    Answering,
    hz_of,
    listens,
    opener,
    pitch_examples,
    plan_of,
)
from train.evaluate.answers import Answer, AnswerFile
from train.evaluate.candidate import CONTROLS, Candidate
from train.evaluate.documents import read_report, report_json
from train.evaluate.evaluation import evaluate
from train.evaluate.folder import list_evaluations
from train.evaluate.hearing import Excerpts, noise
from train.evaluate.plan import Plan, limited
from train.evaluate.report import Report
from train.evaluate.run import collect


def evaluated(folder: Path, plan: Plan, backends: dict[str, Answering]) -> Report:
    return evaluate(folder, plan, opener(backends))


def test_a_listener_is_told_from_one_that_guesses(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    plan = plan_of(tmp_path / "audio", examples, controls=CONTROLS)
    report = evaluated(tmp_path / "out", plan, {"ear": Answering(listens)})
    whole = {row.control: row.estimate.value for row in report.rows if row.group == "all"}
    assert whole == {"audio": 1.0, "noise": 0.5, "none": 0.5}
    gain = next(one for one in report.hearing if one.group == "all" and "(noise)" in one.before)
    assert (gain.estimate.value, gain.n_better, gain.n_worse) == (0.5, 4, 0)
    assert gain.estimate.low is not None and 0 <= gain.estimate.low <= 0.5 <= (gain.estimate.high or 0) <= 1
    assert read_report(tmp_path / "out") == report


def test_the_excerpt_is_heard_and_noise_holds_nothing_of_it(tmp_path: Path) -> None:
    (example, *_) = pitch_examples(tmp_path, n_songs=1)
    excerpts = Excerpts(tmp_path)
    heard, blank = excerpts.sound(example, "audio"), excerpts.sound(example, "noise")
    assert heard is not None and blank is not None and excerpts.sound(example, "none") is None
    assert (heard.duration_s, blank.duration_s) == (1.0, 1.0)
    assert abs(hz_of(heard) - 220) < 2
    assert abs(float(np.corrcoef(heard.samples, blank.samples)[0, 1])) < 0.05
    assert np.std(blank.samples) == pytest.approx(0.1, rel=0.05)
    assert heard.key != blank.key
    assert np.array_equal(blank.samples, Excerpts(tmp_path).sound(example, "noise").samples)  # type: ignore[union-attr]
    assert not np.array_equal(noise(100, "a"), noise(100, "b"))


class Dies(Exception):
    pass


def test_a_killed_evaluation_goes_on_and_gives_the_same_report(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    plan = plan_of(tmp_path / "audio", examples, controls=CONTROLS)
    n_before_death = 7

    def dies(words: str, sound: Sound | None) -> str:
        if len(dying.asked) > n_before_death:
            raise Dies
        return listens(words, sound)

    dying = Answering(dies)
    with pytest.raises(Dies):
        evaluated(tmp_path / "killed", plan, {"ear": dying})
    answers = tmp_path / "killed" / "answers.jsonl"
    assert len(answers.read_text().splitlines()) == n_before_death
    with answers.open("a") as file:
        file.write('{"example": "s0q0", "candi')  # the line that was being written
    with pytest.raises(NotFound, match="has no report"):
        read_report(tmp_path / "killed")
    going_on, whole = Answering(listens), Answering(listens)
    resumed = evaluated(tmp_path / "killed", plan, {"ear": going_on})
    assert len(going_on.asked) == 3 * len(examples) - n_before_death
    assert resumed == evaluated(tmp_path / "whole", plan, {"ear": whole})
    assert (tmp_path / "killed/report.json").read_bytes() == (tmp_path / "whole/report.json").read_bytes()
    again = Answering(listens)
    assert evaluated(tmp_path / "killed", plan, {"ear": again}) == resumed and again.asked == []


class Together(Answering):
    """Takes several questions at once, `most` of them without complaint."""

    most = 9

    def answers(self, questions: Sequence[Sequence[Message]], sampling: Sampling) -> list[Whole]:
        if len(questions) > self.most:
            raise OutOfMemory("The memory is too small.", "Ask less.")
        self.rounds = [*getattr(self, "rounds", []), len(questions)]
        done = Done("stop", 1, 2, 0.1, 0.2)
        found = [self.say(*_heard(messages)) for messages in questions]
        return [Whole(text, "", replace(done, raw=text)) for text in found]


def _heard(messages: Sequence[Message]) -> tuple[str, Sound | None]:
    parts = messages[-1].parts
    sound = next((part for part in parts if isinstance(part, Sound)), None)
    return next(part.text for part in parts if isinstance(part, Text)), sound


def test_questions_about_one_excerpt_are_asked_at_once_where_a_back_end_can(tmp_path: Path) -> None:
    heard = [replace(one, start_s=0.0, end_s=1.0) for one in pitch_examples(tmp_path / "audio", n_each=3)]
    plan = plan_of(tmp_path / "audio", tuple(heard), controls=CONTROLS)
    one_by_one, together, narrow = Answering(listens), Together(listens), Together(listens)
    narrow.most = 2
    report = evaluated(tmp_path / "one by one", plan, {"ear": one_by_one})
    assert evaluated(tmp_path / "together", plan, {"ear": together}) == report
    assert together.rounds == [3] * 12 and together.asked == []
    assert evaluated(tmp_path / "narrow", plan, {"ear": narrow}) == report
    assert len(narrow.asked) == len(one_by_one.asked) == 36
    lines = (tmp_path / "together/answers.jsonl").read_text().splitlines()
    (tmp_path / "together/answers.jsonl").write_text("\n".join(lines[:34]) + "\n")
    again = Together(listens)
    assert evaluated(tmp_path / "together", plan, {"ear": again}) == report and again.rounds == [2]


def test_a_bad_recording_among_several_questions_costs_them_alone(tmp_path: Path) -> None:
    heard = [replace(one, start_s=0.0, end_s=1.0) for one in pitch_examples(tmp_path / "audio")]
    (tmp_path / "audio/song1.wav").write_bytes(b"RIFF but no sound")
    together = Together(listens)
    report = evaluated(tmp_path / "out", plan_of(tmp_path / "audio", tuple(heard)), {"ear": together})
    (failure,) = report.failures
    assert failure.n_examples == 2 and "song1.wav" in failure.sentences[0] and together.rounds == [2] * 3


def test_a_changed_question_is_asked_again(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio", n_songs=2, n_each=1)
    evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples), {"ear": Answering(listens)})
    reworded = plan_of(tmp_path / "audio", examples, wording=lambda example: f"Tell me: {example.question}")
    later = Answering(listens)
    evaluated(tmp_path / "out", reworded, {"ear": later})
    assert [words for words, _, _ in later.asked] == [f"Tell me: {one.question}" for one in examples]


def test_other_examples_in_the_same_folder_are_refused(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples), {"ear": Answering(listens)})
    with pytest.raises(StudioError, match="answers to other examples"):
        evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples[:3]), {"ear": Answering(listens)})


def test_a_deaf_candidate_is_asked_without_sound_alone(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    deaf = Answering(listens, Abilities())
    plan = plan_of(
        tmp_path / "nowhere", examples, candidates=(Candidate("deaf", hears_audio=False),), controls=CONTROLS
    )
    report = evaluated(tmp_path / "out", plan, {"deaf": deaf})
    assert {row.control for row in report.rows} == {"none"} and report.hearing == ()
    assert all(sound is None for _, sound, _ in deaf.asked)


def test_answers_are_drawn_greedily_and_thoughts_are_kept(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path, n_songs=2, n_each=1)
    thinking = Answering(lambda words, sound: "<think>I listen.</think> high", Abilities(True, False, True, 60.0))
    found = collect(tmp_path / "out", plan_of(tmp_path, examples, max_new_tokens=9), opener({"ear": thinking}))
    assert [one.completion for one in found["ear", "audio"]] == ["<think>I listen.</think>\nhigh"] * 2
    words, _, sampling = thinking.asked[0]
    assert words.startswith("Is it high or low?") and "(A) high\n(B) low" in words and "<think> </think>" in words
    assert (sampling.temperature, sampling.max_new_tokens, sampling.seed) == (0.0, 9, 0)


def test_one_bad_recording_costs_its_examples_and_is_told(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    (tmp_path / "audio/song1.wav").write_bytes(b"RIFF but no sound")
    report = evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples), {"ear": Answering(listens)})
    (failure,) = report.failures
    assert failure.n_examples == 2 and "song1.wav" in failure.sentences[0]
    whole = next(row for row in report.rows if row.group == "all")
    assert (whole.estimate.value, whole.answered, whole.estimate.n_items) == (0.75, 0.75, 8)
    pitch_examples(tmp_path / "audio")  # the file is whole again: what failed is asked again
    mended = Answering(listens)
    assert evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples), {"ear": mended}).failures == ()
    assert len(mended.asked) == 2


def test_missing_recordings_are_told_before_anything_is_asked(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path)
    (tmp_path / "song2.wav").unlink()
    ear = Answering(listens)
    with pytest.raises(NotFound, match=r"1 of 4 recordings are missing, the first .*song2\.wav"):
        collect(tmp_path / "out", plan_of(tmp_path, examples), opener({"ear": ear}))
    assert ear.asked == [] and not (tmp_path / "out").exists()


def test_a_stream_without_an_end_is_an_error_that_names_the_model(tmp_path: Path) -> None:
    class Unloaded(Answering):
        def stream(self, messages: object, sampling: Sampling) -> object:  # type: ignore[override]
            told = super().stream(messages, sampling)  # type: ignore[arg-type]
            next(told)
            told._items = iter(())
            return told

    examples = pitch_examples(tmp_path, n_songs=2)
    with pytest.raises(ModelError, match="Answering stopped before the end"):
        collect(tmp_path / "out", plan_of(tmp_path, examples), opener({"ear": Unloaded(listens)}))


def test_a_limit_draws_items_and_a_larger_one_holds_the_smaller(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path, n_songs=10, n_each=1)
    few, more = limited(examples, 3), limited(examples, 6)
    assert len(few) == 3 and len(more) == 6 and limited(examples, None) == examples
    assert [one for one in more if one in few] == list(few)
    assert [one for one in examples if one in more] == list(more)
    with pytest.raises(StudioError, match="The limit is 0"):
        limited(examples, 0)


def test_plans_that_cannot_be_are_refused(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path, n_songs=1)
    with pytest.raises(StudioError, match="holds no examples"):
        plan_of(tmp_path, ())
    with pytest.raises(StudioError, match="Two examples of tones have the id s0q0"):
        plan_of(tmp_path, (examples[0], examples[0]))


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(json.dumps({"example": "a", "candidate": "b", "control": "none", "asked": "c"}) + "\nrubbish\n")
    with pytest.raises(StudioError, match=r"Line 2 of .*answers\.jsonl is no answer"):
        AnswerFile(path)


def test_the_last_of_two_answers_counts(tmp_path: Path) -> None:
    file = AnswerFile(tmp_path / "answers.jsonl")
    with file.appending() as pen:
        pen.add(Answer("a", "b", "none", "f", error="The file is missing."))
        pen.add(Answer("a", "b", "none", "f", text="yes"))
    kept = AnswerFile(tmp_path / "answers.jsonl").get(("a", "b", "none"), "f")
    assert kept is not None and kept.text == "yes"
    assert AnswerFile(tmp_path / "answers.jsonl").get(("a", "b", "none"), "other") is None


def test_the_report_is_plain_json(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio")
    report = evaluated(tmp_path / "out", plan_of(tmp_path / "audio", examples), {"ear": Answering(listens)})
    assert json.loads((tmp_path / "out/report.json").read_text()) == json.loads(json.dumps(report_json(report)))
    assert "| ear | audio | score | all | 100.0 % |" in (tmp_path / "out/report.md").read_text()


def test_two_files_of_one_song_are_two_sounds(tmp_path: Path) -> None:
    """Back ends remember sounds by their key."""
    examples = [replace(one, track="song") for one in pitch_examples(tmp_path, n_songs=2, n_each=1)]
    excerpts = Excerpts(tmp_path)
    keys = {(control, sound.key) for one in examples for control in CONTROLS if (sound := excerpts.sound(one, control))}
    assert len(keys) == 4
    report = evaluated(tmp_path / "out", plan_of(tmp_path, tuple(examples)), {"ear": Answering(listens)})
    assert next(row for row in report.rows if row.group == "all").estimate.n_songs == 1


def test_marks_are_kept_and_evaluations_are_listed(tmp_path: Path) -> None:
    examples = pitch_examples(tmp_path / "audio", n_songs=2, n_each=1)
    home = tmp_path / "home"
    assert list_evaluations(home) == ()
    plan = plan_of(tmp_path / "audio", examples)
    evaluated(home / "evaluations/done", plan, {"ear": Answering(lambda words, sound: "high")})
    collect(home / "evaluations/cut", plan, opener({"ear": Answering(listens)}))
    (home / "evaluations/cut/examples.jsonl").rename(home / "evaluations/cut/kept.jsonl")
    assert [(one.name, one.is_done) for one in list_evaluations(home)] == [("done", True)]
    (home / "evaluations/cut/kept.jsonl").rename(home / "evaluations/cut/examples.jsonl")
    assert [(one.name, one.is_done) for one in list_evaluations(home)] == [("cut", False), ("done", True)]
    marks = [json.loads(line) for line in (home / "evaluations/done/marks.jsonl").read_text().splitlines()]
    assert [(mark["item"], mark["value"]) for mark in marks] == [("s0q0", 0.0), ("s1q0", 1.0)]
