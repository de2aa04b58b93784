"""Words that are sung: Opencpop (Chinese, by characters) and MUSDB18 with its lyrics (English, by words).

Both rates are micro-averages: all edits over all tokens of the truth, so a rate may pass 100 %. The paper does not say
how it normalised; here case, signs and the marks of the annotation are taken off.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from train.evaluate.marks import Answered, Mark, Rule
from train.examples import Example
from train.suites.choice import official_text
from train.suites.edits import edits
from train.suites.files import Files
from train.suites.suite import Suite
from train.tasks.answers import final_answer

Tokens = Callable[[str], list[str]]
QUESTION = "Write down the words that are sung in this recording, and nothing else."
_HEADING = re.compile(
    r"^\s*(?:\[[^\]\n]*\]|\((?:instrumental|music|chorus|verse)[^)\n]*\)|#+ .*|\**(?:verse|chorus|bridge|intro|outro|"
    r"pre-chorus|refrain|hook)\s*\d*\**\s*:?|(?:here are |the )?(?:the )?lyrics(?: are)?:?)\s*$",
    re.I | re.M,
)
_LINE = re.compile(r"(?P<start>[\d:.]+)\s+(?P<end>[\d:.]+)\s+(?P<kind>[a-dA-D])(?:\s+(?P<text>\S.*))?")


def words(text: str) -> list[str]:
    """Lower-case words without signs: `Don't!` is `dont`."""
    plain = unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("'", "")
    return re.sub(r"[\W_]+", " ", plain).split()


def characters(text: str) -> list[str]:
    """Letters and digits one by one, without spaces and signs."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return [sign for sign in plain if sign.isalnum()]


def without_headings(text: str) -> str:
    """A lyric sheet without its headings: `[Verse 1]`, `Chorus:`, `Lyrics:`."""
    return _HEADING.sub("", text)


def error_rate(name: str, about: str, tokens: Tokens, read: Callable[[str], str]) -> Rule:
    """Edits over tokens of the truth, of what `read` takes from a completion."""

    def marks(answers: Sequence[Answered]) -> list[Mark]:
        return [
            _mark(one, tokens(one.example.answer), tokens("" if one.error else read(one.completion))) for one in answers
        ]

    return Rule(name, about, marks, higher_is_better=False)


def _mark(one: Answered, truth: list[str], said: list[str]) -> Mark:
    return Mark(one.example, one.completion, edits(truth, said) / len(truth), len(truth), bool(said))


def _rules(rate: str, tokens: Tokens) -> tuple[Rule, ...]:
    return (
        error_rate(rate, "case and signs taken off; edits over tokens of the truth.", tokens, official_text),
        error_rate(
            f"{rate} without headings", "the same, after headings such as [Verse 1] are taken out of the answer.",
            tokens, lambda said: without_headings(final_answer(said)),
        ),
    )  # fmt: skip


def read_opencpop(files: Files) -> Iterator[Example]:
    """The lines of `test.txt`: `utterance|text|...`; the first four digits of an utterance are its song."""
    path, text = files.text("test.txt")
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        utterance, bar, rest = line.partition("|")
        answer = rest.partition("|")[0].strip()
        if not bar or not characters(answer):
            raise files.wrong(f"Line {number} of {path} is not an utterance and its text: “{line[:60]}”.")
        audio = files.audio(f"{utterance.strip()}.wav", utterance.strip())
        yield Example(
            utterance.strip(),
            f"opencpop:{utterance.strip()[:4]}",
            audio,
            "opencpop",
            "lyrics",
            "open",
            QUESTION,
            answer,
        )


def read_musdb_lyrics(files: Files) -> Iterator[Example]:
    """Whole songs of `test_lyrics`: the text lines in order; the recording is `SONG/mixture.wav` or `SONG.wav`."""
    folder = next((path for path in sorted(files.folder.rglob("test_lyrics")) if path.is_dir()), None)
    if folder is None:
        raise files.wrong(f"{files.folder} holds no folder test_lyrics.")
    for path in sorted(folder.rglob("*.txt")):
        text = " ".join(_sung(files, path))
        if not words(text):
            files.notes.append(f"{path.stem} has no words and is left out.")
            continue
        song = path.stem
        names = (f"{song}/mixture.wav", f"{song}.wav", song)
        yield Example(
            song,
            f"musdb18:{song}",
            files.audio_at(*names),
            "musdb18-lyrics",
            "lyrics",
            "open",
            QUESTION,
            text,
            song=song,
        )


def _sung(files: Files, path: Path) -> Iterator[str]:
    """The texts of an annotation: `start end kind text`; lines of kind d are without words."""
    for number, line in enumerate(files.read(path).splitlines(), start=1):
        if not line.strip():
            continue
        found = _LINE.fullmatch(re.sub(r"[*?]", " ", line).strip())
        if found is None:
            raise files.wrong(f"Line {number} of {path} is not start, end, kind and text: “{line[:60]}”.")
        if found["kind"].lower() != "d" and found["text"]:
            yield found["text"]


OPENCPOP = Suite(
    "opencpop", "Opencpop (test)", "test.txt and the folder of utterances (wavs)", "https://wenet.org.cn/opencpop",
    "by application to its authors, non-commercial", read_opencpop, _rules("CER", characters),
    notes=("The paper calls its number WER; for Chinese it must be one of characters, and this is one.",),
)  # fmt: skip
MUSDB18 = Suite(
    "musdb18-lyrics", "MUSDB18 with lyrics (test)", "test_lyrics/*.txt and the songs, SONG/mixture.wav or SONG.wav",
    "https://zenodo.org/records/3989267 (lyrics) and https://zenodo.org/records/3338373 (MUSDB18-HQ)",
    "lyrics CC BY-NC-SA 4.0; recordings for academic use", read_musdb_lyrics, _rules("WER", words),
    notes=(
        "Each song is transcribed whole. The paper names only MUSDB18; this is the usual set of lyrics for it.",
        "Lines that several voices sing at once (kind c) count in the order in which they are written.",
    ),
)  # fmt: skip
