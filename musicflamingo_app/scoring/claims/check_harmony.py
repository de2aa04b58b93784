"""Claims about chords and progressions against the chords, by pitch classes."""

from collections.abc import Sequence

from musicflamingo_app.errors import MusicSyntaxError
from musicflamingo_app.facts.references import intervals_of
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.theory import progression_patterns, progression_tokens
from musicflamingo_app.music.time import Interval, Segment, Timeline, clock
from musicflamingo_app.scoring.claims.values import ChordAt, Claim, Progression, Verdict
from musicflamingo_app.scoring.claims.verdicts import measured, unmeasured, verdict, widened

LOCAL_S = 6.0  # a single time stands for this much around it
PASSING_BEATS = 1.0  # chords up to this long may be passed over in a progression
CHORD_S = 4.0  # room for each chord of a progression after the time that is named
N_SHOWN = 8
_IN_MINOR = {"III": "bIII", "VI": "bVI", "VII": "bVII"}  # what minor's own degrees are called from the major scale


def check_chord(claim: Claim, value: ChordAt, analysis: Analysis) -> Verdict:
    """A chord with the same pitch classes agrees; the same triad with other colours agrees with a note."""
    heard = _heard(claim, analysis)
    if isinstance(heard, Verdict):
        return heard
    stretches, confidence = heard
    segments = [s for stretch in stretches for s in _edges(stretch, value.edge)]
    sentence = measured(_list(segments), confidence)
    same = next((s for s in segments if _sounds(s.label) == _sounds(value.chord)), None)
    alike = next((s for s in segments if _is(s.label, value.chord)), None)
    if same or alike:
        shown = same or alike or segments[0]
        note = "" if same else f"The measured chord is {shown.label.pretty}."
        return verdict(
            "agrees", measured(f"{shown.label.pretty} at {clock(shown.start_s)}", confidence), confidence, note
        )
    if any(_is(other.label, value.chord) for s in segments for other in s.alternatives):
        return verdict("unchecked", sentence, confidence, "It is a second reading of the chord there.")
    return verdict("contradicts", sentence, confidence, _root_note(value.chord, segments))


def check_progression(claim: Claim, value: Progression, analysis: Analysis) -> Verdict:
    """The chords must follow one another as written, short passing chords left out; a loop may start anywhere."""
    heard = _heard(claim, analysis)
    if isinstance(heard, Verdict):
        return heard
    stretches, confidence = heard
    sentence = measured(_list([s for stretch in stretches for s in stretch]), confidence)
    readings = [tokens for stretch in stretches for tokens in _tokens(stretch, analysis)]
    in_key, elsewhere = _patterns(value, _tonics(analysis))
    known = {token for tokens in readings for token in tokens}
    together = any(set(pattern) <= known for pattern in in_key)
    if (together and not value.is_ordered) or any(
        _has(tokens, pattern, value.is_loop) for tokens in readings for pattern in in_key
    ):
        return verdict("agrees", sentence, confidence)
    if any(_has(tokens, pattern, value.is_loop) for tokens in readings for pattern in elsewhere):
        return verdict("unchecked", sentence, confidence, "It is heard, counted from another tonic.")
    if value.numerals and (analysis.key is None or analysis.key.confidence < confidence):
        confidence = analysis.key.confidence if analysis.key else 0.0
    if _has_rare(value) and any(_has(_roots(t), _roots(p), value.is_loop) for t in readings for p in in_key):
        return verdict("unchecked", sentence, confidence, "The roots agree; such chords are often heard as plain ones.")
    return verdict("contradicts", sentence, confidence, "These chords are heard, in another order." if together else "")


def _heard(claim: Claim, analysis: Analysis) -> tuple[list[Timeline[Chord]], float] | Verdict:
    """The chords of each stretch that the claim speaks of, and how sure they are."""
    if analysis.chords is None or not any(s.label.is_chord for s in analysis.chords.value):
        return unmeasured("harmony")
    if claim.place is None:
        return [analysis.chords.value], analysis.chords.confidence
    spans = [_span(interval, claim, analysis) for interval in intervals_of(claim.place, analysis)]
    stretches = [stretch for stretch in map(analysis.chords.value.within, spans) if len(stretch)]
    if not any(s.label.is_chord for stretch in stretches for s in stretch):
        return Verdict("unchecked", "The place that the text names was not measured.")
    sure = [s.confidence for stretch in stretches for s in stretch if s.confidence is not None]
    local = sum(sure) / len(sure) if sure else analysis.chords.confidence
    return stretches, min(local, analysis.chords.confidence)


def _span(interval: Interval, claim: Claim, analysis: Analysis) -> Interval:
    """The time that a claim speaks of: a progression goes on from the time that is named."""
    around = widened(interval, analysis.duration_s, LOCAL_S)
    if not isinstance(claim.value, Progression) or interval.duration_s >= LOCAL_S:
        return around
    n_chords = len(claim.value.chords) + len(claim.value.numerals)
    return Interval(around.start_s, min(analysis.duration_s, around.end_s + n_chords * CHORD_S))


def _edges(stretch: Timeline[Chord], edge: str) -> list[Segment[Chord]]:
    segments = [segment for segment in stretch if segment.label.is_chord]
    return segments[:1] if edge == "first" else segments[-1:] if edge == "last" else segments


def _tokens(stretch: Timeline[Chord], analysis: Analysis) -> list[tuple[str, ...]]:
    """The chords as tokens of root and family: all, without those no longer than a beat, without suspensions."""
    beat_s = 60.0 / analysis.tempo.value if analysis.tempo else 0.5
    long = Timeline(tuple(s for s in stretch if s.duration_s > PASSING_BEATS * beat_s + 0.05))
    plain = Timeline(tuple(s for s in stretch if not s.label.triad.quality.startswith("sus")))
    return [progression_tokens(chords) for chords in (stretch, long, plain)]


def _tonics(analysis: Analysis) -> set[int]:
    """Pitch classes of the tonics that numerals may count from: of the whole, and of each region."""
    keys = [analysis.key.value] if analysis.key else []
    keys += [segment.label for segment in analysis.key_regions.value] if analysis.key_regions else []
    return {key.tonic.pitch_class for key in keys}


def _patterns(value: Progression, tonics: set[int]) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Tokens to look for: as written (numerals in the measured keys), and numerals in every other key."""
    if value.chords:
        segments = Timeline.of((i, i + 1, chord) for i, chord in enumerate(value.chords))
        return [progression_tokens(segments)], []
    written = ["-".join(value.numerals), "-".join(_IN_MINOR.get(numeral, numeral) for numeral in value.numerals)]
    in_key: list[tuple[str, ...]] = []
    elsewhere: list[tuple[str, ...]] = []
    for text in dict.fromkeys(written):
        try:
            by_tonic = progression_patterns(text)
        except MusicSyntaxError:
            continue
        for tonic, pattern in enumerate(by_tonic):
            (in_key if tonic in tonics else elsewhere).append(pattern)
    return in_key, elsewhere


def _has(tokens: Sequence[str], pattern: tuple[str, ...], is_loop: bool) -> bool:
    n = len(pattern)
    starts = range(n) if is_loop else range(1)
    turned = {pattern[i:] + pattern[: i + is_loop] for i in starts}  # a loop comes back to where it started
    width = n + is_loop
    return any(tuple(tokens[i : i + width]) in turned for i in range(len(tokens) - width + 1))


def _has_rare(value: Progression) -> bool:
    return any(chord.triad.quality not in ("maj", "min") for chord in value.chords)


def _roots(tokens: Sequence[str]) -> tuple[str, ...]:
    """The roots of tokens, repeats in a row made one."""
    roots = [token[:-1] for token in tokens]
    return tuple(root for root, before in zip(roots, [None, *roots], strict=False) if root != before)


def _sounds(chord: Chord) -> frozenset[int]:
    """Pitch classes without a bass that is not of the chord."""
    return chord.bare.pitch_classes


def _is(chord: Chord, claimed: Chord) -> bool:
    """Whether the triads are one; a power chord has no third to differ in."""
    if chord.root and claimed.root and claimed.triad.quality in ("5", "1"):
        return chord.root.pitch_class == claimed.root.pitch_class
    return chord.triad.pitch_classes == claimed.triad.pitch_classes


def _root_note(chord: Chord, segments: Sequence[Segment[Chord]]) -> str:
    if chord.root is None:
        return ""
    root = chord.root.pitch_class
    other = next((s.label for s in segments if s.label.root and s.label.root.pitch_class == root), None)
    return f"On this root {other.pretty} is heard." if other else ""


def _list(segments: Sequence[Segment[Chord]]) -> str:
    names = list(dict.fromkeys(segment.label.pretty for segment in segments if segment.label.is_chord))
    return ", ".join(names[:N_SHOWN]) + (" and others" if len(names) > N_SHOWN else "")
