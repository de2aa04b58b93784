import errno
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import text

from db.values import TrackQuery
from musicflamingo_app.errors import NotFound, StorageError, StudioError
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.music.arrays import Curves
from musicflamingo_app.services import library as library_module
from musicflamingo_app.services.labels import Labels
from musicflamingo_app.services.library import is_stale


def test_a_kept_track_has_everything(library, new):
    given = new("01 Café.MP3", title=" Café\n", artist="Ána", year=1997, genre="bossa")
    track = library.keep(given)
    assert (track.title, track.artist, track.year, track.genre) == ("Café", "Ána", 1997, "bossa")
    assert (track.original_name, track.original_suffix, track.playback_suffix) == ("01 Café.MP3", ".mp3", ".m4a")
    assert (track.key, track.chord_text, track.camelot) == ("C major", "C G Am F", "8B")
    assert abs(track.added_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert library.get(track.id) == track
    assert library.analysis(track.id) == given.analysis
    assert np.allclose(library.curves(track.id).chroma, given.curves.chroma, atol=1 / 255)
    assert library.original_path(track.id).read_bytes() == "original 01 Café.MP3".encode()
    assert library.playback_path(track.id).read_bytes() == "playback 01 Café.MP3".encode()
    assert library.peaks_path(track.id).read_bytes() == b"peaks"
    assert library.counts().n_tracks == 1 and library.counts().duration_s == 8.0


def test_keeping_takes_the_playback_copy_and_leaves_the_original(library, new):
    given = new()
    library.keep(given)
    assert given.original_path.exists() and not given.playback_path.exists()
    moved = new("other.wav", move_original=True)
    library.keep(moved)
    assert not moved.original_path.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b\\c.mp3", "\0.mp3", "x" * 400 + ".mp3", "夜.flac", "con", "\udce9.mp3"]
)
def test_a_hostile_name_is_text_and_never_a_path(library, new, tmp_path, name, stored):
    track = library.keep(replace(new(), original_name=name, title=None))
    assert track.title and len(track.title) <= 300
    assert library.original_path(track.id).is_relative_to(library.store.folder)
    assert {path.split("/", 2)[2] for path in stored()} <= {
        "original.mp3", "original.bin", "original.flac", "playback.m4a", "peaks.bin",
    }  # fmt: skip


def test_the_same_recording_is_one_track(library, new, n_rows):
    track = library.keep(new(title="First"))
    again = library.keep(new(title="Second"))
    assert again == track
    assert n_rows()["track"] == 1
    assert library.find_by_hash(track.audio_sha256) == track
    assert library.find_by_hash("0" * 64) is None


@pytest.mark.parametrize("how", ["keep", "find"])
def test_a_deleted_track_comes_back_when_its_recording_does(library, new, how):
    track = library.keep(new(title="First"))
    library.delete(track.id)
    back = library.keep(new(title="Second")) if how == "keep" else library.find_by_hash(track.audio_sha256)
    assert back == track == library.get(track.id)


def test_a_track_whose_files_are_lost_is_kept_anew(library, new, song):
    track = library.keep(new(title="First", analysis=song("C:maj F:maj")))
    shutil.rmtree(library.store.folder)
    assert library.find_by_hash(track.audio_sha256) is None
    with pytest.raises(NotFound, match="playback file of “First”"):
        library.playback_path(track.id)
    again = library.keep(new(title="Second"))
    assert (again.id, again.title, again.chord_text) == (track.id, "First", "C G Am F")
    assert library.playback_path(track.id).is_file()


def test_two_that_keep_the_same_recording_at_once_keep_one(library, new, stored, n_rows):
    library.database.busy_timeout_s = 20
    given = [new(f"{n}.mp3") for n in range(6)]
    same = [replace(one, audio_sha256="e" * 64) for one in given]
    kept: list[int] = []
    threads = [threading.Thread(target=lambda one=one: kept.append(library.keep(one).id)) for one in same]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(kept) == 6 and len(set(kept)) == 1
    assert len(stored()) == 3 and n_rows()["track"] == 1


def test_the_document_has_a_tag_that_changes_with_it(library, new, song):
    track = library.keep(new())
    first = library.document(track.id)
    library.rename(track.id, Labels("Other"))
    assert library.document(track.id) == first
    library.replace_analysis(track.id, song("E:min"), Curves.empty())
    assert library.document(track.id).etag != first.etag
    assert library.analysis(track.id) == song("E:min")


def test_a_new_analysis_keeps_the_names(library, new, song):
    track = library.keep(new(title="Mine", artist="Me"))
    changed = library.replace_analysis(track.id, song("E:min B:7", "E minor"), Curves.empty())
    assert (changed.title, changed.artist, changed.added_at) == ("Mine", "Me", track.added_at)
    assert (changed.key, changed.chord_text) == ("E minor", "Em B7")


def test_an_analysis_that_is_not_finite_changes_nothing(library, new, song, stored, n_rows):
    track = library.keep(new())
    bad = replace(song(), duration_s=float("nan"))
    with pytest.raises(StudioError, match="not a finite number"):
        library.replace_analysis(track.id, bad, Curves.empty())
    assert library.analysis(track.id) == song()
    other = new("other.mp3", analysis=bad)
    with pytest.raises(StudioError):
        library.keep(other)
    assert n_rows()["track"] == 1 and len(stored()) == 3


@pytest.mark.parametrize("junk", [b"", b"PK\x03\x04 not a zip", Curves.empty().to_bytes()[:-40]])
def test_damaged_curves_say_so(library, new, junk):
    track = library.keep(new())
    with library.database.write() as session:
        session.execute(text("UPDATE analysis SET curves = :junk"), {"junk": junk})
    with pytest.raises(StorageError, match="damaged"):
        library.curves(track.id)


def test_rename_checks_the_names(library, new):
    track = library.keep(new())
    named = library.rename(track.id, Labels(" New ", "Someone", None, 2001, "jazz"))
    assert (named.title, named.artist, named.year, named.genre) == ("New", "Someone", 2001, "jazz")
    with pytest.raises(StudioError, match="title is empty"):
        library.rename(track.id, Labels(" "))
    assert library.get(track.id) == named
    assert library.search(TrackQuery(text="someone")).rows == (named,)


def test_a_deleted_track_is_gone_until_restored(library, new, song):
    track = library.keep(new())
    library.delete(track.id)
    for asked in (
        library.get, library.document, library.analysis, library.curves, library.playback_path, library.original_path,
        library.peaks_path, lambda i: library.rename(i, Labels("x")),
        lambda i: library.replace_analysis(i, song(), Curves.empty()),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            asked(track.id)
    assert library.search(TrackQuery()).total == 0 and library.counts().n_tracks == 0
    assert library.restore(track.id) == track
    assert library.playback_path(track.id).is_file()


def test_purge_removes_rows_and_files_of_old_deleted_tracks(library, new, monkeypatch, n_rows):
    old, recent, kept = (library.keep(new(name)) for name in ("old.mp3", "recent.mp3", "kept.mp3"))
    now = datetime.now(UTC)
    monkeypatch.setattr(library_module, "_now", lambda: now - timedelta(days=31))
    library.delete(old.id)
    monkeypatch.setattr(library_module, "_now", lambda: now)
    library.delete(recent.id)
    assert library.purge(older_than_days=30) == 1
    assert library.store.hashes() == {recent.audio_sha256, kept.audio_sha256}
    assert n_rows() == {"track": 2, "analysis": 2, "track_search": 2}
    with pytest.raises(NotFound):
        library.restore(old.id)
    assert library.restore(recent.id) == recent
    assert library.purge(older_than_days=0) == 0


def test_purged_files_that_the_disk_keeps_are_swept_later(library, new, stored):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    track = library.keep(new())
    library.delete(track.id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shutil, "rmtree", refuse)
        assert library.purge(older_than_days=-1) == 1
    assert library.store.hashes() == {track.audio_sha256}
    assert library.sweep() == 1
    assert stored() == []


def test_sweep_leaves_what_has_a_row(library, new):
    track = library.keep(new())
    deleted = library.keep(new("deleted.mp3"))
    library.delete(deleted.id)
    orphan = library.store.folder_of("0" * 64)
    orphan.mkdir(parents=True)
    (orphan / "original.mp3").write_bytes(b"x")
    assert library.sweep() == 1
    assert library.store.hashes() == {track.audio_sha256, deleted.audio_sha256}


def test_stale_tracks_are_those_measured_otherwise(library, new, song, signature):
    old = library.keep(new("old.mp3", analysis=song(engine="ears")))
    fresh = library.keep(new("new.mp3", analysis=song(engine="better ears")))
    fallback = library.keep(new("fallback.mp3", analysis=song(engine="plain ears")))
    nothing = library.keep(new("nothing.mp3", analysis=Analysis(8.0)))
    current = {"chords": {signature("better ears"), signature("plain ears")}, "beats": set()}
    assert library.stale(current) == (old.id,)
    assert library.stale({"chords": set()}) == (fallback.id, fresh.id, old.id)
    assert library.stale({}) == ()
    library.delete(old.id)
    assert library.stale(current) == ()
    assert nothing.engine_signature == ""


def test_a_signature_may_contain_the_sign_between():
    assert is_stale(["chords=a=b 1"], {"chords": {"a"}})
    assert not is_stale(["chords=a=b 1"], {"chords": {"a=b 1"}})


def test_a_track_measured_before_instruments_were_is_stale():
    current = {"chords": {"a"}, "instruments": {"b"}}
    assert is_stale(["chords=a"], current) and not is_stale(["chords=a", "instruments=b"], current)
    assert not is_stale(["chords=a", "instruments="], current)  # it was tried, on silence for example
    assert not is_stale(["chords=a"], {"chords": {"a"}, "instruments": set()})  # nothing here could measure them
    assert not is_stale([], current)


@pytest.mark.parametrize("track_id", [0, 99, -5, 2**70])
def test_an_unknown_track_is_not_found(library, track_id):
    for asked in (library.get, library.document, library.playback_path, library.delete, library.restore):
        with pytest.raises(NotFound):
            asked(track_id)
