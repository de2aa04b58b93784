"""Answers on the reader itself: how sure it is, what was not measured, what may be asked; and on the labels."""

from collections.abc import Callable

from musicflamingo_app.facts.card import Fact, SongCard
from musicflamingo_app.facts.describe import describe
from musicflamingo_app.facts.prose.text import plain_label
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import at, not_measured
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, clock

MEASURED_KINDS = (
    "tempo, metre, beats, key, chords, sections, tuning, loudness, and tags for instruments, voice, style and mood"
)
_TOPICS = {
    "key": "key", "gender": "key", "modulation": "key regions", "tempo": "tempo", "metre": "metre", "chord": "chords",
    "progression": "chords", "form": "sections", "section": "sections", "@section": "sections", "tuning": "tuning",
    "@metre": "metre", "bar": "beats",
    "loud": "loudness", "instrument": "tags", "genre": "tags", "mood": "tags", "voice": "tags",
}  # fmt: skip
_NOBODY = {
    "lyrics": "the lyrics were not measured, so I cannot say anything about words or their meaning",
    "creator": "who wrote or made it was not measured, and the file does not say",
    "release": "when and by whom it was released was not measured, and the file does not say",
    "players": "who plays or sings was not measured; a recording alone does not tell",
    "melody": "the single notes of melody and bass were not measured, only the chords",
    "production": "rhythm patterns, effects and the way it was recorded were not measured",
    "popularity": "how well known it is was not measured; a recording alone does not tell",
}


def sure(question: Question, card: SongCard) -> Answer | None:
    """How sure a fact is, with its alternatives; of a chord at a time its own."""
    topic = next((_TOPICS[idea] for idea in _TOPICS if idea in question.ideas), None)
    topic = topic or ("key" if question.named else None)
    place = question.place
    if topic == "chords" and place and card.chords:
        return _chord(card, place.found)
    facts = _facts(card)
    if topic is None:
        rows = [f"{name} {_percent(fact.confidence)}" for name, (fact, _) in facts.items() if fact]
        if not rows:
            return Reply(card, "confidence").say("nothing was measured that I could be sure of").done(measured=False)
        return Reply(card, "confidence").say(f"how sure each fact is: {joined(rows)}").done()
    fact, told = facts[topic]
    if fact is None:
        return not_measured(card, "confidence", topic, "how sure it is")
    reply = Reply(card, "confidence").say(f"I am {_percent(fact.confidence)} sure of {told}")
    others = [f"{_value(other.label)} ({_percent(other.confidence)})" for other in fact.alternatives[:3]]
    return reply.say(f"next best: {joined(others)}" if others else _no_others(question)).done()


def _no_others(question: Question) -> str:
    return "no other value was proposed" if question.has("else") else ""


def _percent(confidence: float) -> str:
    return f"{100 * confidence:.0f} %"


def _value(value: object) -> str:
    return value.pretty if isinstance(value, Key) else f"{value:.0f}" if isinstance(value, float) else str(value)


def _facts(card: SongCard) -> dict[str, tuple[Fact | None, str]]:  # type: ignore[type-arg]
    """Topic -> its fact and how to tell what it says."""
    key = f"the key, {card.key.value.pretty}" if card.key else ""
    tempo = f"the tempo, {round(card.tempo_bpm.value)} beats a minute" if card.tempo_bpm else ""
    metre = f"the metre, {card.metre.value}" if card.metre else ""
    return {
        "key": (card.key, key), "key regions": (card.key_regions, "the changes of key"),
        "tempo": (card.tempo_bpm, tempo),
        "metre": (card.metre, metre), "beats": (card.beats, "the beats and bars"),
        "chords": (card.chords, "the chords on the whole"),
        "sections": (card.sections, "the sections and their borders"),
        "tuning": (card.tuning_cents, "the tuning"), "loudness": (card.loudness, "the loudness"),
        "tags": (card.tags, "the tags for instruments and style"),
        "what plays when": (card.instruments, "what plays when"),
    }  # fmt: skip


def _chord(card: SongCard, interval: Interval) -> Answer:
    segment, reply = card.chord_at(interval.start_s), Reply(card, "confidence")
    whole = card.chords.confidence if card.chords else 0.0
    if segment is None:
        return reply.say("no chord was heard there").done()
    own = whole if segment.confidence is None else segment.confidence
    reply.say(f"I am {_percent(own)} sure of {segment.label.pretty} {at(card, segment.start_s)}", segment.interval)
    others = [f"{other.label.pretty} ({_percent(other.confidence)})" for other in segment.alternatives[:3]]
    return reply.say(f"next best: {joined(others)}" if others else "").done()


def unmeasured(question: Question, card: SongCard) -> Answer | None:
    """What was not measured in this track, and what never is."""
    missing, reply = card.not_measured, Reply(card, "not_measured")
    never = "lyrics, melody, players, and who wrote it"
    if not missing:
        return reply.say(f"everything that the studio measures was measured: {MEASURED_KINDS}").say(
            f"nobody measures {never}"
        ).done()  # fmt: skip
    reply.say(f"not measured in this track: {joined(missing)}")
    for aspect in missing[:2]:
        reply.say(card.failures.get(aspect, ""))
    return reply.say(f"nobody measures {never}").done()


def helping(question: Question, card: SongCard) -> Answer | None:
    """What may be asked of this track."""
    known = {
        "tempo and metre": card.tempo_bpm, "key, relatives and changes of key": card.key,
        "chords at a time, in a bar or a section, progressions and cadences": card.chords,
        "form and when sections begin": card.sections, "bars": card.beats, "instruments and style": card.tags,
        "what plays when": card.instruments,
        "tuning": card.tuning_cents, "loudness": card.loudness,
    }  # fmt: skip
    names = [name for name, fact in known.items() if fact]
    reply = Reply(card, "help").say(f"ask me about {joined([*names, 'the length'])}")
    play = "also which capo suits, what scale to improvise with, or the chords in another key" if card.chords else ""
    return (
        reply.say(play)
        .say(f"name a place by its time, such as {clock(card.duration_s / 2)}, by bar or by section")
        .done()
    )


def summary(question: Question, card: SongCard) -> Answer | None:
    """The first two paragraphs of the measured description."""
    if question.places:
        return None
    reply = Reply(card, "summary")
    for paragraph in describe(card).paragraphs[:2]:
        for one in paragraph.sentences[:3]:
            reply.say(one.text, *one.intervals)
    return reply.done()


def nobody(topic: str) -> Callable[[Question, SongCard], Answer | None]:
    """The answer to what nobody measures."""

    def answer(question: Question, card: SongCard) -> Answer | None:
        return Reply(card, topic).say(_NOBODY[topic]).done(measured=False)

    return answer


def nothing(question: Question, card: SongCard) -> Answer | None:
    """No answer: the question is not about the track's facts."""
    return None


def label(name: str) -> Callable[[Question, SongCard], Answer | None]:
    """The answer that a label of the file gives."""

    def answer(question: Question, card: SongCard) -> Answer | None:
        value = getattr(card, name)
        text = plain_label(str(value)) if value else ""
        reply = Reply(card, name)
        if not text:
            eras = [tag.name for tag in card.tags_of("era")] if name == "year" else []
            reply.say(f"the file does not tell its {name}, and it was not measured")
            return reply.say(f"by ear it was taken for the {eras[0]}" if eras else "").done(measured=False)
        return reply.say(f"by its label the {name} is “{text}”").done()

    return answer
