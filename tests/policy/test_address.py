import pytest

from mailproc.policy.address import ascii_domain, is_address, is_within, split_address


def test_an_address_is_split_at_its_last_at_sign():
    assert split_address(' <"a@b"@Example.ORG> ') == ('"a@b"', "example.org")
    assert split_address("nobody") == ("nobody", "")


def test_a_domain_is_compared_as_a_label():
    assert ascii_domain("BÜCHER.example.") == "xn--bcher-kva.example"
    assert ascii_domain("a" * 400 + "ü") == "a" * 400 + "ü"
    assert ascii_domain("..ü..") == "..ü"


@pytest.mark.parametrize(
    ("domain", "inside"),
    [("a.example", True), ("x.a.example", True), ("xa.example", False), ("", False), ("example", False)],
)
def test_a_domain_is_within_its_parents_only(domain: str, inside: bool):
    assert is_within(domain, ("a.example",)) is inside


@pytest.mark.parametrize(
    "text", ["", "pat", "@x.example", "pat@", "a b@x.example", "<a@x.example>", "x" * 320 + "@y.example"]
)
def test_what_is_no_bare_address_is_none(text: str):
    assert not is_address(text)
