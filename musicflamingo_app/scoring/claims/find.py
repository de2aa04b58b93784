"""Finds what a text claims about a recording."""

from musicflamingo_app.scoring.claims.duration import duration_claims
from musicflamingo_app.scoring.claims.harmony import harmony_claims
from musicflamingo_app.scoring.claims.instrument import instrument_claims
from musicflamingo_app.scoring.claims.key import key_claims
from musicflamingo_app.scoring.claims.key_facts import key_fact_claims
from musicflamingo_app.scoring.claims.metre import metre_claims
from musicflamingo_app.scoring.claims.reading import Reading
from musicflamingo_app.scoring.claims.section import section_claims
from musicflamingo_app.scoring.claims.tempo import tempo_claims
from musicflamingo_app.scoring.claims.values import Claim

_FINDERS = (
    key_fact_claims, tempo_claims, key_claims, metre_claims, harmony_claims, section_claims, duration_claims,
    instrument_claims,
)  # fmt: skip


def find_claims(text: str) -> tuple[Claim, ...]:
    """Every claim of a text by its place in it; offsets are those of the text as given.

    Precision comes before recall: what is asked, supposed, advised, quoted, denied or said of other music is no
    claim. Claims of one kind do not overlap; those of two kinds may (“the guitar solo starts at 2:24”).
    """
    reading = Reading(text)
    kept: list[Claim] = []
    for finder in _FINDERS:
        for claim in finder(reading):
            if not any(c.kind == claim.kind and c.start < claim.end and claim.start < c.end for c in kept):
                kept.append(claim)
    return tuple(sorted(kept, key=lambda claim: (claim.start, claim.end, claim.kind)))
