"""Words by which a caption claims something in one of the paper's eleven categories.

Each entry is a term and the pattern of words that mean it; a term alone means itself, also in the plural. The lists
are finite on purpose: what they hold can be held against a caption, what they lack is matched through the truth.
"""

import re
from functools import cache

CATEGORIES = (
    "Genre",
    "BPM",
    "Key",
    "Meter",
    "Structure",
    "Instruments",
    "Vocal Character",
    "Lyric Themes",
    "Theory",
    "Mix Notes",
    "Dynamics",
)
MEASURED = ("BPM", "Key", "Meter")  # numbers and names, not words of a list

_LISTS = {
    "Genre": "pop; rock; indie rock; hard rock; punk; metal; heavy metal; jazz; bebop; swing; blues; folk; country; "
    "bluegrass; soul; r&b: r&b|rhythm and blues; funk; disco; house; deep house; techno; trance; drum and bass: "
    "drum (?:and|&|n) bass; dubstep; ambient; electronic; synth-pop: synth-?pop; hip-hop: hip[- ]?hop|rap; trap; "
    "lo-fi: lo-?fi; reggae; dub; ska; latin; salsa; bossa nova; samba; tango; cumbia; reggaeton; afrobeat; gospel; "
    "classical; baroque; romantic; opera; orchestral; film score: film score|cinematic; new age; world music; "
    "chiptune; j-pop; k-pop; shoegaze; post-rock; grunge; psychedelic; waltz; march; ballad",
    "Structure": "intro: intro(?:duction)?s?; verse; pre-chorus: pre-?chorus(?:es)?; chorus: chorus(?:es)?; refrain; "
    "bridge; interlude; breakdown; build-up: build-?ups?; drop; solo; outro: outros?|coda; hook; theme; variation; "
    "exposition; development; recapitulation; verse-chorus: verse[-–/]chorus; through-composed; strophic; rondo; "
    "12-bar blues: (?:12|twelve)-bar blues; binary form; ternary form; loop-based: loop-based",
    "Instruments": "drums: drums?|drum (?:kit|set|machine)s?|drumming; percussion; bass: bass(?: guitar| line|line)?; "
    "sub-bass; guitar: guitars?; acoustic guitar; electric guitar; piano: pianos?; electric piano: electric piano|"
    "rhodes; organ: organs?; harpsichord; accordion; synthesizer: synth(?:esi[sz]er)?s?; pad; arpeggiator; sampler; "
    "strings: strings|string (?:section|quartet|ensemble|orchestra); violin; viola; cello: cellos?|celli; double bass: "
    "double bass|upright bass; harp; flute; clarinet; oboe; bassoon; saxophone: sax(?:ophone)?s?; trumpet; trombone; "
    "french horn; tuba; brass; woodwinds; choir; banjo; mandolin; ukulele; harmonica; sitar; tabla; koto; marimba; "
    "vibraphone; xylophone; glockenspiel; bells; timpani; congas; bongos; tambourine; shaker; hi-hat: hi-?hats?; "
    "snare; kick: kicks?(?: drum)?; cymbals; hand claps: (?:hand)?claps?; 808: 808s?; turntables; whistle; bagpipes",
    "Vocal Character": "male vocals: (?:male|man's) (?:\\w+ )?(?:vocals?|voices?|singers?|vocalists?); female vocals: "
    "(?:female|woman's) (?:\\w+ )?(?:vocals?|voices?|singers?|vocalists?); duet; harmonies; falsetto; breathy; raspy; "
    "gravelly; smooth; powerful; belted; whispered; spoken: spoken(?: word)?; rapped; auto-tuned: auto-?tuned?; "
    "growled; screamed; soulful; operatic; tenor; baritone; soprano; alto; intimate; nasal; airy; melismatic: "
    "melismatic|melismas; choir; instrumental: instrumental|no vocals|without vocals; vibrato; ad-libs: ad-?libs",
    "Lyric Themes": "love; heartbreak; loss; longing; nostalgia; hope; freedom; faith; regret; loneliness: loneliness|"
    "solitude; friendship; family; home; travel: travel|journey; night; party: party|partying; protest; war; peace; "
    "money: money|wealth; fame; ambition; resilience; empowerment; self-discovery; nature; summer; death; betrayal; "
    "desire; growing up; rebellion; memory: memor(?:y|ies); time passing; dreams",
    "Theory": "authentic cadence; perfect cadence; plagal cadence; half cadence; deceptive cadence; modulation: "
    "modulat(?:es?|ions?|ing); key change; secondary dominant; borrowed chord: borrowed chords?|modal (?:mixture|"
    "interchange); pedal point: pedal (?:point|tone)s?; suspension: suspensions?|suspended chords?; seventh chord: "
    "(?:7th|seventh) chords?; extended chord: extended chords?|(?:9th|11th|13th) chords?; power chord; circle of "
    "fifths; chromatic: chromatic(?:ism|ally)?; diatonic; modal; dorian; mixolydian; lydian; phrygian; pentatonic; "
    "blues scale; ostinato; counterpoint; call and response: call[- ]and[- ]response; syncopation: syncopat(?:ed|ion);"
    "polyrhythm; drone; tritone substitution; relative major; relative minor; parallel major; parallel minor; "
    "inversion; line cliché: line clich[eé]; four-chord loop: four-chord (?:loop|progression)",
    "Mix Notes": "reverb: reverb(?:s|erant)?|reverberation; delay; echo; compression: compress(?:ed|ion); sidechain: "
    "side-?chain(?:ed|ing)?(?: compression)?; distortion: distort(?:ed|ion); saturation: saturat(?:ed|ion); "
    "wide stereo: wide (?:stereo|mix)|stereo width; mono; panned: pann(?:ed|ing); dry; wet; "
    "polished; raw; lo-fi: lo-?fi; warm; bright; dark; punchy; muddy; clean; vinyl crackle; "
    "tape hiss; filter sweep: filter sweeps?|filter(?:ed|ing); chorus effect; phaser; flanger; bit-crushed: "
    "bit-?crush(?:ed|ing); vocal doubling: doubled vocals|vocal doubling; live recording; close-miked; spacious; "
    "dense; sparse; heavy low end: (?:heavy|deep) (?:low end|bass)",
    "Dynamics": "crescendo; decrescendo: decrescendo|diminuendo; steady: steady|constant|consistent; builds: build(?:s|"
    "ing)?(?: up)?; fades in: fades? in|fade-in; fades out: fades? out|fade-out; quiet: quiet|soft; loud; explosive; "
    "wide dynamic range; narrow dynamic range; compressed dynamics; peaks: peaks?|climax(?:es)?; stop-time; "
    "gradual; sudden; swells: swells?; breakdown; drop; restrained; intense: intense|intensity",
}  # fmt: skip


@cache
def terms(category: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The terms of a category with the patterns that find them; longer terms first. Empty for the measured ones."""
    entries = [entry.strip() for entry in _LISTS.get(category, "").split(";") if entry.strip()]
    pairs = [(term.strip(), words.strip()) for term, _, words in (entry.partition(":") for entry in entries)]
    found = [(term, _pattern(words or rf"{re.escape(term)}(?:e?s)?")) for term, words in pairs]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


@cache
def phrase(words: str) -> re.Pattern[str]:
    """Finds words as they stand, whatever their case and the white space between them."""
    return _pattern(r"\s+".join(re.escape(word) for word in words.split()))


def _pattern(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w#-])(?:{words})(?![\w#-])", re.IGNORECASE)
