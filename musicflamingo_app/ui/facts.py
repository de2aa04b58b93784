"""The facts of a whole recording as short texts, each with its certainty, alternatives and who measured it. Pure."""

from collections.abc import Callable
from typing import Any

from musicflamingo_app.facts.swing import STRAIGHT, swing_in_words
from musicflamingo_app.music.analysis import Analysis, Loudness, Measured
from musicflamingo_app.music.beat import BeatGrid
from musicflamingo_app.music.key import Key
from musicflamingo_app.ui import words

MAX_ALTERNATIVES = 3

Json = dict[str, Any]


def facts(analysis: Analysis) -> list[Json]:
    """Key, tempo, metre, swing, tuning and loudness in the order they are shown; what was not measured is left out."""
    rows = [
        _fact("key", "Key", analysis.key, lambda key: key.pretty, _about_key),
        _fact("tempo", "Tempo", analysis.tempo, _bpm, lambda _: "beats a minute"),
        _fact("metre", "Metre", analysis.beats, _metre, _about_metre),
        _fact("swing", "Eighths", _clear(analysis.swing), _swing, _about_swing),
        _fact("tuning", "Tuning", analysis.tuning, _cents, lambda cents: f"A = {440 * 2 ** (cents / 1200):.1f} Hz"),
        _fact("loudness", "Loudness", analysis.loudness, _lufs, _about_loudness),
    ]
    return [row for row in rows if row is not None]


def _metre(grid: BeatGrid) -> str:
    return str(grid.metre) if grid.beats else "free time"


def _about_metre(grid: BeatGrid) -> str:
    return "beats in a bar" if grid.beats else "no steady beat to follow"


def provenance_rows(analysis: Analysis) -> list[Json]:
    """One row for each aspect measured: engine, version, when, certainty and credit."""
    rows = []
    for name, provenance in analysis.provenances.items():
        confidence: float = getattr(analysis, name).confidence
        rows.append(
            {
                "aspect": words.ASPECT_LABELS.get(name, name),
                "engine": provenance.engine,
                "version": provenance.version,
                "measured_at": provenance.measured_at.isoformat(timespec="seconds"),
                "credit": provenance.credit,
                "c": round(confidence, 2),
                "certainty": words.certainty(confidence),
            }
        )
    return rows


def failure_rows(analysis: Analysis) -> list[Json]:
    """One row for each aspect that could not be measured, with its sentence."""
    return [
        {"aspect": words.ASPECT_LABELS.get(name, name), "engine": failure.engine, "sentence": failure.sentence}
        for name, failure in analysis.failures.items()
    ]


def _fact(
    aspect: str,
    label: str,
    measured: Measured[Any] | None,
    text: Callable[[Any], str],
    about: Callable[[Any], str],
) -> Json | None:
    if measured is None:
        return None
    return {
        "aspect": aspect,
        "label": label,
        "value": text(measured.value),
        "about": about(measured.value),
        "c": round(measured.confidence, 2),
        "certainty": words.certainty(measured.confidence),
        "alt": [[text(other.label), round(other.confidence, 2)] for other in measured.alternatives[:MAX_ALTERNATIVES]],
    }


def _bpm(tempo_bpm: float) -> str:
    return f"{tempo_bpm:.1f}".removesuffix(".0") + " BPM"


def _clear(swing: Measured[float] | None) -> Measured[float] | None:
    """Swing where it is clear."""
    return swing if swing and swing_in_words(swing.value, swing.confidence) else None


def _swing(ratio: float) -> str:
    return (swing_in_words(ratio, 1.0) or "").replace(", about", "")


def _about_swing(ratio: float) -> str:
    return "first to second of a beat" if ratio > STRAIGHT else "evenly spaced"


def _cents(cents: float) -> str:
    return f"{cents:+.0f} cents".replace("-", "−") if round(cents) else "0 cents"


def _signed(number: float) -> str:
    return f"{number:.1f}".replace("-", "−")


def _about_key(key: Key) -> str:
    return f"Camelot {key.camelot}, {words.sharps_and_flats(key.signature)}"


def _lufs(loudness: Loudness) -> str:
    return f"{_signed(loudness.integrated_lufs)} LUFS"


def _about_loudness(loudness: Loudness) -> str:
    return f"range {loudness.range_lu:.1f} LU, peak {_signed(loudness.peak_dbfs)} dBFS"
