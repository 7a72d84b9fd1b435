"""Pictures that pages may show: what kind one is, by its first bytes."""

_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
)
MAX_PICTURE_BYTES = 512 * 1024


def picture_type(content: bytes) -> str | None:
    """Its media type; None for what is none of PNG, JPEG, GIF and WebP. SVG is a program, and refused."""
    for sign, at, media_type in _SIGNS:
        if content[at : at + len(sign)] == sign:
            return media_type
    return None
