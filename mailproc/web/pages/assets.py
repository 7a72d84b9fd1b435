"""Files that pages load: named by their digest, so that browsers may keep them; nothing comes from elsewhere."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_STATIC = Path(__file__).parent / "static"
_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file as it is served; `path` begins with `/assets/`."""

    path: str
    content: bytes
    media_type: str


def asset_of(name: str, content: bytes, media_type: str) -> Asset:
    """Give content its path, which changes with it."""
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    return Asset(path=f"/assets/{digest}-{name}", content=content, media_type=media_type)


def _read(name: str, media_type: str) -> Asset:
    return asset_of(name, (_STATIC / name).read_bytes(), media_type)


STYLE = _read("pages.css", "text/css; charset=utf-8")
ICON = _read("icon.svg", "image/svg+xml")
AUTO_PRESS = _read("auto-press.js", "text/javascript; charset=utf-8")


def answer_with(assets: Mapping[str, Asset], request: Request) -> Response:
    """The asset of the path that is asked for; 404 for any other."""
    asset = assets.get(f"/assets/{request.path_params['name']}")
    headers = {
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-site",
    }
    if asset is None:
        return PlainTextResponse("not found\n", 404, headers=headers)
    headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return Response(asset.content, media_type=asset.media_type, headers=headers)
