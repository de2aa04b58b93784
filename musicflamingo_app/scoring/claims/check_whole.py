"""Claims about the duration, and about instruments and voices, against what was measured of the whole recording."""

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.time import clock
from musicflamingo_app.scoring.claims.values import Length, Presence, Verdict
from musicflamingo_app.scoring.claims.verdicts import unmeasured

HEARD = 0.3  # score of a tag from which it counts as heard
CLEARLY_HEARD = 0.5  # score that contradicts “no drums”
# Tags whose absence from the list (a score below its threshold) is trusted, for what they name is seldom missed.
SELDOM_MISSED = frozenset({"drums", "guitar", "singing"})
_OPPOSITE = {"female voice": "male voice", "male voice": "female voice"}


def check_duration(length: Length, analysis: Analysis) -> Verdict:
    """Compares the claimed duration with the decoded one, with the room that its words leave."""
    sentence = f"Measured: {clock(analysis.duration_s)}."
    near = abs(analysis.duration_s - length.duration_s) <= length.tolerance_s
    return Verdict("agrees" if near else "contradicts", sentence)


def check_instrument(presence: Presence, analysis: Analysis) -> Verdict:
    """A strong tag agrees with presence and contradicts absence; a missing one contradicts only where it is trusted."""
    if analysis.tags is None:
        return unmeasured("instrumentation")
    scores = {tag.name: tag.score for tag in analysis.tags.value if tag.kind in ("instrument", "voice")}
    score = scores.get(presence.tag, 0.0)
    sentence = (
        f"Measured: {presence.tag} with a score of {round(100 * score)} %."
        if score
        else f"Measured: no sign of {presence.tag}."
    )
    if score >= HEARD:
        if presence.is_present:
            return Verdict("agrees", sentence)
        return Verdict("contradicts" if score >= CLEARLY_HEARD else "unchecked", sentence)
    if presence.tag in scores:
        return Verdict("unchecked", sentence, "The score is too low to tell.")
    if not presence.is_present:
        return Verdict("agrees", sentence)
    return _missing(presence.tag, scores, sentence)


def _missing(tag: str, scores: dict[str, float], sentence: str) -> Verdict:
    other = _OPPOSITE.get(tag)
    if other and scores.get(other, 0.0) >= CLEARLY_HEARD:
        return Verdict("contradicts", sentence, f"A {other} is heard, with a score of {round(100 * scores[other])} %.")
    if tag in SELDOM_MISSED and any(score >= CLEARLY_HEARD for score in scores.values()):
        return Verdict("contradicts", sentence)
    return Verdict("unchecked", sentence, "Quiet or short passages may be missed.")
