"""Statements of one fact each, in a dozen ways or more. Every one of them must stay true to the claim checker.

Slots are filled from the card: `{tempo}` is a number, `{key}` is `A minor`, `{metre}` is `3/4`, `{instruments}` is a
list in words, `{chords}` is `C–G–Am–F`, `{section}` stands with its article, `{time}` is `1:23`.
"""

STATEMENTS: dict[str, tuple[str, ...]] = {
    "style": (
        "This is {style} music.", "The piece is at home in {style}.", "What we hear is {style}.",
        "The recording belongs to {style}.", "Stylistically this is {style}.", "It is a piece of {style}.",
        "The idiom is {style}.", "Its style is {style}.", "The track moves in the world of {style}.",
        "The music has its roots in {style}.", "Anyone who knows {style} will recognise it here.",
        "The style can be called {style}.", "In style it is {style}.",
    ),
    "tempo": (
        "The tempo is {tempo} BPM.", "It moves at {tempo} BPM.", "The beat goes at {tempo} BPM.",
        "It runs at about {tempo} BPM.", "The pulse keeps {tempo} BPM.", "The speed is {tempo} beats per minute.",
        "The music walks along at {tempo} BPM.", "The band plays at {tempo} BPM.", "At {tempo} BPM the pulse is clear.",
        "The pace is {tempo} BPM.", "The beat settles at around {tempo} BPM.", "It is played at {tempo} BPM.",
        "The groove sits at {tempo} beats per minute.",
    ),
    "key": (
        "The key is {key}.", "It is in {key}.", "The piece is in the key of {key}.", "The music stands in {key}.",
        "The tonality is {key}.", "Its home key is {key}.", "Harmonically it is rooted in {key}.",
        "The song sits in {key}.", "All of it is centred on {key}.", "The tonal centre is {key}.",
        "The track is written in {key}.", "The harmony is grounded in {key}.", "Overall the key is {key}.",
    ),
    "metre": (
        "The metre is {metre}.", "The time signature is {metre}.",
        "It is in {metre} time.", "The beats fall in {metre}.",
        "The bars are in {metre}.", "It is counted in {metre}.",
        "The meter is {metre}.", "The pulse groups into {metre} bars.",
        "The music is in {metre}.", "The rhythm is in {metre} time.", "It keeps to {metre} time.",
        "The piece has a time signature of {metre}.", "Every bar is in {metre}.",
    ),
    "instruments": (
        "We hear {instruments}.", "The instruments are {instruments}.", "{Instruments} carry the sound.",
        "The arrangement is built from {instruments}.", "The players bring {instruments}.",
        "The band consists of {instruments}.", "The sound is made of {instruments}.", "The line-up has {instruments}.",
        "The texture is woven from {instruments}.", "One hears {instruments} throughout the arrangement.",
        "The instrumentation features {instruments}.", "On the instrumental side there are {instruments}.",
        "The ensemble includes {instruments}.",
    ),
    "voice": (
        "The vocals are by a {voice}.", "A {voice} sings.", "The song is led by a {voice}.", "We hear a {voice}.",
        "A {voice} carries the melody.", "The lead is a {voice}.", "In front of the band stands a {voice}.",
        "The words are sung by a {voice}.", "The melody is given to a {voice}.", "A {voice} is at the centre.",
        "The listener follows a {voice}.", "It is a {voice} that leads the song.", "A {voice} tells the story.",
    ),
    "form": (
        "The form is {form}.", "The sections come in this order: {form}.", "The piece unfolds as {form}.",
        "Its parts are {form}.", "In order we hear {form}.", "The course of the piece is {form}.",
        "It goes through {form}.", "The structure runs {form}.", "The plan of the piece reads {form}.",
        "One part follows the other: {form}.", "The song is laid out as {form}.", "From beginning to end: {form}.",
        "The layout is {form}.",
    ),
    "section_start": (
        "{Section} begins at {time}.", "{Section} starts at {time}.", "{Section} enters at {time}.",
        "{Section} comes in at {time}.", "At {time} {section} begins.", "At {time} {section} starts.",
        "At {time} {section} enters.", "{Section} opens at {time}.", "{Section} arrives at {time}.",
        "At {time} {section} arrives.", "Then at {time} {section} starts.", "At {time} we reach {section}.",
        "At {time} comes {section}.",
    ),
    "loop": (
        "In {section} the chords {chords} go round.", "{Section} is built on {chords}.",
        "The harmony of {section} is {chords}.", "{Section} turns on the loop {chords}.",
        "The chords of {section} are {chords}.", "Under {section} lies the progression {chords}.",
        "{Section} repeats {chords}.", "In {section} the harmony moves {chords}.", "{Section} cycles through {chords}.",
        "The progression of {section} is {chords}.", "{Section} rests on the chord loop {chords}.",
        "Throughout {section} one hears {chords}.", "The chord sequence of {section} is {chords}.",
    ),
    "modulation": (
        "At {time} the music modulates to {key}.",
        "At {time} it moves to {key}.", "At {time} the key changes to {key}.",
        "The music shifts to {key} at {time}.",
        "It modulates to {key} at {time}.", "At {time} the harmony turns to {key}.",
        "At {time} it modulates to {key}.", "The key moves to {key} at {time}.", "At {time} there is a shift to {key}.",
        "At {time} the piece modulates to {key}.",
        "The piece moves to {key} at {time}.", "It shifts to {key} at {time}.",
        "At {time} the tonality moves to {key}.",
    ),
    "cadence": (
        "{Section} ends with {cadence}.", "{Section} comes to rest on {cadence}.", "{Section} is closed by {cadence}.",
        "{Cadence} closes {section}.", "{Cadence} ends {section}.", "At its end {section} has {cadence}.",
        "{Section} is rounded off with {cadence}.", "{Section} finishes with {cadence}.",
        "What ends {section} is {cadence}.", "The close of {section} is {cadence}.", "{Section} leads into {cadence}.",
        "{Cadence} rounds {section} off.", "{Section} concludes with {cadence}.",
    ),
    "dynamics": (
        "{Loud} is the loudest part.", "The music is loudest in {loud}.", "{Loud} is the peak of the dynamics.",
        "The level rises most in {loud}.", "Dynamically the summit is {loud}.", "The climax in loudness is {loud}.",
        "{Loud} stands out as the loudest.", "The most powerful passage is {loud}.", "Most energy goes into {loud}.",
        "In loudness nothing surpasses {loud}.", "The dynamics culminate in {loud}.", "{Loud} is played loudest.",
        "The volume reaches its height in {loud}.",
    ),
    "mood": (
        "The mood is {mood}.", "It feels {mood}.", "The feeling is {mood}.", "The atmosphere is {mood}.",
        "It leaves a {mood} impression.", "The whole sounds {mood}.", "The character is {mood}.", "The tone is {mood}.",
        "One would call it {mood}.", "The overall air is {mood}.", "Its expression is {mood}.", "The spirit is {mood}.",
        "In mood it is {mood}.",
    ),
    "steady": (
        "The tempo holds from beginning to end.", "The beat stays steady.", "The pulse never wavers.",
        "The time is kept strictly.", "The tempo remains even throughout.", "The beat is steady all the way.",
        "The pace does not change.", "The groove keeps its speed.", "The pulse stays regular.", "The time is steady.",
        "There is no change of speed.", "The speed is constant.", "The beat is even.",
    ),
    "slows": (
        "The end slows down.", "Towards the end the tempo gives way.", "The last bars slow down.",
        "The music slows at the end.", "It closes with a ritardando.", "The ending broadens.", "The end is drawn out.",
        "The close takes its time.", "The final bars are stretched.", "It comes to rest gradually.",
        "The pulse relaxes at the end.", "The last bar is held back.", "The ending lingers.",
    ),
}  # fmt: skip
