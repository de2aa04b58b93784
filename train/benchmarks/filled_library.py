"""A library filled with invented tracks, as like a real one as searching needs: the same sizes, words and chords.

Deterministic for a seed. Documents have about 480 beats, 120 chords and 12 sections; curves are empty.
"""

import hashlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from db import analyses, tracks
from db.session import Database
from db.values import NewTrackFacts
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.music.beat import Beat, BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline

START = datetime(2026, 1, 1, tzinfo=UTC)
MADE = Provenance("invented", "1", "0" * 64, START)
WORDS = (  # noqa: SIM905 - quoting sixty words would hide them
    "love night day river house blue heart rain fire road dream moon light home sun dance shadow summer winter city "
    "golden broken lonely sweet wild young old little last first never always again away tonight forever morning "
    "Über café señora naïve Åland coração Straße 夜 Москва time line sky stone hand eyes song train bird"
).split()
GENRES = ("rock", "pop", "jazz", "blues", "folk", "soul", "techno", "classical", "country", "hip hop")
LOOPS = (
    "0:maj 7:maj 9:min 5:maj", "9:min 5:maj 0:maj 7:maj", "2:min7 7:7 0:maj7 0:maj7", "0:maj 5:maj 7:maj 0:maj",
    "0:7 5:7 0:7 7:7", "0:maj 9:min 5:maj 7:maj", "9:min 7:maj 5:maj 4:7", "0:maj 10:maj 5:maj 0:maj",
    "5:maj7 4:min7 2:min7 0:maj7", "0:maj 4:min 5:maj 5:min",
)  # fmt: skip
METRES = (Metre(4, 4),) * 8 + (Metre(3, 4), Metre(6, 8))
N_BARS = 120
SECTION_BARS = 10


def fill(database: Database, n_tracks: int, *, seed: int = 440) -> None:
    """Adds invented tracks, a thousand in each transaction."""
    made = invented(n_tracks, seed=seed)
    curves = Curves.empty().to_bytes()
    for start in range(0, n_tracks, 1000):
        with database.write() as session:
            for index in range(start, min(start + 1000, n_tracks)):
                facts, analysis = next(made)
                now = START + timedelta(minutes=index)
                track = tracks.add(session, facts, now=now)
                analyses.put(session, track.id, analysis, curves, now=now)
            session.expunge_all()


def invented(n_tracks: int, *, seed: int) -> Iterator[tuple[NewTrackFacts, Analysis]]:
    """Facts and analyses of tracks that do not exist."""
    rng = random.Random(seed)
    artists = [" ".join(rng.sample(WORDS, 2)).title() for _ in range(max(1, n_tracks // 12))]
    for index in range(n_tracks):
        analysis = _analysis(rng)
        title = " ".join(rng.choices(WORDS, k=rng.randint(1, 4))).capitalize()
        yield (
            NewTrackFacts(
                audio_sha256=hashlib.sha256(f"{seed} {index}".encode()).hexdigest(),
                title=title,
                artist=rng.choice(artists) if rng.random() < 0.95 else None,
                album=" ".join(rng.choices(WORDS, k=2)).title(),
                year=rng.randint(1950, 2026),
                genre=rng.choice(GENRES),
                duration_s=analysis.duration_s,
                rate_hz=44_100,
                channels=2,
                codec="mp3",
                original_name=f"{index % 20 + 1:02d} - {title}.mp3",
                original_suffix=".mp3",
                playback_suffix=".m4a",
            ),
            analysis,
        )


def _analysis(rng: random.Random) -> Analysis:
    key, metre, tempo_bpm = Key.of(rng.randrange(12)), rng.choice(METRES), rng.uniform(60, 180)
    beat_s = 60 / tempo_bpm
    n_beats = N_BARS * metre.felt_beats
    beats = tuple(Beat(round(i * beat_s, 4), i % metre.felt_beats + 1) for i in range(n_beats))
    bar_s, letters = metre.felt_beats * beat_s, "ABACBA"
    loops = {letter: _chords(rng.choice(LOOPS), key) for letter in "ABC"}
    chords, sections = [], []
    for bar in range(N_BARS):
        letter = letters[bar // SECTION_BARS % len(letters)]
        chords.append((bar * bar_s, (bar + 1) * bar_s, loops[letter][bar % 4]))
    for first in range(0, N_BARS, SECTION_BARS):
        letter = letters[first // SECTION_BARS % len(letters)]
        sections.append((first * bar_s, (first + SECTION_BARS) * bar_s, Section(letter)))
    named = key if rng.random() < 0.7 else key.relative
    return Analysis(
        duration_s=round(N_BARS * bar_s, 3),
        beats=Measured(BeatGrid(beats, metre), 0.9, MADE),
        tempo=Measured(tempo_bpm, 0.9, MADE),
        chords=Measured(Timeline.of(chords).merged(), 0.8, MADE),
        key=Measured(named, 0.85, MADE),
        sections=Measured(Timeline.of(sections), 0.6, MADE),
    )


def _chords(loop: str, key: Key) -> tuple[Chord, ...]:
    steps = [word.split(":") for word in loop.split()]
    return tuple(Chord(key.spell(key.tonic.pitch_class + int(step)), quality) for step, quality in steps)
