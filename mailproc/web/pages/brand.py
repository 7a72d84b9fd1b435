"""How an account's pages look: its colours as a style sheet of their own, every text on them readable; its logo."""

from dataclasses import dataclass
from pathlib import Path

from mailproc.policy.pages.colour import readable, text_on
from mailproc.policy.pages.picture import MAX_PICTURE_BYTES, picture_type
from mailproc.settings.pages import PagesSettings
from mailproc.web.pages.assets import Asset, asset_of

_CARD, _DARK_CARD = "#ffffff", "#1b1e25"
_THEME = """:root {{
  --backdrop: {backdrop}; --on-backdrop: {on_backdrop};
  --accent: {accent}; --on-accent: {on_accent}; --accent-ink: {ink};
}}
@media (prefers-color-scheme: dark) {{
  :root {{ --accent: {dark_accent}; --on-accent: {on_dark_accent}; --accent-ink: {dark_ink}; }}
}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """Name, theme and logo of an account's pages; without a logo the name stands there."""

    name: str
    theme: Asset
    logo: Asset | None = None


def brand_of(name: str, settings: PagesSettings) -> Brand:
    """The brand as the settings have it; a logo that is no picture any more is left out."""
    return Brand(
        name=name,
        theme=asset_of("theme.css", theme_css(settings.accent, settings.backdrop).encode(), "text/css; charset=utf-8"),
        logo=_logo(settings.logo),
    )


def theme_css(accent: str, backdrop: str) -> str:
    """The colours as custom properties, in both schemes: a contrast of 4.5 at least for every text (WCAG 2.1 AA)."""
    dark = readable(accent, _DARK_CARD)
    return _THEME.format(
        backdrop=backdrop,
        on_backdrop=text_on(backdrop),
        accent=accent,
        on_accent=text_on(accent),
        ink=readable(accent, _CARD),
        dark_accent=dark,
        on_dark_accent=text_on(dark),
        dark_ink=dark,
    )


def _logo(path: Path | None) -> Asset | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError:
        return None
    media_type = picture_type(content)
    if media_type is None or len(content) > MAX_PICTURE_BYTES:
        return None
    return asset_of("logo", content, media_type)
