"""How each question is put. A line without a mark is a question that is put into several frames; one with a mark
stands as it is. Slots in braces are filled from the card. Every family has a dozen ways or more.
"""

_FRAMES = (
    "{Q}?", "Listen closely: {q}?", "Going by ear, {q}?", "In this recording, {q}?", "As you hear it, {q}?",
    "For this piece of music, {q}?", "From the sound alone, {q}?", "A musician asks: {q}?", "Tell me: {q}?",
)  # fmt: skip
_LINES = {
    "tempo": """
        what is the tempo in beats per minute
        how fast is the music, in BPM
        how many beats go by in a minute
        Give the tempo in BPM.
        Estimate how many beats per minute this has.""",
    "metre": """
        what is the time signature
        which metre is the music in
        how are the beats grouped, as a time signature
        Name the time signature.
        Write the metre as a time signature.""",
    "section_start": """
        when does {section} begin
        at what time does {section} start
        at which moment do we reach {section}
        Give the time at which {section} begins.""",
    "section_end": """
        when does {section} end
        at what time is {section} over
        until which moment does {section} last
        Give the time at which {section} ends.""",
    "bar_start": """
        at what time does bar {bar} begin
        when is the downbeat of bar {bar}
        Count the bars: when does bar {bar} begin?
        Give the time of the first beat of bar {bar}.""",
    "key_change_time": """
        when does the music move to {key}
        at what time does the key change to {key}
        where does {key} take over as the key
        Give the time at which the music modulates to {key}.""",
    "section_length": """
        how long does {section} last
        how many seconds does {section} take
        what is the length of {section} in seconds
        Give the duration of {section}.""",
    "section_bars": """
        how many bars does {section} have
        how many measures long is {section}
        over how many bars does {section} extend
        Count the bars of {section}.""",
    "bar_length": """
        how long does one bar last, in seconds
        how many seconds does a full bar take
        what is the length of one bar in seconds
        Work out how long one bar is, in seconds.""",
    "steadiness": """
        how does the tempo behave
        what happens to the tempo over the recording
        which statement about the tempo is true
        Pick what describes the tempo over time.""",
    "section_at": """
        which section is playing at {time}
        what part of the song are we in at {time}
        which section do we hear at {time}
        Name the section that sounds at {time}.""",
    "key": """
        what key is this in
        which key does the music have
        what are the tonic and the mode
        around which tonic and in which mode does the music move
        Name the key.
        Give tonic and mode.""",
    "mode": """
        is the key major or minor
        does the music stand in major or in minor
        which of the two modes is it, major or minor
        Say whether this is in major or minor.""",
    "instruments": """
        which instruments do you hear
        what instruments play
        who plays here, by instrument
        List the instruments that are heard.""",
    "heard_instrument": """
        which of these instruments is clearly heard
        which one of these is playing
        which of the following sounds belongs to the band
        Pick the instrument that is heard.""",
    "absent_instrument": """
        which of these instruments is not heard
        which one of these is missing
        which of the following does not play
        Pick the instrument that does not play.""",
    "instrument_entry": """
        when is the {instrument} first heard
        at what time does the {instrument} come in
        at which moment does the {instrument} enter
        Give the time at which the {instrument} enters.""",
    "voice_entry": """
        when does the {instrument} come in
        at what time does the singing begin
        at which moment is the {instrument} first heard
        Give the time at which the {instrument} enters.""",
    "silent_in": """
        which of these does not play in {section}
        which of these rests in {section}
        which one of these is silent in {section}
        Pick the one that does not play in {section}.""",
    "heard_first": """
        which is heard first, {one} or {other}
        which comes in earlier, {one} or {other}
        which of the two enters first, {one} or {other}
        Compare the entries of {one} and {other}: which comes first?""",
    "genre": """
        which genre fits best
        what style of music is this
        to which genre does the music belong
        Name the genre.""",
    "mood": """
        which mood fits best
        what is the mood of the music
        which word describes the feeling best
        Name the mood.""",
    "chord_at": """
        which chord sounds at {time}
        what chord do we hear at {time}
        what is the harmony at {time}
        Name the chord at {time}.""",
    "chord_in_bar": """
        which chord fills bar {bar}
        what chord is played in bar {bar}
        what is the harmony of bar {bar}
        Name the chord of bar {bar}.""",
    "chord_after": """
        which chord follows the {chord} at {time}
        what comes after the {chord} chord at {time}
        to which chord does the {chord} at {time} move
        Name the chord after the {chord} at {time}.""",
    "chord_before": """
        which chord comes before the {chord} at {time}
        what chord leads to the {chord} at {time}
        from which chord is the {chord} at {time} reached
        Name the chord just before the {chord} at {time}.""",
    "numeral": """
        which Roman numeral does the chord at {time} have
        what degree is the chord at {time}, as a Roman numeral
        how is the chord at {time} written as a Roman numeral
        Give the Roman numeral of the chord at {time}.""",
    "section_chords": """
        which chords go round in {section}
        what is the chord progression of {section}
        which chords, in order, make up the loop of {section}
        Write down the chord loop of {section}.""",
    "section_numerals": """
        which progression does {section} have, in Roman numerals
        how is the loop of {section} written in Roman numerals
        what is the harmony of {section} in Roman numerals
        Analyse the loop of {section} with Roman numerals.""",
    "cadence": """
        what kind of cadence closes {section}
        how does {section} come to rest
        which cadence ends {section}
        Name the cadence at the end of {section}.""",
    "new_key": """
        to which key does the music move at {time}
        which key begins at {time}
        what is the new key from {time} on
        Name the key that starts at {time}.""",
    "key_relation": """
        how is the key after {time} related to the one before
        what relation do the keys on both sides of {time} have
        seen from the old key, what is the key that begins at {time}
        Describe the change of key at {time}.""",
    "key_count": """
        how many different keys does the music pass through
        how many keys are there in all
        in how many different keys does the music stand
        Count the different keys.""",
    "last_chord": """
        on which chord does the music end
        what is the last chord
        with which chord does the piece close
        Name the final chord.""",
    "first_chord": """
        on which chord does the music begin
        what is the first chord
        with which chord does the piece open
        Name the opening chord.""",
    "outside_chord": """
        which chord from outside the key is heard at {time}
        what is the chromatic chord at {time}
        which chord leaves the key at {time}
        Name the chord at {time} that does not belong to the key.""",
    "outside_reason": """
        where does the chord from outside the key at {time} come from
        what explains the chromatic chord at {time}
        why is there a chord from outside the key at {time}
        Explain the chromatic chord at {time}.""",
    "bass_note": """
        which note is in the bass of the chord at {time}
        what is the lowest note of the chord at {time}
        over which bass note does the chord at {time} stand
        Name the bass note at {time}.""",
    "singing": """
        is there a singer
        is this sung or purely instrumental
        does anybody sing here, or is it instrumental
        Say whether there are vocals.""",
    "voice": """
        what kind of voice is heard
        who sings, by the sound of the voice
        which voice carries the song
        Describe the voice in two words.""",
    "next_line": """
        which line is sung right after “{line}”
        what words follow “{line}”
        how do the lyrics go on after “{line}”
        Give the line after “{line}”.""",
    "sung_at": """
        which words are sung at {time}
        what line do we hear at {time}
        what does the singer sing at {time}
        Give the line that is sung at {time}.""",
    "repeated_line": """
        which line comes back most often
        what line is repeated most
        which words does the singer return to most often
        Pick the line that is repeated most.""",
    "count_of_section": """
        how many {sections} are there
        how often do we hear a {section}
        how many times does a {section} come
        Count the {sections}.""",
    "count_of_sections": """
        how many sections does the piece have
        into how many sections does the form divide
        how many parts does the form have in all
        Count the sections.""",
    "next_section": """
        which section follows {section}
        what comes after {section}
        where does {section} lead
        Name the section after {section}.""",
    "previous_section": """
        which section comes just before {section}
        what leads into {section}
        after which section do we reach {section}
        Name the section before {section}.""",
    "form": """
        what is the form
        how do the sections follow one another
        in which order do the sections come
        Pick the order of the sections.""",
    "longest_section": """
        which section is the longest
        which of these sections lasts longest
        which part takes the most time
        Name the longest of these sections.""",
    "louder": """
        which is louder, {one} or {other}
        which of the two sounds louder, {one} or {other}
        of {one} and {other}, which is the louder one
        Compare the loudness of {one} and {other}: which is louder?""",
    "same_chords": """
        do {one} and {other} have the same chord progression
        is the harmony of {one} the same as that of {other}
        do the chords of {one} come again in {other}
        Compare the chords of {one} and {other}: are they the same?""",
    "more_bars": """
        which has more bars, {one} or {other}
        which is longer in bars, {one} or {other}
        of {one} and {other}, which takes more bars
        Compare {one} and {other}: which has more bars?""",
}


def wordings(name: str) -> tuple[str, ...]:
    """Every way to put a question. Raises KeyError for a family without any."""
    cores = [line.strip() for line in _LINES[name].strip().splitlines()]
    out: list[str] = []
    for core in cores:
        if core.endswith((".", "?")):
            out.append(core)
        else:
            out += [frame.replace("{Q}", core[0].upper() + core[1:]).replace("{q}", core) for frame in _FRAMES]
    return tuple(dict.fromkeys(out))
