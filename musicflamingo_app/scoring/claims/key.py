"""Claims about the key: “in A minor”, “the key of G”, “Key: F♯m”, “modulates to D minor”."""

import re
from collections.abc import Iterator

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim, Edge

_MODAL = "dorian|phrygian|lydian|mixolydian|locrian|aeolian|ionian"
_KEY = re.compile(
    rf"(?<![\w#'/&.-])(?P<t>[A-Ga-g])(?P<acc>#|b|[ -](?i:sharp|flat))?(?:[ -]?(?P<m>(?i:major|minor|maj|min|"
    rf"{_MODAL}))(?![\w#+/])|(?P<short>m)(?![\w#'+/]))"
)
_BARE = re.compile(
    r"(?<![\w#'/&.-])(?P<t>[A-G])(?P<acc>#|b|[ -](?i:sharp|flat))?(?![\w#'+/]|[ -]?(?i:major|minor|maj|min|sharp|"
    r"flat|dorian|\w+ian)\b|-\w|, ?[A-G]\b)"
)
_FILL = (
    r"(?:(?:a|an|the|about|probably|likely|perhaps|maybe|clearly|most likely|close to|around|quite|actually|"
    r"firmly)\s+)*"
)
_NAMED = re.compile(
    rf"\b(?:(?:key|key cent(?:re|er)|keyscale|tonality|tonal cent(?:re|er)|tonic)(?: signature)?)\b"
    rf"[\"'\s*_:=~(|-]*(?:(?:of|is|was|on|seems to be|appears to be|feels like|"
    rf"sounds like|could be|might be|may be|remains|stays)\s+)*{_FILL}$",
    re.I,
)
_KEY_OF = re.compile(r"\bkey(?:\s+(?:of|is|was)\s+(?:probably |perhaps |likely )?|\s*\**[:=]\**\s*)$", re.I)
_SUBJECT_IN = re.compile(
    r"\b(?:song|track|piece|it|this)(?:'s| is| sits| stays| remains) in $|\band (?:sits|stays|is set|is written) in $",
    re.I,
)
_ADJECTIVES = (
    r"(?:(?:an?|the|its|a very)\s+(?:[\w-]+\s+)?)?(?:(?:clear|warm|bright|dark|plain|pure|sunny|moody|stable|solid|"
    r"key of|home key of)\s+)*"
)
_IN = re.compile(rf"\b(?:in|within)\s+{_ADJECTIVES}$", re.I)
_MOVE = re.compile(
    r"\b(?:modulat|shift|mov(?:e|es|ing|ed)\b|lift|transition|turn|slid|drop|rise|rising|brighten|jump|pivot|"
    r"key change|goes|veer)",
    re.I,
)
_TOWARDS = re.compile(rf"\b(?:to|into|toward|towards|from)\s+{_ADJECTIVES}$", re.I)
_THEORY = re.compile(
    r",? the (?:dominant|subdominant|tonic|leading|relative|parallel|supertonic|mediant|submediant)\b", re.I
)
_BEGINS = re.compile(r"\b(?:starts?|begins?|opens?)\s+in (?:the key of )?$", re.I)
_ENDS = re.compile(r"\b(?:ends?|closes?|finishes|concludes)\s+in (?:the key of )?$", re.I)
_CENTRED = re.compile(
    rf"\b(?:cent(?:er|re)d?|rooted|grounded|anchored|based|revolv\w+|built|tonal\w*)\b.{{0,20}}\b(?:in|on|around|"
    rf"upon)\s+{_ADJECTIVES}$",
    re.I,
)
_SOUNDS = re.compile(r"\b(?:sounds|feels) (?:like|to be)(?: in)? $", re.I)
_LISTED = re.compile(r"(?:bpm|\d/\d)\)?\s*[,|·/-]\s*$", re.I)
_DETERMINED = re.compile(r"\b(?:this|the|an?|its|bpm)\s+(?:[\w-]+ ){0,2}$", re.I)
_MUSIC = (
    r"(?:ballad|song|track|tune|groove|jam|waltz|anthem|lullaby|tonality|tonal|piece|framework|setting|harmony|"
    r"backdrop|foundation|home key|key)"
)
_THEN_MUSIC = re.compile(rf"\s+{_MUSIC}\b(?! (?:change|hero|fan))", re.I)
_THEN_KEY = re.compile(
    r"\s+(?:is|as|seems to be|appears to be) (?:the |its )?(?:\w+ )?(?:key|tonic|tonal cent(?:re|er))\b", re.I
)
_FOLLOWS = re.compile(
    rf"\W*$|\s*[^\w\s-]|\s*[-—]\s|\s+(?:and|with|at|throughout|for|before|to|from|which|while|but|or|in|on|as|"
    rf"though|although|that|where|"
    rf"when|here|then|by|during|until|after|because|is|over|rather|across|through|instead|not|yet|so|i|it|mode|"
    rf"{_MUSIC}|\w+ing|\w+ly)\b",
    re.I,
)
_WORK = re.compile(
    r"\b(?:Sonata|Concerto|Symphony|Prelude|Nocturne|Fugue|Mass|Waltz|[ÉE]tude|Quartet|Rhapsody|Minuet|Suite|"
    r"Partita|Invention|Mazurka|"
    r"Polonaise|Scherzo|Impromptu|Toccata|Requiem|Bagatelle)(?: No\.? ?\d+)? in $"
)
_BELONGING = re.compile(
    r"\b(?:belongs? to|diatonic (?:to|in)|family in|chords? (?:in|of)|degree of|scale of|notes of|"
    r"found in)\s+(?:the )?(?:key of )?$",
    re.I,
)
_MODES = {"maj": "major", "min": "minor", "aeolian": "minor", "ionian": "major"}


def key_claims(reading: Reading) -> Iterator[Claim]:
    """Every key stated; `is_local` where the music is said to move to it or from it, or to have it in one place."""
    for pattern, is_stated in ((_KEY, _is_stated), (_BARE, _is_bare_stated)):
        for match in pattern.finditer(reading.flat):
            key = _key(match)
            if key is None or not is_stated(reading, match) or not reading.states(match.start(), match.end()):
                continue
            before = reading.clause_before(match.start())
            place = reading.place(match.start(), match.end())
            edge: Edge = "first" if _BEGINS.search(before) else "last" if _ENDS.search(before) else ""
            moves = bool(edge or (_MOVE.search(before) and _TOWARDS.search(before)))
            yield Claim("key", match.start(), match.end(), key, place, moves or place is not None, edge)


def _key(match: re.Match[str]) -> Key | None:
    groups = match.groupdict()
    accidental = (groups["acc"] or "").lower().strip(" -")
    mark = {"sharp": "#", "flat": "b"}.get(accidental, accidental)
    mode = "minor" if groups.get("short") else (groups.get("m") or "major").lower()
    try:
        return Key.parse(f"{groups['t'].upper()}{mark} {_MODES.get(mode, mode)}")
    except MusicSyntaxError:
        return None


def _is_stated(reading: Reading, match: re.Match[str]) -> bool:
    before, flat = reading.before(match.start()), reading.flat
    rest = flat[match.end() : reading.sentence(match.start())[1]]
    if _THEORY.match(rest):
        return False
    if (
        _WORK.search(before)
        or _BELONGING.search(before)
        or re.match(r"\s*[,>|→-]+\s*[A-G](?:[#b]|maj|min|m)?(?:[\s,]|$)", rest)
    ):
        return False
    if _NAMED.search(before):
        return match["t"].isupper() or not before.endswith(" a ")
    if match["short"]:  # “Am” is a word and a chord as well
        return False
    if match["t"].islower():
        return bool(_IN.search(before)) and match["t"] != "a" and _FOLLOWS.match(rest) is not None
    if _THEN_KEY.match(rest):
        return True
    if _DETERMINED.search(before) and _THEN_MUSIC.match(rest):
        return True
    return _FOLLOWS.match(rest) is not None and _has_context(reading, match, before)


def _has_context(reading: Reading, match: re.Match[str], before: str) -> bool:
    is_modal = re.fullmatch(_MODAL, match["m"] or "", re.I) is not None
    moves = _TOWARDS.search(before) and _MOVE.search(reading.clause_before(match.start()))
    return bool(
        is_modal
        or moves
        or _IN.search(before)
        or _CENTRED.search(before)
        or _LISTED.search(before)
        or _SOUNDS.search(before)
    )


def _is_bare_stated(reading: Reading, match: re.Match[str]) -> bool:
    before = reading.before(match.start())
    rest = reading.flat[match.end() :]
    if _BELONGING.search(before):
        return False
    if _KEY_OF.search(before):
        return True
    return bool(_SUBJECT_IN.search(before)) and re.match(r"[.,;]|$| (?:and|with|at)\b", rest) is not None
