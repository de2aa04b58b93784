"""Holds songs out: what hangs together by song, artist or album goes to one side, before any question is made."""

import unicodedata
from collections.abc import Mapping, Sequence
from random import Random

from musicflamingo_app.errors import StudioError
from train.examples import Example, Recording

BY = ("artist", "song")
DEFAULT_SHARE, LARGEST_SHARE = 0.15, 0.5


def sides(recordings: Sequence[Recording], share: float, seed: int, *, by: str = "artist") -> dict[str, str]:
    """SHA-256 of each recording -> `train` or `held_out`, about `share` of them held out.

    `by` artist keeps song, artist and album together; `by` song only recordings of one song. Raises StudioError when
    nothing can be held out so.
    """
    _check(share, by)
    groups = grouped(recordings, by=by)
    if share == 0:
        return {one.sha256: "train" for one in recordings}
    if len(groups) < 2:
        raise _together(recordings, by)
    Random(seed).shuffle(groups)
    groups.sort(key=len)  # stable: small groups first, in drawn order
    held, wanted = [], max(1, round(share * len(recordings)))
    for group in groups[:-1]:
        if held and len(held) + len(group) > wanted:
            break
        held += group
    out = {one.sha256: "train" for one in recordings}
    return out | {one.sha256: "held_out" for one in held}


def grouped(recordings: Sequence[Recording], *, by: str = "artist") -> list[list[Recording]]:
    """Recordings that share a song (or an artist or album), in groups; the order of the first ones stays."""
    owner: dict[tuple[str, str], int] = {}
    groups: list[list[Recording]] = []
    for recording in recordings:
        names = _names(recording, by)
        touched = sorted({owner[name] for name in names if name in owner})
        group = [one for index in touched for one in groups[index]] + [recording]
        for index in touched:
            groups[index] = []
        groups.append(group)
        owner |= {name: len(groups) - 1 for one in group for name in _names(one, by)}
    return [group for group in groups if group]


def check_leaks(train: Sequence[Example], held_out: Sequence[Example], *, by: str = "artist") -> None:
    """Raises StudioError, naming it, when a song, artist or album stands on both sides."""
    seen = _all_names(train, by)
    for name, example in _all_names(held_out, by).items():
        if name in seen:
            kind, _ = name
            shown = {"artist": example.artist, "album": example.album}.get(kind) or example.song or example.track[:12]
            what = {"recording": "song"}.get(kind, kind)
            raise StudioError(
                f"The {what} “{shown}” is both learned from and held out, so the test would not be fair.",
                "Put all of it on one side.",
            )


def _all_names(examples: Sequence[Example], by: str) -> Mapping[tuple[str, str], Example]:
    rows = {(e.track, e.song, e.artist, e.album): e for e in examples}
    return {
        name: e for e in rows.values() for name in _names(Recording(e.track, e.audio, e.song, e.artist, e.album), by)
    }


def _names(recording: Recording, by: str) -> list[tuple[str, str]]:
    names = [("recording", recording.sha256)]
    if recording.song:
        names.append(("song", folded(recording.song)))
    if by == "artist":
        named = (("artist", recording.artist), ("album", recording.album))
        names += [(kind, folded(name)) for kind, name in named if folded(name)]
    return names


def folded(name: str) -> str:
    """A name as it is compared: without case, accents and marks; what stands in brackets (live, remastered) is cut."""
    bare = name.split(" (")[0].split(" [")[0]
    plain = unicodedata.normalize("NFKD", bare).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def _check(share: float, by: str) -> None:
    if by not in BY:
        raise StudioError(f"Songs cannot be held out by “{by}”.", f"Use one of {', '.join(BY)}.")
    if not 0 <= share <= LARGEST_SHARE:
        raise StudioError(f"{share:g} is no share of songs to hold out.", f"Use 0 to {LARGEST_SHARE:g}, such as 0.15.")


def _together(recordings: Sequence[Recording], by: str) -> StudioError:
    if len(recordings) == 1:
        what = "One song alone cannot be both learned from and held out."
        return StudioError(what, "Add songs, or hold none out with --held-out 0.")
    what = f"All {len(recordings)} recordings hang together by song, artist or album, so none can be held out."
    more = " Or hold out by song alone with --by song." if by == "artist" else ""
    return StudioError(what, f"Add songs of other artists.{more}")
