"""Listening to a whole recording: every engine in turn, each with its provenance, failures recorded and passed over.

Order matters: chords first, for the bar line leans on their changes; then beats, on which chords are placed again;
then key and sections, which read both; then what plays when.
"""

import hashlib
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

import numpy as np

from musicflamingo_app.analysis.ears import Chain, Ears
from musicflamingo_app.analysis.engines import Engine, Finding, Heard, Watch
from musicflamingo_app.analysis.form.engine import FormFinding
from musicflamingo_app.analysis.harmony.chordia import ChordFinding
from musicflamingo_app.analysis.harmony.key import KeyFinding
from musicflamingo_app.analysis.harmony.retime import placed
from musicflamingo_app.analysis.rhythm.tempo import tempo_finding
from musicflamingo_app.audio.loudness import Loudness as LoudnessCurve
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import Cancelled, MissingPackage, NothingHeard, StudioError
from musicflamingo_app.music.analysis import Analysis, Failure, Loudness, Measured, Provenance
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.time import Timeline

log = logging.getLogger(__name__)
T = TypeVar("T")

# Stage -> (share of the time, sentence shown while it runs); measured on four-minute tracks.
STAGES: dict[str, tuple[float, str]] = {
    "tuning": (0.05, "Measuring the tuning"),
    "chords": (0.37, "Hearing the chords"),
    "beats": (0.23, "Finding beats and bars"),
    "key": (0.05, "Finding the key"),
    "sections": (0.05, "Finding the sections"),
    "instruments": (0.08, "Hearing what plays when"),
    "tags": (0.17, "Naming instruments and style"),
}
LOUDNESS_ENGINE, LOUDNESS_VERSION = "EBU R 128 (FFmpeg ebur128)", "1"
SILENT_LUFS = -69.0


@dataclass
class _Session:
    """What one listening has found so far."""

    analysis: Analysis
    curves: Curves
    heard: Heard = field(default_factory=Heard)
    chord_finding: Finding[Timeline[Chord]] | None = None


def listen(audio: Audio, loudness: LoudnessCurve, ears: Ears, watch: Watch) -> tuple[Analysis, Curves]:
    """Measures everything in a recording. Raises Cancelled; no other failure of an engine leaves this function."""
    session = _Session(*_with_loudness(audio, loudness))
    start = 0.0
    for stage, (share, sentence) in STAGES.items():
        chain: Chain = getattr(ears, stage)
        if chain:
            watch.progress(start, sentence)
            _run(stage, chain, audio, session, _Stage(watch, start, share, sentence))
        start += share
    watch.progress(1.0, "Done")
    return session.analysis, session.curves


def signatures(ears: Ears) -> dict[str, set[str]]:
    """Aspect -> the signatures that count as up to date: the first choice's, and its stand-ins'.

    What was measured, or not, for want of an engine that was not installed counts only while it is not.
    """
    found = {stage: _signatures_of(getattr(ears, stage)) for stage in STAGES}
    return {**found, "tempo": found["beats"], "swing": found["beats"], "key_regions": found["key"]}


def _signatures_of(chain: Chain) -> set[str]:
    found = {_provenance(engine).signature for engine in chain}
    missing: tuple[str, ...] = ()
    for engine in chain:
        if missing:
            found.add(_provenance(engine, missing).signature)
        if not _is_ready(engine):
            missing = (*missing, engine.name)
    return found | {Failure("", "", missing).signature} if missing else found


def _is_ready(engine: Engine[Any]) -> bool:
    check = getattr(engine, "check", None)  # engines with weights of their own can tell
    try:
        if check is not None:
            check()
    except MissingPackage:
        return False
    return True


@dataclass(slots=True)
class _Stage:
    """The watch of one stage, as its share of the whole; a stand-in that starts again does not turn it back."""

    whole: Watch
    start: float
    share: float
    sentence: str
    reached: float = 0.0

    def progress(self, fraction: float, sentence: str = "") -> None:
        self.reached = max(self.reached, min(1.0, fraction))
        self.whole.progress(self.start + self.share * self.reached, sentence or self.sentence)


def _run(stage: str, chain: Chain, audio: Audio, session: _Session, watch: Watch) -> None:
    """Tries the engines of one stage in order and keeps the first finding, or the last failure.

    Where an engine listened and says that there is nothing, nobody else is asked.
    """
    failure = None
    missing: tuple[str, ...] = ()
    for engine in chain:
        try:
            started = time.process_time()
            finding = engine.measure(audio, session.heard, watch)
            _KEEP[stage](session, finding, _provenance(engine, missing), audio)
            log.info("%s by %s took %.1f s", stage, engine.name, time.process_time() - started)
            return
        except Cancelled:
            raise
        except NothingHeard as error:
            failure = Failure(engine.name, str(error))
            break
        except StudioError as error:
            log.warning("%s failed: %s", engine.name, error)
            if not _is_ready(engine):
                missing = (*missing, engine.name)
            failure = Failure(engine.name, str(error))
        except Exception as error:
            log.exception("%s failed", engine.name)
            failure = Failure(engine.name, f"{engine.name} failed: {error}.")
    if failure is not None:
        failure = replace(failure, missing=missing)
        session.analysis = replace(session.analysis, failures={**session.analysis.failures, stage: failure})


def _provenance(engine: Engine[Any], instead_of: tuple[str, ...] = ()) -> Provenance:
    """Of an engine; `instead_of` names those before it that were not installed, so that they can be told later."""
    parameters = {**engine.parameters, **({"instead of": instead_of} if instead_of else {})}
    text = json.dumps(parameters, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Provenance(engine.name, engine.version, digest, datetime.now(UTC).replace(microsecond=0), engine.credit)


def _measured(finding: Finding[T], provenance: Provenance) -> Measured[T]:
    return Measured(finding.value, finding.confidence, provenance, finding.alternatives)


def _with_loudness(audio: Audio, loudness: LoudnessCurve) -> tuple[Analysis, Curves]:
    now = datetime.now(UTC).replace(microsecond=0)
    provenance = Provenance(LOUDNESS_ENGINE, LOUDNESS_VERSION, hashlib.sha256(b"").hexdigest(), now)
    peak_dbfs = max(loudness.peak_dbfs, -120.0)  # JSON has no infinity
    value = Loudness(loudness.integrated_lufs, loudness.range_lu, peak_dbfs)
    curves = replace(Curves.empty(), loudness_hz=loudness.curve_hz, loudness_lufs=loudness.curve_lufs)
    return Analysis(audio.duration_s, loudness=Measured(value, 1.0, provenance)), curves


def _keep_tuning(session: _Session, finding: Finding[float], provenance: Provenance, audio: Audio) -> None:
    session.analysis = replace(session.analysis, tuning=_measured(finding, provenance))
    session.heard = replace(session.heard, tuning_cents=finding.value)


def _keep_chords(session: _Session, finding: Finding[Any], provenance: Provenance, audio: Audio) -> None:
    session.analysis = replace(session.analysis, chords=_measured(finding, provenance))
    session.heard = replace(session.heard, chords=finding.value)
    session.chord_finding = finding
    if isinstance(finding, ChordFinding):
        session.heard = replace(session.heard, chroma=finding.chroma, chroma_hz=finding.chroma_hz)
        session.curves = replace(session.curves, chroma=finding.chroma, chroma_hz=finding.chroma_hz)


def _keep_beats(session: _Session, finding: Finding[Any], provenance: Provenance, audio: Audio) -> None:
    grid = finding.value
    session.analysis = replace(session.analysis, beats=_measured(finding, provenance))
    session.heard = replace(session.heard, beats=grid)
    _place_chords(session, grid, audio)
    if grid.tempo_bpm is not None:
        session.analysis = replace(
            session.analysis,
            tempo=_measured(tempo_finding(grid, finding.confidence, getattr(finding, "tempi", ())), provenance),
        )
    swing = getattr(finding, "swing", None)
    if swing is not None:
        session.analysis = replace(session.analysis, swing=_measured(swing, provenance))


def _place_chords(session: _Session, grid: BeatGrid, audio: Audio) -> None:
    """Puts the chords on the beats; by whom they were heard stays."""
    chords = session.analysis.chords
    if session.chord_finding is None or chords is None or not grid.beats:
        return
    found = placed(session.chord_finding, grid, audio.duration_s)
    session.chord_finding = None  # what networks heard of an hour is 28 MB, and was for this
    session.analysis = replace(session.analysis, chords=_measured(found, chords.provenance))
    session.heard = replace(session.heard, chords=found.value)


def _keep_key(session: _Session, finding: KeyFinding, provenance: Provenance, audio: Audio) -> None:
    regions = Measured(finding.regions, finding.confidence, provenance)
    session.analysis = replace(session.analysis, key=_measured(finding, provenance), key_regions=regions)
    session.heard = replace(session.heard, key=finding.value, key_regions=finding.regions)


def _keep_sections(session: _Session, finding: FormFinding, provenance: Provenance, audio: Audio) -> None:
    session.analysis = replace(session.analysis, sections=_measured(finding, provenance))
    if finding.similarity is not None and finding.similarity_edges_s is not None:
        edges_s = np.asarray(finding.similarity_edges_s, np.float32)
        session.curves = replace(session.curves, similarity=finding.similarity, similarity_edges_s=edges_s)


def _keep_instruments(session: _Session, finding: Finding[Any], provenance: Provenance, audio: Audio) -> None:
    names = [playing.name for playing in finding.value]
    if len(names) > len(set(names)):
        raise ValueError(f"one of its instruments stands twice among {', '.join(names)}")
    session.analysis = replace(session.analysis, instruments=_measured(finding, provenance))


def _keep_tags(session: _Session, finding: Finding[Any], provenance: Provenance, audio: Audio) -> None:
    session.analysis = replace(session.analysis, tags=_measured(finding, provenance))


_KEEP: Mapping[str, Any] = {
    "tuning": _keep_tuning,
    "chords": _keep_chords,
    "beats": _keep_beats,
    "key": _keep_key,
    "sections": _keep_sections,
    "instruments": _keep_instruments,
    "tags": _keep_tags,
}
