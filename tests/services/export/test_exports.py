import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import mir_eval
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.values import Track
from musicflamingo_app.errors import MissingPackage, StudioError
from musicflamingo_app.music.analysis import Analysis, Measured, Provenance, Tag
from musicflamingo_app.music.beat import BeatGrid, Metre
from musicflamingo_app.music.chord import QUALITIES, Chord
from musicflamingo_app.music.instrument import Playing
from musicflamingo_app.music.key import MODES, Key
from musicflamingo_app.music.section import Section
from musicflamingo_app.music.time import Segment, Timeline
from musicflamingo_app.services.export.files import EXPORT_FORMATS, exports, file_name, zip_of
from musicflamingo_app.services.export.table import safe_cell

# jams 0.3.5 calls jsonschema in a way that it gives up.
pytestmark = pytest.mark.filterwarnings("ignore:Passing a schema to Validator.iter_errors:DeprecationWarning")
WHEN = datetime(2026, 1, 1, tzinfo=UTC)
CHORDS = ("N", "C:maj", "A:min7", "F:maj/3", "G:sus4(b7)", "B:hdim7", "Db:maj7", "C:9")


def made(engine: str) -> Provenance:
    return Provenance(engine, "3.1", "b" * 64, WHEN, f"{engine} is free.")


@pytest.fixture
def analysis() -> Analysis:
    """Nine seconds: a second of pickup with N, then four bars of 4/4 at 120 BPM, a gap and a modulation at 5 s."""
    starts = (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 7.0, 8.0)
    segments = [Segment(t, t + 1.0, Chord.parse(name), 0.9) for t, name in zip(starts, CHORDS, strict=True)]
    times = [0.5 * i for i in range(18)]
    return Analysis(
        duration_s=9.0,
        beats=Measured(BeatGrid.of(times, times[2::4], Metre(4, 4)), 0.8, made("beater")),
        tempo=Measured(120.0, 0.7, made("beater")),
        chords=Measured(Timeline(tuple(segments)), 0.9, made("chorder")),
        key=Measured(Key.parse("C major"), 0.6, made("keyer")),
        key_regions=Measured(
            Timeline.of([(0.0, 5.0, Key.parse("C major")), (5.0, 9.0, Key.parse("Db major"))]), 0.5, made("keyer")
        ),
        sections=Measured(
            Timeline.of([(1.0, 5.0, Section("A", "verse")), (5.0, 9.0, Section("A'"))]), 0.4, made("former")
        ),
        tags=Measured((Tag("instrument", "guitar", 0.95), Tag("mood", "calm", 0.5)), 0.7, made("tagger")),
    )


def make_track(**more: object) -> Track:
    known = dict.fromkeys(Track.__slots__)
    known |= {
        "id": 3,
        "title": "Autumn",
        "artist": "Ana",
        "album": "Leaves",
        "audio_sha256": "c" * 64,
        "added_at": WHEN,
    }
    return Track(**{**known, **more})


def parsed_lab(content: bytes) -> tuple[np.ndarray, list[str]]:
    return mir_eval.io.load_labeled_intervals(io.StringIO(content.decode()), delimiter="\t")


def test_lab_files_are_contiguous_and_mir_eval_reads_them(analysis):
    files = exports(analysis, make_track(), "lab")
    assert list(files) == ["chords.lab", "sections.lab", "key.lab", "beats.txt"]
    for name in ("chords.lab", "sections.lab", "key.lab"):
        intervals, _ = parsed_lab(files[name])
        assert intervals[0, 0] == 0 and intervals[-1, 1] == 9
        assert (intervals[1:, 0] == intervals[:-1, 1]).all()
    _, chords = parsed_lab(files["chords.lab"])
    assert chords == [*CHORDS[:5], "X", *CHORDS[5:]]
    for label in chords:
        mir_eval.chord.encode(label)
    assert parsed_lab(files["sections.lab"])[1] == ["unknown", "verse", "A'"]
    assert parsed_lab(files["key.lab"])[1] == ["C:major", "Db:major"]
    beats = mir_eval.io.load_delimited(io.StringIO(files["beats.txt"].decode()), [float, int], delimiter="\t")
    assert [list(column) for column in beats] == [
        [beat.time_s for beat in analysis.beats.value.beats],
        [beat.position for beat in analysis.beats.value.beats],
    ]


def test_the_exported_chords_score_full_against_themselves(analysis):
    intervals, labels = parsed_lab(exports(analysis, make_track(), "lab")["chords.lab"])
    scores = mir_eval.chord.evaluate(intervals, labels, intervals, labels)
    assert [scores[name] for name in ("majmin", "sevenths", "seg")] == pytest.approx([1, 1, 1])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.floats(1e-4, 30), st.floats(0, 3)), min_size=1, max_size=20), st.floats(0.1, 100))
def test_any_lane_comes_out_contiguous(steps, duration_s):
    """Chords of any length with gaps of any size between them, in a track of any length."""
    segments, now_s = [], 0.0
    for length_s, gap_s in steps:
        segments.append(Segment(now_s + gap_s, now_s + gap_s + length_s, Chord.parse("C:maj")))
        now_s += gap_s + length_s
    analysis = Analysis(duration_s, chords=Measured(Timeline(tuple(segments)), 0.5, made("chorder")))
    rows = [row.split("\t") for row in exports(analysis, make_track(), "lab")["chords.lab"].decode().splitlines()]
    assert float(rows[0][0]) == 0 and abs(float(rows[-1][1]) - duration_s) < 1e-5
    assert all(before[1] == after[0] for before, after in pairwise(rows))


def test_audacity_has_a_label_file_for_each_lane(analysis):
    files = exports(analysis, make_track(), "audacity")
    assert list(files) == [f"{lane}.labels.txt" for lane in ("chords", "sections", "key", "beats")]
    assert files["chords.labels.txt"].decode().splitlines()[2] == "2.000000\t3.000000\tA:min7"
    beats = files["beats.labels.txt"].decode().splitlines()
    assert beats[:4] == ["0.000000\t0.000000\t0.3", "0.500000\t0.500000\t0.4", "1.000000\t1.000000\t1.1",
                         "1.500000\t1.500000\t1.2"]  # fmt: skip
    assert len(beats) == 18 and b"\r" not in files["beats.labels.txt"]


def test_the_table_can_be_read_back(analysis):
    content = exports(analysis, make_track(), "csv")["chords.csv"]
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["chord"] for row in rows] == list(CHORDS)
    assert [(row["bar"], row["beat"]) for row in rows] == [
        ("0", "3"), ("1", "1"), ("1", "3"), ("2", "1"), ("2", "3"), ("3", "3"), ("4", "1"), ("4", "3"),
    ]  # fmt: skip
    assert [row["roman"] for row in rows] == ["N.C.", "I", "vi7", "IV/3", "Vsus4", "bviiø7", "Imaj7", "VII9"]
    assert [row["section"] for row in rows] == ["", *["verse"] * 4, *["A'"] * 3]
    assert [row["key"] for row in rows] == ["C major"] * 5 + ["Db major"] * 3
    assert (rows[1]["start"], rows[1]["end"], rows[1]["confidence"]) == ("1.0000", "2.0000", "0.900")


def test_a_table_without_chords_has_a_row_for_each_beat(analysis):
    bare = Analysis(9.0, beats=analysis.beats)
    rows = list(csv.reader(io.StringIO(exports(bare, make_track(), "csv")["chords.csv"].decode("utf-8-sig"))))
    assert len(rows) == 19
    assert rows[-1] == ["4", "4", "8.5000", "9.0000", "", "", "", "", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(text):
    assert safe_cell(text) == f"'{text}"
    assert safe_cell("bVII") == "bVII"


def test_jams_is_valid_and_read_back_whole(analysis, tmp_path):
    jams = pytest.importorskip("jams")
    files = exports(analysis, make_track(), "jams")
    assert list(files) == ["jams"]
    path = tmp_path / "x.jams"
    path.write_bytes(files["jams"])
    jam = jams.load(str(path), validate=True, strict=True)
    assert (jam.file_metadata.title, jam.file_metadata.artist, jam.file_metadata.release) == ("Autumn", "Ana", "Leaves")
    assert jam.file_metadata.duration == 9.0
    found = {annotation.namespace: annotation for annotation in jam.annotations}
    assert list(found) == ["chord", "beat", "segment_open", "key_mode", "tempo", "tag_open"]
    values = {name: [(o.time, o.duration, o.value, o.confidence) for o in a.data] for name, a in found.items()}
    assert [row[2] for row in values["chord"]] == list(CHORDS)
    assert values["chord"][1] == (1.0, 1.0, "C:maj", 0.9)
    assert values["beat"][2] == (1.0, 0.0, 1, 0.8)
    assert values["segment_open"] == [(1.0, 4.0, "verse", None), (5.0, 4.0, "A'", None)]
    assert [row[2] for row in values["key_mode"]] == ["C:major", "Db:major"]
    assert values["tempo"] == [(0.0, 9.0, 120.0, 0.7)]
    assert values["tag_open"] == [(0.0, 9.0, "guitar", 0.95), (0.0, 9.0, "calm", 0.5)]
    about = found["chord"].annotation_metadata
    assert (about.annotation_tools, about.version, about.data_source) == ("chorder 3.1", "3.1", "program")
    assert found["chord"].sandbox["credit"] == "chorder is free."


def test_every_chord_and_key_is_valid_jams():
    pytest.importorskip("jams")
    names = [f"{root}:{quality}{bass}" for root in ("C", "F#", "Bb") for quality in QUALITIES for bass in ("", "/5")]
    chords = Timeline.of((float(i), float(i + 1), Chord.parse(name)) for i, name in enumerate(names))
    keys = [Key.of(pitch_class, mode) for pitch_class in range(12) for mode in MODES]
    regions = Timeline.of((float(i), float(i + 1), key) for i, key in enumerate(keys))
    whole = Analysis(
        200.0, chords=Measured(chords, 1.0, made("chorder")), key_regions=Measured(regions, 1.0, made("keyer"))
    )
    assert len(exports(whole, make_track(artist=None, album=None), "jams")["jams"]) > 10_000


def test_without_the_package_jams_says_what_to_install(analysis, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "jams", None)
    with pytest.raises(MissingPackage, match="not installed") as caught:
        exports(analysis, make_track(), "jams")
    assert "pip install jams" in caught.value.advice


@pytest.mark.parametrize("export_format", EXPORT_FORMATS)
def test_nothing_measured_is_said_in_words(export_format):
    if export_format == "jams":
        pytest.importorskip("jams")
    with pytest.raises(StudioError, match=r"Nothing that .* was measured in “Autumn”"):
        exports(Analysis(9.0), make_track(), export_format)


@pytest.mark.parametrize("export_format", ["lab", "csv", "audacity"])
@pytest.mark.parametrize("aspect", ["beats", "chords", "key", "key_regions", "sections"])
def test_any_one_aspect_alone_can_be_exported(analysis, aspect, export_format):
    alone = Analysis(9.0, **{aspect: getattr(analysis, aspect)})
    if export_format == "csv" and aspect not in ("beats", "chords"):
        with pytest.raises(StudioError):
            exports(alone, make_track(), export_format)
    else:
        assert all(exports(alone, make_track(), export_format).values())


PLAYING = (Playing.of("drums", [(0.0, 4.5, 0.9), (6.0, 9.0, None)]), Playing.of("bass", [(1.0, 9.0, 0.7)]))


@pytest.fixture
def band(analysis):
    """The same with what plays when."""
    return replace(analysis, instruments=Measured(PLAYING, 0.8, made("ears")))


def test_what_plays_is_a_label_file_by_time(band):
    rows = exports(band, make_track(), "audacity")["instruments.labels.txt"].decode().splitlines()
    assert rows == ["0.000000\t4.500000\tdrums", "1.000000\t9.000000\tbass", "6.000000\t9.000000\tdrums"]
    assert "instruments.lab" not in exports(band, make_track(), "lab")  # MIREX labs know no overlaps


def test_the_table_tells_what_plays_in_each_row(analysis, band):
    content = exports(band, make_track(), "csv")["chords.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content, newline="")))
    assert [row["instruments"] for row in rows] == ["drums", *["drums, bass"] * 7]
    silent = replace(analysis, instruments=Measured((), 0.8, made("ears")))
    rows = list(csv.DictReader(io.StringIO(exports(silent, make_track(), "csv")["chords.csv"].decode("utf-8-sig"))))
    assert {row["instruments"] for row in rows} == {""}


def test_jams_holds_when_each_instrument_plays(band, tmp_path):
    jams = pytest.importorskip("jams")
    path = tmp_path / "x.jams"
    path.write_bytes(exports(band, make_track(), "jams")["jams"])
    jam = jams.load(str(path), validate=True, strict=True)
    played, tagged = jam.search(namespace="tag_open")
    assert [(o.time, o.duration, o.value, o.confidence) for o in played.data] == [
        (0.0, 4.5, "drums", 0.9), (1.0, 8.0, "bass", 0.7), (6.0, 3.0, "drums", None),
    ]  # fmt: skip
    assert played.annotation_metadata.annotation_tools == "ears 3.1" and len(tagged.data) == 2


def test_an_unknown_format_is_refused():
    with pytest.raises(StudioError, match="not an export format"):
        exports(Analysis(9.0), make_track(), "midi")


@pytest.mark.parametrize(
    ("title", "artist", "name"),
    [
        ("Autumn", "Ana", "Ana - Autumn.jams"),
        ("Autumn", None, "Autumn.jams"),
        ("AC/DC: live?", None, "AC_DC_ live_.jams"),
        ("../../etc/passwd", None, "_.._etc_passwd.jams"),
        ("...", None, "track 3.jams"),
        ("CON", None, "track 3 CON.jams"),
        ("nul.txt", None, "track 3 nul.txt.jams"),
        ("夜 🎵", "Ä", "Ä - 夜 🎵.jams"),
        ("a\u202eb\nc", None, "a b c.jams"),
        ("é" * 300, None, "é" * 60 + ".jams"),
    ],
)
def test_file_names_are_safe_everywhere(title, artist, name):
    assert file_name(make_track(title=title, artist=artist), "jams") == name


@settings(deadline=None)
@given(st.text(min_size=1), st.none() | st.text())
def test_any_title_makes_one_plain_file_name(title, artist):
    name = file_name(make_track(title=title, artist=artist), "chords.lab")
    assert name.endswith(".chords.lab") and len(name.encode()) < 255
    assert not set(name) & set('/\\<>:"|?*\0\n') and name[0] not in ". " and name.isprintable()


def test_a_zip_holds_the_files_and_is_the_same_each_time(analysis):
    files = exports(analysis, make_track(), "lab")
    packed = zip_of(files)
    assert packed == zip_of(files)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == files
