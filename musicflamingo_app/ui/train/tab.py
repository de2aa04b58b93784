"""The Train page: from a collection of tracks to an adapter in the chat. Its script draws what /ma/train tells."""

from musicflamingo_app.ui.parts import part


def build_train() -> None:
    """Puts the page into the surrounding Blocks."""
    part("train/index.js", "<div></div>", elem_id="ma-train")
