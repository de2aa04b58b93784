"""Takes a streamed answer apart: what stands in `<think>…</think>` is thought, `<answer>` tags are taken off.

A tag may be cut anywhere by the stream. White space before the answer, before a thought and after one is dropped.
"""

import re
from typing import Literal

from model.types import Delta

_TAG = re.compile(r"</?(?:think|answer)>")
_TAGS = ("<think>", "</think>", "<answer>", "</answer>")


class Thinking:
    """Reads an answer piece by piece; however it is cut, the same text and thoughts come out."""

    def __init__(self) -> None:
        self._kind: Literal["text", "thought"] = "text"
        self._held = ""
        self._fresh = True  # nothing but white space came since the kind changed

    def feed(self, piece: str) -> list[Delta]:
        """What became certain with another piece."""
        self._held += piece
        deltas, start = [], 0
        for tag in _TAG.finditer(self._held):
            deltas += self._say(self._held[start : tag.start()])
            start = tag.end()
            self._turn(tag[0])
        keep = _open_tag(self._held, start)
        deltas += self._say(self._held[start:keep])
        self._held = self._held[keep:]
        return deltas

    def end(self) -> list[Delta]:
        """What was still held: the beginning of a tag that never closed is text."""
        held, self._held = self._held, ""
        return self._say(held)

    def _turn(self, tag: str) -> None:
        if tag == "<think>":
            self._kind, self._fresh = "thought", True
        elif tag == "</think>" and self._kind == "thought":
            self._kind, self._fresh = "text", True

    def _say(self, text: str) -> list[Delta]:
        if self._fresh:
            text = text.lstrip()
            self._fresh = not text
        return [Delta(self._kind, text)] if text else []


def _open_tag(text: str, start: int) -> int:
    """Where a tag may have begun that the next piece closes, or the end of the text."""
    at = text.rfind("<", start)
    if at >= 0 and any(tag.startswith(text[at:]) for tag in _TAGS):
        return at
    return len(text)
