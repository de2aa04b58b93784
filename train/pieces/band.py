"""The band of a piece: who plays, on what, from what energy on, and what they play in each section."""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from train.pieces import bass, chordal, kit, tune
from train.pieces.patterns import rhythms
from train.pieces.plan import Stretch
from train.pieces.strokes import Stroke, seeded
from train.pieces.styles import BELLS, BOWED, CHORDAL, PADS, PIPES, REEDS, ROLES, STRINGS, Style
from train.pieces.values import Part

ENTERS = {
    "comp": 0.35, "arp": 0.2, "bass": 0.42, "kit": 0.5, "pad": 0.5, "lead": 0.48, "counter": 0.8, "percussion": 0.65,
}  # fmt: skip
COUNTERS = (*STRINGS, *REEDS, *PIPES, *BOWED, 52, 53, 60, 61, 57)
VOLUMES = {"lead": (98, 118), "pad": (58, 86), "counter": (66, 90), "percussion": (60, 90), "arp": (78, 104)}
LOW_LEADS = frozenset({32, 42, 43, 57, 58, 67, 70, 71})
FEWEST_BARS_TO_FILL = 4
SPARSE = frozenset({"offbeats", "funk", "backbeat", "stabs", "rolled"})  # only where a style asks for them


@dataclass(frozen=True)
class Player:
    """A part and from what energy on it plays."""

    index: int
    part: Part
    enters: float

    @property
    def role(self) -> str:
        return self.part.role


def band(style: Style, seed: int, stretches: list[Stretch]) -> list[Player]:
    """The players of a piece; somebody always plays chords unless there are none."""
    random = seeded("band", seed, style.name)
    needs_kit = any(stretch.feel == "drums" for stretch in stretches)
    roles = [role for role in ROLES if random.random() < style.chance(role) or (role == "kit" and needs_kit)]
    if not set(roles) & set(CHORDAL) and style.idiom != "none":
        roles.insert(0, "arp" if style.arp else "comp")
    return [
        Player(index, _part(style, role, random), ENTERS[role] + random.uniform(-0.12, 0.12))
        for index, role in enumerate(roles)
    ]


def _part(style: Style, role: str, random: Random) -> Part:
    pools = {
        "comp": style.comp_programs, "arp": style.arp_programs, "bass": style.bass_programs, "pad": PADS,
        "lead": style.lead_programs, "counter": COUNTERS, "kit": (0,), "percussion": (0,),
    }  # fmt: skip
    program = random.choice(pools[role])
    if role == "arp" and program in BELLS and random.random() < 0.4:
        program = random.choice(style.arp_programs)
    centred = role in ("bass", "kit", "lead")
    pan = min(127, max(0, round(random.gauss(64, 5 if centred else 28))))
    volume = random.randint(*VOLUMES.get(role, (86, 112)))
    return Part(role, program, role in ("kit", "percussion"), pan, volume)


def playing(players: list[Player], stretch: Stretch) -> list[Player]:
    """Who plays in a section: by its energy; the drums alone in a break; chords never wholly missing."""
    if stretch.feel == "drums":
        return [player for player in players if player.part.is_drums]
    chosen = [player for player in players if player.enters <= stretch.energy]
    chords = [player for player in players if player.role in CHORDAL]
    if chords and not any(player.role in CHORDAL for player in chosen):
        chosen.append(min(chords, key=lambda player: player.enters))
    if not chosen:
        chosen = players[:1]
    return chosen


def strokes(
    style: Style, seed: int, stretches: list[Stretch], players: list[Player]
) -> Iterator[tuple[Player, Stroke]]:
    """Everything that everybody plays, softer where there is less energy."""
    filled = False
    for number, stretch in enumerate(stretches):
        band_now = playing(players, stretch)
        ground = _ground(band_now)
        fills = _fills(style, stretch, seed, number)
        for player in band_now:
            random = seeded(seed, player.role, stretch.section.letter[0], stretch.metre, stretch.feel)
            if player.role == "kit":
                crashes = filled or (stretch.energy >= 0.7 and random.random() < 0.6)
                made = _drummed(style, stretch, random, fills=fills, crashes=crashes)
            else:
                made = _played(style, stretch, player, random)
            loudness = 0.62 + 0.38 * stretch.energy
            yield from ((player, _softened(stroke, loudness)) for stroke in made)
            if player is ground:
                yield from ((player, _softened(s, loudness)) for s in chordal.grounded(stretch, random))
        filled = fills


def _softened(stroke: Stroke, loudness: float) -> Stroke:
    velocity = max(1, min(127, round(stroke.velocity * loudness)))
    return Stroke(stroke.start, stroke.length, stroke.pitch, velocity)


def _ground(players: list[Player]) -> Player | None:
    """Who adds the bass of each chord where nobody plays bass."""
    if any(player.role == "bass" for player in players):
        return None
    chords = [player for player in players if player.role in CHORDAL]
    return min(chords, key=lambda player: CHORDAL.index(player.role)) if chords else None


def _fills(style: Style, stretch: Stretch, seed: int, number: int) -> bool:
    if stretch.feel == "last" or len(stretch.bar_starts) < FEWEST_BARS_TO_FILL or stretch.energy < 0.45:
        return False
    return seeded("fill", seed, number).random() < (0.35 if style.idiom in ("jazz", "classical") else 0.75)


def _rhythm(kind: str, names: tuple[str, ...], stretch: Stretch, random: Random) -> str:
    """One of the style's rhythms, or any where the metre has none of them; whole bars in the last one."""
    table = rhythms(kind, stretch.metre)
    if stretch.feel == "last":
        names = {"comp": ("whole",), "bass": ("whole", "dotted"), "arp": ("slow", "rising")}.get(kind, names)
    known = [name for name in names if name in table] or [name for name in table if name not in SPARSE]
    return table[random.choice(known)]


def _drummed(style: Style, stretch: Stretch, random: Random, *, fills: bool, crashes: bool) -> Iterator[Stroke]:
    if stretch.feel == "last":
        return kit.final(stretch)
    names = ("half",) if stretch.feel == "half" else style.kit
    rhythm = _rhythm("kit", names, stretch, random)
    return kit.pattern(stretch, rhythm, random, fills=fills, crashes=crashes)


def _played(style: Style, stretch: Stretch, player: Player, random: Random) -> Iterator[Stroke]:
    """What anybody but the drummer plays in a section."""
    if player.role == "comp":
        size = 3 if style.idiom == "rock" else 4
        return chordal.comp(stretch, _rhythm("comp", style.comp, stretch, random), random, size=size)
    if player.role == "arp":
        size = 4 if style.idiom in ("jazz", "gospel") else 3
        return chordal.broken(stretch, _rhythm("arp", style.arp, stretch, random), random, size=size)
    if player.role == "bass":
        return bass.line(stretch, _rhythm("bass", style.bass, stretch, random), random)
    if player.role == "pad":
        return chordal.held(stretch, random)
    if player.role == "counter":
        return chordal.counter(stretch, random)
    if player.role == "percussion":
        return _shaken(stretch, random)
    return _sung(style, stretch, player, random)


def _shaken(stretch: Stretch, random: Random) -> Iterator[Stroke]:
    if stretch.feel == "last":
        return iter(())
    rhythm = _rhythm("percussion", (), stretch, random)
    return kit.pattern(stretch, rhythm, random, fills=False, crashes=False)


def _sung(style: Style, stretch: Stretch, player: Player, random: Random) -> Iterator[Stroke]:
    if stretch.feel == "last":
        return chordal.counter(stretch, random, 72)
    low = 57 if player.part.program in LOW_LEADS else 62
    if stretch.metre.is_compound:
        kind = "compound"
    elif stretch.metre.unit == 8:
        kind = "eighths"
    else:
        kind = "swung" if style.swing[1] > 0.56 else "plain"
    return tune.melody(stretch, random, low, low + 21, kind, is_blues=style.idiom == "blues")
