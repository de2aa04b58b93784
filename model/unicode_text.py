"""Plain characters for what models write: odd hyphens, spaces and quotes become the ones on a keyboard.

Character by character, so a streamed text comes out the same however it is cut. Dashes, primes (A′), sharps, flats
and every script stay. Characters that turn the direction of text or control a terminal are dropped.
"""

_HYPHENS = "\u2010\u2011\u2012\u2043\u2212\ufe63\uff0d"
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_SINGLE_QUOTES = "\u2018\u2019\u201a\u201b"
_DOUBLE_QUOTES = "\u201c\u201d\u201e\u201f"
_NEW_LINES = "\u0085\u2028\u2029"
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060\ufeff" + "".join(
    map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
)
_CONTROLS = "".join(chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) not in "\t\n\u0085")

_PLAIN: dict[int, str | None] = {
    **dict.fromkeys(map(ord, _HYPHENS), "-"),
    **dict.fromkeys(map(ord, _SPACES), " "),
    **dict.fromkeys(map(ord, _SINGLE_QUOTES), "'"),
    **dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"'),
    **dict.fromkeys(map(ord, _NEW_LINES), "\n"),
    **dict.fromkeys(map(ord, _INVISIBLE), None),
    **dict.fromkeys(map(ord, _CONTROLS), None),
}


def plain(text: str) -> str:
    """The same text in plain characters; `plain(a) + plain(b) == plain(a + b)`."""
    return text.translate(_PLAIN)
