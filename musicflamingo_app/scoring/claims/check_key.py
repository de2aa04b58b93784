"""Claims about the key, by the relations that MIREX weighs."""

from musicflamingo_app.facts.references import intervals_of
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Segment, clock
from musicflamingo_app.scoring.claims.values import Claim, Verdict
from musicflamingo_app.scoring.claims.verdicts import RIVAL, SECOND, measured, unmeasured, verdict, widened

PLACELESS = "The place that the text names was not measured."
REGIONLESS = "Where the key changes was not measured."
LOCAL_S = 8.0  # a single time stands for this much around it


def check_key(claim: Claim, key: Key, analysis: Analysis) -> Verdict:
    """The same key by any spelling agrees; a fifth, relative or parallel one contradicts with a note that names it."""
    regions = _regions(claim, analysis) if claim.is_local else []
    if regions:
        return _check_regions(key, regions, analysis)
    if analysis.key is None:
        return unmeasured("key")
    heard, confidence = analysis.key.value, analysis.key.confidence
    sentence = measured(heard.pretty, confidence)
    if _is_same(key, heard):
        return verdict("agrees", sentence, confidence)
    note = relation(key, heard)
    if _is_same_third(key, heard):
        return verdict("agrees", sentence, confidence, note)
    if any(_is_same(key, o.label) and o.confidence >= RIVAL * confidence for o in analysis.key.alternatives):
        return verdict("unchecked", sentence, confidence, SECOND)
    region = (
        next((s for s in analysis.key_regions.value if _is_same(key, s.label)), None) if analysis.key_regions else None
    )
    if region is not None:
        found = f"It is heard from {clock(region.start_s)} to {clock(region.end_s)}."
        return verdict("unchecked", sentence, confidence, found)
    if claim.is_local:
        return verdict("unchecked", sentence, confidence, PLACELESS if analysis.key_regions else REGIONLESS)
    if _is_same_scale(key, heard):
        return verdict("unchecked", sentence, confidence, note)
    return verdict("contradicts", sentence, confidence, note)


def relation(key: Key, heard: Key) -> str:
    """How a claimed key lies to the measured one, as a sentence; empty when they are far apart."""
    step = (key.tonic.pitch_class - heard.tonic.pitch_class) % 12
    if step == 0:
        return (
            "The text names the parallel key."
            if key.is_minor != heard.is_minor
            else "The mode differs, the tonic and third do not."
        )
    if set(key.scale) == set(heard.scale):
        plain = {key.mode, heard.mode} == {"major", "minor"}
        return "The text names the relative key." if plain else "Both have the same notes around another tonic."
    if key.is_minor == heard.is_minor and step in (5, 7):
        return f"The text names the key a fifth {'above' if step == 7 else 'below'}."
    return ""


def _regions(claim: Claim, analysis: Analysis) -> list[Segment[Key]]:
    """The keys of the places that a claim speaks of; empty when they were not measured."""
    if analysis.key_regions is None:
        return []
    if claim.place is None:
        whole = list(analysis.key_regions.value)
        return whole[:1] if claim.edge == "first" else whole[-1:] if claim.edge == "last" else whole
    spans = [widened(interval, analysis.duration_s, LOCAL_S) for interval in intervals_of(claim.place, analysis)]
    return [segment for span in spans for segment in analysis.key_regions.value.within(span)]


def _check_regions(key: Key, regions: list[Segment[Key]], analysis: Analysis) -> Verdict:
    overall = analysis.key_regions.confidence if analysis.key_regions else 0.0
    agreeing = next((segment for segment in regions if _is_same(key, segment.label)), None)
    shown = agreeing or max(regions, key=lambda segment: segment.duration_s)
    confidence = overall if shown.confidence is None else shown.confidence
    names = list(dict.fromkeys(segment.label.pretty for segment in regions))
    if agreeing:
        return verdict(
            "agrees",
            measured(f"{key.pretty} from {clock(shown.start_s)} to {clock(shown.end_s)}", confidence),
            confidence,
        )
    sentence = measured(", ".join(names), confidence)
    if any(_is_same_third(key, segment.label) for segment in regions):
        return verdict("agrees", sentence, confidence, relation(key, shown.label))
    if any(_is_same_scale(key, segment.label) for segment in regions):
        return verdict("unchecked", sentence, confidence, relation(key, shown.label))
    return verdict("contradicts", sentence, min(confidence, overall), relation(key, shown.label))


def _is_same(key: Key, heard: Key) -> bool:
    return key.tonic.pitch_class == heard.tonic.pitch_class and key.mode == heard.mode


def _is_same_third(key: Key, heard: Key) -> bool:
    """Whether only the colour of the mode differs: D dorian and D minor."""
    return key.tonic.pitch_class == heard.tonic.pitch_class and key.is_minor == heard.is_minor


def _is_same_scale(key: Key, heard: Key) -> bool:
    """Whether a church mode has the notes of the other key; engines that know two modes cannot tell these apart."""
    is_modal = {key.mode, heard.mode} - {"major", "minor"}
    return bool(is_modal) and set(key.scale) == set(heard.scale)
