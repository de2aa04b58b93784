"""How a text is read: its sentences and clauses, and which stretches say nothing about this recording.

Precision comes before recall: questions, conditions, advice, comparisons with other music, quoted titles and what is
denied are passed over.
"""

import re
from functools import cached_property

from musicflamingo_app.facts.references import Mention, Place, find_mentions, plain

_SENTENCE_END = re.compile(r"[.!?](?=[\s\"”')\]*]|$)|\n|;")
_CLAUSE_END = re.compile(r"[,;:()\[\]—|·]|\b(?:but|while|whereas|although|though)\b", re.I)
_QUOTES = re.compile(r"“[^”\n]*”|«[^»\n]*»|„[^“”\n]*[“”]|\"[^\"\n]*\"")
_JSON_HIDDEN = re.compile(
    r'"(?:title|name|artist|album|lyrics?|lyric_themes?|similar|influences?)"\s*:\s*"[^"\n]*"', re.I
)
_CONDITION = re.compile(
    r"\b(?:if|would|(?:you|we|they)'d|imagine|suppose|whether|unless|as though|wish|had it been|let's|should|tell me|"
    r"you (?:could|might|may|need|said|say|asked|wrote|want|will|are (?!hear|listen)|place|move|play)|"
    r"you can (?!hear|feel|notice|sense|tell)|"
    r"say i\b|when (?:you|we|i)\b|what (?:used to be|was)\b|something in\b|described as|(?:could|might|can) (?:play|"
    r"add|try|use|sing)|"
    r"(?:your|a|the) (?:metronome|capo|timer)|transpos\w+|practi[sc](?:e|ing)|try(?:ing)?)\b",
    re.I,
)
_COMMAND = re.compile(
    r"\W*(?:(?:\w+ )?tip:|"
    r"play|try|sing|transpose|move|put|set (?:a|the|your|it)|improvise|use|practi[sc]e|add|start|imagine|"
    r"compare|listen for)\b",
    re.I,
)
_OTHER_MUSIC = re.compile(
    r"\b(?:unlike|compared|in contrast (?:to|with)|reminiscent|recalls?|reminds?|similar to|songs|tunes|records|hits|"
    r"typically|normally|usually|often|typical|tends? to|the original|remix|cover version|the cover|the demo|"
    r"live version|"
    r"(?:many|most|some|all|other|these|such) (?:\w+ ){0,2}(?:music|tracks|pieces|ballads|waltzes|listeners|people|"
    r"bands)|"
    r"earlier|previous|predecessor|radio edit|theory|another (?:song|track|version)|in general|genre)\b",
    re.I,
)
_DENIAL = re.compile(
    r"\b(?:not|never|neither|nor|no longer|without|hardly|nobody|no|rather than|instead of|far from|anything but)\b|"
    r"n't\b",
    re.I,
)
_DENIAL_WORDS = 6
_FAR = 600  # characters; further words say little, and reading them again and again takes long
_LINK = re.compile(
    r"\s*(?:chords?|progression|loop|vamp|feel)?\s*,?\s*(?:in|during|at|for|throughout|of|from)\s+(?:the |its )?", re.I
)
_OPENING = re.compile(r"\W*(?:in|at|during|for|from|by|throughout|through|around)\s+(?:the |its )?", re.I)


class Reading:
    """One text: `flat` is it with plain characters, at the same offsets."""

    def __init__(self, text: str) -> None:
        self.flat = plain(text)
        self.is_json = bool(re.match(r"\s*(?:```(?:json)?\s*)?[\[{]\s*[\"{]", self.flat))

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """The places that the text names."""
        return find_mentions(self.flat)

    @cached_property
    def hidden(self) -> tuple[tuple[int, int], ...]:
        """Stretches in quotation marks; in JSON only the values that hold titles and lyrics."""
        pattern = _JSON_HIDDEN if self.is_json else _QUOTES
        return tuple(match.span() for match in pattern.finditer(self.flat))

    @cached_property
    def _ends(self) -> list[int]:
        return [m.end() for m in _SENTENCE_END.finditer(self.flat) if not self._is_point(m)]

    def _is_point(self, match: re.Match[str]) -> bool:
        """Whether a full stop ends an abbreviation (`approx. 120`) and no sentence."""
        return (
            match[0] == "."
            and re.search(r"\b(?:approx|ca|c|no|vs|feat|ft|e\.g|i\.e)$", self.flat[: match.start()], re.I) is not None
        )

    def sentence(self, at: int) -> tuple[int, int]:
        """Offsets of the sentence (or line) around an offset."""
        start = max((end for end in self._ends if end <= at), default=0)
        return start, min((end for end in self._ends if end > at), default=len(self.flat))

    def before(self, at: int) -> str:
        """The sentence up to an offset, or what is near of a very long one."""
        return self.flat[max(self.sentence(at)[0], at - _FAR) : at]

    def clause_before(self, at: int) -> str:
        """The clause up to an offset."""
        before = self.before(at)
        ends = [match.end() for match in _CLAUSE_END.finditer(before)]
        return before[ends[-1] :] if ends else before

    def says(self, pattern: re.Pattern[str], at: int) -> bool:
        """Whether the sentence around an offset holds a pattern."""
        start, end = self.sentence(at)
        return pattern.search(self.flat, start, end) is not None

    def speaks_of_this(self, start: int, end: int) -> bool:
        """Whether what stands there is stated, not asked, supposed, advised, quoted or said of other music."""
        if any(a < end and start < b and end - start < b - a - 4 for a, b in self.hidden):
            return False
        before, (_, sentence_end) = self.before(start), self.sentence(start)
        if self.flat[start:sentence_end].endswith("?") or _COMMAND.match(before):
            return False
        if re.match(r"\W*(?:would\b|if (?:you|it)\b|instead\b)", self.flat[end:sentence_end], re.I):
            return False
        return not (_CONDITION.search(before) or _OTHER_MUSIC.search(before))

    def is_denied(self, start: int) -> bool:
        """Whether a denial stands shortly before, in the same clause."""
        near = re.findall(r"\S+", self.clause_before(start))[-_DENIAL_WORDS:]
        return _DENIAL.search(" ".join(near)) is not None

    def is_example(self, start: int) -> bool:
        """Whether it stands there as an example only: “a slow tempo, such as 60 BPM”."""
        return re.search(r"\b(?:such as|e\.g\.|as in)\s+(?:an? |the )?$", self.before(start), re.I) is not None

    def states(self, start: int, end: int) -> bool:
        """Whether what stands there is said of this recording, and not denied."""
        return self.speaks_of_this(start, end) and not self.is_denied(start) and not self.is_example(start)

    def place(self, start: int, end: int) -> Place | None:
        """Where in the recording a statement is said to hold: “the bridge …”, “… in the chorus”, “At 1:10 …”."""
        sentence_start, sentence_end = self.sentence(start)
        clause_start = start - len(self.clause_before(start))
        around = [m for m in self.mentions if sentence_start <= m.start and m.end <= sentence_end]
        for mention in around:  # what follows it directly is nearest
            if mention.start >= end and _LINK.fullmatch(self.flat, end, mention.start):
                return mention.place
        for mention in reversed(around):
            opens = _OPENING.fullmatch(self.flat, sentence_start, mention.start) is not None
            if mention.end <= start and (mention.start >= clause_start or opens):
                return mention.place
        return None
