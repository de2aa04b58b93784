"""Claims about tempo and metre against the beats."""

from statistics import median

from musicflamingo_app.facts.references import Place, intervals_of
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.beat import Metre
from musicflamingo_app.scoring.claims.values import Result, TempoRange, Verdict
from musicflamingo_app.scoring.claims.verdicts import RIVAL, SECOND, measured, unmeasured, verdict, widened

TOLERANCE = 0.04  # Gouyon et al. 2006
LOCAL_S = 10.0  # a single time stands for this much around it
_LEVELS = ((2.0, "half"), (0.5, "double"))  # measured / claimed -> what the text counts
_TRIPLE_LEVELS = ((3.0, "a third of"), (1 / 3, "three times"))  # where beats or bars are in three
_DOTTED = (1.5, 2 / 3)  # quarters counted where dotted quarters are felt, and back


def check_tempo(value: TempoRange, place: Place | None, analysis: Analysis) -> Verdict:
    """Within 4 % agrees, as do half and double with a note; the tempo of a place is that of its beats."""
    if analysis.tempo is None:
        return unmeasured("tempo")
    bpm, confidence = analysis.tempo.value, analysis.tempo.confidence
    local_bpm = _local_bpm(place, analysis) if place is not None else None
    if local_bpm is not None and analysis.beats is not None and not _fits(value, bpm):
        bpm, confidence = local_bpm, analysis.beats.confidence
    sentence = measured(_bpm(bpm), confidence)
    if _fits(value, bpm):
        return verdict("agrees", sentence, confidence)
    metre = analysis.beats.value.metre if analysis.beats else Metre(4, 4)
    in_three = metre.is_compound or metre.felt_beats % 3 == 0
    for ratio, word in (*_LEVELS, *(_TRIPLE_LEVELS if in_three else ())):
        if _fits(value, bpm / ratio):
            return verdict("agrees", sentence, confidence, f"The text counts {word} the measured tempo.")
    if metre.is_compound and any(_fits(value, bpm / ratio) for ratio in _DOTTED):
        return verdict("unchecked", sentence, confidence, "The text may count quarters where dotted ones are felt.")
    rivals = [o.label for o in analysis.tempo.alternatives if o.confidence >= RIVAL * confidence]
    if any(_fits(value, rival) for rival in rivals):
        return verdict("unchecked", sentence, confidence, SECOND)
    if place is not None and local_bpm is None:
        return verdict("unchecked", sentence, confidence, "The place that the text names was not measured.")
    return verdict("contradicts", sentence, confidence)


def check_metre(metre: Metre, is_local: bool, analysis: Analysis) -> Verdict:
    """The same signature agrees; so does one with the same or half or double the beats, with a note."""
    if analysis.beats is None or not analysis.beats.value.beats:
        return unmeasured("metre")
    heard, confidence = analysis.beats.value.metre, analysis.beats.confidence
    sentence = measured(str(heard), confidence)
    result, note = _metre_relation(metre, heard)
    if result == "contradicts" and is_local:
        return verdict("unchecked", sentence, confidence, "Only the metre of the whole recording is measured.")
    return verdict(result, sentence, confidence, note)


def _metre_relation(metre: Metre, heard: Metre) -> tuple[Result, str]:
    if metre == heard:
        return "agrees", ""
    ratio = metre.felt_beats / heard.felt_beats
    if ratio == 1:
        return "agrees", f"Both have {heard.felt_beats} beats in a bar."
    if ratio in (2.0, 0.5):
        if metre.is_compound == heard.is_compound:
            return "agrees", "The text counts bars of half or double the length."
        return "unchecked", "Bars of half or double the length, with other subdivisions, may sound alike."
    if metre.beats * heard.unit == heard.beats * metre.unit:
        return "contradicts", "Both fill a bar of the same length, grouped otherwise."
    return "contradicts", ""


def _local_bpm(place: Place, analysis: Analysis) -> float | None:
    if analysis.beats is None:
        return None
    curve = analysis.beats.value.tempo_curve()
    spans = [widened(interval, analysis.duration_s, LOCAL_S) for interval in intervals_of(place, analysis)]
    inside = [tempo.bpm for tempo in curve if any(span.contains(tempo.time_s) for span in spans)]
    return median(inside) if inside else None


def _fits(value: TempoRange, bpm: float) -> bool:
    return value.low_bpm * (1 - TOLERANCE) <= bpm <= value.high_bpm * (1 + TOLERANCE)


def _bpm(bpm: float) -> str:
    return f"{bpm:.1f}".removesuffix(".0") + " BPM"
