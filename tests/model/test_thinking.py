"""Thoughts are told from text, and characters made plain, however a stream is cut."""

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from model.thinking import Thinking
from model.types import Delta
from model.unicode_text import plain

WORDS = st.sampled_from(
    ["<think>", "</think>", "<answer>", "</answer>", "<", "<th", "ink>", "</", "a", " b", "\n", "3 < 4", "♭", ">"]
)
TEXTS = st.lists(WORDS, max_size=12).map("".join)


def cut(text: str, places: list[int]) -> list[str]:
    edges = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


def read(pieces: list[str]) -> list[Delta]:
    """What comes out, neighbours of one kind joined."""
    thinking, joined = Thinking(), list[Delta]()
    for delta in [delta for piece in pieces for delta in thinking.feed(piece)] + thinking.end():
        if joined and joined[-1].kind == delta.kind:
            joined[-1] = Delta(delta.kind, joined[-1].text + delta.text)
        else:
            joined.append(delta)
    return joined


@given(TEXTS, st.lists(st.integers(0, 100), max_size=8))
def test_every_way_to_cut_reads_the_same(text: str, places: list[int]) -> None:
    assert read(cut(text, places)) == read([text])
    assert read(list(text)) == read([text])


@given(TEXTS)
def test_nothing_is_lost_but_tags_and_white_space(text: str) -> None:
    said = "".join(delta.text for delta in read([text]))
    assert "".join(said.split()) == "".join(re.sub(r"</?(think|answer)>", "", text).split())


def test_a_thought_and_an_answer() -> None:
    text = "<think>\nTwo sharps, so D.\n</think>\n\nHence, the final answer is: <answer>D major</answer>"
    assert read([text]) == [
        Delta("thought", "Two sharps, so D.\n"),
        Delta("text", "Hence, the final answer is: D major"),
    ]


def test_a_thought_that_never_ends_is_a_thought() -> None:
    assert read(["<think>still thin", "king"]) == [Delta("thought", "still thinking")]


def test_text_without_tags_comes_at_once() -> None:
    thinking = Thinking()
    assert thinking.feed("In A minor") == [Delta("text", "In A minor")]
    assert thinking.feed(" <") == [Delta("text", " ")]
    assert thinking.feed("3 bars") == [Delta("text", "<3 bars")]


@given(st.text(max_size=40), st.integers(0, 40))
def test_plain_text_is_the_same_however_it_is_cut(text: str, place: int) -> None:
    assert plain(text[:place]) + plain(text[place:]) == plain(text)
    assert plain(plain(text)) == plain(text)


def test_odd_characters_become_plain_and_music_stays() -> None:
    assert plain("lo\u2011fi, 120\u202fBPM, \u201cB\u266d\u201d \u2014 A\u2032, don\u2019t") == (
        'lo-fi, 120 BPM, "B\u266d" \u2014 A\u2032, don\'t'
    )
    assert plain("C\u266fm 东京 où\r\n\ttab") == "C\u266fm 东京 où\n\ttab"
    assert plain("a\x1b[31mred\u202edrow\u200b") == "a[31mreddrow"
