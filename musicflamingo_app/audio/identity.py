"""Which recording a file holds, whatever its tags say."""

import hashlib
from pathlib import Path

from musicflamingo_app.audio.container import damaged, load_av, opened


def audio_sha256(path: Path, *, name: str | None = None) -> str:
    """The SHA-256 of the coded sound: `codec rate channels` and then the payload of every packet, in order.

    Tags, pictures and the container's own numbers do not count, so a retagged copy has the same hash; the same music
    coded again has another. Codec headers are left out, for Vorbis keeps its tags in them. Raises AudioError.
    """
    av = load_av()
    with opened(path, name) as source:
        context = source.stream.codec_context
        shape = f"{context.codec.canonical_name} {context.rate} {context.layout.nb_channels}\n"
        digest = hashlib.sha256(shape.encode())
        try:
            for packet in source.container.demux(source.stream):
                if packet.size:
                    digest.update(packet)
        except (av.FFmpegError, OSError) as error:
            raise damaged(source.label, source.demuxer) from error
        return digest.hexdigest()
