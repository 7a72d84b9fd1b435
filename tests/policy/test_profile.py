"""What people send for their profile is checked; what cannot be kept or shown is refused, by name."""

import pytest

from mailproc.policy.pages.profile import (
    Attribute,
    AttributeKind,
    Wrong,
    changed_values,
    check_profile,
    mark_of,
    shown_value,
)


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


@pytest.mark.parametrize(
    ("one", "kept", "shown"),
    [
        (attribute(), " Köln ", "Köln"),
        (attribute(), "Haus 1\r\nBonn", "Haus 1Bonn"),
        (attribute(AttributeKind.choice, choices=("S", "M")), "M", "M"),
        (attribute(AttributeKind.choice, choices=("S", "M")), "XL", ""),
        (attribute(AttributeKind.date), "2026-02-28", "2026-02-28"),
        (attribute(AttributeKind.date), "28.2.2026", ""),
        (attribute(AttributeKind.number), "many", "many"),
        (attribute(AttributeKind.yes_no), "", "no"),
        (attribute(AttributeKind.yes_no), "yes", "yes"),
    ],
)
def test_a_field_shows_what_it_can(one: Attribute, kept: str, shown: str) -> None:
    assert shown_value(one, kept) == shown


def test_what_a_field_showed_and_got_back_was_not_changed() -> None:
    marks = {"it": mark_of("Köln")}
    for sent, changed in (("Köln", {}), (" Köln", {}), ("Bonn", {"it": "Bonn"}), ("", {"it": ""})):
        assert changed_values(check_profile([attribute()], {"it": sent}), marks) == changed


def test_of_a_form_that_does_not_tell_what_it_showed_all_that_is_filled_in_counts() -> None:
    for sent, changed in (("Köln", {"it": "Köln"}), ("", {})):
        assert changed_values(check_profile([attribute()], {"it": sent}), {"it": ""}) == changed
