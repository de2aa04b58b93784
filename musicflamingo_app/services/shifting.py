"""Times in what is said to and by a model that hears an excerpt alone: for it the excerpt begins at 0:00."""

import re

from musicflamingo_app.music.time import clock

_CLOCK = re.compile(r"(?<![\d:.,/])(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)(?![\d/]|[:.]\d)")
_UNFINISHED = re.compile(r"(?<![\d:.,/])\d{1,2}(?::\d{0,2}){0,2}\.?$")
_LOOK_BACK = 8  # characters before a time that decide whether it is one, and those of a time


def shifted(text: str, by_s: float, *, after: int = 0) -> str:
    """The text with each time (`1:23`) moved that begins from `after` on; one that would lie before 0:00 stays."""

    def moved(match: re.Match[str]) -> str:
        time_s = int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]) + by_s
        return clock(time_s) if time_s >= 0 and match.start() >= after else match[0]

    return _CLOCK.sub(moved, text) if by_s else text


class Shifter:
    """Moves the times of a text that comes in pieces; a time may be cut anywhere."""

    def __init__(self, by_s: float) -> None:
        self._by_s, self._held = by_s, ""
        self._before = ""

    def feed(self, piece: str) -> str:
        """What became certain with another piece."""
        if not self._by_s:
            return piece
        whole = self._held + piece
        open_end = _UNFINISHED.search(self._before + whole)
        keep = max(0, open_end.start() - len(self._before)) if open_end else len(whole)
        self._held = whole[keep:]
        return self._said(whole[:keep])

    def end(self) -> str:
        """What was still held."""
        held, self._held = self._held, ""
        return self._said(held)

    def _said(self, text: str) -> str:
        n_before = len(self._before)
        out = shifted(self._before + text, self._by_s, after=n_before)[n_before:]
        self._before = (self._before + text)[-_LOOK_BACK:]
        return out
