"""Grammars of harmony: rules with weights that grow phrases of Roman numerals, bar by bar.

A grammar is text, one symbol a line: `S = 3 IV ; 1 ii:min7 V:7`, alternatives with their weights;
a line that begins with `;` goes on. In a body `|` parts
bars and blanks part what shares a bar; words that no line defines are numerals: case gives the third (`ii` is minor)
unless a quality in Harte's syntax follows, degrees count from the major scale (`bVII`), `/` names the bass degree.
"""

import re
from dataclasses import dataclass
from random import Random

from musicflamingo_app.music.chord import NO_CHORD, Chord
from musicflamingo_app.music.key import Key

STEPS = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_NUMERAL = re.compile(r"(?P<mark>[b#]?)(?P<degree>VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)(?P<rest>[:/].*)?")
Bars = list[list[str]]  # numerals that share each bar


@dataclass(frozen=True)
class Grammar:
    """Symbol -> its alternatives with weights."""

    rules: dict[str, tuple[tuple[float, str], ...]]

    @classmethod
    def parse(cls, text: str) -> "Grammar":
        """Reads the text form. Raises ValueError for a line that is none."""
        rules: dict[str, tuple[tuple[float, str], ...]] = {}
        for line in filter(None, map(str.strip, re.sub(r"\n\s*;", " ;", text).splitlines())):
            symbol, found, bodies = line.partition(" = ")
            if not found:
                raise ValueError(f"“{line}” is not a rule.")
            rules[symbol] = tuple(_weighted(body.strip()) for body in bodies.split(";"))
        return cls(rules)

    def grown(self, symbol: str, random: Random) -> Bars:
        """A phrase out of a symbol: bars of numerals."""
        return [self._words(bar, random) for bar in self._chosen(symbol, random).split("|")]

    def numerals(self) -> set[str]:
        """Every numeral that can come out."""
        words = {word for bodies in self.rules.values() for _, body in bodies for word in body.split()}
        return words - self.rules.keys() - {"|"}

    def _chosen(self, symbol: str, random: Random) -> str:
        weights, bodies = zip(*self.rules[symbol], strict=True)
        return str(random.choices(bodies, weights)[0])

    def _words(self, bar: str, random: Random) -> list[str]:
        out: list[str] = []
        for word in bar.split():
            out += self._words(self._chosen(word, random), random) if word in self.rules else [word]
        return out


def _weighted(body: str) -> tuple[float, str]:
    weight, _, rest = body.partition(" ")
    return float(weight), rest


def chord_of(numeral: str, key: Key) -> Chord:
    """The chord of a numeral in a key, spelled as the key spells it. Raises ValueError."""
    if numeral == "N":
        return NO_CHORD
    match = _NUMERAL.fullmatch(numeral)
    if match is None:
        raise ValueError(f"“{numeral}” is not a numeral.")
    step = STEPS[match["degree"].upper()] + {"": 0, "b": -1, "#": 1}[match["mark"]]
    root = key.spell((key.tonic.pitch_class + step) % 12)
    rest = match["rest"] or ""
    if not rest.startswith(":"):
        rest = f":{'min' if match['degree'].islower() else 'maj'}{rest}"
    return Chord.parse(f"{root}{rest}")
