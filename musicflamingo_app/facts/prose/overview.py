"""Overview, and the paragraph on tempo, metre and key."""

from dataclasses import replace

from musicflamingo_app.facts.card import SongCard, sound_of
from musicflamingo_app.facts.prose.hedges import SURE, hedge, rival
from musicflamingo_app.facts.prose.text import Pen, Sentence, plain_label
from musicflamingo_app.facts.stability import TempoStability
from musicflamingo_app.facts.swing import swing_in_words
from musicflamingo_app.facts.words import counted, joined, number, plural, with_article
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, Segment

PACES = (
    (56, "very slow"),
    (76, "slow"),
    (108, "moderately paced"),
    (132, "lively"),
    (168, "fast"),
)  # up to so many a minute
SILENT_LUFS = -69.0
IN_TUNE_CENTS = 10.0
THROUGHOUT = 0.9  # of the track


def is_silent(card: SongCard) -> bool:
    """Whether nothing is heard at all."""
    return card.loudness is not None and not card.loudness.value.integrated_lufs > SILENT_LUFS


def overview(card: SongCard, pen: Pen) -> list[Sentence]:
    """What the track is, in one or two sentences."""
    by = f" by {plain_label(card.artist)}" if card.artist and plain_label(card.artist) else ""
    title = f"“{plain_label(card.title)}”" if plain_label(card.title) else "The track"
    if is_silent(card):
        return [pen.line(f"{title}{by} is silent from beginning to end: {_length(card.duration_s)} without a sound")]
    paced = card.tempo_bpm is not None and card.metre is not None and card.tempo_bpm.confidence >= SURE
    piece = with_article(f"{pace(card.tempo_bpm.value)} piece") if card.tempo_bpm and paced else "a piece"
    traits = _home(card, _beat(card))
    if not traits:
        return [pen.line(f"{title}{by} lasts {_length(card.duration_s)}"), *_material(card, pen, "")]
    return [pen.line(f"{title}{by} is {piece} {traits}"), *_material(card, pen, _length(card.duration_s))]


def _length(duration_s: float) -> str:
    """`54 seconds`, `3 minutes and 5 seconds`, `1 hour and 2 minutes`."""
    seconds = max(0, round(duration_s))
    hours, minutes, seconds = seconds // 3600, seconds % 3600 // 60, seconds % 60
    parts = [(hours, "hour"), (minutes, "minute"), (0 if hours else seconds, "second")]
    return joined([_units(n, unit) for n, unit in parts if n] or ["less than a second"])


def _units(count: int, unit: str) -> str:
    return f"{count} {unit if count == 1 else plural(unit)}"


def _home(card: SongCard, beat: str) -> str:
    """`in 4/4 and G major`, `in 4/4 that moves from F major to A♭ major`; the beat alone when no key is known."""
    regions = card.keys.segments
    if card.key is None and not regions:
        return beat
    fact = card.key_regions if len(regions) > 1 or card.key is None else card.key
    key = card.key.value if card.key and len(regions) < 2 else regions[0].label
    sure = hedge(fact.confidence if fact else 0.0)
    if len(regions) > 1 and regions[-1].label != key:
        return f"{beat} that {sure}moves from {key.pretty} to {regions[-1].label.pretty}".strip()
    name = key.pretty + (", with changes of key" if len(regions) > 1 else "")
    return f"{beat} and {sure}{'in ' if sure else ''}{name}" if beat else f"{sure}in {name}"


def _beat(card: SongCard) -> str:
    if card.metre is None:
        return "in free time" if card.beats and not card.beats.value.beats else ""
    return f"{hedge(card.metre.confidence)}in {card.metre.value}"


def pace(bpm: float) -> str:
    """A word for a tempo."""
    return next((word for limit, word in PACES if bpm < limit), "very fast")


def _material(card: SongCard, pen: Pen, length: str) -> list[Sentence]:
    """How many chords are heard in the length (told before when empty)."""
    names = _by_length(card)
    if card.chords is None:
        return [pen.line(f"it lasts {length}")] if length else []
    sure, within = hedge(card.chords.confidence), f"in its {length} " if length else ""
    if not names:
        return [pen.line(f"{within}no chords were heard")]
    if len(names) == 1:
        return [pen.line(f"{within}one chord alone, {names[0]}, was {sure}heard")]
    if len(names) <= 4:
        return [pen.line(f"{within}{sure}{number(len(names))} chords are enough: {joined(names)}")]
    return [
        pen.line(f"{within}{sure}{number(len(names))} different chords are heard; {joined(names[:3])} sound longest")
    ]


def _by_length(card: SongCard) -> list[str]:
    """The chords, longest first; inversions are the same chord, and so are C♯ and D♭ of two keys."""
    seconds: dict[tuple[int, str], float] = {}
    names: dict[tuple[int, str], str] = {}
    for chord, sounding_s in card.seconds_by_chord.items():
        sound = sound_of(chord)
        seconds[sound] = seconds.get(sound, 0.0) + sounding_s
        names.setdefault(sound, replace(chord, bass=None).pretty)
    return [names[sound] for sound in sorted(seconds, key=lambda sound: -seconds[sound])]


def measures(card: SongCard, pen: Pen) -> list[Sentence]:
    """Tempo, metre and key one after the other."""
    return [*_tempo(card, pen), *_metre(card, pen), *_swing(card, pen), *_key(card, pen), *_tuning(card, pen)]


def _tempo(card: SongCard, pen: Pen) -> list[Sentence]:
    if card.tempo_bpm is None:
        found_none = card.beats is not None and not card.beats.value.beats and not is_silent(card)
        return [pen.line("No regular beat was found, so there are no bars to count")] if found_none else []
    bpm, other = round(card.tempo_bpm.value), rival(card.tempo_bpm)
    count = f", though {round(other.label)} is nearly as likely a count" if other and round(other.label) != bpm else ""
    shape = card.stability.value if card.stability else None
    sure = hedge(card.tempo_bpm.confidence)
    if shape is None:
        return [pen.line(f"the tempo is {sure}about {bpm} beats a minute{count}")]
    if shape.is_steady:
        words = f"the pulse is {sure}a steady {bpm} beats a minute{count}"
    else:
        around = f"moves between about {round(shape.low_bpm)} and {round(shape.high_bpm)} beats a minute"
        words = f"the tempo {sure}{around}, around a middle of {bpm}{count}"
    return [pen.line(words + _ending(shape, card, pen))]


def _ending(shape: TempoStability, card: SongCard, pen: Pen) -> str:
    if shape.ending is None or shape.ending_from_s is None or shape.ending_from_s >= card.duration_s:
        return ""
    when = pen.at(Interval(shape.ending_from_s, card.duration_s))
    return f", and {'slows down' if shape.ending == 'slows' else 'hurries'} at the end, from {when}"


def _metre(card: SongCard, pen: Pen) -> list[Sentence]:
    if card.metre is None or card.beats is None:
        return []
    metre, sure = card.metre.value, hedge(card.metre.confidence)
    each = f" ({counted(metre.felt_beats, 'beat')} to the bar, each of three eighths)" if metre.is_compound else ""
    each = ", like a waltz" if str(metre) == "3/4" else each
    pickup = card.bars[0] if card.bars and card.bars[0].number == 0 else None
    after = f" after a pickup of {counted(len(pickup.beats), 'beat')}" if pickup else ""
    if not card.n_bars:
        return [pen.line(f"the metre is {sure}{metre}{each}")]
    return [pen.line(f"it is {sure}counted in {metre}{each}, and {_there_are(card.n_bars)}{after}")]


def _swing(card: SongCard, pen: Pen) -> list[Sentence]:
    """Straight eighths are what is expected, so only swung ones are told."""
    swing = card.swing and swing_in_words(card.swing.value, card.swing.confidence)
    if card.swing is None or card.metre is None or swing in (None, "straight"):
        return []
    return [pen.line(f"the eighths are {hedge(card.swing.confidence)}{swing}")]


def _there_are(n_bars: int) -> str:
    return f"there {'is' if n_bars == 1 else 'are'} {counted(n_bars, 'bar')}"


def _key(card: SongCard, pen: Pen) -> list[Sentence]:
    regions = card.keys.segments
    if card.key is None:
        return []
    if len(regions) > 1 and card.key_regions:
        return [pen.line(_journey(regions, hedge(card.key_regions.confidence)))]
    key, other = card.key.value, rival(card.key)
    doubt = f"; {other.label.pretty} fits almost as well" if other else ""
    stays = ", from beginning to end" if card.key.confidence >= SURE and _holds_throughout(card, key) else ""
    return [pen.line(f"the key is {hedge(card.key.confidence)}{key.pretty} ({_signature(key)}){stays}{doubt}")]


def _holds_throughout(card: SongCard, key: Key) -> bool:
    regions = card.keys.segments
    whole = len(regions) == 1 and regions[0].duration_s >= THROUGHOUT * card.duration_s
    return card.key_regions is not None and whole and regions[0].label == key


def _journey(regions: tuple[Segment[Key], ...], sure: str) -> str:
    """The keys from the first to the last."""
    first, *between, last = (region.label for region in regions)
    passed = list(dict.fromkeys(key.pretty for key in between if key not in (first, last)))
    through = f", passes through {joined(passed)}" if passed else ""
    back = " again" if last == first else f" ({_signature(last)})"
    return f"it {sure}begins in {first.pretty} ({_signature(first)}){through} and ends in {last.pretty}{back}"


def _signature(key: Key) -> str:
    marks = abs(key.signature)
    if marks == 0:
        return "no sharps or flats"
    return counted(marks, "sharp" if key.signature > 0 else "flat")


def _tuning(card: SongCard, pen: Pen) -> list[Sentence]:
    if card.tuning_cents is None or abs(card.tuning_cents.value) < IN_TUNE_CENTS or is_silent(card):
        return []
    cents = card.tuning_cents.value
    side = "above" if cents > 0 else "below"
    return [pen.line(f"the recording is tuned about {abs(round(cents))} cents {side} concert pitch (A = 440 Hz)")]
