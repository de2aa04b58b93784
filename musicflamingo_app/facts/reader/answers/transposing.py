"""Answers on transposition: the chords in another key."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.chords import no_chords
from musicflamingo_app.facts.reader.answers.saying import chords_in, not_measured, progression_in, row, trouble
from musicflamingo_app.facts.reader.places import only
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import counted, joined
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval

TOLD = 14


def transpose(question: Question, card: SongCard) -> Answer | None:
    """The chords of the track or of a place, moved by a step or to a key."""
    kind = "transpose"
    stop = no_chords(card, kind) or trouble(question, card, kind)
    if stop:
        return stop
    place = only(card, question.place)
    start_s = place.found.start_s if place else 0.0
    home = card.key_at(start_s) if place or card.key is None else card.key.value
    target = next((one.key for one in reversed(question.named) if one.key), None)
    if question.step is None and target is None:
        return Reply(card, kind).say("tell me the new key, or how many semitones up or down").done()
    if question.step is not None:
        return _moved(question, card, home, home.transposed(question.step) if home else None, question.step)
    if home is None:
        return not_measured(card, kind, "key", "how far it is to that key; say how many semitones up or down")
    if target is not None and target.is_minor != home.is_minor:
        only_tonic = next(one for one in reversed(question.named) if one.key)
        named_mode = only_tonic.mode or only_tonic.quality
        target = target.relative if named_mode else Key.of(target.tonic.pitch_class, home.mode)
    new = target if target is not None else home
    up = (new.tonic.pitch_class - home.tonic.pitch_class) % 12
    return _moved(question, card, home, new, up if up <= 6 else up - 12)


def _moved(question: Question, card: SongCard, home: Key | None, new: Key | None, step: int) -> Answer:
    way = f"{'up' if step > 0 else 'down'} {counted(abs(step), 'semitone')}" if step else "without a move"
    keys = f", from {home.pretty} to {new.pretty}" if home and new else ""
    reply, place = Reply(card, "transpose"), only(card, question.place)
    if place:
        found = progression_in(card, place)
        chords = list(found.chords) if found else chords_in(card, _stretch(card, place.found))
        moved = row([_in(chord, step, new) for chord in chords])
        return reply.say(f"{place.name} {way}{keys}: {moved}", place.found).done()
    chords = list(card.distinct_chords)
    pairs = [f"{chord.pretty} becomes {_in(chord, step, new).pretty}" for chord in chords[:TOLD]]
    more = ", and so on" if len(chords) > TOLD else ""
    return reply.say(f"{way}{keys}: {joined(pairs) if not more else ', '.join(pairs)}{more}").done()


def _stretch(card: SongCard, interval: Interval) -> Interval:
    """A moment as the chord that sounds then."""
    segment = card.chord_at(interval.start_s)
    return segment.interval if interval.duration_s == 0 and segment else interval


def _in(chord: Chord, step: int, key: Key | None) -> Chord:
    moved = chord.transposed(step)
    return moved.respelled(key.spell(moved.root.pitch_class)) if key and moved.root else moved
