"""The page's theme: Gradio's plainest one in our colours, with the system's own fonts (nothing is fetched)."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import gradio as gr

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif")
# From the lightest to the darkest, as Gradio names them 50 to 950.
PINK = "#fff1f2 #ffe1e5 #ffc8d0 #fda2b0 #f7768b #e8566f #d03c58 #ae2c47 #92283e #7d2639 #450f1c"
GREY = "#faf8f7 #f3f0ee #e7e2e0 #d4cdcb #a59d9f #78707a #57505c #403a47 #27232d #1c1922 #141219"
MONO = ("ui-monospace", "SF Mono", "Menlo", "monospace")


def studio_theme() -> "gr.themes.Base":
    """Warm greys and flamingo pink; the CSS files take their colours from the same few values."""
    import gradio as gr

    pink, grey = (gr.themes.Color(*shades.split()) for shades in (PINK, GREY))
    fonts = [gr.themes.Font(name) for name in FONTS]
    theme = gr.themes.Base(
        primary_hue=pink,
        secondary_hue=pink,
        neutral_hue=grey,
        font=fonts,
        font_mono=[gr.themes.Font(name) for name in MONO],
    )
    return theme.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        block_background_fill="#ffffff",
        block_background_fill_dark="*neutral_900",
        block_border_color="*neutral_200",
        block_border_color_dark="*neutral_800",
        block_radius="12px",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="#ffffff",
    )
