"""What models are asked, as data: named, versioned prompts over the ground that Music Flamingo was trained on.

A text that changes gets a new version, for kept answers name theirs. The chat template with its system prompt comes
with each checkpoint and is not repeated here. Titles and tags reach a model inside the measured facts, quoted.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from db.values import CaptionKind, Utterance
from model.types import Facts, Message, Part, Sound, Text
from musicflamingo_app.errors import NotFound, StudioError
from musicflamingo_app.facts.card import SongCard
from musicflamingo_app.facts.cut import cut
from musicflamingo_app.facts.seconds import seconds_text
from musicflamingo_app.music.time import Interval, clock
from musicflamingo_app.services.shifting import shifted

LONGEST_PROMPT = 4000  # characters
QUESTION_VERSION = "question 2"
# The tags are what the Think checkpoints were trained on.
THINKING = "Write how you come to it inside <think> </think>, and what you conclude inside <answer> </answer>."
# The nano's teacher asks in these words (train/prompts.py), and it knows no others.
THINKING_TAUGHT = "Output the thinking process in <think> </think> and final answer in <answer> </answer>."
FACTS_LETTERS, FACTS_LETTERS_TINY, FACTS_LETTERS_NANO = 12_000, 2_500, 900
HISTORY_LETTERS, HISTORY_LETTERS_TINY = 12_000, 2_500


@dataclass(frozen=True, slots=True)
class Prompt:
    """One thing to ask for. `schema` binds the answer to JSON of that shape; `taught` is how the nano is asked."""

    name: str
    version: str
    title: str
    text: str
    kind: CaptionKind
    schema: Mapping[str, Any] | None = None
    taught: str = ""


def _or_null(kind: str) -> dict[str, Any]:
    return {"type": [kind, "null"]}


_WORDS: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_KEY_FACTS: dict[str, Any] = {
    "genre": _or_null("string"), "bpm": _or_null("number"), "key": _or_null("string"), "metre": _or_null("string"),
    "chords": _WORDS, "structure": _WORDS, "instruments": _WORDS, "vocals": _or_null("string"), "mood": _WORDS,
    "production": _or_null("string"),
}  # fmt: skip
KEY_FACTS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": _KEY_FACTS,
    "required": list(_KEY_FACTS),
    "additionalProperties": False,
}

PROMPTS: tuple[Prompt, ...] = (
    Prompt(
        "summary",
        "1",
        "Short summary",
        "Sum this recording up in two or three sentences: its style, how fast and in which key it moves, what carries "
        "it, and the mood it leaves behind.",
        "summary",
        taught="Sum this recording up in a few sentences.",
    ),
    Prompt(
        "key_facts",
        "1",
        "Key facts (JSON)",
        "Give the key facts of this recording as one JSON object with exactly these keys: genre, bpm, key, metre, "
        "chords, structure, instruments, vocals, mood, production. Let bpm be a number; chords, structure, instruments "
        "and mood lists of short strings; the rest strings. Where you cannot tell, put null or an empty list. "
        "Write the JSON and nothing around it.",
        "key_facts",
        KEY_FACTS_SCHEMA,
        "Give the key facts of this recording as JSON.",
    ),
    Prompt(
        "full",
        "1",
        "Full description",
        "Describe this recording layer by layer. Begin with its style and the tradition it stands in. Then tempo, "
        "metre, key and how the harmony moves. Then who plays: the instruments, their parts, and how the recording "
        "is produced and mixed. Then the voice, if there is one, and what the words are about. Then how the form "
        "unfolds from beginning to end, with the times at which things change. Close with the mood and where such "
        "music is at home.",
        "full",
    ),
    Prompt(
        "critic",
        "1",
        "A critic's view",
        "Listen as a critic who knows theory. Take the recording apart: tempo and groove, key and the path of the "
        "chords, textures and arrangement, dynamics, sound of the production. Say what works, what does not, what "
        "each choice does to the listener, and name the moments that show it.",
        "critic",
    ),
    Prompt(
        "lyrics",
        "1",
        "Lyric sheet",
        "Write down the words that are sung, as a lyric sheet: one line for each sung line, grouped under headings "
        "such as Verse 1 and Chorus. Write only what you hear; put [unclear] where you cannot make a word out. If "
        "nobody sings, say so.",
        "lyrics",
    ),
    Prompt("custom", "1", "Your own words", "", "custom"),
)

HEARS = (
    "Where the measured facts tell tempo, metre, key, chords or times, keep to them; describe the rest from what you "
    "hear."
)
READS = (
    "You cannot hear the recording. Speak from the measured facts alone, and where they do not tell, say that it was "
    "not measured."
)

READS_TINY = (
    "You cannot hear music. Answer in one or two sentences. If the facts do not tell, say that it was not measured."
)


def prompt(kind: CaptionKind, custom_text: str = "") -> Prompt:
    """The prompt for a kind of caption. Raises NotFound, StudioError for words of one's own that cannot be asked."""
    known = next((known for known in PROMPTS if known.kind == kind), None)
    if known is None:
        raise NotFound(
            f"There is no caption of the kind “{kind}”.", f"Use one of {', '.join(p.kind for p in PROMPTS)}."
        )
    if kind != "custom":
        return known
    return Prompt(known.name, known.version, known.title, asked(custom_text), known.kind)


def asked(text: str) -> str:
    """What a person wrote, without the blanks around it. Raises StudioError when it is empty or too long."""
    stripped = text.strip()
    if not stripped:
        raise StudioError("The question is empty.", "Write what you want to know.")
    if len(stripped) > LONGEST_PROMPT:
        raise StudioError(f"The question has {len(stripped)} characters.", f"Use at most {LONGEST_PROMPT}.")
    return stripped


@dataclass(frozen=True, slots=True)
class Given:
    """What a model is given beside the words: the sound it hears, the card it reads, the region both are about.

    `heard` are the seconds of the track that the sound holds, None for all of it.
    """

    sound: Sound | None = None
    card: SongCard | None = None
    region: Interval | None = None
    is_tiny: bool = False
    thinks: bool = False
    heard: Interval | None = None

    @property
    def is_nano(self) -> bool:
        """Whether a tiny model hears: it is spoken to as it was taught, about seconds that begin at 0:00."""
        return self.is_tiny and self.sound is not None

    @property
    def begins_s(self) -> float:
        """Where in the track its sound begins."""
        return self.heard.start_s if self.heard is not None else 0.0


def caption_messages(prompt: Prompt, given: Given) -> tuple[Message, ...]:
    """The one message that asks for a caption: sound, measured facts, then words."""
    if given.is_nano:
        return nano_messages(prompt.taught or prompt.text, given)
    return (Message("user", (*_before(given), Text(_thoughtfully(prompt.text, given)))),)


def question_messages(question: str, history: Sequence[Utterance], given: Given) -> tuple[Message, ...]:
    """A conversation that ends with the question. Sound and facts stand once, in its first turn.

    Of the history the last answered questions go in, as many as there is room for.
    """
    if given.is_nano:
        return nano_messages(question, given)
    turns: list[Message] = []
    for said, answered in recent(history, HISTORY_LETTERS_TINY if given.is_tiny else HISTORY_LETTERS):
        turns += [Message("user", (Text(_about(said)),)), Message("assistant", (Text(answered.text),))]
    turns.append(Message("user", (Text(_thoughtfully(question, given)),)))
    first = Message("user", (*_before(given), *turns[0].parts))
    return (first, *turns[1:])


def nano_messages(question: str, given: Given) -> tuple[Message, ...]:
    """What the nano is asked, in the form of its lessons: sound, measured facts, the bare question.

    All times are those of what it hears. Of what was said before nothing goes in: its lessons know single questions,
    and it would say an earlier answer again.
    """
    asked_for = shifted(question, -given.begins_s)
    words = Text(f"{asked_for}\n{THINKING_TAUGHT}" if given.thinks else asked_for)
    return (Message("user", (*_beside(given), words)),)


def _beside(given: Given) -> Iterator[Part]:
    """The sound and what is measured of it."""
    if given.sound is not None:
        yield given.sound
    if given.card is not None:
        card = cut(given.card, given.heard or given.card.interval)
        yield Facts(shortened(seconds_text(card), FACTS_LETTERS_NANO), card)


def _thoughtfully(text: str, given: Given) -> str:
    """The words with the form that a model which thinks was trained to answer in."""
    return f"{text}\n{THINKING}" if given.thinks else text


def recent(history: Sequence[Utterance], letters: int) -> tuple[tuple[Utterance, Utterance], ...]:
    """The last questions with their answers, oldest first, that have at most so many characters together."""
    kept: list[tuple[Utterance, Utterance]] = []
    pairs = [(q, a) for q, a in pairwise(history) if (q.role, a.role) == ("user", "assistant")]
    for question, answer in reversed(pairs):
        letters -= len(question.text) + len(answer.text)
        if letters < 0:
            break
        if answer.text.strip():
            kept.append((question, answer))
    return tuple(reversed(kept))


def _before(given: Given) -> tuple[Part, ...]:
    """What comes before the first words."""
    parts: list[Part] = [given.sound] if given.sound is not None else []
    if given.card is not None:
        longest = FACTS_LETTERS_TINY if given.is_tiny else FACTS_LETTERS
        parts.append(Facts(shortened(given.card.as_text(within=given.region), longest), given.card))
    guide = " ".join(guidance(given))
    return (*parts, *([Text(guide)] if guide else []))


def guidance(given: Given) -> tuple[str, ...]:
    """The sentences that say what to make of sound, facts and region."""
    hears, reads = given.sound is not None, given.card is not None
    deaf = READS_TINY if given.is_tiny else READS
    lines = [HEARS if hears else deaf] if reads else []
    if given.region is not None:
        start, end = clock(given.region.start_s), clock(given.region.end_s)
        lines.append(f"This is about {start} to {end} of the recording.")
        if hears:
            lines.append(f"You hear that part alone: its beginning is {start}, so add {start} to the times you hear.")
    return tuple(lines)


def _about(question: Utterance) -> str:
    region = question.region
    return f"(About {clock(region.start_s)} to {clock(region.end_s)}.) {question.text}" if region else question.text


def shortened(text: str, longest: int) -> str:
    """The text within so many characters: its longest lines are cut first, with a mark."""
    lines = text.split("\n")
    low, high = 2, max(map(len, lines))
    if _length(lines, high) <= longest:
        return text
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _length(lines, middle) <= longest else (low, middle - 1)
    return "\n".join(_cut(line, low) for line in lines)[:longest]


def _length(lines: Sequence[str], width: int) -> int:
    return sum(min(len(line), width) + 1 for line in lines) - 1


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"
