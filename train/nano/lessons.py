"""What is asked about one clip: eight short questions over the five skills, most of them four-way, and captions.

Answers that are right for most clips (4/4, a steady tempo, nobody sings) are asked about less often, so that whoever
does not listen gains nothing by them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from musicflamingo_app.facts.card import SongCard
from train.examples import SKILLS, Example, Recording
from train.nano import ask_music, ask_players
from train.nano.wordings import wordings
from train.tasks.caption import CAPTIONS
from train.tasks.question import Asked, Finder
from train.tasks.registry import TASKS
from train.think import with_thoughts

N_QUESTIONS = 8
FOUR_WAY = 0.75  # of the questions that could be
THOUGHTS, CAPTION_THOUGHTS, FACT_SHEETS = 0.5, 0.15, 0.3
TEMPORAL, ATTRIBUTES, HARMONY, VOCAL, STRUCTURE = SKILLS


@dataclass(frozen=True)
class Lesson:
    """A family of questions. `rarely` says how often an answer is asked about that would else be right too often."""

    name: str
    skill: str
    find: Finder
    rarely: Mapping[str, float]


def _known(name: str, **rarely: float) -> Lesson:
    task = TASKS[name]
    return Lesson(name, task.skill, task.find, rarely)  # type: ignore[attr-defined]


LESSONS = (
    _known("tempo"), Lesson("metre", TEMPORAL, TASKS["metre"].find, {"4/4": 0.2, "3/4": 0.7}),  # type: ignore[attr-defined]
    Lesson("pace", TEMPORAL, ask_music.pace, {}),
    Lesson("tempo_motion", TEMPORAL, ask_music.tempo_motion, {"The tempo stays the same.": 0.04}),
    Lesson("family_entry", TEMPORAL, ask_players.family_entry, {}),
    _known("bar_length"), _known("key_change_time"),
    _known("key"), _known("mode"), Lesson("genre_of", ATTRIBUTES, ask_music.genre_of, {"pop": 0.12}),
    Lesson("heard_family", ATTRIBUTES, ask_players.heard_family, {}),
    Lesson("absent_family", ATTRIBUTES, ask_players.absent_family, {}),
    Lesson("family_list", ATTRIBUTES, ask_players.family_list, {}),
    Lesson("family_count", ATTRIBUTES, ask_players.family_count, {}),
    _known("chord_at"), _known("chord_after"), _known("chord_before"), _known("numeral"), _known("bass_note"),
    _known("new_key"), _known("key_relation"), _known("outside_chord"),
    Lesson("mode_of", HARMONY, ask_music.mode_of, {"major": 0.3, "minor": 0.6}),
    Lesson("chord_kind", HARMONY, ask_music.chord_kind, {}),
    Lesson("chord_row", HARMONY, ask_music.chord_row, {}),
    Lesson("harmonic_rhythm", HARMONY, ask_music.harmonic_rhythm, {}),
    Lesson("voice_course", VOCAL, ask_players.voice_course, {"Nobody sings.": 0.3}),
    Lesson("is_sung", VOCAL, ask_players.is_sung, {"no": 0.6}),
    Lesson("voice_entry", VOCAL, ask_players.voice_entry, {}),
    Lesson("beside_voice", VOCAL, ask_players.beside_voice, {}),
    Lesson("who_enters", STRUCTURE, ask_players.who_enters, {}),
    Lesson("who_leaves", STRUCTURE, ask_players.who_leaves, {}),
    Lesson("loudest_part", STRUCTURE, ask_players.loudest_part, {}),
    Lesson("texture", STRUCTURE, ask_players.texture, {ask_players.SAME_PLAYERS: 0.4}),
    Lesson("boundary_time", STRUCTURE, ask_players.boundary_time, {}), _known("heard_first"),
)  # fmt: skip
SHORT, FACTS = CAPTIONS[0], CAPTIONS[1]


def lessons_of(name: str, card: SongCard) -> list[Example]:
    """The questions and captions of a clip; the same name and card give the same ones."""
    digest = sha256(name.encode()).hexdigest()
    track, random = Recording(digest, f"{name}.wav", song=card.title), Random(f"lessons {name}")
    questions = [_thought(example, card, random, THOUGHTS) for example in questions_of(track, card, random)]
    captions = list(SHORT.examples(track, card))
    if random.random() < FACT_SHEETS:
        captions += FACTS.examples(track, card)
    return [*questions, *(_thought(example, card, random, CAPTION_THOUGHTS) for example in captions)]


def questions_of(track: Recording, card: SongCard, random: Random) -> list[Example]:
    """At most eight questions: skills in turn, a family once before any comes again."""
    pool: dict[str, list[tuple[Lesson, Asked]]] = {skill: [] for skill in SKILLS}
    for lesson in LESSONS:
        for asked in lesson.find(card, random):
            asked_about = random.random() < lesson.rarely.get(asked.answer, 1.0)
            if asked_about and not (asked.must_choose and len(asked.wrong) < 3):
                pool[lesson.skill].append((lesson, asked))
    for rows in pool.values():
        random.shuffle(rows)
    chosen: list[Example] = []
    told: Counter[str] = Counter()
    while len(chosen) < N_QUESTIONS and any(pool.values()):
        for skill in random.sample(SKILLS, len(SKILLS)):
            if pool[skill] and len(chosen) < N_QUESTIONS:
                best = min(range(len(pool[skill])), key=lambda n: told[pool[skill][n][0].name])
                lesson, asked = pool[skill].pop(best)
                told[lesson.name] += 1
                chosen.append(_example(track, lesson, asked, random))
    return chosen


def _example(track: Recording, lesson: Lesson, asked: Asked, random: Random) -> Example:
    question = random.choice(wordings(lesson.name)).format(**asked.slots)
    four = len(asked.wrong) >= 3 and (asked.must_choose or random.random() < FOUR_WAY)
    options = [asked.answer, *random.sample(list(asked.wrong), 3)] if four else []
    random.shuffle(options)
    digest = sha256(f"{track.audio} {lesson.name} {question} {asked.answer}".encode()).hexdigest()
    sources = dict.fromkeys(source for one in asked.bases for source in one.sources)
    return Example(
        digest[:16], track.sha256, track.audio, lesson.name, lesson.skill, "choice" if four else asked.kind, question,
        asked.answer, tuple(options), truth=dict(asked.truth), references=asked.references, sources=tuple(sources),
        song=track.song,
    )  # fmt: skip


def _thought(example: Example, card: SongCard, random: Random, share: float) -> Example:
    return with_thoughts(example, card) if random.random() < share else example
