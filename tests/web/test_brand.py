"""Whatever colours an account names, its texts are readable in both schemes."""

import re
from pathlib import Path

import pytest

from mailproc.policy.pages.colour import READABLE, contrast
from mailproc.settings.pages import PagesSettings
from mailproc.web.pages.brand import brand_of, theme_css

LIGHT_CARD, DARK_CARD = "#ffffff", "#1b1e25"


@pytest.mark.parametrize("accent", ["#ffe600", "#000000", "#ffffff", "#1f4fd8", "#0f0", "#808080"])
@pytest.mark.parametrize("backdrop", ["#f3f5f9", "#000", "#777777"])
def test_every_text_has_contrast(accent: str, backdrop: str) -> None:
    css = theme_css(accent, backdrop)
    light, dark = (dict(re.findall(r"--([a-z-]+): (#[0-9a-f]+);", part)) for part in css.split("@media"))
    assert contrast(light["accent-ink"], LIGHT_CARD) >= READABLE
    assert contrast(dark["accent-ink"], DARK_CARD) >= READABLE
    for behind, text in (("accent", "on-accent"), ("backdrop", "on-backdrop")):
        assert contrast(light[behind], light[text]) >= READABLE - 0.3
    assert contrast(dark["accent"], dark["on-accent"]) >= READABLE - 0.3


@pytest.mark.parametrize("content", [None, b"", b"<svg/>", b"\x89PNG\r\n\x1a\n" + bytes(600 * 1024)])
def test_a_logo_that_cannot_be_shown_leaves_the_name(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "logo").write_bytes(content)
    assert brand_of("Acme", PagesSettings(logo=tmp_path / "logo")).logo is None
