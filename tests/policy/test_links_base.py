"""Where links are served: what would make of a link none that a mail client can press is told in a sentence."""

import pytest

from mailproc.policy.links_base import why_no_links_base

USABLE = [
    "https://links.acme.example",
    "https://links.acme.example/u/",
    "https://links.acme.example:8443/mail",
    "https://xn--gre-6ka8i.example/u/",
    "https://192.0.2.7/u/",
    "https://[2001:db8::1]/a~b/%C3%A4",
    "https://acme.example/a:b/c=d/e+f;g/@h",
    "https://localhost:65535",
]
UNUSABLE = [
    ("", "https://"),
    ("links.acme.example", "https://"),
    ("http://links.acme.example", "https://"),
    ("ftp://links.acme.example", "https://"),
    ("javascript:alert(1)", "https://"),
    ("https:/links.acme.example", "https://"),
    (" https://links.acme.example", "https://"),
    ("https://links.acme.example/u/#", "no `#`"),
    ("https://links.acme.example#x", "no `#`"),
    ("https://links.acme.example/u/?to=", "no `?`"),
    ("https://links.acme.example?", "no `?`"),
    ("https://pat:secret@links.acme.example/u/", "no name and no password"),
    ("https://pat@links.acme.example", "no name and no password"),
    ("https://@links.acme.example", "no name and no password"),
    ("https://", "name a host"),
    ("https:///u/", "name a host"),
    ("https://:443/u/", "name a host"),
    ("https://.", "name a host"),
    ("https://-/u/", "name a host"),
    ("https://a..example", "name a host"),
    ("https://-a.example", "name a host"),
    ("https://links.acme.example./u/", "name a host"),
    ("https://links_acme.example", "name a host"),
    ("https://größe.example", "name a host"),
    ("https://links.acme.example\r\n/u/", "name a host"),
    ("https://[::::]/u/", "name a host"),
    ("https://[192.0.2.7]", "name a host"),
    ("https://[2001:db8::1", "name a host"),
    ("https://[2001:db8::1]x/u/", "name a host"),
    ("https://2001:db8::1/u/", "name a host"),
    (f"https://{'a' * 64}.example", "name a host"),
    ("https://links.acme.example:/u/", "port"),
    ("https://links.acme.example:0", "port"),
    ("https://links.acme.example:65536", "port"),
    ("https://links.acme.example:https", "port"),
    ("https://links.acme.example:٤٤٣", "port"),
    ("https://links.acme.example/u, /x", "path"),
    ("https://links.acme.example/u>/", "path"),
    ("https://links.acme.example/ü/", "path"),
    ("https://links.acme.example/u\n", "path"),
    ("https://links.acme.example/%zz", "path"),
    ("https://links.acme.example/%4", "path"),
    ("https://links.acme.example/a/../u/", "path"),
    ("https://links.acme.example/./u/", "path"),
    ("https://links.acme.example/%2E%2e/u/", "path"),
    ("https://links.acme.example//u/", "path"),
    ("https://links.acme.example/u//", "path"),
    (f"https://links.acme.example/{'x' * 300}", "300 characters"),
]


@pytest.mark.parametrize("base", USABLE)
def test_links_may_be_at_any_host_port_and_path(base: str) -> None:
    assert why_no_links_base(base) is None


@pytest.mark.parametrize(("base", "said"), UNUSABLE)
def test_what_no_link_can_begin_with_is_told(base: str, said: str) -> None:
    why = why_no_links_base(base)
    assert why is not None
    assert said in why
    assert "secret" not in why
