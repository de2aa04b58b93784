"""Claims about instruments and voices, where the words mean one of the tags that are measured."""

import re
from collections.abc import Iterator

from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.values import Claim, Presence

# Tag -> the words that mean it. Words for what no tag tells apart (bass guitar, percussion, organ) are not here.
WORDS = {
    "female voice": r"(?:female|woman's|women's) (?:lead |pop |backing |singing )?(?:vocals?|vocalists?|voices?|"
    "singers?)",
    "male voice": r"(?:male|man's|men's) (?:lead |pop |backing |singing )?(?:vocals?|vocalists?|voices?|singers?)",
    "drums": r"drums|drum (?:machines?|kit|set|beats?|loops?|patterns?)|drumming",
    "strings": r"string (?:sections?|quartet|orchestra|ensemble|pads?|arrangements?)|orchestral strings|strings",
    "guitar": r"guitars?",
    "synthesizer": r"synth strings|synths?|synthesi[sz]ers?",
    "piano": r"pianos?",
    "violin": r"violins?",
    "cello": r"cellos?|celli",
    "flute": r"flutes?",
    "harp": r"harps?",
    "harpsichord": r"harpsichords?",
    "sitar": r"sitars?",
    "choir": r"choirs?",
    "singing": r"vocals?|vocalists?|singers?|singing",
}
_ANY = "|".join(f"(?P<{tag.replace(' ', '_')}>{words})" for tag, words in WORDS.items())
_INSTRUMENT = re.compile(
    rf"(?<![\w'])(?<!\w-)(?:{_ANY})(?!\w)(?!-(?:like|esque|ish|free|less)|'s (?:guild|day)|\s+(?:roll|keys|bus|"
    r"heroe?s?|players?|lessons?|teacher|shop|store|"
    r"chart|tabs?|sheet|competition|songwriter))",
    re.I,
)
_LIKENESS = re.compile(
    r"\b(?:like|resembl\w+|imitat\w+|mimic\w*|evok\w+|suggest\w+|as if|reminiscent of|as)\s+(?:an? |"
    r"the )?(?:\w+ )?$|\b(?:ideal|good|great|perfect|suited|easy|fun) for (?:the |an? )?$",
    re.I,
)
_PART_OF_ONE = re.compile(
    r"\b(?:guitar|bass|nylon|steel|open|six|twelve|piano|he|she|it|they|that|who|first|her|his|broken|old|low|high)"
    r"[ -]$",
    re.I,
)
_LIFE = re.compile(
    r"\b(?:she|he|they|who|i)\s+(?:\w+ )?(?:plays?|played|stud(?:ies|ied)|learn(?:s|ed)|teaches|taught|owns?|bought|"
    r"sold)\s+"
    r"(?:the |an? )?(?:\w+ )?$|\b(?:lyrics?|title|mentions?)\b",
    re.I,
)
_IS_NAME = re.compile(r'"\s*:')  # the name of a value and no value: {"vocals": null}
_GENRE = re.compile(r"\bdrum(?:s)?\s*(?:and|&|n|'n'|'n|n')\s*bass\b", re.I)
_DYNAMICS = re.compile(r"\b(?:forte|pianissimo|fortissimo|mezzo|crescendo)\b", re.I)
_NONE = re.compile(
    rf"\b(?:no|without(?: any)?|lacks?|lacking|absence of|devoid of|free of|"
    rf"zero)\s+(?:[a-z]+ )?(?:(?:{'|'.join(WORDS.values())})(?:,| or| and| nor|, or)\s+(?:any )?)*$",
    re.I,
)
_NOT_ALWAYS = re.compile(
    r"[^.;!?]*\b(?:until|till|at first|yet|in the|before|during|here|initially|for the first|at this point|by then)\b",
    re.I,
)


def instrument_claims(reading: Reading) -> Iterator[Claim]:
    """Every instrument or voice that is said to be heard, or said to be absent from the whole."""
    genres = [match.span() for match in _GENRE.finditer(reading.flat)]
    for match in _INSTRUMENT.finditer(reading.flat):
        start, end = match.span()
        tag = (match.lastgroup or "").replace("_", " ")
        if any(a <= start < b for a, b in genres) or _is_other(reading, match, tag):
            continue
        if not reading.speaks_of_this(start, end):
            continue
        clause = reading.before(start)
        if _NONE.search(clause):
            if not _NOT_ALWAYS.match(reading.flat, end):
                yield Claim("instrument", start, end, Presence(tag, is_present=False))
        elif not reading.is_denied(start):
            yield Claim("instrument", start, end, Presence(tag))


def _is_other(reading: Reading, match: re.Match[str], tag: str) -> bool:
    before = reading.before(match.start())
    if reading.is_json and _IS_NAME.match(reading.flat, match.end()):
        return True
    if _LIKENESS.search(before) or _LIFE.search(before):
        return True
    if tag == "piano":
        return reading.says(_DYNAMICS, match.start()) or bool(
            re.search(r"\b(?:electric|toy|player)[ -]$", before, re.I)
        )
    if tag == "guitar":
        return bool(re.search(r"\b(?:bass|air)[ -]$", before, re.I))
    if tag == "harp":
        return bool(re.search(r"\b(?:blues|jew's|jaw|mouth)[ -]$", before, re.I))
    if tag == "strings" and match[0].lower() == "strings":
        return _PART_OF_ONE.search(before) is not None
    return False
