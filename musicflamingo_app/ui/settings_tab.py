"""The Settings page: what can be changed, and what the studio is made of."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import StudioError
from musicflamingo_app.ui import words
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.parts import part

if TYPE_CHECKING:
    import gradio as gr

Setting = tuple[str, Any, str]


def build_settings(studio: Studio, page: "gr.Blocks") -> None:
    """Puts the page into the surrounding Blocks; fields are filled anew whenever the page is loaded."""
    import gradio as gr

    rows = list(studio.settings())
    with gr.Column(elem_id="ma-settings"):
        gr.HTML(_HEAD, apply_default_css=False, js_on_load=None, elem_classes=["ma-part-root"])
        if rows:
            fields = [_field(row) for row in rows]
            save = gr.Button("Save", variant="primary", elem_classes=["ma-save"])
            said = gr.Textbox(show_label=False, interactive=False, container=False, elem_id="ma-settings-said")
            quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
            save.click(_saver(studio, rows), fields, said, **quiet)
            page.load(lambda: [value for _, value, _ in studio.settings()], None, fields, **quiet)
        part("about.js", "<div></div>", elem_id="ma-about")


def _field(row: Setting) -> Any:
    import gradio as gr

    name, value, help_text = row
    label = name.replace("_", " ").capitalize()
    if isinstance(value, bool):
        return gr.Checkbox(value, label=label, info=help_text, interactive=True)
    if isinstance(value, int | float):
        precision = 0 if isinstance(value, int) else None
        return gr.Number(value, label=label, info=help_text, precision=precision, interactive=True)
    return gr.Textbox("" if value is None else str(value), label=label, info=help_text, interactive=True)


def _saver(studio: Studio, rows: Sequence[Setting]) -> Callable[..., str]:
    def save(*values: Any) -> str:
        changed = {name: value for (name, _, _), value in zip(rows, values, strict=True)}
        try:
            studio.save_settings(changed)
        except StudioError as error:
            return str(error)
        return "Saved. Some settings count from the next start."

    return save


_HEAD = f"""<div><h1>Settings</h1><p class="ma-quiet">{words.PROMISE}</p></div>"""
