"""Free texts: MusicCaps, long captions of one's own songs in the manner of SongCaps, and MusicInstruct."""

from collections.abc import Iterator

from musicflamingo_app.services.prompts import prompt
from train.examples import Example
from train.suites.caption_claims import CLAIM_RULES, ROUGE_RULE
from train.suites.files import Files, Item
from train.suites.suite import Suite

LEFT_OUT = "BLEU, METEOR and BERTScore are left out: they need word nets and models that do not come with the studio."
JUDGED = "Published numbers of captions come from judges (GPT-5, GPT-5.4) whose prompts are not public: not comparable."
SPLITS = (("music_instruct_short.json", "musicinstruct short"), ("music_instruct_long.json", "musicinstruct long"))


def is_true(text: str) -> bool:
    """`True` as CSV and JSON write it."""
    return text.strip().lower() in ("true", "1")


def clip_names(item: Item) -> tuple[str, ...]:
    """File names that the recording of a MusicCaps clip may have."""
    video, start, end = item.text("ytid"), item.get("start_s"), item.get("end_s")
    times = [f"[{video}]-[{start}-{end}].wav", f"{video}-[{start}-{end}].wav"] if start and end else []
    return (*times, f"{video}.wav", video, f"[{video}]")


def read_musiccaps(files: Files) -> Iterator[Example]:
    """The clips of `musiccaps-public.csv` that lie in AudioSet's evaluation side."""
    question = prompt("summary").text
    for item in files.csv_rows("musiccaps-public.csv"):
        if is_true(item.text("is_audioset_eval")):
            yield _caption(
                item.text("ytid"), files.audio(*clip_names(item)), "musiccaps", question, item.text("caption")
            )


def read_songcaps(files: Files) -> Iterator[Example]:
    """The lines of `captions.jsonl`: `{"audio": "song.mp3", "caption": "..."}`."""
    question = prompt("full").text
    for item in files.json_rows("captions.jsonl"):
        audio = item.text("audio")
        yield _caption(audio, files.audio_at(audio), "songcaps", question, item.text("caption"))


def _caption(id: str, audio: str, task: str, question: str, answer: str) -> Example:
    return Example(id, f"{task}:{id}", audio, task, "caption", "caption", question, answer)


def read_musicinstruct(files: Files) -> Iterator[Example]:
    """The test questions of the short and the long file, or of the one that is there."""
    here = [(name, task) for name, task in SPLITS if files.has(name)] or list(SPLITS[:1])
    for name, task in here:
        path, document = files.json(name)
        items = files.items(path, document.get("QA") if isinstance(document, dict) else None)
        for item in items:
            if "is_audioset_eval" not in item.row:
                raise item.wrong("has no “is_audioset_eval”, which tells test from training")
            if is_true(str(item.row["is_audioset_eval"])):
                id, clip = f"{task.split()[-1]}-{item.number}", files.audio(*clip_names(item))
                question, answer = item.text("question"), item.text("answer")
                yield Example(id, f"musiccaps:{item.text('ytid')}", clip, task, "question", "open", question, answer)


MUSICCAPS = Suite(
    "musiccaps", "MusicCaps (AudioSet's evaluation side)", "musiccaps-public.csv and the clips, YTID.wav",
    "Hugging Face google/MusicCaps (recordings: YouTube)", "captions CC BY-SA 4.0; the recordings keep their own",
    read_musiccaps, (*CLAIM_RULES, ROUGE_RULE), notes=(JUDGED, LEFT_OUT), judged="caption",
)  # fmt: skip
SONGCAPS = Suite(
    "songcaps", "Long captions in the manner of SongCaps", "captions.jsonl and the recordings it names",
    "your own songs (the paper's 1,000 are announced, no public file is known)",
    "your own", read_songcaps, (*CLAIM_RULES, ROUGE_RULE), notes=(JUDGED, LEFT_OUT), judged="caption",
)  # fmt: skip
MUSICINSTRUCT = Suite(
    "musicinstruct", "MusicInstruct (test)", "music_instruct_short.json, music_instruct_long.json, clips as YTID.wav",
    "Hugging Face m-a-p/Music-Instruct (recordings: MusicCaps, YouTube)", "CC BY-NC 4.0", read_musicinstruct,
    (ROUGE_RULE, *CLAIM_RULES), notes=(JUDGED, LEFT_OUT), judged="caption",
)  # fmt: skip
