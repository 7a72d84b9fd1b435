"""What people send for their profile is checked; what cannot be kept or shown is refused, by name."""

import pytest

from mailproc.policy.profile import Attribute, AttributeKind, Wrong, check_profile


def attribute(kind: AttributeKind = AttributeKind.text, **more: object) -> Attribute:
    return Attribute(name="it", label="It", kind=kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "sent", "kept"),
    [
        (attribute(), "  Köln <b> & 'Bonn'  ", "Köln <b> & 'Bonn'"),
        (attribute(), "", ""),
        (attribute(AttributeKind.number), "-3,5", "-3,5"),
        (attribute(AttributeKind.date), "2026-02-28", "2026-02-28"),
        (attribute(AttributeKind.choice, choices=("S", "M")), "M", "M"),
        (attribute(AttributeKind.yes_no), "yes", "yes"),
        (attribute(AttributeKind.yes_no), "on", "no"),
        (attribute(max_length=3), "äöü", "äöü"),
    ],
)
def test_what_fits_is_kept(one: Attribute, sent: str, kept: str) -> None:
    checked = check_profile([one], {"it": sent})
    assert (checked.values, checked.wrong) == ({"it": kept}, {})


@pytest.mark.parametrize(
    ("one", "sent", "wrong"),
    [
        (attribute(required=True), "  ", Wrong.missing),
        (attribute(max_length=3), "four", Wrong.too_long),
        (attribute(), "a\r\nBcc: x", Wrong.not_text),
        (attribute(), "a\x00b", Wrong.not_text),
        (attribute(), "a\u202eb", Wrong.not_text),
        (attribute(), "a\ud800b", Wrong.not_text),
        (attribute(AttributeKind.number), "3.5.1", Wrong.no_number),
        (attribute(AttributeKind.number), "٣", Wrong.no_number),
        (attribute(AttributeKind.date), "2026-02-30", Wrong.no_date),
        (attribute(AttributeKind.date), "20260228", Wrong.no_date),
        (attribute(AttributeKind.choice, choices=("S", "M")), "XL", Wrong.no_choice),
    ],
)
def test_what_does_not_fit_is_told(one: Attribute, sent: str, wrong: Wrong) -> None:
    assert check_profile([one], {"it": sent}).wrong == {"it": wrong}


def test_what_is_not_public_is_not_looked_at() -> None:
    assert check_profile([attribute()], {"it": "a", "score": "9"}).values == {"it": "a"}
