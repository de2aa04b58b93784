"""Claims in key facts written as JSON: `{"tempo": 120, "key": "A minor", "chords": ["Am", "F"]}`."""

import re
from collections.abc import Iterator

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.chord_names import NAME, named_chord
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.tempo import PLAUSIBLE_BPM
from musicflamingo_app.scoring.claims.values import Claim, Kind, Length, Progression, TempoRange, Value

_PAIR = re.compile(r'"(?P<name>\w+)"\s*:\s*(?P<value>"[^"\n]*"|-?\d+(?:\.\d+)?|\[[^\[\]{}]*\])')
_NAMES: dict[str, Kind] = {
    "tempo": "tempo", "bpm": "tempo", "tempo_bpm": "tempo", "key": "key", "keyscale": "key", "key_signature": "key",
    "metre": "metre", "meter": "metre", "time_signature": "metre", "timesignature": "metre", "chords": "progression",
    "chord_progression": "progression", "progression": "progression", "duration": "duration", "duration_s": "duration",
    "length": "duration", "duration_seconds": "duration",
}  # fmt: skip
_CLOCK = re.compile(r"(?:(\d):)?(\d{1,2}):([0-5]\d)")


def key_fact_claims(reading: Reading) -> Iterator[Claim]:
    """The claims of the JSON pairs whose names are known; instruments in lists are read as words are."""
    if not reading.is_json:
        return
    for match in _PAIR.finditer(reading.flat):
        kind = _NAMES.get(match["name"].lower())
        value = _value(kind, match["value"]) if kind else None
        if kind and value is not None:
            yield Claim(kind, match.start("value"), match.end("value"), value)


def _value(kind: Kind, text: str) -> Value | None:
    content = text.strip('"[] \n')
    if kind == "tempo":
        return _tempo(content)
    if kind == "duration":
        return _duration(content)
    if kind == "progression":
        return _progression(content)
    try:
        return (
            Key.parse(re.sub(r"[ -](sharp|flat)", lambda m: {"s": "#", "f": "b"}[m[1][0].lower()], content, flags=re.I))
            if kind == "key"
            else Metre.parse(content)
        )
    except MusicSyntaxError:
        return None


def _tempo(content: str) -> TempoRange | None:
    match = re.fullmatch(r"[~≈]?\s*(\d{2,3}(?:\.\d+)?)(?:\s*-\s*(\d{2,3}))?\s*(?:bpm)?", content, re.I)
    if match is None:
        return None
    low, high = float(match[1]), float(match[2] or match[1])
    return TempoRange(low, high) if PLAUSIBLE_BPM[0] <= low <= high <= PLAUSIBLE_BPM[1] else None


def _duration(content: str) -> Length | None:
    clock = _CLOCK.fullmatch(content)
    if clock:
        return Length(int(clock[1] or 0) * 3600.0 + int(clock[2]) * 60 + int(clock[3]), 1.0)
    seconds = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(?:s|sec|seconds)?", content)
    return Length(float(seconds[1]), 1.0) if seconds else None


def _progression(content: str) -> Progression | None:
    names = re.split(r'[\s",|>→-]+', content.strip())
    chords = tuple(chord for chord in map(named_chord, names) if chord)
    is_all = len(chords) == len(names) >= 2 and all(re.fullmatch(NAME, name) for name in names)
    is_ordered = re.search(r"[|>→-]", content) is not None
    return Progression(chords=chords, is_ordered=is_ordered) if is_all else None
