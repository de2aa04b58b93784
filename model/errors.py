"""What can go wrong when a model is loaded, asked or fetched; each says what happened and what to do."""

from musicflamingo_app.errors import StudioError


class ModelError(StudioError):
    """A model that could not be loaded or could not answer."""


class NoAbility(ModelError):
    """A question that this model cannot take: sound to a deaf one, two sounds, too long a sound."""


class OutOfMemory(ModelError):
    """The graphics card or the machine has no room for this model or this question."""


class ServerError(ModelError):
    """A model server that cannot be reached, refuses, or breaks off."""


class NoAudio(ServerError):
    """A server that refuses the shape in which the sound was sent, or any sound."""


class FetchError(ModelError):
    """Weights that could not be fetched or removed."""
