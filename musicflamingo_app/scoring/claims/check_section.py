"""Claims about the form against the sections."""

from musicflamingo_app.facts.references import Bars, Part, intervals_of, sections_of
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Segment, clock
from musicflamingo_app.scoring.claims.values import SectionAt, Verdict
from musicflamingo_app.scoring.claims.verdicts import measured, unmeasured, verdict

LEAST_TOLERANCE_S = 1.0


def check_section(value: SectionAt, analysis: Analysis) -> Verdict:
    """The section must begin (and end, where the text says so) within a second or a bar, whichever is longer."""
    if analysis.sections is None or not len(analysis.sections.value):
        return unmeasured("form")
    if value.edge:
        return _check_edge(value, analysis)
    times = intervals_of(value.when, analysis) if value.when is not None else ()
    if not times:
        sentence = f"Measured: the recording ends at {clock(analysis.duration_s)}."
        return Verdict("contradicts" if _is_past_the_end(value, analysis) else "unchecked", sentence)
    confidence = analysis.sections.confidence
    named = sections_of(Part(value.part.name), analysis)
    if not named:
        return _unnamed(value, times[0], analysis)
    meant = sections_of(value.part, analysis)
    fitting = next((segment for segment in meant if _fits(value, segment, times[0], analysis)), None)
    if fitting:
        return verdict("agrees", measured(_shown(fitting, analysis), fitting.confidence), _sure(fitting, confidence))
    other = next((segment for segment in named if _fits(value, segment, times[0], analysis)), None)
    if other:
        note = f"By its order it is {_order(other, named)}."
        return verdict("unchecked", measured(_shown(other, analysis), other.confidence), _sure(other, confidence), note)
    nearest = min(meant or named, key=lambda segment: abs(segment.start_s - times[0].start_s))
    sentence = measured(_shown(nearest, analysis), nearest.confidence)
    note = "" if meant else f"Only {len(named)} of its kind were measured."
    return verdict("contradicts", sentence, _sure(nearest, confidence), note)


def tolerance_s(time_s: float, analysis: Analysis) -> float:
    """How far a time may lie from the measured one: a bar there, a second at least."""
    bars = analysis.beats.value.bars(analysis.duration_s) if analysis.beats else ()
    near = min(bars, key=lambda bar: abs(bar.start_s - time_s), default=None)
    return max(LEAST_TOLERANCE_S, near.interval.duration_s if near else 0.0)


def _is_past_the_end(value: SectionAt, analysis: Analysis) -> bool:
    start_s = getattr(value.when, "start_s", None)
    return start_s is not None and start_s > analysis.duration_s + LEAST_TOLERANCE_S


def _check_edge(value: SectionAt, analysis: Analysis) -> Verdict:
    if analysis.sections is None:
        return unmeasured("form")
    form = [segment for segment in analysis.sections.value if segment.label.function != "silence"]
    if not form:
        return unmeasured("form")
    segment = form[0] if value.edge == "first" else form[-1]
    confidence = _sure(segment, analysis.sections.confidence)
    sentence = measured(_shown(segment, analysis), segment.confidence)
    if segment.label.function == value.part.name:
        return verdict("agrees", sentence, confidence)
    if segment.label.function is None or value.part.name in ("intro", "outro"):
        return verdict("unchecked", sentence, confidence, "What this section is for is not certain.")
    return verdict("contradicts", sentence, confidence)


def _unnamed(value: SectionAt, time: Interval, analysis: Analysis) -> Verdict:
    """No section has this function: nothing to compare, for functions are named only where they are clear."""
    segment = analysis.sections.value.at(time.start_s) if analysis.sections else None
    sentence = measured(_shown(segment, analysis), segment.confidence) if segment else "Nothing was measured there."
    return Verdict("unchecked", sentence, f"No {value.part.name} was measured.")


def _fits(value: SectionAt, segment: Segment[Section], time: Interval, analysis: Analysis) -> bool:
    starts = abs(segment.start_s - time.start_s) <= tolerance_s(time.start_s, analysis)
    is_point = time.duration_s == 0 or (isinstance(value.when, Bars) and value.when.first == value.when.last)
    if is_point or not starts:
        return starts
    return abs(segment.end_s - time.end_s) <= tolerance_s(time.end_s, analysis)


def _sure(segment: Segment[Section], overall: float) -> float:
    return overall if segment.confidence is None else min(overall, segment.confidence)


def _order(segment: Segment[Section], named: tuple[Segment[Section], ...]) -> str:
    return f"number {named.index(segment) + 1} of {len(named)}"


def _shown(segment: Segment[Section], analysis: Analysis) -> str:
    """`chorus 2 from 1:30 to 1:50`."""
    same = sections_of(Part(segment.label.label), analysis)
    number = f" {same.index(segment) + 1}" if segment.label.function and len(same) > 1 else ""
    name = segment.label.label if segment.label.function else f"section {segment.label.label}"
    return f"{name}{number} from {clock(segment.start_s)} to {clock(segment.end_s)}"
