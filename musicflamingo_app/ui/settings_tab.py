"""The Settings page: what can be changed, and what the studio is made of."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from musicflamingo_app.errors import StudioError
from musicflamingo_app.ui import words
from musicflamingo_app.ui.parts import part
from musicflamingo_app.ui.preferences import Preference, Preferences

if TYPE_CHECKING:
    import gradio as gr


def build_settings(preferences: Preferences, page: "gr.Blocks") -> None:
    """Puts the page into the surrounding Blocks; fields are filled anew whenever the page is loaded."""
    import gradio as gr

    rows = list(preferences.rows())
    with gr.Column(elem_id="ma-settings"):
        gr.HTML(_HEAD, apply_default_css=False, js_on_load=None, elem_classes=["ma-part-root"])
        fields = [_field(row) for row in rows]
        save = gr.Button("Save", variant="primary", elem_classes=["ma-save"])
        said = gr.Textbox(show_label=False, interactive=False, container=False, elem_id="ma-settings-said")
        part("models.js", "<div></div>", elem_id="ma-models")
        part("about.js", "<div></div>", elem_id="ma-about")
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
    save.click(_saver(preferences, rows), fields, said, **quiet)
    page.load(lambda: _one_or_all([row.value for row in preferences.rows()]), None, fields, **quiet)


def _one_or_all(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _field(row: Preference) -> Any:
    import gradio as gr

    about: dict[str, Any] = {"label": words.setting_label(row.name), "info": row.help, "interactive": True}
    if row.choices:
        return gr.Dropdown(list(row.choices), value=row.value, filterable=False, **about)
    if isinstance(row.value, bool):
        return gr.Checkbox(row.value, **about)
    if isinstance(row.value, int | float):
        return gr.Number(row.value, precision=0 if isinstance(row.value, int) else None, **about)
    return gr.Textbox(str(row.value), type="password" if row.is_secret else "text", **about)


def _saver(preferences: Preferences, rows: Sequence[Preference]) -> Callable[..., str]:
    def save(*values: Any) -> str:
        try:
            preferences.save({row.name: value for row, value in zip(rows, values, strict=True)})
        except StudioError as error:
            return str(error)
        return "Saved. It counts from the next start of the studio."

    return save


_HEAD = f"""<div><h1>Settings</h1><p class="ma-quiet">{words.PROMISE}</p></div>"""
