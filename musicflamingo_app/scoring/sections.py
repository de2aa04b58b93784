"""How well the form was heard: where sections begin, and which of them are alike."""

from dataclasses import dataclass

from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Interval, Timeline
from musicflamingo_app.scoring.mireval import intervals, mir_eval

FRAME_S = 0.1  # step at which likeness is compared
MAX_FRAMES = 6000  # every pair of them is compared: more than ten minutes are compared in longer steps
_GAP = Section("-")


@dataclass(frozen=True)
class SectionScores:
    """F measures in [0, 1]: boundaries within half a second and within three; pairs of moments with the same letter."""

    f_half_s: float
    f_3s: float
    pairwise_f: float


def section_scores(truth: Timeline[Section], found: Timeline[Section]) -> SectionScores:
    """Compares found sections with true ones from 0 to the end of the truth.

    Likeness goes by letter, variants (A') counting as their letter. Raises ValueError for an empty truth.
    """
    if not len(truth):
        raise ValueError("There are no true sections to compare with.")
    if not len(found.within(Interval(0.0, truth.end_s))):
        return SectionScores(0.0, 0.0, 0.0)
    segment = mir_eval("segment")
    true, heard = truth.filled(truth.end_s, _GAP), found.filled(truth.end_s, _GAP)
    true_times, heard_times = intervals(true), intervals(heard)
    _, _, f_half_s = segment.detection(true_times, heard_times, window=0.5)
    _, _, f_3s = segment.detection(true_times, heard_times, window=3.0)
    frame_s = max(min(FRAME_S, truth.end_s / 4), truth.end_s / MAX_FRAMES)  # some pairs, but not too many
    _, _, pairwise_f = segment.pairwise(true_times, _letters(true), heard_times, _letters(heard), frame_size=frame_s)
    return SectionScores(float(f_half_s), float(f_3s), float(pairwise_f))


def _letters(timeline: Timeline[Section]) -> list[str]:
    return [segment.label.letter.rstrip("'") for segment in timeline]
