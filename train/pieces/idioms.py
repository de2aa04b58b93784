"""What each kind of music does with chords: a grammar for each idiom and mode.

`P` grows a phrase of four bars that stays open, `E` one that closes, `Q` one for the contrasting part; `F` is the last
chord of all.
"""

from train.pieces.grammar import Grammar

_POP_MAJOR = """
P = 3 T | D6 | t | S ; 3 T | t | S | D ; 2 t | S | T | D ; 2 T | S | t | D ; 1 T | V/t t | S | S-
  ; 1 S | D | M | t ; 1 T | T+ | S | S- ; 1 T | I:7 | S | ii:min7 D ; 1 I | I/7 | t | I/5 IV
Q = 3 t | S | T | D ; 2 S | D | t | T ; 1 S | D | M V/t | t ; 1 M | t | S | D ; 1 bVI | bVII | T | D
  ; 1 S | iv | T | V/t ; 1 pedal
E = 3 S | D | T | T ; 2 S | S- | T | T ; 2 ii:min7 | Dsus | T | I ; 1 t | S | Dsus | T ; 1 IV/5 | D | I:sus4 I | I
pedal = 1 I | IV/5 | bVII/2 | I
T = 6 I ; 1 I/3 ; 1 I:maj7 ; 1 I:sus2 I ; 1 I:maj(9)
T+ = 1 I:aug ; 1 I:maj6 ; 1 I:maj7
t = 5 vi ; 2 vi:min7 ; 1 vi/b3
S = 5 IV ; 2 ii:min7 ; 1 IV:maj7 ; 1 ii ; 1 IV/3 ; 1 IV:maj(9) ; 1 ii/b3
S- = 2 iv ; 1 iv:min6 ; 1 ii:hdim7 ; 1 bVI bVII
D = 5 V ; 3 V:7 ; 1 V/3 ; 1 V:sus4 V ; 1 IV/2 V ; 1 vii:dim
D6 = 3 V/3 ; 3 V ; 1 iii:min7
Dsus = 2 V:sus4 V:7 ; 1 V:sus4(b7) ; 1 V:sus4(b7,9) V:7
M = 3 iii ; 2 iii:min7
V/t = 2 III ; 1 III:7 ; 1 III:7/3 ; 1 #V:dim7
F = 4 I ; 1 I:maj(9) ; 1 I:maj6
"""
_POP_MINOR = """
P = 3 T | VI | III | VII ; 2 T | VII | VI | D ; 2 T | s | VI | D ; 1 T | i/b7 | VI | D ; 1 VI | VII | T | T
  ; 1 T | bIII/5 | s | D ; 1 T | i:minmaj7 | i:min7 | i:min6
Q = 3 VI | VII | T | III ; 2 s | VII | III | VI ; 2 VI | III | VII | T ; 1 s | T | bII/3 | D
E = 3 s | D | T | T ; 2 VI | VII | T | T ; 1 ii | D | T | T ; 1 VI | bII | D | T
T = 6 i ; 2 i:min7 ; 1 i/b3 ; 1 i:sus2 ; 1 i:min(9)
s = 4 iv ; 2 iv:min7 ; 1 iv/b3 ; 1 ii:hdim7 ; 1 IV
ii = 1 ii:hdim7 ; 1 ii:dim ; 1 ii:hdim7/b3
VI = 4 bVI ; 2 bVI:maj7
VII = 5 bVII ; 1 bVII:7 ; 1 bVII/3
III = 4 bIII ; 1 bIII:maj7 ; 1 bIII/3
D = 3 V:7 ; 3 V ; 1 v:min7 ; 1 V:sus4 V ; 1 V:7/3 ; 1 VII:dim7
F = 5 i ; 1 I ; 1 i:min7
"""
_ROCK = """
P = 2 I:5 | bVII:5 | IV:5 | I:5 ; 2 I | IV | I | V ; 1 I:5 | bIII:5 | IV:5 | V:5 ; 1 I | bVII | IV | I
  ; 1 I | V | IV | IV ; 1 I:5 I:sus4 | I | IV:sus2 | V
Q = 2 vi | IV | I | V ; 1 IV | V | vi | I/3 ; 1 bVI | bVII | I | I ; 1 IV:5 | I:5 | bVII:5 | V:5
E = 3 IV | V | I | I ; 1 bVI | bVII | I:5 | I:5 ; 1 ii:min7 | V:sus4 V | I | I
F = 2 I ; 1 I:5
"""
_ROCK_MINOR = """
P = 2 i:5 | bVI:5 | bVII:5 | i:5 ; 2 i | bVII | bVI | bVII ; 1 i:5 | bIII:5 | iv:5 | bVI:5 ; 1 i | i/b7 | bVI | V
Q = 2 bVI | bVII | i | bIII/5 ; 1 iv | bVI | i | V:7
E = 2 bVI | bVII | i | i ; 1 iv | V | i:5 | i:5
F = 1 i:5 ; 1 i
"""
_CLASSICAL = """
P = 2 T | D | D | T ; 2 T | S | D | T ; 1 T | t | S | D ; 2 T | V/S | S | D ; 1 I | V/3 | t | V/V D
  ; 1 T | I/3 | S | V
Q = 2 V | T | V/V | D ; 1 t | V/S S | T | D ; 1 vi | III:7/3 | vi | II:7/3 ; 1 IV | iv | I/5 | V:7
E = 3 S | K | V:7 | I ; 2 ii/b3 | K | V:7 | I ; 1 t | S | K | I ; 1 ii:min7/b3 | V:7 | I | I
T = 5 I ; 2 I/3
t = 3 vi ; 1 iii
S = 3 IV ; 2 ii/b3 ; 1 IV/3 ; 1 ii ; 1 ii:min7/b3
D = 3 V:7 ; 2 V ; 2 V:7/3 ; 1 V:7/5 ; 1 V:7/b7 ; 1 vii:dim/b3 ; 1 VII:dim7
K = 2 I/5 V ; 1 I/5 V:7
V/S = 2 I:7 ; 1 I:7/3
V/V = 2 II:7 ; 2 II:7/3 ; 1 #IV:dim7
F = 1 I
"""
_CLASSICAL_MINOR = """
P = 2 T | D | D | T ; 2 T | S | D | T ; 1 i | i/b7 | bVI | D ; 1 T | bVI | S | D ; 1 i | V:7/3 | i/b3 | ii:dim/b3 V
Q = 2 bIII | bVII:7 | bIII | V:7 ; 1 iv | i/5 | bVI | V ; 1 bVI | bIII/3 | bVII:7/3 | bIII
E = 3 S | K | V:7 | i ; 2 ii:hdim7/b3 | K | V:7 | i ; 1 bII/3 | V:7 | i | i ; 1 bVI:aug | K | V:7 | i
T = 5 i ; 2 i/b3
S = 3 iv ; 2 ii:dim/b3 ; 1 iv/b3 ; 1 ii:hdim7/b3 ; 1 bII/3
D = 3 V:7 ; 2 V ; 2 V:7/3 ; 1 VII:dim7 ; 1 V:7/5
K = 2 i/5 V ; 1 i/5 V:7
F = 3 i ; 1 I
"""
_JAZZ = """
P = 3 I2 | I2 | TF | I- VI7 ; 2 T | VI7 | S | D ; 2 TF | T | S | D ; 1 T | IV7 | M VI7 | S D
  ; 1 T | #I:dim7 | S | #II:dim7 ; 1 II:9 | II:7(#11) | S | D
Q = 2 III:7 | III:9 | VI:7 | VI:13 ; 1 iv:min7 | bVII:9 | T | T ; 1 v:min7 | I:7(b9) | IV:maj7 | IV:maj9
  ; 1 #IV:hdim7 | VII:7 | iii:min7 | VI:7(b9) ; 1 II:7 | II:13 | V:sus4(b7,9) | V:7(b9)
E = 3 S | D | T | I- VI7 ; 2 S D | M VI7 | S D | T ; 1 S | bII:7 | T | T ; 1 #IV:hdim7 | iv:min6 | M bIII:dim7 | S D
I2 = 2 I- VI7 ; 1 S D ; 1 T
I- = 3 I:maj7 ; 1 I:maj6 ; 1 iii:min7
T = 3 I:maj7 ; 2 I:maj9 ; 2 I:maj6 ; 1 I:maj7/3 ; 1 I:maj13
TF = 1 v:min7 I:7 ; 1 I:9 ; 1 bV:hdim7 IV7
S = 4 ii:min7 ; 2 ii:min9 ; 1 ii:min11 ; 1 IV:maj7 ; 1 ii:min13
D = 4 V:7 ; 2 V:9 ; 2 V:13 ; 2 V:7(b9) ; 2 bII:7 ; 1 V:7(#9) ; 1 V:aug(b7) ; 1 V:sus4(b7) ; 1 V:11
M = 2 iii:min7 ; 1 I:maj7/3 ; 1 iii:min9
VI7 = 3 VI:7 ; 2 VI:7(b9) ; 1 bIII:7 ; 1 vi:min7 ; 1 VI:7(b13)
IV7 = 2 IV:maj7 ; 1 IV:7 ; 1 IV:9
F = 2 I:maj7 ; 2 I:maj6 ; 1 I:maj9 ; 1 I:maj7(#11)
"""
_JAZZ_MINOR = """
P = 3 T | S D | T | S D ; 2 T | VI | S | D ; 1 T | i:min7 IV:9 | bVI:7 | D
  ; 1 iv:min7 | bVII:7 | bIII:maj7 | bVI:maj7
Q = 2 iv:min7 | bVII:9 | bIII:maj7 | bIII:maj9 ; 1 v:hdim7 | I:7(b9) | iv:min7 | iv:min9
  ; 1 VI:hdim7 | II:7(b9) | v:min7 | V:7(#9)
E = 3 S | D | T | T ; 2 bVI:7 | D | T | S D ; 1 S | bII:7 | T | T
T = 3 i:min7 ; 2 i:min6 ; 1 i:minmaj7 ; 2 i:min9 ; 1 i:min11
S = 4 ii:hdim7 ; 1 iv:min7 ; 1 ii:hdim7/b5
D = 3 V:7(b9) ; 2 V:7 ; 1 V:7(#9) ; 1 V:7(b13) ; 1 V:aug(b7)
VI = 2 VI:hdim7 ; 1 bVI:maj7
F = 2 i:min6 ; 1 i:min9 ; 1 i:minmaj7
"""
_BLUES = """
P = 3 I7 | I7 | I7 | I7 ; 3 I7 | IV7 | I7 | I7 ; 1 I7 | #I:dim7 | V:9 | I7
Q = 3 IV7 | IV7 | I7 | I7 ; 2 IV7 | #IV:dim7 | I7 | VI:7 ; 1 IV7 | IV7 | I:7/5 | I7
E = 3 V7 | IV7 | I7 | V7 ; 2 ii:min7 | V7 | I7 VI:7 | ii:min7 V7 ; 1 bVI:7 | V7 | I7 | V:aug(b7)
  ; 1 V7 | IV7 | I7 IV7 | I7 V7
I7 = 4 I:7 ; 2 I:9 ; 1 I:13
IV7 = 4 IV:7 ; 2 IV:9
V7 = 4 V:7 ; 1 V:9 ; 1 V:7(#9)
F = 2 I:9 ; 1 I:7 ; 1 I:maj6
"""
_BLUES_MINOR = """
P = 2 i:min7 | i:min7 | i:min7 | i:min7 ; 2 i:min7 | iv:min7 | i:min7 | i:min7
Q = 2 iv:min7 | iv:min7 | i:min7 | i:min7 ; 1 iv:min9 | iv:min7 | i:min6 | i:min7
E = 2 bVI:7 | V:7(#9) | i:min7 | V:7 ; 1 v:min7 | iv:min7 | i:min7 | V:7(b9)
F = 1 i:min7 ; 1 i:min6
"""
_GOSPEL = """
P = 2 I I/3 | IV #IV:dim7 | I/5 VI:7 | D ; 2 I III:7/5 | vi:min7 v:min7 | IV:maj9 | D
  ; 1 I I:7/3 | IV iv:min6 | I/5 #V:dim7 | vi:min7 D ; 1 I | I:9 | IV IV/5 | ii:min11 D
Q = 2 vi:min9 | III:7(#9) | vi:min7 II:9 | D ; 1 IV:maj7 III:7 | vi:min7 I:7 | IV:maj7 iii:min7 | ii:min9 D
E = 2 IV #IV:dim7 | I/5 VI:7(b9) | ii:min7 D | I IV/5 ; 2 ii:min7 iii:min7 | IV:maj7 D | I iv:min6 | I
  ; 1 vi:min7 II:7 | ii:min9 D | I IV | I
D = 2 IV/2 ; 2 V:sus4(b7,9) ; 1 V:13 ; 1 V:11 ; 1 V:7(#9)
F = 2 I ; 1 I:maj9 ; 1 I:maj6
"""
_DORIAN = """
P = 3 i:min7 | IV:7 | i:min7 | IV:9 ; 2 i:min9 | i:min9 | IV:9 | IV:13 ; 1 i:min7 | ii:min7 | bIII:maj7 | ii:min7
  ; 1 i:sus4(b7) | i:sus4(b7) | i:min11 | i:min13 ; 1 i | bVII | IV | i
Q = 2 bVII | IV | i | i ; 1 bIII:maj7 | IV | v:min7 | IV ; 1 ii:min7 | v:min7 | i:min7 | IV
E = 1 bVII | IV | i:min7 | i:min7 ; 1 bIII | IV | i | i ; 1 ii:min7 | IV:9 | i:min7 | i:min7
F = 1 i:min7 ; 1 i:min6
"""
_MIXOLYDIAN = """
P = 3 I | bVII | IV | I ; 2 I:7 | bVII | I:7 | bVII ; 1 I | v:min7 | bVII | I ; 1 I | bVII/2 | IV/5 | I
Q = 2 IV | I | v | bVII ; 1 v:min7 | IV | bVII | IV
E = 2 bVII | IV | I | I ; 1 v:min7 | bVII | I:7 | I
F = 2 I ; 1 I:7
"""
_LYDIAN = """
P = 3 I | II | I | II ; 2 I:maj7 | II/b7 | I:maj7 | II ; 1 I:maj7(#11) | I:maj7(#11) | II | vii:min7
  ; 1 I | V | II | I
Q = 1 vii:min7 | II | vi | II ; 1 V:maj7 | II | vii:min7 | vi:min7
E = 2 II | V | I | I ; 1 vii:min7 | II | I:maj7 | I:maj7
F = 1 I:maj7 ; 1 I
"""
_PHRYGIAN = """
P = 3 i | bII | i | bII ; 2 i | bII | bIII | bII ; 1 i | iv | bII:maj7 | i ; 1 i | bvii:min7 | bII | i
Q = 1 iv | bIII | bII | i ; 1 bVI:maj7 | bvii:min | bII | bII
E = 2 bIII | bII | i | i ; 1 iv | bII | i | i
F = 1 i ; 1 i:5
"""
_DRONE = """
P = 3 I:5 | I:5 | I:5 | I:5 ; 2 I:1 | I:1 | I:1 | I:1 ; 1 I:sus2 | I:sus2 | I:5 | I:5
Q = 2 I:5 | I:5 | I:5 | I:5 ; 1 N | N | N | N
E = 1 I:5 | I:5 | I:5 | I:5 ; 1 I:1 | I:1 | I:1 | I:1
F = 1 I:5 ; 1 I:1
"""
_NOTHING = """
P = 1 N | N | N | N
Q = 1 N | N | N | N
E = 1 N | N | N | N
F = 1 N
"""
_TEXTS = {
    "pop": {"major": _POP_MAJOR, "minor": _POP_MINOR},
    "rock": {"major": _ROCK, "minor": _ROCK_MINOR},
    "classical": {"major": _CLASSICAL, "minor": _CLASSICAL_MINOR},
    "jazz": {"major": _JAZZ, "minor": _JAZZ_MINOR},
    "blues": {"major": _BLUES, "minor": _BLUES_MINOR},
    "gospel": {"major": _GOSPEL, "minor": _POP_MINOR},
    "modal": {"dorian": _DORIAN, "mixolydian": _MIXOLYDIAN, "lydian": _LYDIAN, "phrygian": _PHRYGIAN},
    "drone": {"major": _DRONE, "minor": _DRONE},
    "none": {"major": _NOTHING},
}  # fmt: skip
IDIOMS = {name: {mode: Grammar.parse(text) for mode, text in modes.items()} for name, modes in _TEXTS.items()}
