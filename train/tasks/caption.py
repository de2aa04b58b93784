"""Caption tasks: a request for a text about the whole recording, and how the text is judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from random import Random

from musicflamingo_app.facts.card import SongCard
from train.captions import write
from train.examples import Example, Recording, Score
from train.tasks.basis import basis
from train.tasks.caption_score import analysis_of, card_document, told_by
from train.tasks.judge import judge
from train.tasks.question import recording_name

SKILL = "attribute identification"  # a caption tells all; the field needs one skill
LEAST_WORDS = 5
REQUESTS = {
    "caption_short": (
        "Sum this recording up in a few sentences.", "Describe this music briefly.", "What do you hear, in short?",
        "Give a short description of the music.", "Write a short caption for this recording.",
        "In two or three sentences, what is this?", "Tell me briefly about this music.", "Summarise the recording.",
        "Write one short paragraph about what you hear.", "Introduce this recording in a few words.",
        "Describe the style, tempo and key in brief.", "Give me the gist of this music.",
    ),
    "caption_key_facts": (
        "Give the key facts of this recording as JSON.", "Write genre, bpm, key, metre and instruments as JSON.",
        "List what you hear as one JSON object.", "Fill in a JSON fact sheet for this music.",
        "Write a JSON object with the musical facts.", "Return the key facts as JSON and nothing else.",
        "Tag this recording: answer in JSON.", "Make a fact sheet of this piece in JSON.",
        "As JSON: genre, bpm, key, metre, chords, structure.", "Analyse this and answer with a JSON object.",
        "Put tempo, key, chords and form into JSON.", "Describe the music as a JSON record.",
    ),
    "caption_full": (
        "Describe this recording layer by layer.", "Give a full description of the music, from style to mood.",
        "Write a detailed caption: style, tempo, key, instruments, voice, form, harmony, mood.",
        "Describe the music in full.", "Tell everything you hear, in order.", "Write a thorough description.",
        "Describe style, sound, form and harmony in detail.", "Give a rich description of this piece.",
        "Explain what happens in this recording from beginning to end.", "Write a long caption for this music.",
        "Describe this piece so that a musician can imagine it.", "Walk me through this recording.",
    ),
    "caption_critic": (
        "Listen as a critic who knows theory and take the recording apart.", "Review this piece, harmony first.",
        "Write a critic's analysis of the music.", "Analyse key, harmony and form as a theorist would.",
        "Give a theory-minded review of this recording.", "Describe the harmony and how the piece is built.",
        "Write an analysis of the piece for students of music.", "As a critic, what do you notice?",
        "Discuss the harmony, rhythm and arrangement.", "Analyse this recording with music theory.",
        "Write about the path of the chords and the form.", "Explain the craft of this piece.",
    ),
}  # fmt: skip
Write = Callable[[SongCard, Random], str]


@dataclass(frozen=True)
class CaptionTask:
    """A Task that asks for a text in one layout."""

    name: str
    write: Write
    skill: str = SKILL

    def examples(self, track: Recording, card: SongCard) -> Iterator[Example]:
        """One caption, where there is something to say."""
        where = f"{recording_name(track)} {self.name}"
        random = Random(where)
        text = self.write(card, random)
        if len(text.split()) < LEAST_WORDS:
            return
        document = card_document(card)
        truth = {"type": "caption", "document": document, "words": len(text.split()), "aspects": _told(text, document)}
        bases = [basis(card.tempo_bpm, "tempo"), basis(card.key, "key"), basis(card.chords, "chords")]
        sources = dict.fromkeys(source for one in bases if one for source in one.sources)
        yield Example(
            sha256(where.encode()).hexdigest()[:16], track.sha256, track.audio, self.name, self.skill, "caption",
            random.choice(REQUESTS[self.name]), text, start_s=track.start_s, end_s=track.end_s, truth=truth,
            sources=tuple(sources), song=track.song, artist=track.artist, album=track.album,
        )  # fmt: skip

    def score(self, example: Example, completion: str) -> Score | None:
        return judge(example, completion)


def _told(text: str, document: dict[str, object]) -> list[str]:
    """The aspects that the written caption tells rightly: what recall is counted over."""
    from musicflamingo_app.scoring.claims.check import checked

    verdicts = checked(text, analysis_of(document))
    return sorted({aspect for one in verdicts if one.verdict.result == "agrees" for aspect in told_by(one.claim)})


CAPTIONS = (
    CaptionTask("caption_short", write.short),
    CaptionTask("caption_key_facts", write.key_facts),
    CaptionTask("caption_full", write.full),
    CaptionTask("caption_critic", write.critic),
)
