"""Questions to begin with that fit one track: about what was measured, naming its own sections and times."""

from collections.abc import Iterator

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.playing import instruments_of, is_from_start, is_many, stays_of, sure_of
from musicflamingo_app.facts.prose.hedges import LIKELY
from musicflamingo_app.facts.reader.places import name_of
from musicflamingo_app.facts.reader.read import read_question
from musicflamingo_app.music.time import clock


def starter_questions(card: SongCard, n: int = 6) -> tuple[str, ...]:
    """Up to `n` questions, each of which the reader answers from what was measured; the length serves any card."""
    found: list[str] = []
    for question in dict.fromkeys([*_harmony(card), *_form(card), *_playing(card), *_plain(card)]):
        if len(found) >= n:
            break
        answer = read_question(question, card)
        if answer is not None and answer.measured:
            found.append(question)
    return tuple(found)


def _harmony(card: SongCard) -> Iterator[str]:
    """The most telling questions on keys and chords."""
    if len(card.keys) > 1:
        yield "Where does the key change?"
    elif card.key:
        yield "What key is it in, and how sure are you?"
    parts = card.sections.value.segments if card.sections else ()
    sung = [part for part in parts if part.label.function in ("chorus", "verse", "bridge")] or list(parts[1:2])
    if sung and card.distinct_chords:
        yield f"What chords are in {name_of(card, sung[0])}?"
    elif card.distinct_chords:
        yield "Which chords does it use?"


def _form(card: SongCard) -> Iterator[str]:
    """Questions on the form, and a comparison of two sections of a kind."""
    parts = card.sections.value.segments if card.sections else ()
    if len(parts) > 2:
        last = parts[-2]
        yield f"When does {name_of(card, last)} begin?"
    kinds = {part.label.label for part in parts if card.ordinal(part)[1] > 1}
    again = next((part for part in parts if part.label.label in kinds and card.ordinal(part)[0] == 2), None)
    first = next((part for part in parts if again and part.label.label == again.label.label), None)
    if again and first and card.distinct_chords:
        yield f"What is different between {name_of(card, first)} and {name_of(card, again)}?"


def _playing(card: SongCard) -> Iterator[str]:
    """Questions of somebody with an instrument in hand."""
    segment = card.chord_at(card.duration_s / 2)
    if segment and segment.label.is_chord:
        yield f"What chord is playing at {clock(card.duration_s / 2)}?"
    if card.distinct_chords:
        yield "Which capo makes it easy on guitar?"
    if card.key:
        yield "What scale can I improvise with?"
    if card.key and card.distinct_chords:
        yield "What are the chords a tone up?"


def _plain(card: SongCard) -> Iterator[str]:
    """Questions that nearly every card answers."""
    if card.tempo_bpm:
        yield "What is the tempo?"
    if card.metre:
        yield "What is the time signature?"
    late = next((one for one in instruments_of(card) if not is_from_start(stays_of(one)[0])), None)
    if late and sure_of(late, card) >= LIKELY:
        name = late.name.split(" and ")[0]
        yield f"When {'do' if is_many(name) else 'does'} the {name} come in?"
    if card.tags or card.instruments:
        yield "Which instruments can be heard?"
    if card.distinct_chords:
        yield "What is the first chord?"
        yield "Which chord is most common?"
    if card.loudness:
        yield "How wide is the dynamic range?"
    yield "How long is it?"
    yield "What was not measured?"
