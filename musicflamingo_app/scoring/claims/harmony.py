"""Claims about chords: one chord, chords in a row, Roman numerals in a row."""

import re
from collections.abc import Iterator

from musicflamingo_app.music.chord import Chord
from musicflamingo_app.scoring.claims.chord_names import (
    NAME,
    TOKEN,
    WORDED,
    is_note_like,
    is_plain,
    named_chord,
    worded_chord,
)  # fmt: skip
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import ChordAt, Claim, Edge, Progression

_SEPARATOR = (
    r"\s*(?:->|→|⇒|>|\||,\s*(?:and |then |to )?|-|—|/(?=\s)|\bto\b|\band then\b|\bthen\b|\band\b|\bback to\b)\s*"
)
_ROMAN_NAME = r"[b#]?(?:VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?:°|ø7|ø|maj7|M7|dim|aug|\+|7|9|sus4)?"
_ROW = re.compile(rf"{TOKEN[: TOKEN.index('[A-G]')]}{NAME}(?:{_SEPARATOR}{NAME}(?![\w#'+°ø(]))+")
_ROMAN_ROW = re.compile(rf"(?<![\w.'/#-]){_ROMAN_NAME}(?:{_SEPARATOR}{_ROMAN_NAME}(?![\w'.]\w|[\w°]))+(?![\w/])")
_WORDED_CHORD = r"[A-G](?:#|b|[ -](?:sharp|flat))? (?:major|minor)"
_WORDED_NAME = re.compile(_WORDED_CHORD)
_WORDED_ROW = re.compile(rf"(?<![\w#'/.-]){_WORDED_CHORD}(?:{_SEPARATOR}{_WORDED_CHORD}\b){{2,}}")
_SINGLE = re.compile(TOKEN)
_OF_CHORDS = re.compile(
    r"\b(?:chords?|chordal|progression|harmon(?:y|ies|ic|ically)|loops?|vamps?|changes|cycl(?:es?|ing)|cadence|"
    r"turnaround)\b",
    re.I,
)
_OF_MOTION = re.compile(
    r"\b(?:alternat\w+|oscillat\w+|rock(?:s|ing) between|mov(?:es|ing)|goes|turns?|built on|rests? on|resolv\w+|"
    r"pattern|shift\w*|switch\w*|"
    r"toggl\w+|descend\w+|riff|between|under)\b",
    re.I,
)
_OF_LOOP = re.compile(
    r"\b(?:loop\w*|cycl\w+|vamp\w*|repeat\w*|alternat\w+|oscillat\w+|over and over|circles|toggl\w+|rock(?:s|"
    r"ing) between)\b",
    re.I,
)
_OF_NOTES = re.compile(
    r"\b(?:tuned|tuning|notes|melody|scale|strings|form|structure|plan|keys|vitamin|rhyme|grades?|sides?|range|"
    r"spans|octaves?|"
    r"sections|sharps|company|school|blood|minus|pitches)\b",
    re.I,
)
_OF_BOOKS = re.compile(
    r"\b(?:parts?|chapters?|acts?|movements?|war|volumes?|vol|books?|king|queen|henry|louis|edward|pope|symphon\w+|"
    r"numerals|types?|phases?|levels?)\b",
    re.I,
)
_CHORD_AFTER = re.compile(r"\s+(?:chords?|triad|voicing|harmony|arpeggio)\b", re.I)
_DEFINED = re.compile(r"\s+(?:chords?|triad)\s+(?:is|are|has|have|consists?|contains?|means?)\b", re.I)
_NOTES_BEFORE = re.compile(r"\b(?:notes?|pitches|tones)\b\W*(?:\w+\W+){0,2}$", re.I)
_CHORD_BEFORE = re.compile(r"\b(?:chords?(?: of| is|,|:)?|harmony of|triad of)\s+(?:an? |the )?\(?$", re.I)
_ON = re.compile(r"\b(?:on|onto|to|into|over|with|by)\s+(?:an?|the)\s+(?:\w+ )?$|\bresolv\w+ (?:to|on|into) $", re.I)
_ARTICLE = re.compile(r"\b(?:an?|the)\s+$", re.I)
_BETWEEN = re.compile(r"\bbetween\s+(?:an? |the )?$", re.I)
_IN_ORDER = re.compile(
    r"\b(?:progression|sequence|mov(?:es|ing)|goes|runs|then|descend\w*|ascend\w*|turnaround|cadence)\b", re.I
)
_NEAR = 30  # characters
_FIRST = re.compile(
    r"\b(?:opens?|opening|begins?|starts?)\s+(?:on|with)\s+(?:[\w-]+\s+){0,3}$|\b(?:first|opening) chord is (?:an? )?$",
    re.I,
)
_LAST = re.compile(
    r"\b(?:ends?|ending|closes?|concludes?|finishes)\s+(?:on|with)\s+(?:[\w-]+\s+){0,3}$|\b(?:last|final|"
    r"closing) chord is (?:an? )?$",
    re.I,
)


def harmony_claims(reading: Reading) -> Iterator[Claim]:
    """Every progression stated, and every single chord that is in none of them."""
    rows = [*_rows(reading), *_worded_rows(reading), *_roman_rows(reading)]
    taken = [(claim.start, claim.end) for claim in rows]
    singles = sorted([*_worded(reading), *_singles(reading)], key=lambda claim: claim.start)
    alone = (claim for claim in singles if not any(a < claim.end and claim.start < b for a, b in taken))
    yield from (claim for claim in (*rows, *alone) if reading.states(claim.start, claim.end))


def _rows(reading: Reading) -> Iterator[Claim]:
    for match in _ROW.finditer(reading.flat):
        names = [n[0] for n in re.finditer(rf"(?<![\w#]){NAME}(?![\w#])", match[0])]
        chords = tuple(chord for chord in map(named_chord, names) if chord)
        if len(chords) == len(names) and _is_row(reading, match.start(), names):
            yield _row_claim(reading, match, _progression(reading, match, chords))


def _is_row(reading: Reading, start: int, names: list[str]) -> bool:
    if _NOTES_BEFORE.search(reading.before(start)):
        return False
    n_clear = sum(not is_note_like(name) for name in names)
    of_chords = reading.says(_OF_CHORDS, start)
    if reading.says(_OF_NOTES, start) and not re.search(r"\bchords?\b|\bprogression\b", reading.before(start), re.I):
        return False
    if len(names) >= 3:
        return (
            n_clear > 0 or of_chords or (reading.says(_OF_MOTION, start) and " to " in reading.flat[start : start + 12])
        )
    return bool(
        (n_clear and (of_chords or reading.says(_OF_MOTION, start))) or (of_chords and not all(map(is_plain, names)))
    )


def _worded_rows(reading: Reading) -> Iterator[Claim]:
    """Rows such as “G major, A minor and D major”, where chords are spoken of: keys are written alike."""
    for match in _WORDED_ROW.finditer(reading.flat):
        names = [
            re.sub(r"[ -](?:sharp|flat)", lambda m: "#" if "s" in m[0] else "b", n[0])
            for n in _WORDED_NAME.finditer(match[0])
        ]
        chords = tuple(Chord.parse(f"{name[:2].strip()}:{'min' if 'min' in name.lower() else 'maj'}") for name in names)
        if re.search(r"\bchords?\b|\bprogression\b", reading.before(match.start()), re.I):
            yield _row_claim(reading, match, _progression(reading, match, chords))


def _roman_rows(reading: Reading) -> Iterator[Claim]:
    for match in _ROMAN_ROW.finditer(reading.flat):
        numerals = tuple(n[0] for n in re.finditer(rf"(?<![\w#]){_ROMAN_NAME}(?![\w])", match[0]))
        if _OF_BOOKS.search(reading.before(match.start())) or reading.says(_OF_BOOKS, match.start()):
            continue
        is_tight = re.search(r"-|→|>|\|", match[0]) is not None
        if reading.says(_OF_CHORDS, match.start()) or (len(numerals) >= 3 and is_tight):
            yield _row_claim(reading, match, _progression(reading, match, numerals=numerals))


def _progression(
    reading: Reading, match: re.Match[str], chords: tuple[Chord, ...] = (), numerals: tuple[str, ...] = ()
) -> Progression:
    is_loop = _loops(reading, match)
    is_list = "," in match[0] or (" and " in match[0] and not _BETWEEN.search(reading.before(match.start())))
    is_ordered = is_loop or not is_list or _IN_ORDER.search(reading.before(match.start())) is not None
    return Progression(chords, numerals, is_loop, is_ordered)


def _loops(reading: Reading, match: re.Match[str]) -> bool:
    """Whether the words around it, not the whole sentence, speak of a loop."""
    after = reading.flat[match.end() : min(match.end() + _NEAR, reading.sentence(match.start())[1])]
    return _OF_LOOP.search(f"{reading.before(match.start())[-_NEAR:]} {after}") is not None


def _row_claim(reading: Reading, match: re.Match[str], value: Progression) -> Claim:
    place = reading.place(match.start(), match.end())
    return Claim("progression", match.start(), match.end(), value, place, is_local=place is not None)


def _worded(reading: Reading) -> Iterator[Claim]:
    for match in WORDED.finditer(reading.flat):
        chord = worded_chord(match)
        if chord is not None and not _DEFINED.match(reading.flat, match.end()):
            yield _chord_claim(reading, match.start(), match.end(), chord)


def _singles(reading: Reading) -> Iterator[Claim]:
    for match in _SINGLE.finditer(reading.flat):
        chord, before = named_chord(match[0]), reading.before(match.start())
        by_name = _CHORD_AFTER.match(reading.flat, match.end()) or _CHORD_BEFORE.search(before)
        if chord is None or _DEFINED.match(reading.flat, match.end()):
            continue
        if is_plain(match[0]):
            is_chord = bool(_CHORD_AFTER.match(reading.flat, match.end()) and _ARTICLE.search(before))
        elif is_note_like(match[0]) or match[0] == "Am":
            is_chord = bool(by_name)
        else:
            is_chord = bool(by_name or _ON.search(before)) or reading.says(_OF_CHORDS, match.start())
        if is_chord:
            yield _chord_claim(reading, match.start(), match.end(), chord)


def _chord_claim(reading: Reading, start: int, end: int, chord: Chord) -> Claim:
    before = reading.before(start)
    edge: Edge = "first" if _FIRST.search(before) else "last" if _LAST.search(before) else ""
    place = reading.place(start, end)
    return Claim("chord", start, end, ChordAt(chord, edge), place, is_local=True)
