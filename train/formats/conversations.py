"""What AF3 JSON and messages JSONL have in common: turns of text about one sound, and the examples they are."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from musicflamingo_app.errors import NotFound, StudioError
from train.examples import SKILLS, Example
from train.originals import audio_path
from train.prompts import CHOOSE, THINK, prompt_text, target_text
from train.tasks.answers import chosen

MARK = re.compile(r"\s*<(?:sound|audio)(?:-\d+)?>\s*")
_OPTION = re.compile(r"^[ \t]*\(?([A-H])[).]\)?[ \t]+(\S.*?)[ \t]*$", re.MULTILINE)
_THOUGHT = re.compile(r"<think>(.*?)</think>(.*)", re.DOTALL)
_ANSWER = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)
_CAPTION = re.compile(r"\b(?:describe|caption|description|summari[sz]e|sum this)\b", re.I)


@dataclass(frozen=True)
class Turn:
    """One question about a sound and what was answered; both as they stand in the file, without the sound's mark."""

    id: str
    sound: str
    question: str
    answer: str


def example_of(turn: Turn, folder: Path, where: str) -> Example:
    """The example of a turn. `where` names the place in the file for sentences. Raises NotFound, StudioError."""
    audio = folder / turn.sound
    question, options = _options(turn.question)
    thought, answer = _thought(turn.answer)
    if not question or not answer:
        raise StudioError(f"{where} has no {'answer' if question else 'question'}.", "Give it one, or take it out.")
    if options:
        index = chosen(answer, options)
        if index is None:
            raise StudioError(f"{where}: “{answer[:60]}” is none of its options.", "Mend the answer, or take it out.")
        answer = options[index]
    track = _hash_of(audio, where)
    kind = "choice" if options else "caption" if _is_caption(question, answer) else "open"
    digest = sha256(f"{track} {question} {answer}".encode()).hexdigest()[:16]
    return Example(
        digest, track, str(audio), "imported", SKILLS[1], kind, question, answer, options, thought,
        sources=(f"imported: {turn.id}",), song=audio.stem,
    )  # fmt: skip


def turn_of(example: Example, folder: Path) -> Turn:
    """The turn that an example is written as; its sound is a whole path."""
    thinks = bool(example.thought)
    text = target_text(example, thinks=thinks)
    return Turn(example.id, str(audio_path(folder, example).absolute()), prompt_text(example, thinks=thinks), text)


def pairs(said: Sequence[tuple[str, str]], where: str) -> Iterator[tuple[str, str]]:
    """Questions with their answers from `(who, text)`; who is `user`, `assistant` or `system`. Raises StudioError."""
    asked = ""
    for who, text in said:
        if who == "system":
            continue
        if who == "user":
            asked = MARK.sub("\n", text).strip()
        elif who == "assistant" and asked:
            yield asked, text.strip()
            asked = ""
        else:
            raise StudioError(f"{where}: a turn by “{who}” stands where it cannot.", "Turns are question and answer.")
    if asked:
        raise StudioError(f"{where} ends with a question.", "Give it an answer, or take it out.")


def _options(text: str) -> tuple[str, tuple[str, ...]]:
    """A question without the options it lists, and the options."""
    plain = text.replace(THINK, "").strip()
    found = list(_OPTION.finditer(plain))
    letters = [match[1] for match in found]
    if len(found) < 2 or letters != list("ABCDEFGH"[: len(found)]):
        return plain, ()
    question = plain[: found[0].start()].replace(CHOOSE, "").strip()
    return question, tuple(match[2] for match in found)


def _thought(text: str) -> tuple[str, str]:
    """Thought and answer of a reply."""
    match = _THOUGHT.search(text)
    thought, rest = (match[1].strip(), match[2]) if match else ("", text)
    tagged = _ANSWER.search(rest)
    return thought, (tagged[1] if tagged else rest).strip()


def _is_caption(question: str, answer: str) -> bool:
    return bool(_CAPTION.search(question)) and len(answer.split()) >= 8


def _hash_of(audio: Path, where: str) -> str:
    """The SHA-256 of a file's bytes. Raises NotFound."""
    try:
        state = audio.stat()
        return _digest(audio, state.st_mtime_ns, state.st_size)
    except OSError as error:
        raise NotFound(f"{where}: the sound {audio} is not there.", "Put it there, or mend its path.") from error


@lru_cache(maxsize=4096)
def _digest(audio: Path, mtime_ns: int, n_bytes: int) -> str:
    """The hash of a file as it is now; many questions are asked about one."""
    return sha256(audio.read_bytes()).hexdigest()


def text_of(content: object, where: str) -> str:
    """The words of a message: a string, or parts of which those that are text count. Raises StudioError."""
    if isinstance(content, str):
        return content
    if isinstance(content, Sequence):
        words = [part["text"] for part in content if isinstance(part, Mapping) and part.get("type") == "text"]
        if all(isinstance(one, str) for one in words):
            return "\n".join(words)
    raise StudioError(f"{where} has a message without text.", "A message's content is a string or a list of parts.")
