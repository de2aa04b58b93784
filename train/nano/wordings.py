"""How the questions about a clip are put. A line without a mark goes into several frames; one with a mark stands."""

from train.tasks.wordings import wordings as known_wordings

_FRAMES = ("{Q}?", "{Q}?", "Listen: {q}?", "By ear, {q}?", "In this excerpt, {q}?")
_LINES = {
    "heard_family": """
        which of these plays
        which one of these is heard
        Pick the instrument that plays.""",
    "absent_family": """
        which of these does not play
        which one of these is missing
        Pick the instrument that is not heard.""",
    "family_list": """
        who plays
        which instruments are heard
        Name the instruments.""",
    "family_count": """
        how many kinds of instruments play
        how many different instruments are heard, voice and drums included
        Count the kinds of instruments.""",
    "who_enters": """
        who joins after the beginning
        which of these comes in later
        Pick the one that enters during the excerpt.""",
    "who_leaves": """
        who stops before the end
        which of these falls silent
        Pick the one that leaves during the excerpt.""",
    "family_entry": """
        when does the {instrument} come in
        at what time does the {instrument} enter
        Give the time at which the {instrument} enters.""",
    "voice_entry": """
        when does the {instrument} come in
        at what time does the singing begin
        Give the time at which the {instrument} enters.""",
    "voice_course": """
        where is there a voice
        what is true of the singing
        Pick what is true of the voice.""",
    "is_sung": """
        is there a voice
        does anybody sing
        Say whether anybody sings.""",
    "beside_voice": """
        what plays while the voice sings
        which of these accompanies the voice
        Pick the instrument that accompanies the voice.""",
    "loudest_part": """
        which part is the loudest
        when is it loudest
        Pick the loudest part.""",
    "texture": """
        how does the line-up change
        how does the end differ from the beginning in who plays
        Compare who plays at the beginning and at the end.""",
    "boundary_time": """
        when does a new section begin
        at what time does a new part start
        Give the time at which a new section begins.""",
    "pace": """
        how fast is the music
        what is the pace
        Pick the pace.""",
    "tempo_motion": """
        what does the tempo do
        how does the tempo behave
        Pick what is true of the tempo.""",
    "genre_of": """
        which style is it
        what style of music is this
        Pick the style.""",
    "mode_of": """
        which mode is it
        what mode is the music in
        Pick the mode.""",
    "chord_kind": """
        what kind of chord sounds at {time}
        which kind of chord is heard at {time}
        Name the kind of chord at {time}.""",
    "chord_row": """
        which chords begin the excerpt, in order
        what are the first four chords
        Name the first four chords in order.""",
    "harmonic_rhythm": """
        how often do the chords change
        how fast does the harmony move
        Pick how often the chords change.""",
}


def wordings(name: str) -> tuple[str, ...]:
    """Every way to put a question about a clip. Raises KeyError for a family without any."""
    if name not in _LINES:
        return known_wordings(name)
    out: list[str] = []
    for core in (line.strip() for line in _LINES[name].strip().splitlines()):
        if core.endswith((".", "?")):
            out.append(core)
        else:
            out += [frame.replace("{Q}", core[0].upper() + core[1:]).replace("{q}", core) for frame in _FRAMES]
    return tuple(out)
