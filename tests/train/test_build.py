"""Datasets from songs: split before questions are made, filtered, reviewed, rendered, frozen whole or not at all."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from db import corrections
from db.values import Review, TrackQuery
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.services.collections import Collections
from tests.services.voicing import FakeBackend
from tests.train import shelf
from train.build import Options, checked_name, freeze, propose, propose_collection, reviewed
from train.dataset import datasets_folder, open_dataset
from train.examples import Recording
from train.gather import Gathered, every_track, gather, tagged
from train.prompts import LETTERS
from train.quality.report import findings
from train.split import check_leaks, grouped, sides


def test_a_dataset_is_proposed_frozen_and_read_again(tmp_path: Path) -> None:
    made = propose(shelf.gathered(6, tmp_path), Options(held_out=0.3, think=True, licence="CC0"))
    found = freeze(tmp_path, "mine", made)
    again = open_dataset(datasets_folder(tmp_path) / "mine")
    assert again.hash == found.hash and [e.id for e in again.train] == [e.id for e in made.train]
    assert all(again.audio_path(e).is_file() and not Path(e.audio).is_absolute() for e in again.train)
    assert again.about.licence == "CC0"
    sided = {member.sha256: member.side for member in again.about.members}
    assert Counter(sided.values()) == {"train": 4, "held_out": 2}
    assert all(sided[one.track] == "train" for one in again.train)
    assert all(sided[one.track] == "held_out" for one in again.held_out)
    assert len(again.train) > 4 * 12 and any(one.thought for one in again.train)
    assert not [one for one in findings(again) if one.is_fault]
    assert any("held out" in line for line in made.lines())


def test_the_same_songs_and_seed_give_the_same_dataset(tmp_path: Path) -> None:
    songs = shelf.gathered(3, tmp_path)
    assert propose(songs, Options(0.34)).train == propose(songs, Options(0.34)).train
    one, two = (freeze(tmp_path, name, propose(songs, Options(0.34))) for name in ("one", "two"))
    assert one.hash == two.hash


def test_letters_are_even_in_a_whole_dataset(tmp_path: Path) -> None:
    made = propose(shelf.gathered(8, tmp_path), Options(held_out=0))
    four = [one for one in made.train if len(one.options) == 4]
    places = Counter(LETTERS[one.options.index(one.answer)] for one in four)
    assert len(four) >= 20 and max(places.values()) <= len(four) / 4 + 0.15 * len(four)


def test_rejected_and_edited_examples_are_respected(tmp_path: Path) -> None:
    songs = shelf.gathered(2, tmp_path)
    plain = propose(songs, Options(held_out=0))
    first, second = [one for one in plain.train if one.kind == "choice"][:2]
    reviews = {
        first.id: Review(first.id, 1, "rejected"),
        second.id: Review(second.id, 1, "edited", answer="something else"),
    }
    made = propose(songs, Options(held_out=0), reviews=reviews)
    by_id = {one.id: one for one in made.train}
    assert first.id not in by_id and by_id[second.id].state == "edited"
    assert by_id[second.id].answer == "something else" in by_id[second.id].options
    assert reviewed([first], {}) == [first]


def test_variants_are_rendered_for_learned_songs_alone(tmp_path: Path) -> None:
    import soundfile

    made = propose(shelf.gathered(2, tmp_path), Options(held_out=0.5, augment=1))
    found = freeze(tmp_path, "more", made)
    rendered = {one.audio for one in found.train if one.audio.startswith("audio/")}
    assert len(made.variants) == len(rendered) == 1 and not [e for e in found.held_out if e.audio.startswith("audio/")]
    length_s = soundfile.info(found.folder / rendered.pop()).duration
    assert length_s == pytest.approx(made.variants[0].source.card.duration_s, abs=0.01)
    assert not [one for one in findings(found) if one.is_fault]


def test_what_hangs_together_goes_to_one_side() -> None:
    rows = [("a", "One", "X", "P"), ("b", "Two", "x ", "Q"), ("c", "Three", "Y", "Q"), ("d", "Four", "Z", ""),
            ("e", "Four (Live)", "W", "")]  # fmt: skip
    songs = [Recording(sha, f"{sha}.wav", song, artist, album) for sha, song, artist, album in rows]
    assert [[one.sha256 for one in group] for group in grouped(songs)] == [["a", "b", "c"], ["d", "e"]]
    assert len(grouped(songs, by="song")) == 4
    found = sides(songs, 0.4, 0)
    assert found["d"] == found["e"] == "held_out" and found["a"] == found["b"] == found["c"] == "train"


@pytest.mark.parametrize("what", ["artist", "album", "song", "track"])
def test_a_planted_leak_is_refused_in_one_sentence(tmp_path: Path, what: str) -> None:
    made = propose(shelf.gathered(4, tmp_path), Options(held_out=0.25))
    planted = replace(made.held_out[0], **{what: getattr(made.train[0], what) or "Hits"})
    learned = (replace(made.train[0], **{what: getattr(planted, what)}), *made.train[1:])
    with pytest.raises(StudioError, match="both learned from and held out") as told:
        freeze(tmp_path, "leaky", replace(made, train=learned, held_out=(planted, *made.held_out[1:])))
    assert told.value.what.count(".") == 1 and not (datasets_folder(tmp_path) / "leaky").exists()
    check_leaks(made.train, made.held_out)


def test_one_song_or_one_artist_cannot_be_held_out(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="One song alone"):
        propose(shelf.gathered(1, tmp_path))
    band = Gathered(tuple(shelf.source(n, tmp_path, artist="The Same") for n in range(3)))
    with pytest.raises(StudioError, match="hang together"):
        propose(band)
    assert propose(band, Options(by="song")).held_out
    assert propose(shelf.gathered(1, tmp_path), Options(held_out=0)).held_out == ()


def test_a_missing_sound_leaves_nothing_behind(tmp_path: Path) -> None:
    made = propose(shelf.gathered(2, tmp_path), Options(held_out=0.5, augment=1))
    Path(made.sources[0].recording.audio).unlink()
    with pytest.raises(NotFound, match="sound of “Song 0” is missing"):
        freeze(tmp_path, "gone", made)
    for source in made.sources:
        Path(source.recording.audio).write_bytes(b"no sound")
    with pytest.raises(StudioError):
        freeze(tmp_path, "gone", made)
    assert not list(datasets_folder(tmp_path).glob("*"))


@pytest.mark.parametrize("name", ["", "a/b", "..", ".x", "a\nb", "x" * 81, " a"])
def test_a_name_must_be_one(name: str) -> None:
    with pytest.raises(StudioError, match="cannot name"):
        checked_name(name)


def test_the_library_is_gathered_and_corrections_outrank_engines(tmp_path: Path) -> None:
    library = shelf.library(tmp_path)
    tracks = [shelf.keep(library, n, tmp_path, artist=f"Artist {n}") for n in range(3)]
    with library.database.write() as session:
        corrections.add(session, tracks[0].id, "key", {"key": "D minor"}, author="ana", now=shelf.now())
        corrections.add(session, tracks[0].id, "tempo", {"bpm": 77}, author="ana", now=shelf.now())
        corrections.add(session, tracks[0].id, "metre", {"metre": "3/4"}, author="ana", now=shelf.now())
    found = gather(library, every_track(library, TrackQuery()))
    mine = next(one for one in found.sources if one.track_id == tracks[0].id).card
    assert mine.key and str(mine.key.value) == "D minor" and mine.key.confidence == 1.0
    assert mine.key.source.startswith("a person") and mine.tempo_bpm and mine.tempo_bpm.value == 77
    assert str(mine.metre.value) == "3/4" and mine.bars[1].interval.duration_s == pytest.approx(3 * 60 / 84, abs=0.02)
    library.database.close()


def test_a_correction_that_cannot_be_read_leaves_the_track_out(tmp_path: Path) -> None:
    library = shelf.library(tmp_path)
    good, bad, gone = (shelf.keep(library, n, tmp_path) for n in range(3))
    with library.database.write() as session:
        corrections.add(session, bad.id, "key", {"key": "H minor"}, author="ana", now=shelf.now())
    library.original_path(gone.id).unlink()
    found = gather(library, [good.id, bad.id, gone.id])
    assert [one.track_id for one in found.sources] == [good.id]
    assert ["correction of the key" in why or "missing" in why for _, why in found.missing] == [True, True]
    with pytest.raises(StudioError, match="collection is empty"):
        gather(library, [])
    with pytest.raises(StudioError, match="None of the 1 tracks"):
        gather(library, [gone.id])
    with pytest.raises(StudioError, match="No track has the tag"):
        tagged(library, "kazoo")
    library.database.close()


def test_a_collection_gives_a_proposal_with_its_licence_and_reviews(tmp_path: Path) -> None:
    library = shelf.library(tmp_path)
    shelves = Collections(library)
    mine = shelves.create("Mine", "my own songs")
    with pytest.raises(StudioError, match="collection is empty"):
        propose_collection(library, shelves, mine.id)
    shelves.put(mine.id, [shelf.keep(library, n, tmp_path).id for n in range(2)])
    first = propose_collection(library, shelves, mine.id, Options(0.5))
    assert first.options.licence == "my own songs"
    example = first.train[-1]
    track_id = next(one.track_id for one in first.sources if one.recording.sha256 == example.track)
    shelves.decide(mine.id, Review(example.id, track_id, "rejected"))
    again = propose_collection(library, shelves, mine.id, Options(0.5))
    assert example.id not in {one.id for one in again.examples}
    library.database.close()


def test_captions_may_be_told_in_other_words(tmp_path: Path) -> None:
    songs = shelf.gathered(2, tmp_path)
    words = f"It goes along at {84} BPM, and all of it is in the key of C major. The tempo is 200 BPM."
    plain = propose(songs, Options(held_out=0))
    made = propose(songs, Options(held_out=0), writer=FakeBackend(items=(words,)))
    told = [one for one in made.train if "reworded" in "".join(one.sources)]
    assert told and all("200" not in one.answer for one in told)
    assert [one.id for one in made.train] == [one.id for one in plain.train]
