"""How many claims of a labelled list of sentences are found, how many found ones are claims, and their verdicts.

The part `held-out` was written before the rules and never tuned on. `late` came in three batches after them; each was
read once before the rules were mended with it (then: precision 0.91, recall 0.89).
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from musicflamingo_app.scoring.claims.check import checked
from musicflamingo_app.scoring.claims.find import find_claims
from musicflamingo_app.scoring.claims.values import Claim
from tests.scoring.claims.songs import BALLAD, SONGS, UNSURE

ROWS = [json.loads(line) for line in Path(__file__).with_name("labelled.jsonl").read_text("utf-8").splitlines()]
PARTS = sorted({row["part"] for row in ROWS})
PRECISION, RECALL = 0.97, 0.85


def matches(text: str, expected: dict[str, Any], claim: Claim) -> bool:
    start = text.index(expected["quote"])
    overlaps = claim.start < start + len(expected["quote"]) and start < claim.end
    return overlaps and (claim.kind, str(claim.value)) == (expected["kind"], expected["value"])


def counts(rows: list[dict[str, Any]]) -> Counter[str]:
    """Claims found rightly, wrongly and not at all."""
    total: Counter[str] = Counter()
    for row in rows:
        left = list(row["claims"])
        for claim in find_claims(row["text"]):
            hit = next((expected for expected in left if matches(row["text"], expected, claim)), None)
            total["right" if hit else "wrong"] += 1
            if hit:
                left.remove(hit)
        total["missed"] += len(left)
    return total


def test_the_list_is_large_and_half_of_it_is_hard() -> None:
    assert len(ROWS) >= 220 and sum(not row["claims"] for row in ROWS) >= 80
    assert sum(row["part"] == "held-out" for row in ROWS) >= 60
    assert {claim["kind"] for row in ROWS for claim in row["claims"]} == {
        "tempo", "key", "metre", "chord", "progression", "section", "duration", "instrument",
    }  # fmt: skip


@pytest.mark.parametrize("part", [*PARTS, "all"])
def test_precision_and_recall(part: str, record_property: Any) -> None:
    found = counts([row for row in ROWS if part in (row["part"], "all")])
    precision = found["right"] / (found["right"] + found["wrong"])
    recall = found["right"] / (found["right"] + found["missed"])
    report = f"{part}: precision {precision:.3f}, recall {recall:.3f}, {dict(found)}"
    record_property("claims", report)
    assert precision >= PRECISION and recall >= RECALL, report


@pytest.mark.parametrize("kind", sorted({claim["kind"] for row in ROWS for claim in row["claims"]}))
def test_no_kind_hides_behind_the_others(kind: str) -> None:
    right = wrong = missed = 0
    for row in ROWS:
        found = [claim for claim in find_claims(row["text"]) if claim.kind == kind]
        left = [expected for expected in row["claims"] if expected["kind"] == kind]
        hits = [claim for claim in found if any(matches(row["text"], expected, claim) for expected in left)]
        right, wrong = right + len(hits), wrong + len(found) - len(hits)
        missed += sum(not any(matches(row["text"], expected, claim) for claim in found) for expected in left)
    assert right / (right + wrong) >= 0.93 and right / (right + missed) >= 0.85, (kind, right, wrong, missed)


@pytest.mark.parametrize("name", ["ballad", "waltz"])
def test_verdicts(name: str) -> None:
    wrong = []
    for row in ROWS:
        for item in checked(row["text"], SONGS[name]):
            for expected in row["claims"]:
                if matches(row["text"], expected, item.claim) and "verdicts" in expected:
                    said, meant = item.verdict.result, expected["verdicts"][name]
                    wrong += [(expected["quote"], said, meant)] if said != meant else []
    assert wrong == []


def test_an_unsure_measurement_contradicts_nothing() -> None:
    for row in ROWS:
        for item, sure in zip(checked(row["text"], UNSURE), checked(row["text"], BALLAD), strict=True):
            is_past_the_end = item.claim.kind == "section" and "ends at" in item.verdict.sentence
            if item.claim.kind != "duration" and not is_past_the_end:
                assert item.verdict.result != "contradicts"
                assert not (sure.verdict.result == "agrees" and item.verdict.result == "contradicts")


def test_every_verdict_is_a_sentence() -> None:
    for row in ROWS:
        for song in SONGS.values():
            for item in checked(row["text"], song):
                assert item.verdict.sentence.endswith(".") and item.verdict.sentence[0].isupper()
                assert not item.verdict.note or item.verdict.note.endswith(".")
