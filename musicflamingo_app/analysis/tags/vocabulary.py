"""What musicnn's output units mean, in the words of the studio.

Each network has 50 units in a fixed order (musicnn 0.1.0, configuration.py). Several units say one thing in the
listeners' own words (`vocal`, `singing`, `voice`); the strongest counts. Words of no use to a reader are left out.
"""

MTT_UNITS = (
    "guitar", "classical", "slow", "techno", "strings", "drums", "electronic", "rock", "fast", "piano", "ambient",
    "beat", "violin", "vocal", "synth", "female", "indian", "opera", "male", "singing", "vocals", "no vocals",
    "harpsichord", "loud", "quiet", "flute", "woman", "male vocal", "no vocal", "pop", "soft", "sitar", "solo", "man",
    "classic", "choir", "voice", "new age", "dance", "male voice", "female vocal", "beats", "harp", "cello",
    "no voice", "weird", "country", "metal", "female voice", "choral",
)  # fmt: skip
MSD_UNITS = (
    "rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s", "alternative rock",
    "jazz", "beautiful", "metal", "chillout", "male vocalists", "classic rock", "soul", "indie rock", "Mellow",
    "electronica", "80s", "folk", "90s", "chill", "instrumental", "punk", "oldies", "blues", "hard rock", "ambient",
    "acoustic", "experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country", "easy listening",
    "sexy", "catchy", "funk", "electro", "heavy metal", "Progressive rock", "60s", "rnb", "indie pop", "sad", "House",
    "happy",
)  # fmt: skip

# (kind, word) -> the units that say so.
MTT_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    ("instrument", "guitar"): ("guitar",),
    ("instrument", "strings"): ("strings",),
    ("instrument", "violin"): ("violin",),
    ("instrument", "cello"): ("cello",),
    ("instrument", "drums"): ("drums", "beat", "beats"),
    ("instrument", "piano"): ("piano",),
    ("instrument", "synthesizer"): ("synth",),
    ("instrument", "harpsichord"): ("harpsichord",),
    ("instrument", "flute"): ("flute",),
    ("instrument", "sitar"): ("sitar",),
    ("instrument", "harp"): ("harp",),
    ("voice", "choir"): ("choir", "choral"),
    ("voice", "female voice"): ("female", "woman", "female vocal", "female voice"),
    ("voice", "male voice"): ("male", "man", "male vocal", "male voice"),
    ("voice", "singing"): ("vocal", "singing", "vocals", "voice"),
    ("genre", "classical"): ("classical", "classic"),
    ("genre", "opera"): ("opera",),
    ("genre", "techno"): ("techno",),
    ("genre", "new age"): ("new age",),
    ("genre", "Indian classical"): ("indian",),
}
MSD_WORDS: dict[tuple[str, str], tuple[str, ...]] = {
    **{
        ("genre", word): units
        for word, units in {
            "rock": ("rock", "alternative rock", "classic rock", "hard rock"),
            "pop": ("pop",), "indie": ("indie", "indie rock", "indie pop"), "alternative": ("alternative",),
            "electronic": ("electronic", "electronica", "electro"), "dance": ("dance",), "jazz": ("jazz",),
            "metal": ("metal", "heavy metal"), "soul": ("soul",), "folk": ("folk",), "punk": ("punk",),
            "blues": ("blues",), "ambient": ("ambient",), "experimental": ("experimental",), "hip hop": ("Hip-Hop",),
            "country": ("country",), "funk": ("funk",), "progressive rock": ("Progressive rock",), "R&B": ("rnb",),
            "house": ("House",), "easy listening": ("easy listening",), "chillout": ("chillout", "chill"),
        }.items()
    },
    **{
        ("mood", word): units
        for word, units in {
            "mellow": ("Mellow",), "sad": ("sad",), "happy": ("happy",), "beautiful": ("beautiful",),
            "party": ("party",), "acoustic": ("acoustic",), "instrumental": ("instrumental",),
        }.items()
    },
    **{("era", f"19{decade}"): (decade,) for decade in ("60s", "70s", "80s", "90s")},
    ("era", "2000s"): ("00s",),
}  # fmt: skip
