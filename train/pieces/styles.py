"""The styles that pieces are made in: what each one's rhythm, harmony, form and band can be."""

from dataclasses import dataclass

KEYS, GUITARS, ORGANS = (0, 1, 2, 3, 4, 5), (24, 25, 26, 27, 28), (16, 17, 18, 19)
BASSES, UPRIGHT, SYNTH_BASS = (33, 34, 35, 36), (32, 32, 35, 43), (38, 39, 87)
PADS, STRINGS = (48, 49, 50, 51, 52, 53, 54, 88, 89, 90, 91, 92, 94, 95), (48, 49, 50, 44)
BELLS, PLUCKED = (8, 9, 10, 11, 12, 13, 14, 15), (24, 25, 46, 104, 105, 106, 107, 108, 6, 11, 15)
REEDS, BRASS = (64, 65, 66, 67, 68, 69, 70, 71), (56, 57, 58, 59, 60, 61)
PIPES, LEADS = (72, 73, 74, 75, 76, 77, 78, 79), (80, 81, 82, 83, 84, 85, 86)
VOICES, DRIVEN = (52, 53, 54, 85), (29, 30, 30, 29, 28)
BOWED = (40, 41, 42, 110, 40)
SINGING = (*REEDS, *BOWED, *PIPES, *LEADS, *VOICES, 56, 26, 27, 22, 11)
FOLK = (21, 22, 23, 24, 25, 40, 73, 74, 75, 77, 105, 107, 109, 110, 46, 15)
POP_MOVES = ("up 1", "up 2", "up 3", "relative", "bridge relative", "bridge up 5", "bridge up 3", "bridge up 8")


@dataclass(frozen=True)
class Style:
    """What a style can be. `bpm` counts felt beats; chances are those of a player or of a change of key."""

    name: str
    bpm: tuple[float, float]
    idiom: str = "pop"
    modes: tuple[str, ...] = ("major", "major", "minor")
    metres: tuple[str, ...] = ("4/4",)
    form: str = "song"
    swing: tuple[float, float] = (0.5, 0.5)  # where the second half of a beat falls
    tempo: str = "steady"  # or `ramp`, `rubato`, `drift`
    is_free: bool = False
    changes_metre: bool = False
    comp: tuple[str, ...] = ()
    arp: tuple[str, ...] = ()
    bass: tuple[str, ...] = ()
    kit: tuple[str, ...] = ()
    comp_programs: tuple[int, ...] = (*KEYS, *GUITARS)
    arp_programs: tuple[int, ...] = (*PLUCKED, *BELLS, *KEYS)
    bass_programs: tuple[int, ...] = BASSES
    lead_programs: tuple[int, ...] = SINGING
    chances: tuple[float, ...] = (1.0, 0.3, 1.0, 1.0, 0.4, 0.9, 0.3, 0.3)  # in the order of `ROLES`
    moving: float = 0.12
    moves: tuple[str, ...] = POP_MOVES

    def chance(self, role: str) -> float:
        return self.chances[ROLES.index(role)]


ROLES = ("comp", "arp", "bass", "kit", "pad", "lead", "counter", "percussion")
CHORDAL = ("comp", "arp", "pad")
_SWUNG = ("charleston", "swung", "freddie", "red")
_ALONE = (0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_TABLE = (
    Style("pop ballad", (60, 86), comp=("whole", "halves", "quarters", "pushed"), arp=("rising", "arch", "rolled"),
          bass=("whole", "fifths", "pop", "melodic"), kit=("ballad", "half", "rock"), tempo="drift",
          comp_programs=(*KEYS, 24, 25), chances=(0.8, 0.6, 0.9, 0.8, 0.7, 0.95, 0.3, 0.2)),
    Style("pop rock", (98, 160), comp=("eighths", "strum", "pushed", "quarters", "chop"),
          kit=("rock", "pushed", "sixteen"),
          bass=("eighths", "rock", "pop", "pushed", "quarters"), comp_programs=(*GUITARS, 0, 4)),
    Style("rock", (100, 176), "rock", comp=("eighths", "gallop", "strum", "halves"), kit=("rock", "pushed", "tribal"),
          bass=("eighths", "rock", "quarters"), comp_programs=DRIVEN, lead_programs=(29, 30, 27, 81, 18, *VOICES)),
    Style("disco", (110, 132), comp=("offbeats", "funk", "eighths"), kit=("disco",), bass=("octaves", "funk", "pop"),
          comp_programs=(27, 28, 4, 7, 0), chances=(1, 0.2, 1, 1, 0.7, 0.9, 0.4, 0.5)),
    Style("house", (116, 132), modes=("minor", "minor", "major"), comp=("offbeats", "stabs", "pushed"), kit=("house",),
          bass=("offbeats", "octaves", "eighths"), bass_programs=SYNTH_BASS, comp_programs=(80, 81, 82, 16, 1, 90),
          arp=("sixteenths", "minimal", "threes"), arp_programs=(80, 81, 82, 99, 98), form="dance",
          lead_programs=LEADS, chances=(1, 0.6, 1, 1, 0.6, 0.6, 0.1, 0.4)),
    Style("waltz", (84, 190), "classical", metres=("3/4",), comp=("oompah", "full"), bass=("ones", "dotted"),
          kit=("waltz", "soft"), bass_programs=(32, 43, 42, 58, 33), comp_programs=(0, 6, 21, 24, 46, 48, 22),
          lead_programs=(*FOLK, 71, 68), chances=(0.9, 0.3, 0.9, 0.4, 0.4, 1, 0.4, 0.1), form="rounded"),
    Style("ballad in six", (50, 72), metres=("6/8",), comp=("whole", "halves", "eighths"),
          arp=("rising", "alberti", "broken"),
          bass=("dotted", "halves"), kit=("ballad", "busy"), tempo="drift", form="short",
          chances=(0.7, 0.7, 0.9, 0.8, 0.6, 0.9, 0.3, 0.2)),
    Style("jig", (96, 132), "modal", ("mixolydian", "dorian"), ("6/8",), comp=("lilt", "upbeats", "halves"),
          bass=("jig", "halves"), kit=("jig",), comp_programs=(24, 25, 21, 15, 105), lead_programs=FOLK,
          bass_programs=(32, 33, 42, 58), form="folk", chances=(1, 0.2, 0.7, 0.6, 0.2, 1, 0.3, 0.3)),
    Style("jazz swing", (88, 200), "jazz", ("major", "major", "minor"), swing=(0.58, 0.68), form="standard",
          comp=_SWUNG, bass=("walk", "walk", "two"), kit=("swing", "brushes", "ballroom"), bass_programs=UPRIGHT,
          comp_programs=(0, 4, 26, 11, 16), lead_programs=(56, 59, 57, 65, 66, 67, 71, 11, 26, 0),
          chances=(0.95, 0.05, 1, 0.85, 0.1, 1, 0.15, 0), moves=("up 1", "bridge up 5", "bridge up 4", "bridge up 8")),
    Style("jazz waltz", (110, 180), "jazz", ("major", "minor"), ("3/4",), swing=(0.58, 0.67), form="standard",
          comp=("swung", "whole"), bass=("walk", "dotted"), kit=("jazz",), bass_programs=UPRIGHT,
          comp_programs=(0, 4, 26, 11), lead_programs=(56, 65, 66, 71, 73, 11), chances=(1, 0, 1, 0.8, 0.1, 1, 0.1, 0)),
    Style("bossa", (108, 152), "jazz", ("major", "minor"), form="standard", comp=("bossa", "partido"),
          bass=("bossa", "two"),
          kit=("bossa", "samba"), bass_programs=UPRIGHT, comp_programs=(24, 24, 26, 0, 4),
          lead_programs=(73, 66, 65, 11, 24, 53, 71), chances=(1, 0, 1, 0.8, 0.3, 0.95, 0.1, 0.2)),
    Style("blues", (72, 132), "blues", ("major", "major", "minor"), swing=(0.62, 0.68), form="blues",
          comp=("freddie", "charleston", "red"), bass=("walk", "shuffle", "boogie"), kit=("shuffle", "swing"),
          bass_programs=(32, 33, 34), comp_programs=(0, 26, 27, 16, 18, 3), lead_programs=(22, 27, 29, 66, 65, 18, 56),
          chances=(1, 0, 1, 0.9, 0.05, 1, 0.05, 0), moving=0.0),
    Style("gospel", (50, 78), "gospel", ("major",), ("12/8",), comp=("halves", "eighths", "whole"), arp=("rising",),
          bass=("halves", "lilt", "dotted"), kit=("gospel", "busy", "ballad"), comp_programs=(16, 17, 18, 0, 4),
          lead_programs=(52, 53, 65, 56, 66), chances=(1, 0.2, 1, 0.8, 0.7, 0.9, 0.5, 0.2), form="short",
          moving=0.5, moves=("up 1", "up 2")),
    Style("modal vamp", (84, 132), "modal", ("dorian", "mixolydian", "lydian", "phrygian", "dorian", "mixolydian"),
          comp=("funk", "pushed", "offbeats", "whole"), arp=("minimal", "rising"),
          bass=("funk", "pop", "eighths", "melodic"),
          kit=("funk", "sixteen", "tribal", "rock"), comp_programs=(4, 5, 7, 16, 27, 28), form="vamp",
          chances=(1, 0.4, 1, 0.9, 0.5, 0.9, 0.1, 0.4)),
    Style("minimal", (96, 152), modes=("major", "minor"), arp=("sixteenths", "minimal", "threes", "arch"),
          bass=("whole", "halves"),
          kit=("house",), arp_programs=(0, 8, 9, 11, 12, 13, 46, 81, 98), form="vamp",
          chances=(0.1, 1, 0.5, 0.15, 0.6, 0.3, 0.2, 0.2), bass_programs=(*SYNTH_BASS, 42, 43)),
    Style("odd metre", (140, 200), "modal", ("dorian", "mixolydian", "phrygian"), ("5/4", "7/8"), form="vamp",
          chances=(1, 0.5, 1, 0.9, 0.4, 0.9, 0.2, 0.1), comp_programs=(*GUITARS, *KEYS, 29)),
    Style("changing metre", (96, 150), "pop", metres=("4/4", "3/4", "6/8", "5/4", "2/4"), form="short",
          changes_metre=True,
          chances=(1, 0.5, 1, 0.8, 0.4, 0.9, 0.2, 0.1)),
    Style("march", (96, 126), "classical", ("major", "major", "minor"), ("2/4",), comp=("backbeat", "offbeats"),
          bass=("march",),
          kit=("march",), bass_programs=(58, 57, 43, 70), comp_programs=(60, 61, 57, 71, 21), form="rounded",
          lead_programs=(56, 72, 71, 73, 60, 61), chances=(1, 0, 1, 0.9, 0.1, 1, 0.5, 0.1), moving=0.4,
          moves=("bridge up 5", "up 1", "up 5")),
    Style("hymn", (66, 104), "classical", metres=("4/4", "3/4"), comp=("quarters", "halves", "whole"),
          bass=("quarters", "halves"),
          bass_programs=(19, 58, 43, 42), comp_programs=(19, 19, 52, 48, 61, 20), lead_programs=(19, 52, 56, 40, 73),
          chances=(1, 0, 0.9, 0, 0.1, 0.8, 0.2, 0), form="rounded", tempo="drift"),
    Style("solo piano", (58, 100), "pop", metres=("4/4", "3/4", "6/8"), arp=("alberti", "rising", "arch", "rolled"),
          arp_programs=(0, 1, 4, 0), lead_programs=(0, 1), tempo="rubato", form="short", chances=_ALONE),
    Style("free piano", (50, 90), "jazz", ("major", "minor"), arp=("rolled", "slow", "arch"),
          arp_programs=(0, 1, 4, 46, 24),
          lead_programs=(0, 73, 68, 40, 66), tempo="rubato", is_free=True, form="short", chances=_ALONE),
    Style("solo guitar", (66, 130), "pop", metres=("4/4", "3/4", "6/8"), arp=("fingers", "alberti", "rising"),
          arp_programs=(24, 25, 46, 105, 107), lead_programs=(24, 25), tempo="drift", form="folk",
          chances=(0.2, 1, 0, 0, 0, 0.7, 0, 0)),
    Style("drums only", (80, 160), "none", ("major",), swing=(0.5, 0.5), form="beats",
          kit=("rock", "pushed", "sixteen", "disco", "house", "funk", "half", "train", "tribal", "trap", "samba",
               "reggae"),
          chances=(0, 0, 0, 1, 0, 0, 0, 0.6), moving=0.0),
    Style("drone", (50, 70), "drone", ("major", "minor"), is_free=True, tempo="rubato", form="vamp",
          chances=(0, 0.15, 0.5, 0, 1, 0.5, 0, 0), lead_programs=(77, 75, 73, 68, 111, 104),
          bass_programs=(42, 43, 39, 38),
          moving=0.0, bass=("whole",), arp=("slow",)),
    Style("lifted pop", (76, 136), comp=("quarters", "pushed", "strum", "eighths"),
          bass=("pop", "pushed", "eighths", "halves"),
          kit=("rock", "pushed", "ballad", "sixteen"), moving=1.0),
    Style("tempo change", (60, 160), tempo="ramp", comp=("quarters", "halves", "eighths", "strum"),
          bass=("quarters", "halves", "fifths", "pop"), kit=("rock", "tribal", "train"), form="short"),
    Style("half-time", (124, 170), modes=("minor", "minor", "major"), comp=("eighths", "halves", "whole"), form="half",
          bass=("eighths", "halves", "whole"), kit=("rock", "pushed"), comp_programs=(*DRIVEN, 81, 0), moving=0.05),
    Style("shuffle pop", (76, 132), swing=(0.6, 0.67), comp=("charleston", "freddie", "halves"),
          bass=("shuffle", "walk", "two"),
          kit=("shuffle",), tempo="drift"),
    Style("reggae", (68, 92), modes=("major", "minor"), comp=("offbeats", "backbeat"), bass=("pop", "melodic", "funk"),
          kit=("reggae", "half"), comp_programs=(27, 28, 16, 18, 0), chances=(1, 0.1, 1, 1, 0.3, 0.9, 0.3, 0.4)),
    Style("hip hop", (70, 96), modes=("minor", "minor", "major"), swing=(0.5, 0.56), comp=("whole", "stabs", "halves"),
          arp=("rising", "slow", "fingers"), bass=("pop", "halves", "funk"), kit=("trap", "half", "pushed"),
          form="dance",
          bass_programs=(38, 39, 33), comp_programs=(4, 5, 0, 11, 50, 88),
          chances=(0.7, 0.7, 1, 1, 0.4, 0.5, 0.1, 0.3)),
)  # fmt: skip
STYLES = {style.name: style for style in _TABLE}
