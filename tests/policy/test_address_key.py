"""The form under which addresses are compared, and the looser one that only finds candidates."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.policy.address_key import (
    envelope_senders,
    loose_address,
    loose_form,
    normalise_address,
    other_forms,
)


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("User@Example.COM", "user@example.com"),
        ("  pat@example.org\r\n", "pat@example.org"),
        ("pat@BÜCHER.example", "pat@xn--bcher-kva.example"),
        ("pat@XN--BCHER-KVA.example", "pat@xn--bcher-kva.example"),
        ("J\u006f\u0308rg@example.org", "jörg@example.org"),  # decomposed, as some clients write it
        ("JÖRG@example.org", "jörg@example.org"),
        ("pat.doe+news@gmail.com", "pat.doe+news@gmail.com"),
        ('"Pat Doe"@example.org', '"pat doe"@example.org'),
        ("a@b@Example.org", "a@b@example.org"),
        ("pat@example.org.", "pat@example.org"),
        (" Pat@Example.ORG. ", "pat@example.org"),
        ("pat@example.org. .", "pat@example.org"),
        ("pat@BÜCHER.example.", "pat@xn--bcher-kva.example"),
        ("pat@BÜCHER.example。", "pat@xn--bcher-kva.example"),
        ("pat@bücher. .", "pat@xn--bcher-kva"),
        ("pat.@example.org", "pat.@example.org"),
        ("nobody.", "nobody."),
        ("pat@[192.0.2.7]", "pat@[192.0.2.7]"),
        ("Nobody", "nobody"),
        ("", ""),
    ],
)
def test_what_is_the_same_person_has_the_same_key(address: str, key: str) -> None:
    assert normalise_address(address) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("pat.doe@example.org", "patdoe@example.org"),
        ("pat+a@example.org", "pat+b@example.org"),
        ("pat@example.org", "pat@mail.example.org"),
        ("pat@example.org", "pat@example.net"),
        ("jorg@example.org", "jörg@example.org"),
    ],
)
def test_what_may_be_different_people_has_different_keys(one: str, other: str) -> None:
    assert normalise_address(one) != normalise_address(other)


def test_the_key_is_the_one_of_the_suppression_vector() -> None:
    digest = hmac.new(b"pepper-v1" * 4, normalise_address(" User@Example.com ").encode(), hashlib.sha256).hexdigest()
    assert digest == "1fdf710c698e75d313c4f61fba3c046b6e002bc5c00b304526e5882dd742c22f"


@given(st.text(max_size=300) | st.emails())
def test_normalising_twice_changes_nothing_and_nothing_raises(text: str) -> None:
    key = normalise_address(text)
    assert normalise_address(key) == key


@pytest.mark.parametrize(
    "domain", ["\u0130" * 200, "a" * 5000 + ".example", "xn--\udc80.example", "\ufdfa" * 100, "é..example"]
)
def test_a_domain_that_has_no_a_label_stays_comparable(domain: str) -> None:
    key = normalise_address(f"Pat@{domain}")
    assert normalise_address(key) == key
    assert key.startswith("pat@")


@pytest.mark.parametrize(
    "address",
    [
        "pat@example.org",
        "Pat+news@example.org",
        "prvs=0123abcdef=pat@example.org",
        "btv1==abcd==pat@example.org",
        "prvs=0123abcdef=btv1==abcd==pat@example.org",
    ],
)
def test_wrappers_and_tags_are_taken_off_for_candidates(address: str) -> None:
    assert loose_address(address) == "pat@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "SRS0=HHH=TT=example.org=pat@forwarder.example",
        "SRS0+HHH=TT=example.org=pat@forwarder.example",
        "SRS1=HHH=one.example==HHH=TT=example.org=pat@two.example",
        "prvs=0123abcdef=SRS0=HHH=TT=example.org=pat@forwarder.example",
        "SRS0=HHH=TT=googlemail.com=pat@forwarder.example",
    ],
)
def test_who_owns_the_domain_of_an_srs_address_cannot_name_anybody_of_another_domain(address: str) -> None:
    domain = address.rpartition("@")[2]
    assert loose_address(address).endswith(f"@{domain}")
    assert loose_address(address).partition("=")[0] != "pat"


@pytest.mark.parametrize(
    ("address", "plain"),
    [
        ("Pat+news@Example.org", "Pat+news@Example.org"),
        ("prvs=0123abcdef=Pat+news@example.org", "Pat+news@example.org"),
        ("prvs=@example.org", "prvs=@example.org"),
        ("no address", "no address"),
    ],
)
def test_an_envelopes_sender_is_freed_of_its_wrappers_and_of_nothing_else(address: str, plain: str) -> None:
    assert envelope_senders(address) == (plain,)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        ("SRS0=HHH=TT=example.org=Pat@forwarder.example", "Pat@example.org"),
        ("SRS0+HHH=TT=example.org=pat@forwarder.example", "pat@example.org"),
        ("srs1=HHH=one.example==HHH=TT=example.org=pat@two.example", "pat@example.org"),
        ("SRS0=HHH=TT=example.org=prvs=0123abcdef=pat@forwarder.example", "pat@example.org"),
    ],
)
def test_an_srs_envelope_sender_is_itself_first_and_then_whom_it_names(address: str, named: str) -> None:
    assert envelope_senders(address) == (address, named)
    assert envelope_senders(f"prvs=0123abcdef={address}") == (address, named)


@pytest.mark.parametrize("address", ["p.a.t@gmail.com", "pat+x@googlemail.com", "PAT@GoogleMail.com"])
def test_gmail_knows_neither_dots_nor_its_second_name(address: str) -> None:
    assert loose_address(address) == "pat@gmail.com"


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("pat.doe@example.org", "pat.doe@example.org"),
        ("+tag@example.org", "+tag@example.org"),
        ("prvs=@example.org", "prvs=@example.org"),
        ("srs0=a@example.org", "srs0=a@example.org"),
        ("srs1=x@example.org", "srs1=x@example.org"),
        ("srs0=a=b=@example.org", "srs0=a=b=@example.org"),
        ("...@gmail.com", "...@gmail.com"),
        ("no address", "no address"),
        ("", ""),
    ],
)
def test_what_only_looks_wrapped_stays(address: str, key: str) -> None:
    assert loose_address(address) == key


@given(st.text(max_size=300))
def test_the_loose_key_raises_nothing_and_is_the_same_for_the_strict_key(text: str) -> None:
    assert loose_address(text) == loose_address(normalise_address(text))


@given(
    st.sampled_from(["", "prvs=0123abcdef=", "btv1==abcd==", "SRS0=HH=TT=", "SRS1=HH=one.example==HH=TT=", "srs0-h="]),
    st.text(alphabet="ab=+-.@srs01", max_size=40),
    st.sampled_from(["attacker.example", "gmail.com", "googlemail.com"]),
)
def test_the_loose_key_keeps_the_domain(wrapper: str, local: str, domain: str) -> None:
    kept = loose_address(f"{wrapper}{local}@{domain}").rpartition("@")[2]
    assert kept == ("gmail.com" if domain == "googlemail.com" else domain)


@given(st.lists(st.text("a.+=@", max_size=6).map(lambda text: text + "@gmail.com") | st.text("ab.+=@", max_size=9)))
def test_the_other_forms_of_many_are_those_of_each_that_has_one(addresses: list[str]) -> None:
    expected = {place: loose_form(one) for place, one in enumerate(addresses) if loose_form(one) != one}
    assert other_forms(addresses) == expected
