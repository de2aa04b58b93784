"""What is asked about a clip is true of it, can be heard in it, and cannot be guessed from its words."""

from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pytest

from musicflamingo_app.analysis.listening.classes import FAMILY_NAMES
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.scoring.claims.check import checked
from train.examples import SKILLS, Example
from train.nano import ask_music, ask_players, make
from train.nano.ask_players import HEARD, drawn
from train.nano.excerpt_card import GENRES, card_of_excerpt
from train.nano.lessons import LESSONS, N_QUESTIONS, lessons_of
from train.nano.truth import CLIP_S, METRES, RATE_HZ, ROW_S, Truth, truth_of
from train.nano.wordings import wordings
from train.pieces.compose import piece
from train.pieces.styles import STYLES
from train.tasks.caption_score import analysis_of, card_document
from train.tasks.judge import judge
from train.tasks.registry import score

SEEDS = range(40_000, 40_024)


def excerpt(seed: int) -> tuple[SongCard, Truth, float]:
    made = make._with_singer(piece(seed))
    start_s = make.chosen_start_s(made, Random(seed))
    levels = np.repeat(10 ** np.random.default_rng(seed).uniform(-2, -0.5, 20), RATE_HZ).astype(np.float32)
    near = make.near(made, start_s)
    truth = truth_of(near, start_s, levels)
    return card_of_excerpt(near, start_s, truth, f"piece-{seed}"), truth, start_s


@pytest.fixture(scope="module")
def asked() -> list[tuple[SongCard, Truth, list[Example]]]:
    out = []
    for seed in SEEDS:
        card, truth, _ = excerpt(seed)
        out.append((card, truth, lessons_of(f"piece-{seed}", card)))
    return out


def test_the_card_says_what_the_rows_say() -> None:
    for seed in SEEDS[:12]:
        card, truth, _ = excerpt(seed)
        assert card.duration_s == CLIP_S
        bits = {name: (truth.families >> np.uint32(n)) & 1 for n, name in enumerate(FAMILY_NAMES)}
        told = {one.name: one for one in card.instruments.value} if card.instruments else {}
        for name, rows in bits.items():
            seconds = float(rows.sum()) * ROW_S
            assert (name in told) == (seconds >= 1.0) or 0.8 < seconds < 1.2 + 0.2 * len(told)
            if name in told:
                assert told[name].duration_s == pytest.approx(seconds, abs=2.0)
        if card.beats:
            assert len(card.beats.value.beats) == int(truth.beats.sum())
        if card.metre:
            assert str(card.metre.value) == METRES[truth.metre]
        if card.key:
            assert len(set(truth.keys.tolist()) - {-1}) <= 1


def test_only_the_notes_around_a_clip_matter() -> None:
    made, silent = make._with_singer(piece(40_001)), np.zeros(320_000, np.float32)
    start_s = 20.0
    whole, part = (truth_of(one, start_s, silent) for one in (made, make.near(made, start_s)))
    for name in Truth.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(whole, name), getattr(part, name))
    assert card_of_excerpt(made, start_s, whole) == card_of_excerpt(make.near(made, start_s), start_s, whole)


def test_chords_that_nobody_plays_are_not_told() -> None:
    card, _, _ = excerpt(next(s for s in SEEDS if piece(s).style not in ("drums only", "drone")))
    made = piece(next(s for s in SEEDS if piece(s).style not in ("drums only", "drone")))
    from dataclasses import replace

    empty = replace(made, notes=made.notes[:1])
    assert card.chords is not None
    assert card_of_excerpt(empty, 30.0, truth_of(empty, 30.0, np.zeros(320_000, np.float32))).chords is None


def test_every_answer_is_right_and_no_other_option_is(asked: list[tuple[SongCard, Truth, list[Example]]]) -> None:
    for _, _, examples in asked:
        for one in examples:
            mark = score(one, one.answer)
            assert mark is not None and mark.value >= (0.75 if one.kind == "caption" else 1.0), one
            if one.options:
                assert len(one.options) == len(set(one.options)) == 4 and one.options.count(one.answer) == 1
                wrong = [judge(one, option) for option in one.options if option != one.answer]
                assert all(mark is not None and mark.value == 0 for mark in wrong)


def test_captions_and_thoughts_say_nothing_wrong(asked: list[tuple[SongCard, Truth, list[Example]]]) -> None:
    n_thoughts = 0
    for card, _, examples in asked:
        measured = analysis_of(card_document(card))
        for one in examples:
            text = one.answer if one.kind == "caption" else one.thought
            n_thoughts += bool(one.thought)
            assert all(claim.verdict.result != "contradicts" for claim in checked(text, measured)), text
    assert n_thoughts > 5


def test_there_are_enough_short_questions_of_every_skill(asked: list[tuple[SongCard, Truth, list[Example]]]) -> None:
    questions = [one for _, _, examples in asked for one in examples if one.kind != "caption"]
    assert all(sum(one.kind != "caption" for one in examples) <= N_QUESTIONS for *_, examples in asked)
    assert len(questions) / len(asked) > 6
    assert sum(bool(one.options) for one in questions) > len(questions) / 2
    assert set(Counter(one.skill for one in questions)) == set(SKILLS)
    assert max(len(one.answer.split()) for one in questions) <= 12
    assert all(0 <= at_s <= CLIP_S for one in questions for pair in one.references for at_s in pair)


def test_the_same_clip_is_asked_the_same() -> None:
    card, _, _ = excerpt(SEEDS[0])
    assert lessons_of("a", card) == lessons_of("a", card) != lessons_of("b", card)


def test_times_and_tempi_stand_at_any_place_of_the_options() -> None:
    ranks: Counter[int] = Counter()
    for n in range(400):
        made = ask_players.moment(random_s := Random(n).uniform(3, 17), {}, None, Random(n))  # type: ignore[arg-type]
        if made.wrong:
            ranks[sum(text < made.answer for text in made.wrong)] += 1
            assert all(text != made.answer for text in made.wrong) and random_s > 0
    assert min(ranks[n] for n in range(4)) > 50


def test_common_words_are_drawn_as_their_weights_say() -> None:
    random = Random(0)
    counts = Counter(drawn(("a", "b", "c"), (6.0, 3.0, 1.0), 1, random)[0] for _ in range(3000))
    assert [counts[name] / 3000 for name in "abc"] == pytest.approx([0.6, 0.3, 0.1], abs=0.04)
    assert sorted(drawn(("a", "b"), (1.0, 1.0), 5, random)) == ["a", "b"]


def test_every_lesson_can_be_put_in_words_and_names_are_known() -> None:
    assert all(len(wordings(lesson.name)) >= 3 for lesson in LESSONS)
    assert len({lesson.name for lesson in LESSONS}) == len(LESSONS)
    assert set(HEARD) == set(FAMILY_NAMES) and set(GENRES) <= {*STYLES, "pop909"}
    assert {lesson.skill for lesson in LESSONS} == set(SKILLS)
    assert all(set(group) <= set(FAMILY_NAMES) for group in ask_players.ALIKE)
    assert all(set(group) <= set(GENRES.values()) for group in ask_music.GENRES_ALIKE)


def test_sides_share_no_song_and_the_style_is_held_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    plain_piece = piece(1, "pop rock")
    for number in range(40):
        (tmp_path / f"{number:03d}.mid").write_bytes(b"")
    monkeypatch.setattr(make, "arranged", lambda song, seed: plain_piece)
    monkeypatch.setattr(make, "plain", lambda song, seed: plain_piece)
    monkeypatch.setattr(make, "load", lambda folder, song: song)
    found = {side: list(make.orders(tmp_path, side, 0)) for side in make.PLANS}
    assert {side: len(rows) for side, rows in found.items()} == {"train": 64, "valid": 64, "test": 64}
    names = {side: {order.song for order in rows} for side, rows in found.items()}
    assert not names["train"] & names["test"] and not names["train"] & names["valid"] | names["valid"] & names["test"]
    styles = {side: {order.piece.style for order in rows} for side, rows in found.items()}
    assert "bossa" in styles["test"] and "bossa" not in styles["train"] | styles["valid"]
    assert len({order.name for rows in found.values() for order in rows}) == 3 * 64
