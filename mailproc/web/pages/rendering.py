"""From a template to a response: texts in the visitor's language, everything escaped, and the headers of every page."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.responses import Response

from mailproc.web.pages.assets import AUTO_PRESS, ICON, STYLE
from mailproc.web.pages.brand import Brand
from mailproc.web.pages.languages import Language

_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; {script}form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Vary": "Accept-Language",
}
_ENVIRONMENT = Environment(
    loader=PackageLoader("mailproc.web.pages"),
    autoescape=select_autoescape(default=True, default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def rendered(
    template: str, brand: Brand, language: Language, *, base: str = "", status: int = 200, **values: Any
) -> Response:
    """A page. `base` is the path that all of ours are behind; a page with a true `auto` presses its button itself."""
    # Names in another direction than the page's stay by themselves (Unicode Standard Annex 9).
    isolate = "\u2068{}\u2069" if language.direction == "rtl" else "{}"

    def say(message: str, **parts: object) -> str:
        text = language.translate(message)
        return text % {name: isolate.format(part) for name, part in parts.items()} if parts else text

    said = {"contact": None, "auto": False, **values}
    files = {
        "style": base + STYLE.path,
        "theme": base + brand.theme.path,
        "icon": base + ICON.path,
        "logo": base + brand.logo.path if brand.logo else None,
        "script": base + AUTO_PRESS.path if said["auto"] else None,
    }
    html = _ENVIRONMENT.get_template(template).render(_=say, brand=brand, language=language, files=files, **said)
    policy = _POLICY.format(script="script-src 'self'; " if said["auto"] else "")
    return Response(
        html, status, {**HEADERS, "Content-Security-Policy": policy, "Content-Language": language.tag}, "text/html"
    )


def plain(text: str, status: int = 200, **headers: str) -> Response:
    """A line for machines."""
    return Response(f"{text}\n", status, {**HEADERS, **headers}, "text/plain")
