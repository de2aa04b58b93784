"""Between rows and values, and from an Analysis to the columns it is searched by."""

import dataclasses
import json
import unicodedata
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from db.tables import (
    AdapterRow,
    AnalysisRow,
    CaptionRow,
    ConversationRow,
    CorrectionRow,
    JobRow,
    TrackRow,
    UtteranceRow,
)
from db.values import Adapter, AnalysisRecord, Caption, Conversation, Correction, Evidence, Job, Track, Utterance
from musicflamingo_app.errors import StudioError
from musicflamingo_app.music.analysis import Analysis, Measured
from musicflamingo_app.music.analysis_json import analysis_to_json
from musicflamingo_app.music.theory import spelled

R = TypeVar("R", bound=SQLModel)
SHOWN_CHORDS = 4  # as many as a narrow column holds, and as most songs' loops have
_TRACK_FIELDS = tuple(field.name for field in dataclasses.fields(Track))
_JSON_FIELDS = {"options", "payload", "evidence", "about"}
# Letters that carry no separable accent, for sorting: ø stands with o.
_PLAIN = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"})


def row_with_id(session: Session, table: type[R], row_id: int) -> R | None:
    """The row with an id; None also for a number that SQLite cannot hold, as a hostile link may have."""
    return session.get(table, row_id) if 0 < row_id < 2**63 else None


def track_of(row: TrackRow) -> Track:
    return Track(**{name: getattr(row, name) for name in _TRACK_FIELDS})


def record_of(row: AnalysisRow) -> AnalysisRecord:
    return AnalysisRecord(row.track_id, row.document, row.curves, row.created_at)


def job_of(row: JobRow) -> Job:
    return Job(**_fields(row, Job))


def correction_of(row: CorrectionRow) -> Correction:
    return Correction(**_fields(row, Correction))


def caption_of(row: CaptionRow) -> Caption:
    return Caption(**_fields(row, Caption))


def conversation_of(row: ConversationRow) -> Conversation:
    return Conversation(**_fields(row, Conversation))


def utterance_of(row: UtteranceRow) -> Utterance:
    stored = _fields(row, Utterance)
    return Utterance(**{**stored, "evidence": tuple(Evidence(*found) for found in stored["evidence"])})


def adapter_of(row: AdapterRow) -> Adapter:
    return Adapter(**_fields(row, Adapter))


def storable(text: str) -> str:
    """The text with what SQLite cannot hold replaced: halves of surrogate pairs, and the sign that ends its strings."""
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _fields(row: SQLModel, value: type[Any]) -> dict[str, Any]:
    names = [field.name for field in dataclasses.fields(value)]
    stored = {name: getattr(row, name) for name in names}
    return {name: json.loads(item) if name in _JSON_FIELDS else item for name, item in stored.items()}


def document_of(analysis: Analysis) -> str:
    """The JSON text that is stored and served. Raises StudioError for a value that JSON cannot hold."""
    try:
        return json.dumps(analysis_to_json(analysis), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except ValueError as error:
        what = f"The analysis has a value that is not a finite number: {error}."
        raise StudioError(what, "Please report the track's format as a bug.") from error


def search_columns(analysis: Analysis) -> dict[str, Any]:
    """The columns of `track` that copy an analysis."""
    key = analysis.key.value if analysis.key else None
    return {
        "tempo_bpm": round(analysis.tempo.value, 3) if analysis.tempo else None,
        "tempo_confidence": _confidence(analysis.tempo),
        "key": str(key) if key else None,
        "key_class": key.tonic.pitch_class if key else None,
        "key_mode": key.mode if key else None,
        "key_confidence": _confidence(analysis.key),
        "camelot": key.camelot if key else None,
        "camelot_order": _camelot_order(key.camelot) if key else None,
        "metre": str(analysis.beats.value.metre) if analysis.beats and analysis.beats.value.beats else None,
        "beats_confidence": _confidence(analysis.beats),
        "chord_text": chord_text(analysis),
        "chords_confidence": _confidence(analysis.chords),
        "engine_signature": engine_signature(analysis),
    }


def chord_text(analysis: Analysis) -> str | None:
    """The chords that sound longest, without their bass, spelled in the key, in order of appearance: `C Am F G`."""
    if analysis.chords is None:
        return None
    key = analysis.key.value if analysis.key else None
    sounding_s: dict[str, float] = {}
    for segment in analysis.chords.value:
        if segment.label.is_chord:
            name = spelled(dataclasses.replace(segment.label, bass=None), key).pretty
            sounding_s[name] = sounding_s.get(name, 0.0) + segment.duration_s
    longest = sorted(sounding_s, key=lambda name: -sounding_s[name])[:SHOWN_CHORDS]
    return " ".join(name for name in sounding_s if name in longest)


def engine_signature(analysis: Analysis) -> str:
    """One line `aspect=signature` for each aspect measured, or not for want of an engine; aspects in their order.

    One that could not be measured for another reason, such as silence, has a line without a signature.
    """
    missed = {aspect: failure.signature if failure.missing else "" for aspect, failure in analysis.failures.items()}
    made = {aspect: provenance.signature for aspect, provenance in analysis.provenances.items()}
    return "\n".join(f"{aspect}={signature}" for aspect, signature in (made | missed).items())


def folded(text: str) -> str:
    """A text as it sorts: no case, no accents, no blanks around it."""
    bare = unicodedata.normalize("NFKD", text.strip().casefold().translate(_PLAIN))
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


def _camelot_order(camelot: str) -> int:
    return int(camelot[:-1]) * 2 + (camelot[-1] == "B")


def _confidence(measured: Measured[Any] | None) -> float | None:
    return round(measured.confidence, 4) if measured else None
