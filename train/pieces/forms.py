"""Forms: which sections follow each other, what they are made of and how full they sound.

Written `function letter phrases energy flag`: phrases are symbols of the grammars, four bars each; `-` for no function.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One section of a form; `flag` is `half`, `drums` or nothing."""

    function: str | None
    letter: str
    phrases: str
    energy: float
    flag: str = ""

    @property
    def n_bars(self) -> int:
        return 4 * len(self.phrases)

    @classmethod
    def parse(cls, text: str) -> "Entry":
        function, letter, phrases, energy, *flags = text.split()
        return cls(None if function == "-" else function, letter, phrases, float(energy), "".join(flags))


_TEXTS = {
    "song": (
        "intro I P .4, verse A PE .6, chorus B QE 1, verse A PE .65, chorus B QE 1, outro I P .4",
        "intro I P .5, verse A PP .55, pre-chorus D Q .7, chorus B QE 1, verse A PP .6, bridge C QP .6, chorus B QE 1",
        "verse A PE .5, chorus B PE .9, verse A PE .6, bridge C Q .45, chorus B PE 1, outro O E .5",
        "intro I P .6 drums, verse A PP .6, chorus B QE .95, solo A PE .85, chorus B QE 1",
        "chorus B PE .9, verse A PE .6, chorus B PE .95, bridge C QE .7, chorus B PE 1",
        "intro I P .3, verse A PE .5, chorus B QE .9, outro I P .4",
    ),
    "short": (
        "verse A PE .5, chorus B QE .9, verse A PE .6, outro O E .4",
        "intro I P .4, verse A PE .6, bridge B QE .8, verse A PE .7",
        "verse A PE .6, chorus B QE 1, bridge C Q .5, chorus B QE 1",
        "- A PE .6, - B QE .8, - A PE .7",
    ),
    "dance": (
        "intro I P .6 drums, verse A PP .6, interlude C P .3, chorus B PPPP 1, interlude C P .35, chorus B PPPP 1",
        "intro I P .5, verse A PP .7, chorus B PP 1, verse A PP .7, interlude D P .6 drums, chorus B PP 1",
        "verse A PP .6, chorus B PP .9, verse A PP .7, chorus B PP 1",
    ),
    "rounded": (
        "- A PE .7, - A PE .7, - B QE .9, - A PE .8",
        "intro I P .5, - A PE .7, - B QP .9, - A PE .8, - C QE .6, - A PE .9",
        "- A PE .6, - B QE .8, - A PE .7",
    ),
    "folk": (
        "- A PE .6, - A PE .7, - B QE .8, - B QE .8, - A PE .7",
        "- A PE .6, - B QE .8, - C QE .7, - A PE .8, - B QE .9",
        "- A PE .6, - B QE .8",
    ),
    "standard": (
        "- A PE .7, - A PE .7, - B QQ .8, - A PE .75, solo A PE .9, solo A PE .9, bridge B QQ .9, - A PE .8",
        "intro I P .5, - A PE .7, - A PE .7, - B QQ .8, - A PE .75",
        "- A PP .7, - B QE .8, - A PP .8, - C QE .85",
        "- A PE .7, - B QE .8, - A PE .7",
    ),
    "blues": (
        "intro I E .6, verse A PQE .7, verse A PQE .75, solo A PQE .95, verse A PQE .8",
        "verse A PQE .7, solo A PQE .9, verse A PQE .8",
        "verse A PQE .7, verse A PQE .8",
    ),
    "vamp": (
        "intro I P .3, - A PP .6, - B QP .9, - A PP .7, - B QP 1, outro I P .4",
        "- A PP .5, - A PP .7, - B QE 1, - A PE .5",
        "intro I P .4, - A PP .6, - B QE .9",
        "- A PP .6, - B QE .9",
    ),
    "half": (
        "intro I P .5, verse A PP .6, chorus B QE 1 half, verse A PP .7, chorus B QE 1 half, outro I P .5",
        "verse A PP .6 half, chorus B QE 1, verse A PP .6 half, chorus B QE 1",
        "verse A PE .6, chorus B QE .9 half, verse A PE .6",
    ),
    "beats": (
        "- A PP .7, - B PP .9, - A PP .8",
        "- A PP .6, - B PP .9, - A PP .7, - C PP 1",
        "- A PP .8, - B PP 1",
    ),
}  # fmt: skip
FORMS = {
    name: tuple(tuple(Entry.parse(entry) for entry in text.split(", ")) for text in texts)
    for name, texts in _TEXTS.items()
}
