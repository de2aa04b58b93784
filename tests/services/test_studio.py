"""The studio's use-cases around the library: exports, examples, engines, and what it says of itself."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from db.values import Track, TrackQuery
from model.devices import Device
from musicflamingo_app.analysis import pipeline
from musicflamingo_app.analysis.ears import Choice, ears_of
from musicflamingo_app.analysis.pipeline import signatures
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.music.analysis import Analysis, Measured
from musicflamingo_app.paths import Paths
from musicflamingo_app.services import about
from musicflamingo_app.services.library import NewTrack
from musicflamingo_app.services.studio import Setup, Studio

LIGHT = Choice(chords="templates", beats="librosa")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    opened = Studio(Paths(tmp_path / "home"), Setup(choice=LIGHT))
    yield opened
    opened.close()


@pytest.fixture
def track(studio: Studio, new: Callable[..., NewTrack]) -> Track:
    return studio.library.keep(new("song.mp3"))


def heard_by(analysis: Analysis, choice: Choice) -> Analysis:
    """The analysis as if the chosen engines had made it."""
    ears = ears_of(choice)
    made = {}
    for aspect, engine in (("chords", ears.chords[0]), ("key", ears.key[0])):
        made[aspect] = replace(getattr(analysis, aspect), provenance=pipeline._provenance(engine))
    made["instruments"] = Measured((), 1.0, pipeline._provenance(ears.instruments[0]))
    return replace(analysis, **made)


def test_tracks_by_engines_that_do_not_listen_are_stale(
    studio: Studio, new: Callable[..., NewTrack], song: Callable[..., Analysis]
) -> None:
    old = studio.library.keep(new("old.mp3", analysis=song(engine="an older engine")))
    fast = studio.library.keep(new("fast.mp3", analysis=heard_by(song(), Choice())))
    assert studio.stale() == {old.id, fast.id}
    studio.choose(Choice())
    assert studio.choice == studio.analyst.choice == Choice()
    assert studio.stale() == {old.id}
    assert signatures(ears_of(Choice()))["chords"] != signatures(ears_of(LIGHT))["chords"]


@pytest.mark.parametrize("format_name", ["json", "lab", "csv", "audacity", "jams"])
def test_an_export_has_a_name_and_a_content(studio: Studio, track: Track, format_name: str) -> None:
    name, content = studio.export(track.id, format_name)
    files = studio.export_files(track.id, format_name)
    assert name.startswith("song.") and files and all(files.values())
    if len(files) == 1:
        assert files == {name: content}
    else:
        assert name == f"song.{format_name}.zip"
        with zipfile.ZipFile(io.BytesIO(content)) as opened:
            assert {entry: opened.read(entry) for entry in opened.namelist()} == files


def test_the_json_export_is_the_stored_document(studio: Studio, track: Track) -> None:
    document = json.loads(studio.export(track.id, "json")[1])
    assert document["key"] == "C major" and [row[2] for row in document["chords"]] == [
        "C:maj",
        "G:maj",
        "A:min",
        "F:maj",
    ]


def test_unknown_formats_tracks_and_examples_are_named(studio: Studio, track: Track) -> None:
    with pytest.raises(StudioError, match=r"“pdf” is not an export format\. Use one of json, jams, lab"):
        studio.export(track.id, "pdf")
    for asking in (lambda: studio.export(99, "json"), lambda: studio.track(99), lambda: studio.reanalyse(99)):
        with pytest.raises(NotFound):
            asking()
    with pytest.raises(NotFound, match="“no-such-piece”"):
        studio.add_example("no-such-piece")
    for asking in (lambda: studio.job(99), lambda: studio.retry(99), lambda: studio.dismiss(99)):
        with pytest.raises(NotFound):
            asking()


def test_an_example_waits_like_any_file(studio: Studio) -> None:
    examples = studio.examples()
    assert len(examples) >= 3 and all(example.title and example.about for example in examples)
    job = studio.add_example(examples[0].id)
    assert (job.state, job.name) == ("queued", examples[0].title)
    assert job.options["file"] == examples[0].file and Path(job.source_path or "").suffix == ".opus"


def test_names_change_and_deletion_can_be_undone(studio: Studio, track: Track) -> None:
    assert studio.rename(track.id, "New", "Artist").title == "New"
    assert studio.search(TrackQuery(text="new artist")).total == 1
    with pytest.raises(StudioError):
        studio.rename(track.id, "  ", None)
    studio.delete(track.id)
    assert studio.search(TrackQuery()).total == 0
    studio.restore(track.id)
    assert studio.track(track.id).title == "New" and studio.peaks(track.id) == b"peaks"


def test_devices_are_asked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(about, "devices", lambda: asked.append(1) or (Device("cpu", "abacus", 10**9),))
    about._devices.cache_clear()
    try:
        assert about.device_rows() == about.device_rows() == [("CPU", "abacus, 1.0 GB memory")]
        assert asked == [1]
    finally:
        about._devices.cache_clear()


def test_about_names_the_engines_and_the_folder(studio: Studio) -> None:
    told = {heading: dict(rows) for heading, rows in studio.about()}
    assert ears_of(LIGHT).chords[0].name in told["Engines"]["Chords"]
    assert str(studio.paths.home) in told["Data"]["Data folder"]
    assert told["Devices"] and told["Packages"]["Python"]


def test_a_home_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError) as refused:
        Studio(Paths(tmp_path / "file" / "home"), Setup())
    assert str(tmp_path / "file" / "home") in refused.value.what and "MUSICFLAMINGO_HOME" in refused.value.advice
