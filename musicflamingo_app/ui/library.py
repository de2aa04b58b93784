"""The Library page. Its rows come from /ma/library.json; its script draws them."""

from musicflamingo_app.ui.parts import part


def build_library() -> None:
    """Puts the page into the surrounding Blocks."""
    part("library/index.js", "<div></div>", elem_id="ma-library")
