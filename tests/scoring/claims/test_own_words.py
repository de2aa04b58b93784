"""The studio's own measured description, read as if a model had written it: true of its song, false of another."""

from musicflamingo_app.facts.card import card_of
from musicflamingo_app.facts.describe import describe
from musicflamingo_app.music.analysis import Analysis
from musicflamingo_app.scoring.claims.check import checked
from tests.scoring.claims.songs import BALLAD, WALTZ


def results(text_of: Analysis, against: Analysis) -> list[str]:
    text = describe(card_of(text_of, title="Piece")).text
    return [item.verdict.result for item in checked(text, against)]


def test_a_true_description_is_never_contradicted() -> None:
    for song in (BALLAD, WALTZ):
        found = results(song, song)
        assert "contradicts" not in found and found.count("agrees") >= 10


def test_the_description_of_another_song_is() -> None:
    assert results(BALLAD, WALTZ).count("contradicts") >= 8
    assert results(WALTZ, BALLAD).count("contradicts") >= 8
