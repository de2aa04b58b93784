"""Rhythms as text, a group of letters a beat, for each metre; those of 2/4, 5/4, 7/8 and 12/8 come from the others.

`_` goes on, `.` rests. Chords: `X` loud, `x` soft, `p` the next chord before its time; single notes of the voicing
`0` to `5`. Basses: `R` bass of the chord, `5` fifth, `3` third, `8` octave, `A` leads on to the next chord, `W` walks,
`P` the next chord's bass before its time. Drums: `X` loud, `x` plain, `o` soft.
"""

from collections.abc import Callable
from functools import cache

from musicflamingo_app.music.beat import Metre

Table = dict[str, str]
COMP: dict[str, Table] = {
    "4/4": {
        "whole": "X___ ____ ____ ____",
        "halves": "X___ ____ x___ ____",
        "quarters": "X___ x___ x___ x___",
        "chop": "X_.. x_.. X_.. x_..",
        "eighths": "X_x_ x_x_ X_x_ x_x_",
        "offbeats": "..X_ ..X_ ..X_ ..X_",
        "backbeat": ".... X_.. .... X_..",
        "pushed": "____ __x_ ____ __p_",
        "strum": "X___ X_x_ __x_ X_x_",
        "gallop": "X_xx x_xx X_xx x_xx",
        "funk": "X_.x ..x. .xx. .x.x",
        "charleston": "X. .X .. ..",
        "swung": ".. .X .. x.",
        "freddie": "X. x. X. x.",
        "red": ".X _. .X _.",
        "bossa": "X_ .X __ x_",
        "partido": ".X _x _. Xp",
        "stabs": "X... ...X .... ....",
        "tremolo": "xxxx xxxx xxxx xxxx",
    },
    "3/4": {
        "whole": "X___ ____ ____",
        "oompah": ".... x_.. x_..",
        "full": "X_.. x_.. x_..",
        "quarters": "X___ x___ x___",
        "eighths": "X_x_ x_x_ x_x_",
        "hemiola": "X___ __x_ ____",
        "swung": ".X _. x.",
    },
    "6/8": {
        "whole": "X__ ___",
        "halves": "X__ x__",
        "lilt": "X_x X_x",
        "eighths": "Xxx Xxx",
        "upbeats": ".xx .xx",
        "pushed": "X__ x_p",
    },
}
ARP: dict[str, Table] = {
    "4/4": {
        "rising": "0_1_ 2_3_ 0_1_ 2_3_",
        "arch": "0_1_ 2_3_ 4_3_ 2_1_",
        "sixteenths": "0123 2101 0123 2101",
        "minimal": "0213 0213 0213 0213",
        "alberti": "0_2_ 1_2_ 0_2_ 1_2_",
        "threes": "0120 1201 2012 0120",
        "fingers": "0_3_ 1_2_ 0_3_ 1_2_",
        "rolled": "01234___ ________ 43210___ ________",
        "slow": "0___ 2___ 1___ 3___",
    },
    "3/4": {
        "rising": "0_1_ 2_3_ 2_1_",
        "falling": "4_3_ 2_1_ 2_3_",
        "sixteenths": "0121 3212 0121",
        "slow": "0___ 1___ 2___",
    },
    "6/8": {"rising": "012 321", "alberti": "021 021", "running": "001122 332211", "broken": "0_2 1_2"},
}  # fmt: skip
BASS: dict[str, Table] = {
    "4/4": {
        "whole": "R___ ____ ____ ____",
        "halves": "R___ ____ R___ ____",
        "fifths": "R___ ____ 5___ ____",
        "quarters": "R___ R___ R___ R___",
        "eighths": "R_R_ R_R_ R_R_ R_R_",
        "octaves": "R_8_ R_8_ R_8_ R_8_",
        "offbeats": "..R_ ..R_ ..R_ ..R_",
        "pop": "R___ __R_ R___ __A_",
        "pushed": "R___ __5_ R___ __P_",
        "rock": "R_R_ ..R_ R_R_ 5_A_",
        "funk": "R..R ..8. .R.5 ..A.",
        "melodic": "R___ 3___ 5___ A___",
        "walk": "W_ W_ W_ W_",
        "two": "R_ __ 5_ __",
        "bossa": "R_ _5 5_ _R",
        "shuffle": "R_ R_ 5_ 3A",
        "boogie": "RR 35 85 3A",
        "march": "R_ .. 5_ ..",
    },
    "3/4": {
        "dotted": "R___ ____ ____",
        "ones": "R___ .... ....",
        "quarters": "R___ 5___ A___",
        "walk": "W_ W_ W_",
        "melodic": "R___ __3_ 5___",
    },
    "6/8": {"dotted": "R__ ___", "halves": "R__ 5__", "lilt": "R_R 5_A", "jig": "R_. R_.", "running": "R35 8_A"},
}  # fmt: skip
KIT: dict[str, Table] = {
    "4/4": {
        "rock": "K X... .... X... ....;S .... X... .... X...;H x.o. x.o. x.o. x.o.",
        "pushed": "K X... ..x. ..x. ....;S .... X... .... X...;H x.o. x.o. x.o. x.o.",
        "ballad": "K X... .... ...x x...;R .... X... .... X...;H x.x. x.x. x.x. x.x.",
        "sixteen": "K X... ..x. .xx. ....;S .... X..o .o.. X..o;H xoxo xoxo xoxo xoxo",
        "disco": "K X... X... X... X...;C .... X... .... X...;O ..X. ..X. ..X. ..X.;H xo.o xo.o xo.o xo.o",
        "house": "K X... X... X... X...;C .... X... .... X...;O ..x. ..x. ..x. ..x.;s oooo oooo oooo oooo",
        "funk": "K X..x ..x. .x.. ..x.;S .... X..o .o.o X...;H xoxo xoxo xoxo xoXo",
        "half": "K X... .... ..x. ....;S .... .... X... ....;H x... o... x... o...",
        "train": "K X... x... X... x...;S oXoo oXoo oXoo oXoo;P ..x. ..x. ..x. ..x.",
        "tribal": "K X... x... X... x...;L x..x ..x. x..x ..x.;M ..x. .x.. ..x. xx..",
        "trap": "K X... ...x ..x. ....;C .... .... X... ....;H x.x. x.xx x.x. xxxx",
        "reggae": "K .... .... X... ....;R .... .... X... ....;H x.o. x.o. x.o. x.o.",
        "swing": "D x. xo x. xo;P .. X. .. X.;K o. o. o. o.",
        "brushes": "S oo xo oo xo;P .. x. .. x.",
        "ballroom": "D x. xo x. xo;P .. x. .. x.;R .. .. .. .x",
        "shuffle": "K X. .. X. .x;S .. X. .. X.;H xo xo xo xo",
        "bossa": "K X. .x X. .x;R X. .X .. X.;s xo xo xo xo",
        "samba": "K X..x X..x X..x X..x;R x.x. .x.x .x.x x.x.;s xoxo xoxo xoxo xoxo",
        "march": "K X. .. X. ..;S x. xx x. xx;W .. x. .. x.",
    },
    "3/4": {
        "waltz": "K X... .... ....;S .... x... x...;H x... x... x...",
        "soft": "K X... .... ....;R .... x... o...;D x.o. x.o. x.o.",
        "jazz": "D x. xo xo;P .. x. ..;K o. .. ..",
        "rock": "K X... ..x. ....;S .... .... X...;H x.o. x.o. x.o.",
    },
    "6/8": {
        "ballad": "K X.. ...;S ... X..;H xoo xoo",
        "busy": "K X.. ..x;S ... X..;H xxx xxx",
        "jig": "K X.. x..;T xox xox;S ..o ..o",
        "ride": "K X.. ...;R ... X..;D xox xox",
        "gospel": "K X.. ..x;S ... X.o;H xox xox;T ... x..",
    },
}
DRUMS = {
    "K": 36, "S": 38, "R": 37, "C": 39, "H": 42, "P": 44, "O": 46, "D": 51, "T": 54, "s": 70, "L": 45, "M": 48, "W": 49,
}  # fmt: skip
PERCUSSION: dict[str, Table] = {
    "4/4": {
        "tambourine": "T .... x... .... x...",
        "shaker": "s xoxo xoxo xoxo xoxo",
        "congas": "g x... ..x. x... ....;G .... x... .... xx..",
        "claps": "C .... X... .... X...",
    },
    "3/4": {"tambourine": "T .... x... x...", "shaker": "s x.o. x.o. x.o."},
    "6/8": {"tambourine": "T xoo xoo", "shaker": "s xox xox"},
}
DRUMS |= {"g": 64, "G": 63}


def letters(text: str) -> list[str]:
    """The groups of one rhythm, a beat each."""
    return text.split()


@cache
def rhythms(kind: str, metre: Metre) -> Table:
    """The rhythms of a kind (`comp`, `arp`, `bass`, `kit`, `percussion`) for a metre."""
    table = {"comp": COMP, "arp": ARP, "bass": BASS, "kit": KIT, "percussion": PERCUSSION}[kind]
    if str(metre) in table:
        return table[str(metre)]
    four, three, six = table["4/4"], table["3/4"], table["6/8"]
    if metre == Metre(12, 8):
        return {name: _lines(text, lambda line: [*line, *line]) for name, text in six.items()}
    if metre == Metre(2, 4):
        return {name: _lines(text, lambda line: line[:2]) for name, text in four.items()}
    if metre == Metre(7, 8):
        return {name: _lines(text, _sevens) for name, text in four.items()}
    if metre == Metre(5, 4):
        straight = {name: text for name, text in three.items() if name not in ("swung", "jazz", "walk")}
        return {name: _lines(text, lambda line: [*line, line[0], line[-1]]) for name, text in straight.items()}
    raise ValueError(f"No rhythm is known for {metre}.")


def _lines(text: str, change: Callable[[list[str]], list[str]]) -> str:
    """The same change made to each line of a rhythm; a drum's letter stays in front."""
    out = []
    for line in text.split(";"):
        groups = letters(line)
        front = groups[:1] if len(groups[0]) == 1 else []
        out.append(" ".join([*front, *change(groups[len(front) :])]))
    return ";".join(out)


def _sevens(groups: list[str]) -> list[str]:
    """Three and a half quarters as seven eighths with two letters each."""
    flat = "".join(group if len(group) == 4 else _spread(group) for group in groups)
    return [flat[index : index + 2] for index in range(0, 14, 2)]


def _spread(group: str) -> str:
    """A beat of two letters (or eight) as four."""
    return group[::2] if len(group) == 8 else "".join(letter + ("." if letter == "." else "_") for letter in group)
