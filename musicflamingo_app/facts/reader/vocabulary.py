"""The words of the reader: for each idea the phrases that people use for it, in the singular; and words of no weight.

A phrase is one or more words; the longest phrase that fits is taken. `|` stands between phrases.
"""

_WRITTEN: dict[str, str] = {
    # what is asked for
    "when": "when|how long until|how long till|how long before|how soon|what time|at what time|which time|"
    "at which time|timestamp|time stamp|at what point|at which point|"
    "what moment|at what moment|at which moment|how far in|how far into|whereabouts|where|what timestamp",
    "how_many": "how many|number of|count of|how much|total number of|amount of",
    "how_often": "how often|how many time|number of time",
    "how_long": "how long|long|last for|how many second|how many minute|duration|run time|runtime|running time|"
    "length|"
    "how much time|playing time|total time",
    "compare": "compare|comparison|versus|vs|contrast|how does it differ",
    "different": "different|difference|differ|distinct|distinguish|change between",
    "same": "same|identical|equal|similar|alike|match",
    "change": "change|vary|variation|shift|switch|move around|alter|fluctuate|drift",
    "first": "first|opening|initial|earliest|for the first time",
    "last": "last|final|closing|ending|concluding",
    "after": "after|follow|come after|next|right after|afterward|subsequent|succeed|straight after",
    "before": "before|precede|prior to|previous|preceding|lead to|lead into|right before|just before|come before",
    "most": "most common|most often|most used|most frequent|most frequently|main|commonest|most of the time|"
    "most time|"
    "favourite|favorite|predominant|dominate|most important|most|longest chord|prevalent|usual",
    "longest": "longest|biggest|largest",
    "shortest": "shortest|briefest|smallest",
    "longer": "longer|lengthier|bigger",
    "shorter": "shorter|briefer|smaller",
    "begin": "begin|start|kick in|come in|enter|commence|arrive|set in|first appear|get going|drop in|open",
    "end": "end|finish|stop|conclude|come to an end|close|over with|wrap up|leave|drop out|fall silent|go silent",
    "at_start": "at the start|at the beginning|open with|begin with|start with|open on|begin on|start on|start off|"
    "in the beginning|start in|begin in|at first|start out|tune open|song open",
    "at_end": "at the end|end with|end on|finish with|finish on|end in|finish in|in the end|close with|close on|"
    "wind up|conclude on|conclude with|end up",
    "here": "here|this part|this bit|this loop|the loop|this section|this passage|selection|this region|the region|"
    "looped part|this stretch|this excerpt|my loop|loop region|looped region",
    "use": "use|have|contain|is there|are there|there|play|hear|occur|appear|feature|find|include|involve|show up|"
    "used|employ|come up|turn up",
    "all": "all|list|every|each|give me all",
    "else": "else|alternative|other candidate|second best|could also be|other option|runner up|second guess|"
    "other possibility|next best|instead",
    "sure": "trustworthy|dependable|sure|certain|confident|confidence|certainty|reliable|reliability|trust|"
    "accurate|accuracy|how likely|"
    "probability|positive that|how safe|doubt",
    "relation": "related|relation|relationship",
    # tempo and metre
    "tempo": "uptempo|up tempo|downtempo|mid tempo|tempo|bpm|beat per minute|beat a minute|how fast|how quick|"
    "how quickly|how slow|speed|pace|fast|quick|"
    "slow|metronome|metronome mark|metronome marking|pulse|tempo marking",
    "faster": "faster|quicker|above|more than|over|higher than|at least",
    "slower": "slower|below|less than|under|lower than|at most",
    "half_time": "half time|half tempo|halftime|half speed|half time feel|halved",
    "double_time": "double time|double tempo|doubletime|double speed|double time feel|twice as fast|doubled",
    "steady": "steady|constant|consistent|stable|stay the same|even tempo|click track|strict|rubato|free time|"
    "keep time|regular",
    "swing": "swing feel|shuffle feel|swung feel|swing|swung|swinging|shuffle|shuffled|straight eighth|straight feel|"
    "triplet feel",
    "slow_down": "slow down|ritardando|rit|ritard|rallentando|get slower|speed up|accelerate|accelerando|get faster|"
    "hurry|rush|slow up",
    "metre": "signature|metre|meter|time signature|beat per bar|beat in a bar|beat in each bar|beat to the bar|"
    "beat per measure|beat in a measure|beat to a bar|beat in every bar|beat in one bar|how do i count|count it|"
    "how is it counted|counted in|how should i count|waltz|waltz time|triple time|common time|compound time|"
    "compound metre|duple|odd metre|odd time|count this|how do you count",
    "waltz": "waltz|waltz time|triple time",
    # keys
    "key": "key|tonality|tonic|home key|key centre|key center|tonal centre|tonal center|home note|keynote|"
    "mode|what mode",
    "gender": "major or minor|minor or major|major or a minor|minor or a major|major|minor|minor key|"
    "major key|in minor|in major",
    "modulation": "modulate|modulation|key change|change key|change of key|change the key|shift key|key shift|"
    "new key|different key|another key|switch key|tonicise|truck driver|more than one key|change in key|"
    "stay in one key|stay in the same key|one key|leave the key|change its key|key ever change",
    "relative": "relative|relative key|relative minor|relative major",
    "parallel": "parallel|parallel key|parallel minor|parallel major",
    "camelot": "camelot|camelot code|camelot number|camelot key|camelot wheel",
    "mixing": "compatible|harmonic mixing|mix with|mix it with|dj|blend|mix well|go well with|mix into|"
    "mashup|mash up|mix|in key mixing",
    "accidentals": "sharp|flat|key signature|accidental|sharp or flat|how many sharp|how many flat",
    # harmony
    "chord": "chord|harmony|harmonically|harmonic|chordwise|chord wise|chord name|chord vocabulary|chord chart|"
    "chord change|played harmonically",
    "progression": "progression|chord progression|chord sequence|sequence|chord loop|chord pattern|changes|"
    "harmonic progression|turnaround|chord cycle|vamp",
    "roman": "roman numeral|roman|numeral|roman numeral analysis|scale degree|degree|functional analysis|"
    "harmonic analysis|harmonic function|function|nashville number",
    "cadence": "cadence|cadential|come to rest|resolve|cadence type|how does it resolve",
    "borrowed": "diatonic|borrowed|borrow|modal interchange|modal mixture|outside the key|chromatic|non diatonic|"
    "not in the key|out of key|outside of the key|out of the key|nondiatonic|unusual|surprising|borrowed chord|"
    "outside chord|strange",
    "secondary": "secondary dominant|applied dominant|secondary|applied",
    "named": "named|well known|famous|known|have a name|called|name|known by name|standard|typical|cliche|popular",
    "quality_min": "minor chord|minor triad",
    "quality_maj": "major chord|major triad",
    "quality_dim": "diminished chord|diminished|dim chord|half diminished",
    "quality_aug": "augmented chord|augmented|aug chord",
    "quality_sus": "sus chord|suspended chord|suspended|sus|sus4|sus2|suspension",
    "quality_7": "seventh chord|7th chord|seventh|7th|7 chord|dominant seventh|dominant 7th|jazz chord|"
    "extended chord|extended",
    "quality_slash": "slash chord|inversion|inverted chord|inverted",
    "how_different": "different chord|distinct chord|unique chord|chord vocabulary",
    # form
    "form": "form|structure|layout|arrangement|song map|outline|overall shape|song form|sectioning|how is it built|"
    "how is it structured|how is it organised|how is it organized|built|structured|song structure|architecture",
    "section": "section|part|passage|segment",
    "letters": "letter|as letter|letter form",
    "bar": "bar|measure",
    "beats": "beat|how many beat",
    # sound
    "loud": "loud|loudness|volume|lufs|quiet|level|how loud|integrated loudness|noisy|soft",
    "louder": "louder|quieter|softer|loudest|quietest|softest|more intense",
    "dynamics": "dynamic range|dynamic|compressed|compression|lra|loudness range|squashed|brickwalled|dynamics",
    "tuning": "pitch standard|tuning standard|tuning|tuned|in tune|concert pitch|a440|a 440|440|440 hz|432|"
    "432 hz|out of tune|reference pitch|"
    "pitched|sharp of concert pitch|standard pitch|standard tuning|cent|a 432|a432|detuned|440hz|432hz|hz",
    "instrument": "instrument|instrumentation|what play when|which one play when|"
    "what is playing the|line up|lineup|orchestration|scoring",
    "voice": "singing|sing|singer|vocal|vocalist|voice|male or female|a man or a woman|man or a woman|"
    "man or woman|female|"
    "male|sung|who is singing|who sing this|a man|a woman|instrumental|choir|boy or girl",
    "genre": "genre|style|kind of music|type of music|sort of music|kind of song|musical style|category",
    "mood": "mood|happy|sad|vibe|atmosphere|emotion|melancholic|energetic|feel|feeling|mellow|dark|cheerful|angry|"
    "relaxing|calm|aggressive|gloomy|uplifting|upbeat",
    # playing
    "capo": "capo|open chord|open shape|open position|guitar friendly|easy on guitar|easy to play on guitar|"
    "easy guitar|beginner|easiest|chord shape|capo position|which fret|what fret|cowboy chord|fret|hard to play|"
    "difficult to play|easy to play|play on guitar|play it on guitar|"
    "play this on guitar",
    "shape": "shape",
    "scale": "scale|improvise|improvisation|improv|solo over|solo with|solo on|solo in|jam|jam over|jam along|noodle|"
    "pentatonic|blues scale|harmonic minor|natural minor|melodic minor|play over|over it|lick|lead guitar|"
    "improvise with|improvise over|take a solo|note can i|note should i|note fit|note work|soloing|"
    "play along|note to play|note of the key|note in the key|note of the scale|note in the scale|which note can|"
    "which note|minor pentatonic|major pentatonic",
    "transpose": "transpose|transposed|transposition|move|shift|pitch shift|raise|lower|take it|put it|play it in|"
    "moved|in the key of|rewrite|what would the chord be|would the chord be|what would|if i play",
    # about the reader and the labels
    "not_measured": "not measured|not measure|unmeasured|not analysed|not analyzed|not detected|do you not know|"
    "not know|missing|not find out|could not be measured|not known|unknown|failed",
    "help": "help|what can i ask|what can you|what do you know|what could i ask|what should i ask|"
    "what kind of question|what can i do|which question|what question|how do you work|what are you able|"
    "can you answer|example question",
    "summary": "describe|summary|summarise|summarize|overview|tell me about|what can you tell me about|about|"
    "tell me everything|sum up|in a nutshell|introduce|describe the song|analyse|analyze|what kind of song",
    "artist": "artist|band|performer|who is this by|who is it by|by whom|who perform|who recorded|which band",
    "title": "title|name of the song|name of this song|song name|song called|what is this called|name of the track|"
    "this song called|track called|what song is this|which song is this",
    "album": "album|record is this from|album is this",
    "year": "year|what year|which year|decade|how old is|when was it recorded|when was this recorded|era",
    # what nobody measures
    "lyrics": "lyric|the word|word|words of|text|what is it about|sing about|song about|mean|meaning|language|"
    "what do they say|saying|message|story|verse mean|rhyme|narrator|what does he sing|what does she sing",
    "creator": "who wrote|wrote|who write|written by|composer|who composed|compose|songwriter|author|who produced|"
    "produced|producer|who made|who create|lyricist|who mixed|who mastered|who is behind|engineer|"
    "who write this|composed",
    "release": "release|released|come out|came out|release date|record label|label|put out|published|"
    "where was it recorded|where was this recorded|copyright|publisher",
    "players": "who play|who is playing|who played|who is on|band member|member|session musician|drummer|guitarist|"
    "bassist|pianist|how old is the singer|who is the singer|name of the singer|singer name|"
    "how old",
    "melody": "melody|tune go|riff|bass line|bassline|note do the bass|note does the bass|bass note|top line|topline|"
    "vocal range|highest note|lowest note|high note|low note|note do she sing|note do he sing|hook line|lick go|"
    "range of the voice|vocal line|bass play|interval",
    "production": "reverb|snare|microphone|mic|pedal|effect|compressor|eq|studio|amp|amplifier|plugin|delay|"
    "drum sound|kick drum|drum pattern|drum beat|panning|stereo|mastering|sample|gear|synth patch|"
    "rhythm pattern|groove|syncopated|syncopation|strumming|strumming pattern|fingerpicking|rhythm",
    "popularity": "stream|chart position|hit|view|billboard|number one|grammy|award|sold|popular song",
    "opinion": "better|good|best|bad|worse|do you like|beautiful|boring|great",
    "definition": "what is a|what is an|define|how do i learn|how can i learn|definition of",
    "off_topic": "joke|weather|poem|president|recipe|instruction|prompt|railway|buy|capital of|story about|"
    "football|stock|price|password|code in|movie|write me|translate|email",
}  # fmt: skip

CONCEPTS: dict[tuple[str, ...], frozenset[str]] = {}
for _name, _phrases in _WRITTEN.items():
    for _phrase in _phrases.split("|"):
        _words = tuple(_phrase.split())
        CONCEPTS[_words] = CONCEPTS.get(_words, frozenset()) | {_name}
LONGEST_PHRASE = max(len(words) for words in CONCEPTS)

_STOP_WORDS = """
    a about actually again ah all along also am an and any anywhere anybody anyone anything are as ask at away be
    been being bit but by can cannot come comes could couldn dear did do does doing done each either else ever
    everything exactly explain for friend from get gets give given go goes going gonna got guess had hand has have
    having he hello her here hers hey hi him his how i if in inside into is it its itself just kind kindly know let
    lets like look looks made make makes many may maybe me might more much music must my myself name need no not now
    of off ok okay on one ones only or other our out over overall own perhaps piece please possible possibly quick
    question quickly quite rather really recording right roughly said same say see seem seems shall she should show
    so some someone somebody something somewhere song sort sound sounds still such sure take tell than thank thanks
    that the their them then there these they thing think this those through throughout thus to today together too
    track tune tunes two under until up upon us use very wanna want was way we well were what whatever which while
    who whole whom whose why will wise with within without wonder wondering work works would write yeah yes yet you
    your yours around entire everywhere approximately basically currently during happen happening happens hear heard
    hearing listen listening mark moment number play played playing plays point position present second suit song's
    terms time times took used uses using various whichever player fit fits put run runs first large big walk round
    count written whether anyhow down both between vs place minute min sec electric acoustic distorted double
"""
STOP = frozenset(_STOP_WORDS.split())

# Words that look like a misspelt word of the reader and are none.
_EVERYDAY_WORDS = """
    course horse curse nurse terse worse reverse universe house mouse heat meat seat beast beach best boat coat note
    vote love live life line lines like lake loose lose loss form from farm firm storm more morning money mayor
    manor miner mine mind kind king ring sign sing song sting string strong bird bard bark barn base bass basis case
    card cards care core word world ward work works stage state scare scales space speech spend page pain paint
    plant planet place plane piano part party past post port sport short shirt share shape ship sharp shark flat
    float flag bride brain bread read road roof root room roman romans human woman women never ever even event seven
    eleven letter better butter bitter matter later water latter litter tutor tuner tuna tone tones stone alone loan
    loud cloud proud clod cold code cope copy capes cape cap keys hey they then them theme these those there where
    here her mod mood wood food good moon noon soon model modem medal metal mental meter meters matters mature
    nature natural dance chance range chain chair charm chart chat chess choir choice church minute minutes measure
    treasure leisure pressure year years yeah ears hear heart earth north south mouth month moth bath path math
    match watch catch hour hours sour four pour your tour table able cable fable rule role pole hole whole while
    white write wrote quiet quite quit bands bend bond bonds hand hands band sand stand land lend send end and ban
    bar beg big bug bag bat bet bit but lyrical critic critics clear clean cleaner scene scenes score store story
    stock stack track truck trick tired tried trial trail train rain ran run fun funk punk pink pick peak speak
    spoke smoke smile slide side size
"""
EVERYDAY = frozenset(_EVERYDAY_WORDS.split())

NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "sixteen": 16, "twenty": 20, "thirty": 30, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
UNITS = {
    ("half", "step"): 1, ("whole", "step"): 2, ("half", "tone"): 1, ("whole", "tone"): 2, ("minor", "third"): 3,
    ("major", "third"): 4, ("semitone",): 1, ("halftone",): 1, ("tone",): 2, ("step",): 2, ("fourth",): 5,
    ("fifth",): 7, ("octave",): 12, ("half-step",): 1, ("minor", "second"): 1, ("major", "second"): 2,
}  # fmt: skip
SECTIONS = {
    ("intro",): "intro", ("introduction",): "intro", ("verse",): "verse", ("prechorus",): "pre-chorus",
    ("pre", "chorus"): "pre-chorus", ("chorus",): "chorus", ("refrain",): "chorus", ("bridge",): "bridge",
    ("middle", "eight"): "bridge", ("middle", "8"): "bridge", ("solo",): "solo", ("guitar", "solo"): "solo",
    ("interlude",): "interlude", ("outro",): "outro", ("coda",): "outro", ("silence",): "silence",
}  # fmt: skip
PLAIN_FORMS = {
    "what's": "what is", "whats": "what is", "wat": "what", "wots": "what is", "where's": "where is",
    "wheres": "where is", "when's": "when is", "whens": "when is", "who's": "who is", "whos": "who is",
    "how's": "how is", "it's": "it is", "that's": "that is", "there's": "there is", "theres": "there is",
    "here's": "here is", "i'm": "i am", "i'd": "i would", "let's": "let us", "isn't": "is not", "isnt": "is not",
    "wasn't": "was not", "wasnt": "was not", "weren't": "were not", "didn't": "did not", "didnt": "did not",
    "doesn't": "does not", "doesnt": "does not", "don't": "do not", "dont": "do not", "couldn't": "could not",
    "can't": "can not", "cannot": "can not", "won't": "will not", "aren't": "are not", "hasn't": "has not",
    "they're": "they are", "you're": "you are", "we're": "we are", "u": "you", "ur": "your", "pls": "please",
    "plz": "please", "tempi": "tempo", "choruses": "chorus", "chorusses": "chorus", "sped": "speed",
    "began": "begin", "begun": "begin", "starting": "start", "came": "come", "heard": "hear", "going": "go",
    "sang": "sing", "sings": "sing", "sung": "sing", "has": "have", "had": "have", "vary": "vary", "varies": "vary",
    "harmonies": "harmony", "melodies": "melody", "bpms": "bpm", "guitar-friendly": "guitar friendly",
    "timesig": "time signature", "choir": "choir", "centre": "centre", "keychange": "key change", "cord": "chord",
    "cords": "chord", "refrain's": "refrain", "songs": "song", "lasts": "last", "lasting": "last",
    "leads": "lead", "precedes": "precede", "drums": "drum", "halves": "half", "followed": "follow",
    "tuned": "tuned", "transposed": "transposed", "measures": "measure", "measured": "measured", "dynamics": "dynamics",
    "chorus'": "chorus", "occurrences": "occur", "changes": "change", "key's": "key is", "tempo's": "tempo is",
}  # fmt: skip
_INSTRUMENTS_WORDS = """
    guitar piano drum bass violin cello flute harp sax saxophone trumpet organ synth synthesizer synthesiser strings
    string harpsichord sitar banjo clarinet accordion harmonica ukulele percussion brass horn keyboard fiddle oboe
    viola trombone mandolin tambourine cymbal marimba xylophone vibraphone glockenspiel bassoon rhodes
"""
INSTRUMENTS = frozenset(_INSTRUMENTS_WORDS.split())
ORDINALS = {
    "first": 1, "1st": 1, "opening": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4,
    "fifth": 5, "5th": 5, "sixth": 6, "6th": 6, "seventh": 7, "7th": 7, "eighth": 8, "8th": 8, "ninth": 9, "9th": 9,
    "tenth": 10, "10th": 10, "eleventh": 11, "11th": 11, "twelfth": 12, "12th": 12, "last": -1,
    "final": -1, "closing": -1, "ultimate": -1,
}  # fmt: skip
