"""Checks what a text claims against what was measured."""

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.music.key import Key
from musicflamingo_app.scoring.claims.check_harmony import check_chord, check_progression
from musicflamingo_app.scoring.claims.check_key import check_key
from musicflamingo_app.scoring.claims.check_section import check_section
from musicflamingo_app.scoring.claims.check_tempo import check_metre, check_tempo
from musicflamingo_app.scoring.claims.check_whole import check_duration, check_instrument
from musicflamingo_app.scoring.claims.find import find_claims
from musicflamingo_app.scoring.claims.values import (
    CheckedClaim,
    ChordAt,
    Claim,
    Length,
    Progression,
    SectionAt,
    TempoRange,
    Verdict,
)


def check(claim: Claim, analysis: Analysis) -> Verdict:
    """What the measurements say to a claim; a measurement less than half sure contradicts nothing."""
    value = claim.value
    if isinstance(value, TempoRange):
        return check_tempo(value, claim.place, analysis)
    if isinstance(value, Key):
        return check_key(claim, value, analysis)
    if isinstance(value, Metre):
        return check_metre(value, claim.is_local, analysis)
    if isinstance(value, ChordAt):
        return check_chord(claim, value, analysis)
    if isinstance(value, Progression):
        return check_progression(claim, value, analysis)
    if isinstance(value, SectionAt):
        return check_section(value, analysis)
    if isinstance(value, Length):
        return check_duration(value, analysis)
    return check_instrument(value, analysis)


def checked(text: str, analysis: Analysis) -> tuple[CheckedClaim, ...]:
    """Every claim of a text with its verdict, in the order of the text."""
    return tuple(CheckedClaim(claim, check(claim, analysis)) for claim in find_claims(text))
