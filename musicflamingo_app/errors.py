"""Errors that a person can read: what happened, and what to do about it.

Every failure that is not a bug is a `StudioError`. The window, the command line and the routes print
both strings and log the trace; nothing else of it reaches a person.
"""


class StudioError(Exception):
    """Something went wrong that the reader can act on.

    `what` says what happened, with the value that was wrong; `advice` says what to do. Both are whole sentences.
    """

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.what} {self.advice}".strip()

    def __reduce__(self) -> tuple[type["StudioError"], tuple[str, str]]:
        return type(self), (self.what, self.advice)  # errors travel between processes


class AudioError(StudioError):
    """A file that is no sound, or not one that can be used."""


class MissingPackage(StudioError):
    """A package that this feature needs is not installed."""


class NotFound(StudioError):
    """The track, job or file that was asked for does not exist."""


class NothingHeard(StudioError):
    """An engine listened, and there is none of what it listens for; another engine would be guessing."""


class Cancelled(StudioError):
    """The person stopped the work."""

    def __init__(self, what: str = "The analysis was cancelled.", advice: str = "") -> None:
        super().__init__(what, advice)


class StorageError(StudioError):
    """The disk or the database refused: full, locked, read-only."""


class MusicSyntaxError(StudioError, ValueError):
    """A chord, key, metre or progression that cannot be read."""
