"""The page: a head and four tabs. Importing this loads neither Gradio nor anything of the analysis."""

from typing import TYPE_CHECKING

from musicflamingo_app.ui import words
from musicflamingo_app.ui.api import build_api
from musicflamingo_app.ui.contract import Studio
from musicflamingo_app.ui.library import build_library
from musicflamingo_app.ui.listen import build_listen
from musicflamingo_app.ui.model_desk import ModelDesk
from musicflamingo_app.ui.parts import part
from musicflamingo_app.ui.preferences import Preferences
from musicflamingo_app.ui.settings_tab import build_settings
from musicflamingo_app.ui.train.tab import build_train

if TYPE_CHECKING:
    import gradio as gr

_CACHE_S = 3600  # uploads are copied to the library at once; Gradio's copies go after an hour


def build(studio: Studio, preferences: Preferences, models: ModelDesk) -> "gr.Blocks":
    """The whole interface over a studio, not yet launched (ui/serve.py does that)."""
    import gradio as gr

    page: gr.Blocks
    cache = (_CACHE_S, _CACHE_S)
    with gr.Blocks(title=words.NAME, delete_cache=cache, analytics_enabled=False, fill_width=True) as page:
        part("page.js", _HEAD, elem_id="ma-head")
        with gr.Tabs(elem_id="ma-tabs"):
            with gr.Tab("Listen", id="listen"):
                build_listen(studio)
            with gr.Tab("Library", id="library"):
                build_library()
            with gr.Tab("Train", id="train"):
                build_train()
            with gr.Tab("Settings", id="settings"):
                build_settings(preferences, page)
        build_api(studio, models)
    return page


_HEAD = f"""
<header class="ma-head">
  <a class="ma-home-link" href="./">
    <img src="ma-assets/icons/flamingo.svg" alt="" width="34" height="34"><span>{words.NAME}</span>
  </a>
  <span class="ma-local" title="{words.PROMISE}">on this computer</span>
  <button type="button" class="ma-button ma-theme" aria-label="Dark theme"></button>
</header>
"""
