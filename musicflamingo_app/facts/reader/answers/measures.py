"""Answers on tempo and metre."""

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.prose.hedges import hedge, rival
from musicflamingo_app.facts.prose.overview import pace
from musicflamingo_app.facts.reader.answer import Answer, Reply
from musicflamingo_app.facts.reader.answers.saying import at, not_measured, trouble, verb, yes
from musicflamingo_app.facts.reader.question import Question
from musicflamingo_app.facts.swing import swing_in_words
from musicflamingo_app.facts.words import counted
from musicflamingo_app.music.time import Interval

NEAR_BPM = 1.0  # a tempo so near to a number is that number


def tempo(question: Question, card: SongCard) -> Answer | None:
    """How fast, and whether it holds; over a place the local tempo."""
    if card.tempo_bpm is None:
        return _unknown_tempo(card, "tempo")
    if question.places:
        return _tempo_in(question, card)
    bpm, other = round(card.tempo_bpm.value), rival(card.tempo_bpm)
    reply = Reply(card, "tempo").say(
        f"the tempo {verb(card.tempo_bpm.confidence)} {bpm} beats a minute ({_pace(card)})"
    )
    if other and round(other.label) != bpm:
        reply.say(f"{round(other.label)} is nearly as likely a count")
    return reply.say(_steadiness(card)).done()


def _pace(card: SongCard) -> str:
    return pace(card.tempo_bpm.value) if card.tempo_bpm else ""


def _unknown_tempo(card: SongCard, kind: str) -> Answer:
    if card.beats is not None and len(card.beats.value.beats) < 2:
        return Reply(card, kind).say("no regular beat was found, so there is no tempo to tell").done(measured=False)
    return not_measured(card, kind, "tempo", "how fast it is")


def _tempo_in(question: Question, card: SongCard) -> Answer | None:
    """The middle of the local tempo over a place."""
    place = question.place
    if question.missing or place is None or card.beats is None or card.tempo_bpm is None:
        return trouble(question, card, "tempo") or None
    around = Interval(max(0.0, place.found.start_s - 2.0), place.found.end_s + 2.0)
    within = place.found if place.found.duration_s > 0 else around
    local = sorted(t.bpm for t in card.beats.value.tempo_curve() if within.contains(t.time_s))
    if not local:
        return Reply(card, "tempo").say(f"no beats were found in {place.name}").done(measured=False)
    near = f"{verb(card.tempo_bpm.confidence)} about {round(local[len(local) // 2])} beats a minute"
    whole = f"over the whole track it is {round(card.tempo_bpm.value)}"
    where = f"at {place.name}" if place.kind == "time" else f"in {place.name}"
    return Reply(card, "tempo").say(f"{where} the tempo {near}; {whole}", place.found).done()


def _steadiness(card: SongCard) -> str:
    shape = card.stability.value if card.stability else None
    if shape is None:
        return ""
    return (
        "it stays steady"
        if shape.is_steady
        else f"it moves between about {round(shape.low_bpm)} and {round(shape.high_bpm)}"
    )


def tempo_change(question: Question, card: SongCard) -> Answer | None:
    """Whether the tempo holds, and what the end does."""
    if card.tempo_bpm is None:
        return _unknown_tempo(card, "tempo_change")
    if card.stability is None:
        return not_measured(card, "tempo_change", "beats", "whether the tempo changes")
    shape, bpm, sure = card.stability.value, round(card.tempo_bpm.value), card.stability.confidence
    reply = Reply(card, "tempo_change")
    ends = shape.ending is not None and shape.ending_from_s is not None and shape.ending_from_s < card.duration_s
    asks_steady = question.has("steady") and not question.has("slow_down", "change")
    wanted = shape.is_steady and not ends if asks_steady else ends if question.has("slow_down") else not shape.is_steady
    if shape.is_steady:
        middle = f"the tempo stays steady at {hedge(sure)}{bpm} beats a minute"
    else:
        low, high = round(shape.low_bpm), round(shape.high_bpm)
        middle = f"the tempo {hedge(sure)}moves between about {low} and {high} beats a minute, around {bpm}"
    reply.say(f"{yes(wanted, sure)}: {middle}")
    if ends and shape.ending_from_s is not None:
        way = "slows down" if shape.ending == "slows" else "hurries"
        rest = Interval(shape.ending_from_s, card.duration_s)
        reply.say(f"it {way} at the end, from {at(card, rest.start_s)[3:]} on", rest)
    return reply.done()


def swing(question: Question, card: SongCard) -> Answer | None:
    """Whether the eighths swing, and how much."""
    reply = Reply(card, "swing")
    if card.swing is None:
        if card.metre is None:
            return _unknown_tempo(card, "swing")
        parted = card.metre.value.is_compound
        why = "its beats are parted in three" if parted else "too few eighths lie between its beats"
        return reply.say(f"whether it swings was not measured: {why}").done(measured=False)
    told = swing_in_words(card.swing.value, card.swing.confidence)
    if told is None:
        return reply.say(f"whether it swings is not clear; the eighths stand at about {card.swing.value:.1f}:1").done()
    lead = yes(told != "straight", card.swing.confidence)
    return reply.say(f"{lead}, the eighths are {hedge(card.swing.confidence)}{told}").done()


def tempo_against(question: Question, card: SongCard) -> Answer | None:
    """Whether it is faster or slower than a number."""
    if card.tempo_bpm is None:
        return _unknown_tempo(card, "tempo_against")
    numbers = [n for n in question.numbers if 20 <= n <= 400]
    if not numbers:
        return tempo(question, card)
    bpm, limit = card.tempo_bpm.value, numbers[0]
    if abs(bpm - limit) <= NEAR_BPM:
        lead = "yes, " if question.has("@yes") and not question.has("faster", "slower") else ""
        words = f"{lead}the tempo is almost exactly that: {round(bpm)} beats a minute"
        return Reply(card, "tempo_against").say(words).done()
    wanted = bpm > limit if question.has("faster") else bpm < limit if question.has("slower") else False
    side = "above" if bpm > limit else "below"
    words = f"{yes(wanted, card.tempo_bpm.confidence)}, at {round(bpm)} beats a minute it is {side} {limit:g}"
    return Reply(card, "tempo_against").say(words).done()


def tempo_felt(question: Question, card: SongCard) -> Answer | None:
    """The tempo in half and in double time."""
    if card.tempo_bpm is None:
        return _unknown_tempo(card, "tempo_felt")
    bpm = card.tempo_bpm.value
    half, double = f"{bpm / 2:.0f}", f"{bpm * 2:.0f}"
    reply = Reply(card, "tempo_felt")
    reply.say(f"counted as {round(bpm)} beats a minute, half time would be {half} and double time {double}")
    near = [o for o in card.tempo_bpm.alternatives if 0.9 < o.label / bpm * 2 < 1.1 or 0.9 < o.label / bpm / 2 < 1.1]
    if near:
        chance = f"{round(100 * near[0].confidence)} %"
        return reply.say(f"the beat tracker gave {round(near[0].label)} a chance of {chance}").done()
    return reply.say("which of them is felt is a matter of the groove; the beats were counted at the first").done()


def metre(question: Question, card: SongCard) -> Answer | None:
    """The time signature; with one named, whether it is that."""
    if card.metre is None:
        if card.beats is not None:
            return Reply(card, "metre").say("no regular beat was found, so it has no metre").done(measured=False)
        return not_measured(card, "metre", "beats", "what metre it is in")
    value, sure = card.metre.value, card.metre.confidence
    each = f", {counted(value.felt_beats, 'beat')} to the bar" + (" of three eighths each" if value.is_compound else "")
    reply = Reply(card, "metre")
    if question.metre and (question.has("@yes") or not question.has("metre")):
        same = question.metre == value
        return reply.say(f"{yes(same, sure)}, it is {'' if same else 'counted '}in {value}{each}").done()
    if question.has("change"):
        reply.say("one metre was measured for the whole track")
    return reply.say(f"it {verb(sure)} in {value}{each}").say(_pickup(card)).done()


def _pickup(card: SongCard) -> str:
    first = card.bars[0] if card.bars else None
    if first is None or first.number != 0:
        return ""
    return f"it begins with a pickup of {counted(len(first.beats), 'beat')}"
