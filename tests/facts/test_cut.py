"""The card of a part tells what the track's card tells of it, from the part's own beginning."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.cut import cut
from musicflamingo_app.music.time import Interval
from tests.facts.making import cards, charted

SONG = charted(
    [("verse", "C | G | A:min | F"), ("chorus", "F | G | C | C"), ("verse", "C | G | A:min | F")],
    keys=[(1, "C major"), (9, "A minor")], title="Harbour lights",
)  # fmt: skip


def test_a_part_begins_at_its_own_beginning() -> None:
    part = cut(SONG, Interval(8.0, 16.0))
    assert part.as_text().splitlines()[0] == "duration: 0:08" and "Harbour" not in part.as_text()
    assert "section 0:00-0:08 chorus (B), bars 1-4: F | G | C | C" in part.as_text()
    assert part.key and SONG.key and part.key.value == SONG.key.value
    assert [bar.start_s for bar in part.bars] == [0.0, 2.0, 4.0, 6.0]
    later = cut(SONG, Interval(16.0, 24.0))
    assert later.key and later.key.value.pretty == "A minor"


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(cards(), st.floats(0.0, 0.9), st.floats(0.1, 1.0), st.floats(0.0, 0.999))
def test_what_sounds_then_sounds_there(card: SongCard, at: float, share: float, where: float) -> None:
    start_s = at * card.duration_s
    part = Interval(start_s, start_s + share * (card.duration_s - start_s))
    piece, time_s = cut(card, part), where * part.duration_s
    assert piece.duration_s == pytest.approx(part.duration_s)
    whole, inside = card.chord_at(start_s + time_s), piece.chord_at(time_s)
    if whole is None or inside is None:
        edges = [e - start_s for s in (card.chords.value if card.chords else ()) for e in (s.start_s, s.end_s)]
        assert whole is inside or any(abs(edge - time_s) < 1e-6 for edge in edges)
    assert all(0.0 <= beat.time_s < part.duration_s for beat in (piece.beats.value.beats if piece.beats else ()))
    assert piece.as_text()
