"""Examples as the page shows them: what is asked, what is right, where it sounds, and what a person decided."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from db.values import Review
    from train.build import Proposal
    from train.dataset import Dataset
    from train.examples import Example

PAGE = 40
MOST = 200
KIND_LABELS = {
    "open": "open question", "choice": "multiple choice", "count": "count", "time": "time", "chord": "chord",
    "comparison": "comparison", "caption": "caption",
}  # fmt: skip


def example_row(example: "Example", side: str, review: "Review | None" = None) -> dict[str, Any]:
    """One example with the decision about it."""
    question = review.question if review and review.question is not None else example.question
    answer = review.answer if review and review.answer is not None else example.answer
    return {
        "id": example.id,
        "sha": example.track,
        "song": example.song,
        "artist": example.artist,
        "task": example.task.replace("_", " "),
        "skill": example.skill,
        "kind": example.kind,
        "kind_name": KIND_LABELS.get(example.kind, example.kind),
        "question": question,
        "answer": answer,
        "options": [answer if option == example.answer else option for option in example.options],
        "thought": example.thought,
        "start": example.start_s,
        "end": example.end_s,
        "references": [list(pair) for pair in example.references],
        "doubts": list(example.doubts),
        "sources": list(example.sources),
        "is_variant": example.audio.startswith("audio/"),
        "state": review.state if review else example.state,
        "side": side,
    }


def proposal_view(proposal: "Proposal", reviews: Mapping[str, "Review"], reasons: Mapping[str, str]) -> dict[str, Any]:
    """What a proposal would give, in numbers and sentences."""
    states = Counter(review.state for review in reviews.values())
    kinds = Counter("captions" if example.kind == "caption" else "questions" for example in proposal.examples)
    doubtful = sum(bool(example.doubts) for example in proposal.examples)
    return {
        "lines": proposal.lines(),
        "n_train": len(proposal.train),
        "n_held_out": len(proposal.held_out),
        "n_questions": kinds["questions"],
        "n_captions": kinds["captions"],
        "n_doubtful": doubtful,
        "n_variants": len(proposal.variants),
        "skills": dict(Counter(example.skill for example in proposal.examples)),
        "decided": {state: states[state] for state in ("approved", "edited", "rejected")},
        "missing": [{"title": title, "why": why} for title, why in proposal.missing],
        "dropped": [
            {"reason": reasons.get(reason, reason), "n": n}
            for reason, n in sorted(proposal.dropped_counts.items(), key=lambda row: -row[1])
        ],
        "songs": [
            {"sha": source.recording.sha256, "title": source.title, "side": proposal.sides[source.recording.sha256]}
            for source in proposal.sources
        ],
    }


def dataset_row(dataset: "Dataset") -> dict[str, Any]:
    """What a list shows of a frozen dataset."""
    about = dataset.about
    return {
        "name": about.name,
        "hash": about.hash,
        "n_train": about.n_train,
        "n_held_out": about.n_held_out,
        "n_songs": len(about.members),
        "n_songs_held_out": sum(member.side == "held_out" for member in about.members),
        "duration": sum(member.duration_s for member in about.members),
        "licence": about.licence,
        "made_at": about.made_at,
        "dropped": dict(about.dropped),
        "options": dict(about.options) | {"seed": about.seed},
        "members": [{"song": one.song, "artist": one.artist, "side": one.side} for one in about.members],
    }


def page_of(rows: Sequence[dict[str, Any]], filters: Mapping[str, str]) -> dict[str, Any]:
    """The rows that a person asked for, a page of them, and how many there are."""
    wanted = [row for row in rows if _fits(row, filters)]
    offset, limit = _number(filters.get("offset", ""), 0), min(_number(filters.get("limit", ""), PAGE), MOST)
    return {"rows": wanted[offset : offset + limit], "total": len(wanted)}


def reviewed_rows(
    sides: Iterable[tuple[str, Sequence["Example"]]], reviews: Mapping[str, "Review"]
) -> list[dict[str, Any]]:
    """Rows of both sides with what was decided since the proposal was made."""
    return [example_row(example, side, reviews.get(example.id)) for side, examples in sides for example in examples]


def _fits(row: Mapping[str, Any], filters: Mapping[str, str]) -> bool:
    text = filters.get("text", "").casefold()
    said = f"{row['song']} {row['artist']} {row['question']} {row['answer']}".casefold()
    return (
        all(filters.get(name, "") in ("", row[name]) for name in ("side", "skill", "state", "sha"))
        and (not filters.get("kind") or (row["kind"] == "caption") == (filters["kind"] == "caption"))
        and (filters.get("doubtful") != "1" or bool(row["doubts"]))
        and all(word in said for word in text.split())
    )


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else default
