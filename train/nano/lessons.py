"""What is asked about one clip: eight short questions over the five skills, most of them four-way, and captions.

Answers that are right for most clips (4/4, a steady tempo, nobody sings) are asked about less often, so that whoever
does not listen gains nothing by them.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from random import Random

from musicflamingo_app.facts.card import SongCard
from train.examples import SKILLS, Example, Recording
from train.nano import ask_music, ask_players
from train.nano.evidence import with_evidence
from train.nano.wordings import wordings
from train.tasks.caption import CAPTIONS
from train.tasks.judge import judge
from train.tasks.question import Asked, Finder
from train.tasks.registry import TASKS
from train.think import with_thoughts

N_QUESTIONS = 8
FOUR_WAY = 0.75  # of the questions that could be
CAPTION_THOUGHTS, FACT_SHEETS = 0.5, 0.3
TEMPORAL, ATTRIBUTES, HARMONY, VOCAL, STRUCTURE = SKILLS


@dataclass(frozen=True)
class Lesson:
    """A family of questions. `share` says in how many clips it is tried, `rarely` how often an answer is asked about
    that would else be right too often.
    """

    name: str
    skill: str
    find: Finder
    rarely: Mapping[str, float] = field(default_factory=dict)
    share: float = 1.0


def _known(name: str, rarely: Mapping[str, float] | None = None, share: float = 1.0) -> Lesson:
    task = TASKS[name]
    return Lesson(name, task.skill, task.find, rarely or {}, share)  # type: ignore[attr-defined]


def _of_changes(name: str) -> Lesson:
    """Questions that need more than one key."""
    known = _known(name)
    return replace(known, find=lambda card, random: known.find(card, random) if len(card.keys) > 1 else ())


def _without_options(name: str) -> Finder:
    """The questions of a task, to be answered in one's own words."""
    return lambda card, random: [replace(asked, wrong=()) for asked in TASKS[name].find(card, random)]  # type: ignore[attr-defined]


LESSONS = (
    Lesson("tempo", TEMPORAL, ask_music.tempo_of),
    Lesson("metre", TEMPORAL, ask_music.metre_of, {"4/4": 0.1, "3/4": 0.8}),
    Lesson("pace", TEMPORAL, ask_music.pace,
           {"moderate, 80 to 110 BPM": 0.25, "slow, below 80 BPM": 0.4, "fast, 110 to 140 BPM": 0.6}),
    Lesson("tempo_motion", TEMPORAL, ask_music.tempo_motion,
           {"The tempo stays the same.": 0.03, "The music gets slower.": 0.6}),
    Lesson("family_entry", TEMPORAL, ask_players.family_entry),
    Lesson("bar_length", TEMPORAL, _without_options("bar_length"), share=0.4), _of_changes("key_change_time"),
    _known("key"), _known("mode"), Lesson("genre_of", ATTRIBUTES, ask_music.genre_of, {"pop": 0.12, "piano solo": 0.5}),
    Lesson("heard_family", ATTRIBUTES, ask_players.heard_family),
    Lesson("absent_family", ATTRIBUTES, ask_players.absent_family),
    Lesson("family_list", ATTRIBUTES, ask_players.family_list),
    Lesson("family_count", ATTRIBUTES, ask_players.family_count, {"5": 0.55, "4": 0.5, "1": 0.8}),
    _known("chord_at", share=0.8), _known("chord_after", share=0.5), _known("chord_before", share=0.4),
    Lesson("numeral", HARMONY, _without_options("numeral"), {"I": 0.4, "i": 0.4}, 0.4), _known("bass_note", share=0.6),
    _of_changes("new_key"), _of_changes("key_relation"), _known("outside_chord", share=0.3),
    Lesson("mode_of", HARMONY, ask_music.mode_of, {"major": 0.08, "minor": 0.08}),
    Lesson("chord_kind", HARMONY, ask_music.chord_kind, {"major triad": 0.5, "minor seventh": 0.8}),
    Lesson("chord_row", HARMONY, ask_music.chord_row),
    Lesson("harmonic_rhythm", HARMONY, ask_music.harmonic_rhythm, {"one chord in each bar": 0.15}),
    Lesson("voice_course", VOCAL, ask_players.voice_course, {"Nobody sings.": 0.05, ask_players.ALL_SUNG: 0.2}),
    Lesson("is_sung", VOCAL, ask_players.is_sung, {"yes": 0.35, "no": 0.3}),
    Lesson("voice_entry", VOCAL, ask_players.voice_entry),
    Lesson("beside_voice", VOCAL, ask_players.beside_voice),
    Lesson("who_enters", STRUCTURE, ask_players.who_enters),
    Lesson("who_leaves", STRUCTURE, ask_players.who_leaves),
    Lesson("loudest_part", STRUCTURE, ask_players.loudest_part, {"0:15 to 0:20": 0.4}),
    Lesson("texture", STRUCTURE, ask_players.texture, {ask_players.SAME_PLAYERS: 0.06, ask_players.MORE: 0.3,
                                                     ask_players.FEWER: 0.3}),
    Lesson("boundary_time", STRUCTURE, ask_players.boundary_time, {}), _known("heard_first"),
)  # fmt: skip
SHORT, FACTS = CAPTIONS[0], CAPTIONS[1]


def lessons_of(name: str, card: SongCard) -> list[Example]:
    """The questions and captions of a clip; the same name and card give the same ones."""
    digest = sha256(name.encode()).hexdigest()
    track, random = Recording(digest, f"{name}.wav", song=card.title), Random(f"lessons {name}")
    questions = [with_evidence(example, card) for example in questions_of(track, card, random)]
    random = Random(f"captions {name}")
    captions = list(SHORT.examples(track, card))
    if random.random() < FACT_SHEETS:
        captions += FACTS.examples(track, card)
    return [*questions, *(with_thoughts(one, card) if random.random() < CAPTION_THOUGHTS else one for one in captions)]


def questions_of(track: Recording, card: SongCard, random: Random) -> list[Example]:
    """At most eight questions: skills in turn, a family once before any comes again."""
    pool: dict[str, list[tuple[Lesson, Asked]]] = {skill: [] for skill in SKILLS}
    for lesson in LESSONS:
        for asked in lesson.find(card, random) if random.random() < lesson.share else ():
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
                example = _example(track, lesson, asked, random)
                if _is_answerable(example):
                    told[lesson.name] += 1
                    chosen.append(example)
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


def _is_answerable(example: Example) -> bool:
    """Whether its own answer earns full marks; the names of rare chords cannot be read back."""
    mark = judge(example, example.answer)
    return mark is not None and mark.value >= 1.0
