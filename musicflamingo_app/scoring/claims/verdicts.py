"""How verdicts are worded, and when a measurement is sure enough to contradict."""

from musicflamingo_app.music.time import Interval
from musicflamingo_app.scoring.claims.values import Result, Verdict

SURE = 0.5  # a measurement less sure than this contradicts nothing
RIVAL = 0.5  # an alternative this near to the best, as a share of its confidence, may be right as well
UNSURE = "The measurement is unsure."
SECOND = "It is the second reading of the recording."


def measured(value: str, confidence: float | None) -> str:
    """`Measured: 96 BPM, 87 % sure.`"""
    sure = "" if confidence is None else f", {round(100 * confidence)} % sure"
    return f"Measured: {value}{sure}."


def verdict(result: Result, sentence: str, confidence: float, note: str = "") -> Verdict:
    """The verdict; what an unsure measurement would contradict is left unchecked."""
    if confidence >= SURE:
        return Verdict(result, sentence, note)
    if result == "contradicts":
        return Verdict("unchecked", sentence, UNSURE)
    return Verdict(result, sentence, f"{note} {UNSURE}".strip())


def unmeasured(what: str) -> Verdict:
    """The verdict where nothing was measured: `The tempo was not measured.`"""
    return Verdict("unchecked", f"The {what} was not measured.")


def widened(interval: Interval, duration_s: float, least_s: float) -> Interval:
    """An interval of at least some seconds around a time, inside the recording."""
    missing_s = max(0.0, least_s - interval.duration_s) / 2
    return Interval(
        max(0.0, interval.start_s - missing_s), max(interval.end_s, min(duration_s, interval.end_s + missing_s))
    )
