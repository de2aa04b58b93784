"""The measured description: a track in plain musical language, written from its song card alone.

Every statement follows from a fact of the card; unsure ones are hedged (`prose/hedges.py`); what was not measured is
named at the end. The same card gives the same text.
"""

from musicflamingo_app.facts.card import Curve, SongCard
from musicflamingo_app.facts.harmony import Harmony, harmony_of
from musicflamingo_app.facts.prose.chords import harmony_by_section, outside_chords
from musicflamingo_app.facts.prose.endings import cadence_lines, modulation_lines
from musicflamingo_app.facts.prose.form import form
from musicflamingo_app.facts.prose.overview import is_silent, measures, overview
from musicflamingo_app.facts.prose.sound import dynamics, instruments, unmeasured
from musicflamingo_app.facts.prose.text import Description, Mark, Paragraph, Pen, Sentence

__all__ = ["Description", "Mark", "Paragraph", "Sentence", "describe"]


def describe(card: SongCard, *, loudness_curve: Curve | None = None) -> Description:
    """The description; paragraphs without anything to say are left out.

    `loudness_curve` is times in seconds and short-term loudness in LUFS at each; with it sections are compared.
    """
    pen = Pen()
    silent = is_silent(card)
    harmony = Harmony((), (), (), ()) if silent else harmony_of(card)
    paragraphs = {
        "Overview": overview(card, pen),
        "Tempo, metre and key": [] if silent else measures(card, pen),
        "Form": [] if silent else form(card, pen),
        "Harmony": [*harmony_by_section(card, harmony, pen), *outside_chords(harmony, pen)],
        "Cadences": cadence_lines(card, harmony, pen),
        "Changes of key": modulation_lines(card, harmony, pen),
        "Loudness": dynamics(card, pen, loudness_curve),
        "Instruments and style": instruments(card, pen),
        "Not measured": [] if silent else unmeasured(card, pen),
    }
    return Description(tuple(Paragraph(heading, tuple(lines)) for heading, lines in paragraphs.items() if lines))
