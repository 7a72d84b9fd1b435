"""Colours that can be read: contrast as WCAG 2.1 computes it, and the nearest shade that has enough of it."""

import re

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
WHITE, INK = "#ffffff", "#16181d"
READABLE = 4.5  # WCAG 2.1 §1.4.3, level AA
_STEPS = 20
Rgb = tuple[int, int, int]


def is_colour(text: str) -> bool:
    """Whether it is `#rgb` or `#rrggbb`; nothing else ever gets into a style sheet."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """How well one is read on the other: 1 for the same colour, 21 for black on white (WCAG 2.1 §1.4.3)."""
    dark, light = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))))
    return (light + 0.05) / (dark + 0.05)


def text_on(colour: str) -> str:
    """Ink or white, whichever is read better on this."""
    return max((WHITE, INK), key=lambda text: contrast(text, colour))


def readable(colour: str, on: str) -> str:
    """The colour itself where it can be read on `on`, else the first shade towards black or white that can."""
    target = _rgb("#000000" if text_on(on) == INK else WHITE)
    for step in range(_STEPS + 1):
        shade = _mixed(_rgb(colour), target, step / _STEPS)
        if contrast(shade, on) >= READABLE:
            return shade
    return text_on(on)


def _rgb(colour: str) -> Rgb:
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def _mixed(one: Rgb, other: Rgb, share: float) -> str:
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(one, other, strict=True))


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
