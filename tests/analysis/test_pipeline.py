"""The pipeline with engines of straw: stand-ins, failures, cancelling, provenance and progress."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest

from musicflamingo_app.analysis.ears import Choice, Ears, ears_of
from musicflamingo_app.analysis.engines import Finding, Heard, Unwatched, Watch
from musicflamingo_app.analysis.form.engine import FormFinding
from musicflamingo_app.analysis.harmony.chordia import ChordFinding
from musicflamingo_app.analysis.harmony.key import KeyFinding
from musicflamingo_app.analysis.pipeline import STAGES, listen, signatures
from musicflamingo_app.analysis.rhythm.engine import RhythmFinding
from musicflamingo_app.audio.loudness import Loudness
from musicflamingo_app.audio.sound import Audio
from musicflamingo_app.errors import Cancelled, MissingPackage, NothingHeard, StudioError
from musicflamingo_app.music.analysis import ASPECTS, Analysis, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Timeline

AUDIO = Audio(np.zeros((1, 8 * 22_050), np.float32), 22_050)
LOUDNESS = Loudness(-14.0, 5.0, float("-inf"), 10.0, np.full(80, -14.0, np.float32))
TAGS = Finding((Tag("genre", "jazz", 0.5),), 0.5)
TUNING = Finding(-7.0, 0.75)
PLAYING = Finding((Playing.of("drums", [(0.0, 6.0, 0.9)]), Playing.of("bass", [(2.0, 8.0, 0.6)])), 0.8)


class Fake:
    """An engine that says what it is told to, or raises it, and remembers what was heard before it."""

    version, credit = "1", "by nobody"

    def __init__(self, says: Any, name: str = "fake", parameters: Mapping[str, Any] | None = None) -> None:
        self.name, self._says, self.parameters = name, says, parameters or {}
        self.heard: Heard | None = None

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Any:
        self.heard = heard
        for fraction in (0.0, 0.5, 0.25, 1.0, 2.0):
            watch.progress(fraction)
        if isinstance(self._says, BaseException):
            raise self._says
        return self._says


class Diary:
    """A watch that keeps what it is told, and may cancel at a fraction."""

    def __init__(self, cancel_at: float = 2.0) -> None:
        self.fractions: list[float] = []
        self.sentences: list[str] = []
        self._cancel_at = cancel_at

    def progress(self, fraction: float, sentence: str = "") -> None:
        self.fractions.append(fraction)
        self.sentences.append(sentence)
        if fraction >= self._cancel_at:
            raise Cancelled


def findings() -> dict[str, Any]:
    """One finding for every stage: four bars of two seconds, a chord for each."""
    times = [i / 2 for i in range(16)]
    chords = Timeline.of((2.0 * i, 2.0 * i + 2, Chord.parse(name)) for i, name in enumerate(("C", "G", "A:min", "F")))
    key = Key.parse("C major")
    return {
        "tuning": TUNING,
        "chords": Finding(chords, 0.5),
        "beats": RhythmFinding(BeatGrid.of(times, times[::4], Metre(4, 4)), 0.5, swing=Finding(1.9, 0.7)),
        "key": KeyFinding(key, 0.5, (), regions=Timeline.of([(0.0, 8.0, key)])),
        "sections": FormFinding(Timeline.of([(0.0, 8.0, Section("A"))]), 0.5),
        "instruments": PLAYING,
        "tags": TAGS,
    }


def heard_by(ears: Ears, watch: Watch | None = None) -> Analysis:
    return listen(AUDIO, LOUDNESS, ears, watch or Unwatched())[0]


def test_everything_is_kept_with_its_provenance() -> None:
    fakes = {stage: Fake(finding, stage) for stage, finding in findings().items()}
    analysis, curves = listen(AUDIO, LOUDNESS, Ears(**{s: (f,) for s, f in fakes.items()}), Unwatched())
    assert set(analysis.provenances) == set(ASPECTS) and analysis.failures == {}
    engines = {aspect: provenance.engine for aspect, provenance in analysis.provenances.items()}
    assert {aspect: engines[aspect] for aspect in STAGES} == {stage: stage for stage in STAGES}
    assert (engines["tempo"], engines["swing"], engines["key_regions"]) == ("beats", "beats", "key")
    assert analysis.swing is not None and (analysis.swing.value, analysis.swing.confidence) == (1.9, 0.7)
    assert analysis.tempo is not None and analysis.tempo.value == pytest.approx(120)
    assert analysis.chords is not None and [str(s.label) for s in analysis.chords.value] == [
        "C:maj", "G:maj", "A:min", "F:maj",
    ]  # fmt: skip
    assert analysis.provenances["tags"].credit == "by nobody"
    assert analysis.instruments is not None and analysis.instruments.value == PLAYING.value
    assert analysis.instruments.confidence == 0.8
    assert analysis.loudness is not None and analysis.loudness.value.peak_dbfs == -120.0
    assert curves.loudness_lufs is LOUDNESS.curve_lufs


def test_later_engines_hear_what_earlier_ones_found() -> None:
    fakes = {stage: Fake(finding, stage) for stage, finding in findings().items()}
    listen(AUDIO, LOUDNESS, Ears(**{s: (f,) for s, f in fakes.items()}), Unwatched())
    first, last = fakes["tuning"].heard, fakes["tags"].heard
    assert first == Heard()
    assert last is not None and last.tuning_cents == -7.0 and last.key == Key.parse("C major")
    assert last.chords is not None and last.beats is not None and last.key_regions is not None


def test_chroma_of_the_chord_engine_is_shared_and_drawn() -> None:
    chroma = np.ones((12, 80), np.float32)
    try:
        finding = ChordFinding(findings()["chords"].value, 0.5, (), chroma=chroma, chroma_hz=10.0)
    except TypeError:
        pytest.fail("ChordFinding no longer carries chroma and chroma_hz")
    tags = Fake(TAGS)
    _, curves = listen(AUDIO, LOUDNESS, Ears(chords=(Fake(finding),), tags=(tags,)), Unwatched())
    assert curves.chroma is chroma and curves.chroma_hz == 10.0
    assert tags.heard is not None and tags.heard.chroma is chroma


def test_who_listened_and_heard_nothing_is_believed() -> None:
    second = Fake(TAGS, "second")
    analysis = heard_by(Ears(tags=(Fake(NothingHeard("No tag fits."), "first"), second)))
    assert analysis.tags is None and second.heard is None
    assert (analysis.failures["tags"].engine, analysis.failures["tags"].sentence) == ("first", "No tag fits.")


@pytest.mark.parametrize("error", [MissingPackage("It is gone.", "Install it."), RuntimeError("bad shape")])
def test_a_failing_first_engine_falls_to_the_second(error: Exception) -> None:
    analysis = heard_by(Ears(tags=(Fake(error, "first"), Fake(TAGS, "second"), Fake(TAGS, "third"))))
    assert analysis.tags is not None and analysis.tags.value == TAGS.value
    assert analysis.provenances["tags"].engine == "second"
    assert analysis.failures == {}  # a failure is an aspect that no engine could measure


def test_a_failing_chain_is_recorded_and_the_rest_goes_on() -> None:
    chain = (Fake(RuntimeError("bad shape"), "first"), Fake(MissingPackage("It is gone.", "Install it."), "second"))
    analysis = heard_by(Ears(tuning=chain, tags=(Fake(TAGS),)))
    assert analysis.tuning is None and analysis.tags is not None
    assert set(analysis.failures) == {"tuning"}
    assert analysis.failures["tuning"].engine == "second"
    assert analysis.failures["tuning"].sentence == "It is gone. Install it."


def test_empty_ears_measure_loudness_alone() -> None:
    analysis = heard_by(Ears())
    assert set(analysis.provenances) == {"loudness"} and analysis.failures == {}
    assert analysis.duration_s == 8.0


def test_one_instrument_told_twice_is_a_failure_of_its_engine() -> None:
    twice = Finding((*PLAYING.value, Playing.of("drums", [(7.0, 8.0, 0.5)])), 0.8)
    analysis = heard_by(Ears(instruments=(Fake(twice, "first"),), tags=(Fake(TAGS),)))
    assert analysis.instruments is None and "stands twice" in analysis.failures["instruments"].sentence
    stood_in = heard_by(Ears(instruments=(Fake(twice, "first"), Fake(PLAYING, "second"))))
    assert stood_in.provenances["instruments"].engine == "second" and stood_in.failures == {}


@pytest.mark.parametrize("ears", [Ears(tuning=(Fake(Cancelled()), Fake(TUNING))), Ears(tags=(Fake(Cancelled()),))])
def test_cancelled_by_an_engine_propagates(ears: Ears) -> None:
    with pytest.raises(Cancelled):
        heard_by(ears)


def test_cancelled_by_the_watch_stops_before_the_next_engine() -> None:
    tags = Fake(TAGS)
    with pytest.raises(Cancelled):
        heard_by(Ears(tuning=(Fake(TUNING),), tags=(tags,)), Diary(cancel_at=0.04))
    assert tags.heard is None


@pytest.mark.parametrize("first", [lambda f: f, lambda f: RuntimeError("no")])
def test_progress_rises_from_zero_to_one(first: Callable[[Any], Any]) -> None:
    diary = Diary()
    heard_by(Ears(**{s: (Fake(first(f)), Fake(f)) for s, f in findings().items()}), diary)
    assert diary.fractions == sorted(diary.fractions)
    assert diary.fractions[0] == 0.0 and diary.fractions[-1] == 1.0
    assert all(diary.sentences)
    assert {sentence for _, sentence in STAGES.values()} < set(diary.sentences)


def test_shares_of_the_stages_make_one_whole() -> None:
    assert sum(share for share, _ in STAGES.values()) == pytest.approx(1)


def test_signature_is_stable_and_follows_the_parameters() -> None:
    def signature(parameters: Mapping[str, Any]) -> str:
        return heard_by(Ears(tags=(Fake(TAGS, "t", parameters),))).provenances["tags"].signature

    assert signature({"a": 1, "b": (1, 2)}) == signature({"b": (1, 2), "a": 1})
    assert signature({"a": 1}) != signature({"a": 2})
    assert signature({}).startswith("t 1 ")


def test_signatures_name_every_stand_in() -> None:
    chain = (Fake(RuntimeError("no"), "first"), Fake(TUNING, "second"))
    ears = Ears(tuning=chain, beats=(Fake(None, "b"),))
    known = signatures(ears)
    assert len(known["tuning"]) == 2 and known["tags"] == set()
    assert known["tempo"] == known["beats"] and known["key_regions"] == known["key"]
    assert heard_by(Ears(tuning=chain)).provenances["tuning"].signature in known["tuning"]


class Absent(Fake):
    """An engine whose package can be there or not."""

    is_there = False

    def check(self) -> None:
        if not self.is_there:
            raise MissingPackage("It is not installed.", "Install it.")

    def measure(self, audio: Audio, heard: Heard, watch: Watch) -> Any:
        self.check()
        return super().measure(audio, heard, watch)


def test_what_a_stand_in_did_is_up_to_date_only_until_the_engine_is_there() -> None:
    first = Absent(TUNING, "first")
    ears = Ears(tuning=(first, Fake(TUNING, "second")))
    stood_in = heard_by(ears).provenances["tuning"]
    assert stood_in.engine == "second" and stood_in.signature in signatures(ears)["tuning"]
    first.is_there = True
    assert stood_in.signature not in signatures(ears)["tuning"]
    assert heard_by(ears).provenances["tuning"].signature in signatures(ears)["tuning"]


def test_a_stand_in_for_an_engine_that_failed_at_this_recording_stays_up_to_date() -> None:
    ears = Ears(tuning=(Fake(StudioError("Too short.", "Take more."), "first"), Fake(TUNING, "second")))
    assert heard_by(ears).provenances["tuning"].signature in signatures(ears)["tuning"]


def test_a_failure_is_up_to_date_only_until_the_engine_is_there() -> None:
    only = Absent(TAGS, "only")
    failure = heard_by(Ears(tags=(only,))).failures["tags"]
    assert failure.missing == ("only",) and failure.signature in signatures(Ears(tags=(only,)))["tags"]
    only.is_there = True
    assert failure.signature not in signatures(Ears(tags=(only,)))["tags"]
    broken = heard_by(Ears(tags=(Fake(StudioError("No.", "Never."), "broken"),))).failures["tags"]
    assert broken.missing == ()


def test_every_choice_has_engines_for_every_stage_with_their_own_signatures() -> None:
    fast, best = signatures(ears_of(Choice())), signatures(ears_of(Choice(chords="best", beats="librosa")))
    assert all(fast[stage] for stage in STAGES if stage != "instruments")  # which nobody measures unless told to
    assert fast["chords"] != best["chords"] and fast["beats"] != best["beats"] and fast["key"] == best["key"]
    assert fast == signatures(ears_of(Choice()))
