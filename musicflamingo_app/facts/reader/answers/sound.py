"""Answers on loudness, tuning, instruments, voice, style and mood."""

from musicflamingo_app.facts.card import Curve, SongCard
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG, FAINT_TAG
from musicflamingo_app.facts.prose.overview import IN_TUNE_CENTS
from musicflamingo_app.facts.prose.sound import NARROW_LU, WIDE_LU, level_of
from musicflamingo_app.facts.prose.text import plain_label
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import not_measured, trouble
from musicflamingo_app.facts.reader.places import Place, name_of
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.words import joined, with_article
from musicflamingo_app.music.analysis import Tag
from musicflamingo_app.music.time import Interval, clock

A432_CENTS = -31.8  # A = 432 Hz against 440
TOLD_TAGS = 6
_ROOTS = {"fiddle": "violin", "saxophone": "sax", "synthesizer": "synth", "synthesiser": "synth", "drum": "drums"}


def loudness(question: Question, card: SongCard) -> Answer | None:
    """How loud the track is on the whole; of its parts only with the curve."""
    if card.loudness is None:
        return not_measured(card, "loudness", "loudness", "how loud it is")
    loud = card.loudness.value
    level = f"{loud.integrated_lufs:.0f}".replace("-", "−")
    if card.loudness_curve and (question.places or question.has("louder")):
        return _by_part(question, card, card.loudness_curve)
    if question.places or question.has("louder"):
        reply = Reply(card, "loudness")
        reply.say("loudness was measured for the track as a whole only, so I cannot compare its parts")
        return reply.say(f"on the whole it is {level} LUFS, with a range of {loud.range_lu:.0f} LU").done(
            measured=False
        )
    manner = "loud" if loud.integrated_lufs > -10 else "moderate" if loud.integrated_lufs > -18 else "quiet"
    words = f"on the whole it is {manner}: {level} LUFS, with its highest sample at {loud.peak_dbfs:.1f} dBFS"
    return Reply(card, "loudness").say(words.replace("-", "−")).done()


def _by_part(question: Question, card: SongCard, curve: Curve) -> Answer:
    """The parts that are named with their levels, or the loudest and the quietest section."""
    if question.missing:
        return trouble(question, card, "loudness") or Reply(card, "loudness").done(measured=False)
    rows = [row for place in question.places for row in _rows(card, place)]
    is_ranked = not rows
    rows = rows or [(name_of(card, part), part.interval) for part in (card.sections.value if card.sections else ())]
    heard = [(level, name, when) for name, when in rows if (level := level_of(when, curve)) is not None]
    reply = Reply(card, "loudness")
    if not heard:
        return reply.say("its parts cannot be compared, for no section was measured").done(measured=False)
    heard.sort(key=lambda row: -row[0])
    (high, loudest, first), (low, quietest, second) = heard[0], heard[-1]
    apart = round(high - low)
    if len(heard) == 1:
        return reply.say(f"{loudest} is at about {_lufs(high)}", first).done()
    if not apart:
        return reply.say("they are equally loud" if not is_ranked else "all sections are about equally loud").done()
    if len(heard) == 2:
        return reply.say(f"{loudest} is louder than {quietest}, by about {apart} LU", first, second).done()
    reply.say(f"the loudest is {loudest}, from {clock(first.start_s)}, at about {_lufs(high)}", first)
    return reply.say(f"the quietest is {quietest}, from {clock(second.start_s)}, about {apart} LU below", second).done()


def _rows(card: SongCard, place: Place) -> list[tuple[str, Interval]]:
    """Name and interval of all that a place stands for; a moment stands for the seconds around it."""
    if place.segments:
        return [(name_of(card, part), part.interval) for part in place.segments]
    found = place.found
    around = Interval(max(0.0, found.start_s - 1.5), min(card.duration_s, found.start_s + 1.5))
    return [(place.name, found if found.duration_s > 0 else around)]


def _lufs(level: float) -> str:
    return f"{level:.0f} LUFS".replace("-", "−")


def dynamics(question: Question, card: SongCard) -> Answer | None:
    """The loudness range."""
    if card.loudness is None:
        return not_measured(card, "dynamics", "loudness", "how wide its dynamics are")
    if question.places:
        return loudness(question, card)
    range_lu = card.loudness.value.range_lu
    manner = "narrow, the level hardly changes" if range_lu < NARROW_LU else "moderate"
    manner = "wide, from soft to loud" if range_lu > WIDE_LU else manner
    return Reply(card, "dynamics").say(f"the loudness range is {range_lu:.0f} LU, which is {manner}").done()


def tuning(question: Question, card: SongCard) -> Answer | None:
    """How far the recording is from A = 440 Hz."""
    if card.tuning_cents is None:
        return not_measured(card, "tuning", "tuning", "whether it is tuned to A = 440 Hz")
    cents = card.tuning_cents.value
    a_hz = 440 * 2 ** (cents / 1200)
    in_tune = abs(cents) < IN_TUNE_CENTS
    side = "above" if cents > 0 else "below"
    where = f"{abs(round(cents))} cents {side} concert pitch, with A at about {a_hz:.0f} Hz"
    reply = Reply(card, "tuning")
    if any(word.startswith("432") or word.startswith("a432") for word in question.words):
        is_432 = abs(cents - A432_CENTS) < IN_TUNE_CENTS / 2
        return reply.say(
            f"{'yes, about that' if is_432 else 'no'}: it is {where}; A = 432 Hz would be 32 cents below"
        ).done()
    if in_tune:
        exact = "exactly at" if round(cents) == 0 else f"within {abs(round(cents))} cents of"
        return reply.say(f"{'yes, ' if question.has('@yes') else ''}it is {exact} concert pitch (A = 440 Hz)").done()
    return reply.say(f"{'not quite: ' if question.has('@yes') else ''}it is about {where} instead of 440 Hz").done()


def instruments(question: Question, card: SongCard) -> Answer | None:
    """What was heard to play, or whether one instrument was."""
    kind = "instruments"
    if card.tags is None:
        return not_measured(card, kind, "tags", "which instruments play")
    if question.places:
        return _whole_only(card, kind)
    tags = card.tags_of("instrument")
    if question.instruments:
        return _one(card, question.instruments[0], tags, with_times=question.has("when", "begin", "end"))
    heard = [tag for tag in tags if tag.score >= FAINT_TAG]
    if not heard:
        return Reply(card, kind).say("no instrument was recognised with any certainty").done(measured=bool(tags))
    return Reply(card, kind).say(f"{_listed(heard)} can be heard, by a tagger that is not always right").done()


def _one(card: SongCard, word: str, tags: tuple[Tag, ...], *, with_times: bool) -> Answer:
    name = _ROOTS.get(word, word)
    fits = [tag for tag in tags if name.rstrip("s") in tag.name]
    reply = Reply(card, "instruments")
    if not fits:
        return reply.say(f"no, {name} was not recognised, but the tagger does not know every instrument").done()
    best = fits[0]
    sure = "yes" if best.score >= CLEAR_TAG else "probably" if best.score >= FAINT_TAG else "hardly"
    heard = f"{best.name} was heard with a score of {best.score:.2f}"
    if with_times:
        return (
            reply.say("when each instrument plays was not measured")
            .say(f"in the whole track {heard}")
            .done(measured=False)
        )
    return reply.say(f"{sure}: {heard}").done()


def _listed(tags: list[Tag]) -> str:
    """`guitar (0.80), drums (0.60) and probably piano (0.35)`."""
    clear = [f"{tag.name} ({tag.score:.2f})" for tag in tags[:TOLD_TAGS] if tag.score >= CLEAR_TAG]
    faint = [f"{tag.name} ({tag.score:.2f})" for tag in tags[:TOLD_TAGS] if tag.score < CLEAR_TAG]
    parts = [joined(clear)] if clear else []
    return " and ".join([*parts, *([f"probably {joined(faint)}"] if faint else [])])


def _whole_only(card: SongCard, kind: str) -> Answer:
    words = "this was measured for the track as a whole only, so I cannot say it of one part"
    return Reply(card, kind).say(words).done(measured=False)


def voice(question: Question, card: SongCard) -> Answer | None:
    """Whether somebody sings, and what voice it is."""
    kind = "voice"
    if card.tags is None:
        return not_measured(card, kind, "tags", "who or what kind of voice sings")
    if question.places:
        return _whole_only(card, kind)
    tags = [tag for tag in card.tags_of("voice") if tag.score >= FAINT_TAG]
    reply = Reply(card, kind)
    if not tags:
        return reply.say("no voice was recognised, so it may be instrumental").done()
    names = [with_article(tag.name) if "voice" in tag.name else tag.name for tag in tags[:3]]
    scored = joined([f"{name} ({tag.score:.2f})" for name, tag in zip(names, tags, strict=False)], "or")
    lead = "no, " if "instrumental" in question.words else ""
    sure = "" if tags[0].score >= CLEAR_TAG else "probably "
    return reply.say(f"{lead}{sure}{scored} was heard").say("whose voice it is was not measured").done()


def genre(question: Question, card: SongCard) -> Answer | None:
    """The style by the tagger, and the file's own label."""
    kind = "genre"
    if question.places and card.tags:
        return _whole_only(card, kind)
    tags = [tag for tag in card.tags_of("genre") if tag.score >= FAINT_TAG]
    label = plain_label(card.genre) if card.genre else ""
    if not tags and not label:
        if card.tags is None:
            return not_measured(card, kind, "tags", "what genre it is")
        return Reply(card, kind).say("no genre stood out, so I cannot say what it is").done(measured=False)
    reply = Reply(card, kind)
    reply.say(f"in style it sounds like {_listed(tags)}; these are guesses by ear" if tags else "")
    return reply.say(f"the file is labelled “{label}”" if label else "").done()


def mood(question: Question, card: SongCard) -> Answer | None:
    """The mood, as far as tags tell it."""
    kind = "mood"
    if card.tags is None:
        return not_measured(card, kind, "tags", "what mood it has")
    if question.places:
        return _whole_only(card, kind)
    tags = [tag for tag in card.tags_of("mood") if tag.score >= FAINT_TAG]
    if not tags:
        return Reply(card, kind).say("no mood was recognised, so I cannot say how it feels").done(measured=False)
    asked = [tag for tag in tags if tag.name in question.words]
    lead = f"{'yes' if asked[0].score >= CLEAR_TAG else 'perhaps'}, " if asked and question.has("@yes") else ""
    return Reply(card, kind).say(f"{lead}its mood was heard as {_listed(tags)}, which is only a guess by ear").done()
