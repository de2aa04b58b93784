"""Thoughts: how a listener who knows theory comes to an answer, in steps taken from the card.

Tempo and metre first, then who plays, then what speaks for the key, then the chords and cadences that matter, then
the options that fall away. Each step is a sentence or two that the card bears out.
"""

from collections.abc import Callable, Iterator, Mapping

from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.harmony import harmony_of
from musicflamingo_app.facts.prose.hedges import CLEAR_TAG, SURE
from musicflamingo_app.facts.words import joined
from musicflamingo_app.music.chord import Chord
from musicflamingo_app.music.key import Key
from musicflamingo_app.music.time import Interval, clock
from train.examples import Example

AROUND = 3  # chords told to each side of a moment
_DEGREES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh")
_WHY = {
    "authentic": "The dominant moves to the tonic, which is an authentic cadence.",
    "plagal": "The subdominant moves to the tonic, which is a plagal cadence.",
    "half": "It stops on the dominant, which is a half cadence.",
    "deceptive": "The dominant does not go to the tonic but to the sixth degree, which is a deceptive cadence.",
}
Steps = Iterator[str]


def pulse(card: SongCard) -> Steps:
    """Tempo and metre."""
    tempo = card.tempo_bpm if card.tempo_bpm and card.tempo_bpm.confidence >= SURE else None
    metre = card.metre if card.metre and card.metre.confidence >= SURE else None
    if tempo and metre:
        yield f"The pulse goes at about {round(tempo.value)} BPM and groups into {metre.value}."
    elif tempo:
        yield f"The pulse goes at about {round(tempo.value)} BPM."


def players(card: SongCard) -> Steps:
    """Who plays."""
    heard = [tag.name for tag in card.tags_of("instrument") if tag.score >= CLEAR_TAG]
    if heard:
        yield f"I hear {joined(heard)}."


def home(card: SongCard) -> Steps:
    """What speaks for the key: the tonic chord, its dominant, the last chord."""
    if card.key is None or card.key.confidence < SURE or not card.chords:
        return
    key, sounding = card.key.value, card.seconds_by_chord
    tonic = next((c for c in sounding if _degree(c, key) == 0 and c.triad.quality in ("maj", "min")), None)
    if tonic is None:
        return
    yield f"The chord of {tonic.triad.pretty} is heard again and again and sounds like home."
    dominant = next((c for c in sounding if _degree(c, key) == 7 and c.triad.quality == "maj"), None)
    if dominant is not None:
        yield f"{dominant.triad.pretty} leads back to it, so the key is {key.pretty}."
    else:
        yield f"The other chords fit its scale, so the key is {key.pretty}."


def parts(card: SongCard) -> Steps:
    """The sections in order with their times."""
    if card.sections is None:
        return
    rows = [s for s in card.sections.value if s.label.function != "silence"][:16]
    names = [f"{clock(s.start_s)} {s.label.function or 'section ' + s.label.letter}" for s in rows]
    yield f"I follow the parts: {', '.join(names)}."


def around(card: SongCard, interval: Interval) -> Steps:
    """The chords around a stretch, with their times."""
    rows = [s for s in (card.chords.value.merged() if card.chords else ()) if s.label.is_chord]
    inside = [n for n, s in enumerate(rows) if s.interval.overlap_s(interval) > 0.01]
    if inside:
        near = rows[max(0, inside[0] - AROUND) : inside[-1] + AROUND + 1][: 4 * AROUND]
        told = ", ".join(f"{_bare(s.label)} at {clock(s.start_s)}" for s in near)
        yield f"The chords there are {told}."


def degree_of(card: SongCard, interval: Interval, example: Example) -> Steps:
    """From chord and key to the Roman numeral."""
    segment = card.chord_at((interval.start_s + interval.end_s) / 2)
    key = card.key_at((interval.start_s + interval.end_s) / 2)
    if segment is None or key is None or segment.label.root is None:
        return
    yield f"The chord is {_bare(segment.label)}, and the key at this point is {key.pretty}."
    step = _degree(segment.label, key)
    if step in key_steps(key):
        yield f"{segment.label.root.pretty} is the {_DEGREES[key_steps(key).index(step)]} degree of that scale."
    yield f"There the quality is {_quality(segment.label)}, which is written {example.answer}."


def rest(card: SongCard, interval: Interval) -> Steps:
    """The two chords that close a section, and what they make."""
    for one in harmony_of(card).cadences:
        if one.ends_section and abs(one.interval.start_s - interval.start_s) < 0.01:
            first, last = (_bare(chord) for chord in one.chords)
            yield f"The last two chords are {first} and {last}."
            yield f"In {one.key.pretty} these are {one.numerals[0]} and {one.numerals[1]}."
            yield _WHY[one.kind]
            return


def change(card: SongCard, at_s: float) -> Steps:
    """What the key was, what it becomes, and how the two are related."""
    for one in harmony_of(card).modulations:
        if abs(one.time_s - at_s) < 0.01:
            yield f"Up to {clock(at_s)} the home is {one.old.pretty}."
            if one.approach:
                yield f"Then {_bare(one.approach[0].label)} comes in, which the old key has not and the new one has."
            yield f"From there on the music rests on {one.new.tonic.pretty}, so the new key is {one.new.pretty}."
            yield f"Seen from {one.old.pretty}, that is {one.relation}."
            return


def outside(card: SongCard, interval: Interval) -> Steps:
    """Which tones of a chord leave the key, and where it comes from."""
    for one in harmony_of(card).chromatic:
        if abs(one.segment.start_s - interval.start_s) < 0.01 and one.segment.label.root:
            chord = one.segment.label
            tones = [chord.root.above(degree) for degree in chord.degrees if chord.root]
            strange = [tone.pretty for tone in tones if tone.pitch_class not in one.key.scale]
            yield f"The key is {one.key.pretty}, and {_bare(chord)} has {joined(strange)}, which its scale has not."
            if one.target is not None:
                yield f"The next chord is {_bare(one.target)}, a fifth below: the chord is its dominant, {one.numeral}."
            elif one.source is not None:
                yield f"All its tones are found in the scale of {one.source.pretty}, so it is borrowed from there."
            return


def loop(card: SongCard, interval: Interval) -> Steps:
    """The bars of a section, and what repeats in them."""
    cells = [cell for cell in card.cells(interval) if cell.chords][:8]
    bars = " | ".join(" ".join(_bare(chord) for chord in cell.chords) for cell in cells)
    if cells:
        yield f"Bar by bar I hear {bars}."
        yield "Then it goes round again, so I only need the chords up to the repeat."


def arithmetic(card: SongCard) -> Steps:
    """How long a bar is."""
    if card.tempo_bpm and card.metre:
        n, bpm = card.metre.value.felt_beats, card.tempo_bpm.value
        yield f"A bar of {card.metre.value} has {n} beats."
        yield f"At {round(bpm)} BPM the beats are {60 / bpm:.2f} seconds apart."
        yield f"{n} times {60 / bpm:.2f} is {n * 60 / bpm:.1f} seconds."


def span(card: SongCard, interval: Interval, *, in_bars: bool) -> Steps:
    """From beginning and end to a length."""
    start, end = clock(interval.start_s), clock(interval.end_s)
    yield f"It goes from {start} to {end}, which is {interval.duration_s:.0f} seconds."
    bars = card.bars_of(interval)
    if in_bars and bars:
        yield f"The bar lines are about {bars[0].interval.duration_s:.1f} seconds apart."
        yield f"So I count {len(bars)} bars."


def compare(card: SongCard, example: Example) -> Steps:
    """Two sections beside each other."""
    for start_s, end_s in example.references[:2]:
        segment = card.section_at((start_s + end_s) / 2)
        if segment is None:
            continue
        name, bars = f"the {card.name_of(segment)}", card.bars_of(segment.interval)
        if example.task == "more_bars":
            yield f"{name[0].upper()}{name[1:]} has {len(bars)} bars."
        elif example.task == "louder":
            yield f"{name[0].upper()}{name[1:]} runs from {clock(start_s)} to {clock(end_s)}; I weigh its level."
        else:
            cells = [" ".join(_bare(c) for c in cell.chords) for cell in card.cells(segment.interval) if cell.chords][
                :4
            ]
            yield f"{name[0].upper()}{name[1:]} begins with {' | '.join(cells)}."


def fallen(example: Example) -> Steps:
    """The options that do not fit, and what remains."""
    wrong = [option for option in example.options if option != example.answer]
    if len(wrong) > 1:
        yield f"Neither {joined([option.rstrip('.') for option in wrong], 'nor')} fits with that."


def spot(example: Example) -> Interval:
    """The stretch that a question is about."""
    start_s, end_s = example.references[0] if example.references else (0.0, 0.0)
    return Interval(start_s, max(start_s, end_s))


Build = Callable[[SongCard, Example], Steps]
CHAINS: Mapping[str, Build] = {
    **dict.fromkeys(
        ("section_start", "section_end", "section_at", "next_section", "previous_section", "form", "count_of_section",
         "count_of_sections", "longest_section", "key_change_time"), lambda card, example: parts(card),
    ),
    **dict.fromkeys(
        ("chord_in_bar", "chord_after", "chord_before", "first_chord", "last_chord", "bass_note"),
        lambda card, example: around(card, spot(example)),
    ),
    **dict.fromkeys(("section_chords", "section_numerals"), lambda card, example: loop(card, spot(example))),
    **dict.fromkeys(("outside_chord", "outside_reason"), lambda card, example: outside(card, spot(example))),
    **dict.fromkeys(("new_key", "key_relation"), lambda card, example: change(card, spot(example).start_s)),
    **dict.fromkeys(("more_bars", "louder", "same_chords"), compare),
    "numeral": lambda card, example: degree_of(card, spot(example), example),
    "cadence": lambda card, example: rest(card, spot(example)),
    "bar_length": lambda card, example: arithmetic(card),
    "section_length": lambda card, example: span(card, spot(example), in_bars=False),
    "section_bars": lambda card, example: span(card, spot(example), in_bars=True),
    "key_count": lambda card, example: regions(card),
}  # fmt: skip


def regions(card: SongCard) -> Steps:
    """The keys in order."""
    rows = [f"{region.label.pretty} from {clock(region.start_s)}" for region in card.keys][:8]
    if rows:
        yield f"I follow the tonal centre: {joined(rows, 'then')}."


def key_steps(key: Key) -> list[int]:
    """The steps of a key's scale above its tonic, in order."""
    return [(pitch_class - key.tonic.pitch_class) % 12 for pitch_class in key.scale]


def _degree(chord: Chord, key: Key) -> int:
    return (chord.root.pitch_class - key.tonic.pitch_class) % 12 if chord.root else -1


def _quality(chord: Chord) -> str:
    return {"maj": "major", "min": "minor", "dim": "diminished", "aug": "augmented"}.get(chord.quality, chord.quality)


def _bare(chord: Chord) -> str:
    return chord.bare.pretty
