"""Reads what a completion finally says: the answer behind the thought, an option, a number, a time, a key, a chord.

Every reader gives None where the text does not say one thing clearly; nobody guesses.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.facts.references import plain
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.scoring.claims.chord_names import NAME, named_chord, worded_chord
from musicflamingo_app.scoring.claims.chord_names import WORDED as WORDED_CHORD
from musicflamingo_app.scoring.claims.numbers import NUMBER, number

LETTERS = "ABCDEFGH"
_TAGGED = re.compile(r"<answer>(.*?)(?:</answer>|\Z)", re.DOTALL | re.I)
_LEAD = re.compile(
    r"^(?:(?:so|thus|hence|therefore)[, ]+)?(?:the |my )?(?:final |correct |right |best )*(?:answer|option|choice)"
    r"(?: is|:| would be)[:\s]*",
    re.I,
)
_LETTER_ONLY = re.compile(r"(?:option |choice |answer )?[(\[]{0,2}([A-H])[)\]]{0,2}[.:]?", re.I)
_LETTER_AND_TEXT = re.compile(r"[(\[]{0,2}([A-H])(?:[)\]]{1,2}[.:]?|[.:])\s+(\S.*)", re.DOTALL)
_LETTER_SAID = re.compile(r"\b(?:[Aa]nswer|[Oo]ption|[Cc]hoice)(?: is|:)?\s*[(\[]{0,2}([A-H])(?![\w'#♯♭])(?! [a-z])")
_BRACKETED = re.compile(r"[(\[]([A-H])[)\]]")
_MINUTES = re.compile(
    rf"(?P<m>{NUMBER})\s*(?:minutes?|mins?|m)\b(?:\s*(?:and|,)?\s*(?P<s>{NUMBER})\s*(?:seconds?|secs?|s)\b)?", re.I
)
_SECONDS = re.compile(rf"(?P<s>{NUMBER})\s*-?\s*(?:seconds?|secs?|s)\b", re.I)
_CLOCK = re.compile(r"(?<![\d:])(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d(?:\.\d+)?)(?![\d:])")
_BAR = re.compile(rf"\b(?:bar|measure)s?\s*(?:no\.?|number|#)?\s*(?P<n>{NUMBER})", re.I)
_NUMBER = re.compile(rf"(?<![\w.,/:-])(?P<n>\d+(?:\.\d+)?|{NUMBER})(?![\w/:]|\.\d)", re.I)
_ROMAN = re.compile(r"(?<![\w/])[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?:°|ø|\+|maj|sus[24])?\d{0,2}"
                    r"(?:/(?:[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)|[b#]?\d))?(?![\w/])")  # fmt: skip
_MODE = "|".join((*MODES, "maj", "min", "aeolian", "ionian"))
_KEY = re.compile(rf"(?<![\w#])([A-Ga-g])(?:(#|b)|[ -](?i:(sharp|flat)))?[ -]?((?i:{_MODE})|m)(?![\w#])")
_BARE_KEY = re.compile(r"(?<![\w#])([A-G])(?:(#|b)|[ -](?i:(sharp|flat)))?(?![\w#])")
_METRE = re.compile(r"(?<![\d/])(\d{1,2})\s*/\s*(1|2|4|8|16)(?![\d/])")


@dataclass(frozen=True, slots=True)
class When:
    """A time that was said, in seconds or by its bar; the other is None."""

    time_s: float | None = None
    bar: int | None = None


def final_answer(completion: str) -> str:
    """What is said in the end: the last `<answer>`, else what follows the thought; empty for an unfinished thought."""
    tagged = _TAGGED.findall(completion)
    if tagged:
        return _bare(tagged[-1])
    _, closed, after = completion.rpartition("</think>")
    if closed:
        return _bare(after)
    return "" if "<think>" in completion else _bare(completion)


def _bare(text: str) -> str:
    cleaned = re.sub(r"</?(?:answer|think)>|[*_`]+", "", text).strip().strip("\"'“”").strip()
    return cleaned.removesuffix(".").strip()


def chosen(answer: str, options: Sequence[str]) -> int | None:
    """The index of the option that an answer names, by its text, its letter or both; None for several or none.

    Text comes before letter, for an option may be called “A”. A letter beside another option's text names neither.
    """
    text = _LEAD.sub("", answer).strip()
    exact = _option_of(text, options)
    if exact is not None:
        return exact
    if alone := _LETTER_ONLY.fullmatch(text):
        return _index(alone[1], options)
    if both := _LETTER_AND_TEXT.match(text):
        named, said = _index(both[1], options), _option_of(both[2].strip().removesuffix("."), options)
        return named if said in (None, named) else None
    letters = {match for match in (*_LETTER_SAID.findall(answer), *_BRACKETED.findall(answer))}
    said = _mentioned(text, options)
    if len(letters) == 1 and said in (None, _index(min(letters), options)):
        return _index(min(letters), options)
    return said if not letters else None


def _index(letter: str, options: Sequence[str]) -> int | None:
    at = LETTERS.index(letter.upper())
    return at if at < len(options) else None


def _option_of(text: str, options: Sequence[str]) -> int | None:
    if not text:
        return None
    folded = _folding(options)
    same = [n for n, option in enumerate(options) if folded(option) == folded(text)]
    return same[0] if len(same) == 1 else _option_by_sound(text, options)


def _folding(options: Sequence[str]) -> Callable[[str], str]:
    """How texts are compared: by case only where options differ in nothing else, as iii and III do."""
    return normal if len({normal(option) for option in options}) == len(options) else cased


def _option_by_sound(text: str, options: Sequence[str]) -> int | None:
    """An option under another name: A♭ minor for G♯ minor, Fm for F minor."""
    for read in (whole_key, whole_chord):
        said = read(text)
        if said is None:
            continue
        same = [n for n, option in enumerate(options) if _alike(said, read(option))]
        if len(same) == 1:
            return same[0]
    return None


def _alike(one: Key | Chord, other: Key | Chord | None) -> bool:
    if isinstance(one, Key):
        return isinstance(other, Key) and (one.tonic.pitch_class, one.mode) == (other.tonic.pitch_class, other.mode)
    return isinstance(other, Chord) and sounds(one) == sounds(other)


def _mentioned(text: str, options: Sequence[str]) -> int | None:
    """The only option that a longer text names; the longest text counts where one lies in another."""
    folded = _folding(options)
    flat, found = folded(text), set()
    for n in sorted(range(len(options)), key=lambda n: -len(folded(options[n]))):
        pattern = rf"(?<![\w#]){re.escape(folded(options[n]))}(?![\w#])"
        if folded(options[n]) and re.search(pattern, flat):
            found.add(n)
            flat = re.sub(pattern, " ~ ", flat)
    return found.pop() if len(found) == 1 else None


def normal(text: str) -> str:
    """The text as answers are compared: lower case, plain signs, no articles, no marks around words."""
    return cased(text.lower())


def cased(text: str) -> str:
    """The same with its capitals."""
    flat = plain(text).strip()
    flat = re.sub(r"\b([A-Ga-g])[ -](sharp|flat)\b", lambda m: m[1] + ("#" if m[2] == "sharp" else "b"), flat)
    flat = re.sub(r"[^\w#/:.+°ø%-]+", " ", flat)
    flat = re.sub(r"(?<!\w)[.:-]+|[.:-]+(?!\w)", " ", flat)
    return " ".join(word for word in flat.split() if word not in ("the", "an"))


def said_number(text: str) -> float | None:
    """The only number of a text, in digits or words; several different ones are none."""
    values = {number(match["n"]) for match in _NUMBER.finditer(plain(text))} - {None}
    return values.pop() if len(values) == 1 else None


def said_bpm(text: str) -> float | None:
    """A tempo in beats a minute."""
    flat = plain(text)
    counted = re.findall(rf"({NUMBER})[ -]?(?:bpm|beats (?:per|a) minute)", flat, re.I)
    values = {number(one) for one in counted} - {None}
    return values.pop() if len(values) == 1 else said_number(text)


def said_time(text: str) -> When | None:
    """A time (`1:23`, “83 seconds”, “1 min 23 s”) or a bar; of a range its beginning."""
    flat = plain(text)
    if clock := _CLOCK.search(flat):
        return When(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + float(clock[3]))
    if minutes := _MINUTES.search(flat):
        return When(60 * (number(minutes["m"]) or 0.0) + (number(minutes["s"]) or 0.0 if minutes["s"] else 0.0))
    if seconds := _SECONDS.search(flat):
        return When(number(seconds["s"]))
    if bar := _BAR.search(flat):
        return When(bar=round(number(bar["n"]) or 0))
    alone = said_number(text)
    return None if alone is None else When(alone)


def whole_key(text: str) -> Key | None:
    """The key that a text is, and nothing else: “A minor”, “F♯m”, “the key of B flat major”."""
    flat = re.sub(r"^(?:in |the key of |key of |the )+", "", plain(text).strip(), flags=re.I)
    return _key_of(_KEY.fullmatch(flat))


def said_key(text: str) -> Key | None:
    """The only key that a text names; a bare letter counts when nothing else does, as major."""
    flat = plain(text)
    for pattern in (_KEY, _BARE_KEY):
        keys = [key for key in map(_key_of, pattern.finditer(flat)) if key]
        if keys:
            return keys[0] if len({(key.tonic.pitch_class, key.mode) for key in keys}) == 1 else None
    return None


def _key_of(match: re.Match[str] | None) -> Key | None:
    if match is None:
        return None
    mark = {"sharp": "#", "flat": "b"}.get((match[3] or "").lower(), match[2] or "")
    mode = match[4] if match.re is _KEY else ""
    try:
        return Key.parse(f"{match[1].upper()}{mark} {mode if mode == 'm' else mode.lower()}".strip())
    except MusicSyntaxError:
        return None


def said_metre(text: str) -> Metre | None:
    """The only time signature that a text names; “waltz time” and “common time” count."""
    flat = plain(text).lower()
    found = {(int(a), int(b)) for a, b in _METRE.findall(flat)}
    for words, metre in (("common time", (4, 4)), ("waltz", (3, 4)), ("four four", (4, 4)), ("three four", (3, 4)),
                         ("six eight", (6, 8)), ("cut time", (2, 2))):  # fmt: skip
        if not found and words in flat.replace("-", " "):
            found = {metre}
    try:
        return Metre(*found.pop()) if len(found) == 1 else None
    except MusicSyntaxError:
        return None


def whole_chord(text: str) -> Chord | None:
    """The chord that a text is, and nothing else: `F♯m7`, “A minor”, “G major chord”."""
    flat = re.sub(r"^(?:the |an? )+(?=[A-G])", "", plain(text).strip())
    flat = re.sub(r"\s+(?:chord|triad)$", "", flat, flags=re.I)
    worded = WORDED_CHORD.fullmatch(f"{flat} chord", 0, len(flat)) or WORDED_CHORD.match(f"{flat} chord")
    if worded and worded.end() >= len(flat):
        return worded_chord(worded)
    return named_chord(flat)


def said_chord(text: str) -> Chord | None:
    """The only chord that a text names."""
    whole = whole_chord(text)
    if whole is not None:
        return whole
    found = said_chords(text)
    return found[0] if found and len({sounds(chord) for chord in found}) == 1 else None


def said_chords(text: str) -> list[Chord]:
    """The chords of a text in order; worded ones need the word chord behind them."""
    flat = plain(text)
    rows = [(match.start(), worded_chord(match)) for match in WORDED_CHORD.finditer(flat)]
    taken = {start for start, _ in rows}
    pattern = rf"(?<![\w#&'/.]){NAME}(?![\w#'+°ø/(])(?! (?:major|minor|sharp|flat)\b)"
    rows += [(m.start(), named_chord(m[0])) for m in re.finditer(pattern, flat) if m.start() not in taken]
    return [chord for _, chord in sorted(rows, key=lambda row: row[0]) if chord is not None]


def said_numerals(text: str) -> list[str]:
    """The Roman numerals of a text in order."""
    return _ROMAN.findall(plain(text))


def sounds(chord: Chord) -> tuple[frozenset[int], int]:
    """What a chord is by ear: its pitch classes and root, whatever its name and bass."""
    return chord.bare.pitch_classes, chord.root.pitch_class if chord.root else -1
