"""Our own components on a Gradio page: a constant piece of HTML whose script lives in assets/js.

No data is ever put into the template (Gradio evaluates templates as code); scripts read it from our routes and write it
as text.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

_LOADER = (
    "import(new URL('ma-assets/js/{script}', document.baseURI))"
    ".then((part) => part.mount(element, {{ props, trigger, watch }}))"
    ".catch((error) => console.error('{script} did not start', error)); {names}"
)


def part(script: str, template: str, *, elem_id: str, events: tuple[str, ...] = ()) -> "gr.HTML":
    """A gr.HTML mounted by the `mount` function of a script; `events` are the names it may trigger."""
    import gradio as gr

    names = " ".join(f"/* '{name}' */" for name in events)  # Gradio looks for quoted names
    return gr.HTML(
        value=None,
        html_template=template,
        js_on_load=_LOADER.format(script=script, names=names),
        apply_default_css=False,
        elem_id=elem_id,
        elem_classes=["ma-part-root"],
    )
