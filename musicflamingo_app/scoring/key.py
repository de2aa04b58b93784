"""How near a key is to the true one, as MIREX weighs it."""

from musicflamingo_app.music.key import Key
from musicflamingo_app.music.pitch import Pitch
from musicflamingo_app.scoring.mireval import mir_eval


def key_score(truth: Key, found: Key | None) -> float:
    """1 the same key, 0.5 a fifth above the truth, 0.3 relative, 0.2 parallel, else 0; no key found is 0.

    Spelling does not count. A mode is compared as major or minor by its third, because MIREX knows no others.
    """
    if found is None:
        return 0.0
    return float(mir_eval("key").weighted_score(_name(truth), _name(found)))


def _name(key: Key) -> str:
    """The key as mir_eval reads it, which refuses names such as Cb, E# and B#."""
    return f"{Pitch.from_class(key.tonic.pitch_class)} {'minor' if key.is_minor else 'major'}"
