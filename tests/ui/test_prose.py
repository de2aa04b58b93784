"""Texts as blocks of spans: nothing of the text is lost, doors open where they say, claims carry verdicts."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from musicflamingo_app.facts.card import card_of
from musicflamingo_app.facts.describe import describe
from musicflamingo_app.ui.prose import described, told, verdict_counts
from tests.ui.synthetic import song_analysis

ANALYSIS = song_analysis()


def text_of(blocks: list[dict[str, Any]]) -> str:
    return "\n".join("".join(span["t"] for span in block["spans"]) for block in blocks)


@given(text=st.text(alphabet="abc 0:12#*-_`\n.♭“é\u202f", max_size=120))
def test_only_markup_is_taken_away(text: str) -> None:
    shown = text_of(told(text, ANALYSIS))
    assert [char for char in shown if char.isalpha()] == [char for char in text if char.isalpha()]


@given(text=st.text(max_size=200))
def test_any_text_can_be_shown(text: str) -> None:
    for block in told(text, ANALYSIS):
        assert block["kind"] in ("p", "h", "li")
        for span in block["spans"]:
            assert span["t"]
            if "seek" in span:
                assert 0 <= span["seek"][0] <= span["seek"][1] <= ANALYSIS.duration_s + 1


def test_headings_items_and_emphasis_become_plain_blocks() -> None:
    blocks = told("## Form\n- **Verse** at 0:05\n2. `then` more\nplain *words*", None)
    assert [block["kind"] for block in blocks] == ["h", "li", "li", "p"]
    assert text_of(blocks) == "Form\nVerse at 0:05\nthen more\nplain words"


def test_markup_in_a_text_stays_text() -> None:
    blocks = told('<img src=x onerror="alert(1)"> ${1+1} {{x}}', ANALYSIS)
    assert text_of(blocks) == '<img src=x onerror="alert(1)"> ${1+1} {{x}}'


def test_a_time_opens_its_place_and_a_claim_says_what_was_measured() -> None:
    bpm = ANALYSIS.tempo.value if ANALYSIS.tempo else 0
    blocks = told(f"At 0:05 it runs at {bpm:.0f} BPM, not at {bpm * 1.3:.0f} BPM.", ANALYSIS)
    spans = blocks[0]["spans"]
    assert [span["seek"][0] for span in spans if "seek" in span] == [5.0]
    assert next(span["about"] for span in spans if span.get("verdict") == "agrees")
    assert verdict_counts(blocks)["agrees"] >= 1
    unchecked = told(f"{bpm:.0f} BPM", ANALYSIS, check=False)
    assert not any("verdict" in span for block in unchecked for span in block["spans"])


def test_the_description_keeps_every_sentence_and_time() -> None:
    description = describe(card_of(ANALYSIS, title="Evening"))
    blocks = described(description)
    assert [block["heading"] for block in blocks] == [paragraph.heading for paragraph in description.paragraphs]
    for block, paragraph in zip(blocks, description.paragraphs, strict=True):
        assert "".join(span["t"] for span in block["spans"]).strip() == paragraph.text
        doors = [span["seek"] for span in block["spans"] if "seek" in span]
        assert doors == [
            [round(i.start_s, 3), round(i.end_s, 3)] for sentence in paragraph.sentences for i in sentence.intervals
        ]
