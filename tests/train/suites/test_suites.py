"""Every suite from made files in the official format: read, asked, judged; and one sentence for what is wrong."""

import json
from pathlib import Path

import pytest

from model.types import Sound
from musicflamingo_app.errors import NotFound, StudioError
from tests.train.evaluate.answering import Answering, opener
from tests.train.suites.official import OFFICIAL
from train.evaluate.candidate import CONTROLS, Candidate
from train.evaluate.compare import compare
from train.evaluate.evaluation import evaluate
from train.evaluate.hearing import excerpt_of
from train.evaluate.report import Report
from train.suites.catalogue import SUITES, judging, rules_of, suite, suite_plan
from train.suites.published import PUBLISHED, published_table

EAR = Candidate("ear")


def run(name: str, files: Path, out: Path, backend: Answering, **options: object) -> Report:
    plan = suite_plan(suite(name), files, (EAR,), ("audio",), **options)  # type: ignore[arg-type]
    return evaluate(out, plan, opener({"ear": backend}), heading="\n".join(published_table(name)))


def told(name: str, files: Path) -> Answering:
    """A back end that says what the official rule takes as right."""
    examples, _ = suite(name).open(files)
    right = OFFICIAL[name][1]
    wanted = {(suite(name).wording(one), excerpt_of(one)): right[one.id] for one in examples}
    return Answering(lambda words, sound: wanted[words, sound.key])  # type: ignore[union-attr]


def test_every_suite_has_files_in_its_format_and_published_numbers() -> None:
    names = [one.name for one in SUITES]
    assert sorted(OFFICIAL) == sorted(PUBLISHED) == sorted(names)
    assert all(one.licence and one.source and one.files and one.rules for one in SUITES)
    assert all(len(list(published_table(name))) > 5 for name in names)


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_right_answers_are_right_and_wrong_ones_wrong(name: str, tmp_path: Path) -> None:
    make, right = OFFICIAL[name]
    make(tmp_path)
    examples, _ = suite(name).open(tmp_path)
    assert {one.id for one in examples} == set(right)
    assert all((tmp_path / one.audio).is_file() for one in examples)
    report = run(name, tmp_path, tmp_path / "out", told(name, tmp_path))
    best = {row.rule: row.estimate.value for row in report.rows if row.group == "all"}
    assert set(best) == {rule.name for rule in suite(name).rules}
    for rule in suite(name).rules:
        assert best[rule.name] == (1.0 if rule.higher_is_better else 0.0)
    wrong = run(name, tmp_path, tmp_path / "wrong", Answering(lambda words, sound: "zzz"))
    for rule in suite(name).rules:
        worst = [row.estimate.value for row in wrong.rows if row.group == "all" and row.rule == rule.name]
        assert worst == ([] if rule.name == "claim precision" else [0.0 if rule.higher_is_better else 1.0])
    assert "## Published" in (tmp_path / "out/report.md").read_text()


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_without_files_one_sentence_says_where_to_get_them(name: str, tmp_path: Path) -> None:
    wanted = suite(name)
    with pytest.raises(StudioError) as refused:
        wanted.open(tmp_path)
    assert wanted.source in refused.value.advice and str(tmp_path) in refused.value.what
    with pytest.raises(NotFound, match="There is no folder"):
        wanted.open(tmp_path / "nowhere")


@pytest.mark.parametrize("name", sorted(OFFICIAL))
def test_rubbish_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    OFFICIAL[name][0](tmp_path)
    documents = [path for path in tmp_path.rglob("*") if path.suffix in (".json", ".jsonl", ".csv", ".txt")]
    for document in documents:
        document.write_text("rubbish, but text\n")
    with pytest.raises(StudioError) as refused:
        suite(name).open(tmp_path)
    assert refused.value.what.endswith(".") and refused.value.advice.startswith("Get ")


@pytest.mark.parametrize(
    ("name", "file", "change", "sentence"),
    [
        ("mmau-music", "mmau-test-mini.json", ('"answer": "Violin"', '"answer": "Viola"'), "do not hold its answer"),
        ("mmau-music", "mmau-test-mini.json", ('"choices"', '"options"'), "has no list “choices”"),
        ("mmau-music", "mmau-test-mini.json", ('"answer": "Violin"', '"answer": ""'), "are withheld"),
        ("mmar-music", "MMAR-meta.jsonl", ('"question"', '"q"'), "Item 1 of .* has no “question”"),
        ("muchomusic", "muchomusic.csv", ("['instrumentation']", "instrumentation"), "for “music_knowledge”, which is"),
        ("nsynth-source", "nsynth-test/examples.json", ('"electronic"', '"magic"'), "“magic” for “instrument_so"),
        ("music-avqa", "avqa-test.json", ("<Object> louder", "cello louder"), "has 2 values for the places"),
        ("gtzan", "test_filtered.txt", ("jazz/", "noise/"), "Line 2 of .* is “noise/jazz.00003.wav”"),
        ("musdb18-lyrics", "lyrics/test_lyrics/Somebody - A song.txt", ("00:01", "x"), "Line 1 of .* is not start"),
        ("opencpop", "test.txt", ("|小海豚", "||"), "Line 1 of .* is not an utterance and its text"),
        ("musicinstruct", "MusicInstruct/music_instruct_short.json", ("is_audioset_eval", "split"), "tells test from"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(name: str, file: str, change: tuple[str, str], sentence: str, tmp_path: Path) -> None:
    OFFICIAL[name][0](tmp_path)
    text = (tmp_path / file).read_text("utf-8")
    assert change[0] in text
    (tmp_path / file).write_text(text.replace(*change), "utf-8")
    with pytest.raises(StudioError, match=sentence):
        suite(name).open(tmp_path)


def test_a_parquet_file_is_met_with_the_command_that_turns_it(tmp_path: Path) -> None:
    (tmp_path / "test.parquet").write_bytes(b"PAR1")
    with pytest.raises(StudioError, match=r"must become test\.jsonl"):
        suite("mmau-pro-music").open(tmp_path)


def test_what_readers_leave_out_is_told(tmp_path: Path) -> None:
    for name, sentence in {
        "mmau-pro-music": "2 of 3 music items are left out",
        "musdb18-lyrics": "Somebody - No words [live] has no words",
        "gtzan": "The list has 2 recordings; the fault-filtered test has 290.",
    }.items():
        (tmp_path / name).mkdir()
        OFFICIAL[name][0](tmp_path / name)
        _, notes = suite(name).open(tmp_path / name)
        assert len(notes) == 1 and sentence in notes[0]


def test_questions_read_as_they_should(tmp_path: Path) -> None:
    def first(name: str) -> str:
        (tmp_path / name).mkdir()
        OFFICIAL[name][0](tmp_path / name)
        examples, _ = suite(name).open(tmp_path / name)
        return suite(name).wording(examples[-1])

    assert first("music-avqa") == "Is the cello louder than the flute? Answer with one word."
    assert first("gtzan").endswith("blues, classical, country, disco, hip-hop, jazz, metal, pop, reggae, rock.")
    assert first("medley-solos-db").endswith("Answer with one of: clarinet, tenor saxophone, violin.")
    prompt = first("muchomusic")
    assert prompt.startswith("Question: What keeps the beat? Options: (A) ") and prompt.endswith(
        " The correct answer is:"
    )
    assert first("muchomusic-rul").endswith("Give your best guess as one of [[A]], [[B]], [[C]], [[D]].")
    assert "(A) Piano\n(B) Violin\n(C) Acoustic guitar\n(D) Drum kit" in first("mmau-music")


def test_missing_recordings_stop_it_or_are_left_out_with_a_note(tmp_path: Path) -> None:
    OFFICIAL["mmau-music"][0](tmp_path)
    (tmp_path / "test-mini-audios/m2.wav").unlink()
    silent = Answering(lambda words, sound: "Violin")
    with pytest.raises(NotFound, match="1 of 2 recordings are missing"):
        run("mmau-music", tmp_path, tmp_path / "out", silent)
    report = run("mmau-music", tmp_path, tmp_path / "out", silent, skip_missing=True)
    assert "1 of 2 examples are left out: their recordings are missing." in report.about["notes"]
    assert next(row for row in report.rows if row.group == "all").estimate.n_items == 1
    (tmp_path / "test-mini-audios/m0.wav").unlink()
    with pytest.raises(NotFound, match="holds no recording of MMAU"):
        run("mmau-music", tmp_path, tmp_path / "none", silent, skip_missing=True)


def test_a_limit_keeps_the_rounds_of_an_item_together(tmp_path: Path) -> None:
    OFFICIAL["muchomusic-rul"][0](tmp_path)
    plan = suite_plan(suite("muchomusic-rul"), tmp_path, (EAR,), CONTROLS, limit=3)
    items = [one.truth["item"] for one in plan.examples]
    assert (
        plan.n_all == 4
        and len(set(items)) == 3
        and all(items.count(one) == (1 if "five" in one else 4) for one in items)
    )


def test_both_rules_show_where_they_part(tmp_path: Path) -> None:
    OFFICIAL["muchomusic"][0](tmp_path)
    report = run("muchomusic", tmp_path, tmp_path / "out", Answering(lambda words, sound: "Drums"))
    whole = {row.rule: row.estimate.value for row in report.rows if row.group == "all"}
    assert whole["ours"] == 0.0
    examples, _ = suite("muchomusic").open(tmp_path)
    by_letter = sum(one.options[3] == one.answer for one in examples) / 2  # “Drums” is D to the official reader
    assert whole["official"] == by_letter
    skills = {row.name for row in report.rows if row.group == "skill"}
    assert skills == {"knowledge: instrumentation", "reasoning: genre and style", "reasoning: mood"}


def test_a_judge_scores_captions_and_its_replies_are_kept(tmp_path: Path) -> None:
    OFFICIAL["musiccaps"][0](tmp_path)
    judge = Answering(lambda words, sound: '{"coverage": 7, "correctness": 9}' if "A calm piano." in words else "?")
    wanted = suite("musiccaps")
    plan = suite_plan(wanted, tmp_path, (EAR,), ("audio",))
    backends = {"ear": Answering(lambda words, sound: "A calm piano."), "judge": judge}
    for _ in range(2):
        report = evaluate(tmp_path / "out", plan, opener(backends), judging=judging(wanted, Candidate("judge")))
        scores = {row.rule: row.estimate.value for row in report.rows if row.group == "all"}
        assert (scores["judge: coverage"], scores["judge: correctness"]) == (7.0, 9.0)
    assert len(judge.asked) == 1 and "A slow piano piece in A minor" in judge.asked[0][0]
    babbling = {"ear": Answering(lambda words, sound: "Hm."), "judge": judge}
    report = evaluate(tmp_path / "other", plan, opener(babbling), judging=judging(wanted, Candidate("judge")))
    row = next(row for row in report.rows if row.rule == "judge: coverage")
    assert (row.estimate.value, row.answered) == (1.0, 0.0)


def test_a_judge_picks_options(tmp_path: Path) -> None:
    OFFICIAL["mmau-music"][0](tmp_path)
    wanted = suite("mmau-music")
    plan = suite_plan(wanted, tmp_path, (EAR,), ("audio",))
    speaker = Answering(lambda words, sound: "The one with four strings and a bow.")
    judge = Answering(lambda words, sound: "B" if "bow" in words else "none")
    report = evaluate(
        tmp_path / "out", plan, opener({"ear": speaker, "judge": judge}), judging=judging(wanted, Candidate("judge"))
    )
    whole = {row.rule: row.estimate.value for row in report.rows if row.group == "all"}
    assert whole == {"official": 0.0, "ours": 0.0, "judge": 1.0}
    with pytest.raises(StudioError, match="is not judged by a model"):
        judging(suite("gtzan"), Candidate("judge"))


def test_suites_are_compared_by_their_own_rules(tmp_path: Path) -> None:
    OFFICIAL["gtzan"][0](tmp_path)
    run("gtzan", tmp_path, tmp_path / "one", Answering(lambda words, sound: "jazz"))
    run("gtzan", tmp_path, tmp_path / "two", told("gtzan", tmp_path))
    found = compare(tmp_path / "one", tmp_path / "two", rules_of(tmp_path / "one"))
    whole = {one.rule: one.estimate.value for one in found.changes if one.group == "all"}
    assert whole == {"official": 0.5, "ours": 0.5}
    assert json.loads((tmp_path / "one/about.json").read_text())["suite"] == "gtzan"


def test_a_made_up_name_is_met_with_the_list() -> None:
    with pytest.raises(NotFound, match="There is no benchmark named “mmlu”") as refused:
        suite("mmlu")
    assert "mmau-music" in refused.value.advice


def test_the_sound_of_a_suite_is_heard(tmp_path: Path) -> None:
    OFFICIAL["opencpop"][0](tmp_path)
    heard: list[Sound | None] = []
    run("opencpop", tmp_path, tmp_path / "out", Answering(lambda words, sound: (heard.append(sound), "小")[1]))
    assert [round(one.duration_s, 2) for one in heard if one] == [0.5, 0.5]
