"""MMAU-Pro, music items with options.

Source: sonalkum/MMAUPro 960e93a. The official scorer takes the option nearest to the answer by NV-Embed-v2, a model of
7 billion parameters, so it always finds one; ours stands in for it and is called a proxy.
"""

from collections.abc import Iterator

from train.examples import Example
from train.suites.choice import OURS, choice_rule, ours_chosen
from train.suites.files import Files, Item
from train.suites.suite import Suite

RULES = (choice_rule("proxy", f"stands in for the official embedding; {OURS}", ours_chosen),)
EXPORT = (
    "python -c \"import pandas; pandas.read_parquet('test.parquet')"
    ".to_json('test.jsonl', orient='records', lines=True)\""
)


def read_mmau_pro(files: Files) -> Iterator[Example]:
    """Music items of `test.jsonl` that have two or more choices and one recording."""
    if not files.has("test.jsonl") and files.has("test.parquet"):
        raise files.wrong(f"{files.folder} holds test.parquet, which must become test.jsonl (pyarrow): {EXPORT}")
    items = [item for item in files.json_rows("test.jsonl") if item.get("category").lower() == "music"]
    found = tuple(_examples(files, items))
    if len(found) < len(items):
        files.notes.append(
            f"{len(items) - len(found)} of {len(items)} music items are left out: open ones, which need the official "
            "judge, and those about several recordings, since models take one at a time."
        )
    yield from found


def _examples(files: Files, items: list[Item]) -> Iterator[Example]:
    for item in items:
        choices, paths = item.row.get("choices") or [], item.row.get("audio_path")
        paths = [paths] if isinstance(paths, str) else list(paths or [])
        if not paths:
            raise item.wrong("has no “audio_path”")
        if len(choices) < 2 or len(paths) > 1:
            continue
        answer, audio = item.text("answer"), files.audio(str(paths[0]))
        yield Example(
            item.get("id") or str(item.number), f"mmau-pro:{audio}", audio, "mmau-pro-music",
            item.get("task_identifier") or "music", "choice", item.text("question"), answer,
            item.options("choices", answer),
        )  # fmt: skip


MMAU_PRO = Suite(
    "mmau-pro-music", "MMAU-Pro (music)", "test.jsonl (made from test.parquet) and the audio folder it names",
    "Hugging Face gamma-lab-umd/MMAU-Pro", "see its card; the recordings keep their own", read_mmau_pro, RULES,
    notes=("The official scorer needs a 7B embedding model; “proxy” is not the leaderboard's number.",),
    judged="choice",
)  # fmt: skip
