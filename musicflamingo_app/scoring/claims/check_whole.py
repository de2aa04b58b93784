"""Claims about the duration, and about instruments and voices, against what was measured of the whole recording."""

from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.time import clock
from musicflamingo_app.scoring.claims.values import Length, Presence, Verdict
from musicflamingo_app.scoring.claims.verdicts import unmeasured

# Tag -> the names of players that mean it and nothing else; a wider family proves no single instrument.
PLAYED_BY = {
    "drums": ("drums",),
    "guitar": ("guitar", "acoustic guitar", "electric guitar", "distorted guitar"),
    "piano": ("piano",),
    "singing": ("voice",),
    "strings": ("strings",),
    "synthesizer": ("synthesizer lead", "synthesizer pad"),
}
SURE, LONG_ENOUGH_S = 0.5, 2.0  # from which a player counts as heard
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
    """What is heard to play, or a strong tag, agrees with presence and contradicts absence.

    A missing tag contradicts only where it is trusted; what is not heard to play contradicts nothing by itself.
    """
    playing = _playing(presence.tag, analysis)
    if playing is not None:
        sentence = f"Measured: {playing.name} plays for {clock(playing.duration_s)}."
        return Verdict("agrees" if presence.is_present else "contradicts", sentence)
    if analysis.tags is None:
        return _by_players(presence, analysis)
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


def _playing(tag: str, analysis: Analysis) -> Playing | None:
    """Who is surely heard to play what a tag means, the longest of several."""
    players = analysis.instruments.value if analysis.instruments else ()
    sure = [
        one
        for one in players
        if one.name in PLAYED_BY.get(tag, ()) and one.duration_s >= LONG_ENOUGH_S and (one.confidence or 0) >= SURE
    ]
    return max(sure, key=lambda one: one.duration_s, default=None)


def _by_players(presence: Presence, analysis: Analysis) -> Verdict:
    """Without tags: whether nobody is heard to play it."""
    if analysis.instruments is None or presence.tag not in PLAYED_BY:
        return unmeasured("instrumentation")
    sentence = f"Measured: no sign of {presence.tag}."
    if any(one.name in PLAYED_BY[presence.tag] for one in analysis.instruments.value):
        return Verdict("unchecked", f"Measured: {presence.tag} for a moment, or not surely.")
    if not presence.is_present:
        return Verdict("agrees", sentence)
    return Verdict("unchecked", sentence, "Quiet or short passages may be missed.")


def _missing(tag: str, scores: dict[str, float], sentence: str) -> Verdict:
    other = _OPPOSITE.get(tag)
    if other and scores.get(other, 0.0) >= CLEARLY_HEARD:
        return Verdict("contradicts", sentence, f"A {other} is heard, with a score of {round(100 * scores[other])} %.")
    if tag in SELDOM_MISSED and any(score >= CLEARLY_HEARD for score in scores.values()):
        return Verdict("contradicts", sentence)
    return Verdict("unchecked", sentence, "Quiet or short passages may be missed.")
