"""Which column says what: as named, else guessed, and never more than that."""

import pytest

from mailproc.policy.imports.person_columns import MAX_ATTRIBUTES, PersonColumns, columns_of


def test_usual_names_are_guessed_and_what_was_guessed_is_told() -> None:
    found = columns_of(["Kundennummer", "E-Mail-Adresse", "Ort", "Listen"], {})
    assert (found.key, found.email, found.lists, found.attributes) == (0, 1, 3, ())
    assert found.guessed == (("email", "E-Mail-Adresse"), ("key", "Kundennummer"), ("lists", "Listen"))
    assert found.ignored == ("Ort",)


@pytest.mark.parametrize("name", ["email", "EMAIL", "E-Mail", "e_mail address", " Email ", "Correo electrónico"])
def test_an_address_has_many_names(name: str) -> None:
    assert columns_of(["x", name], {}).email == 1


def test_what_is_named_counts_before_any_guess_and_other_fields_are_attributes() -> None:
    found = columns_of(["Email", "Email 2", "Id", "City"], {"email": "Email 2", "key": "Email", "town": "City"})
    assert found == PersonColumns(
        head=("Email", "Email 2", "Id", "City"), email=1, key=0, attributes=((3, "town"),), ignored=("Id",)
    )


def test_every_other_column_is_an_attribute_when_asked_but_not_what_exports_only_show() -> None:
    found = columns_of(["email", "status", "blocked", "city", ""], {}, all_attributes=True)
    assert found.attributes == ((3, "city"),)
    assert found.ignored == ("status", "blocked")


def test_consent_is_never_guessed() -> None:
    assert columns_of(["email", "consented_at"], {}).consented_at is None
    assert columns_of(["email", "when"], {"consented_at": "when"}).consented_at == 1


@pytest.mark.parametrize(
    ("head", "named", "sentence"),
    [
        (["name", "city"], {}, "line 1: no column is called like an address"),
        (["Pat", "pat@example.org"], {}, "line 1, column 2: data and no name of a column"),
        (["email", "x", "mail"], {}, "line 1, column 3: which column is email: email, mail"),
        (["email"], {"city": "Town"}, "line 1: there is no column 'Town' for city; there: email"),
        (["a", "a", "b"], {"email": "a"}, "line 1, column 2: there are 2 columns 'a'"),
        (["email", "x"], {"status": "x"}, "line 1, column 2: no attribute can be called status"),
        (["email", "a\x07"], {"a\x07": "a\x07"}, "line 1, column 2: .* printable"),
        (["email", "x" * 101], {"x" * 101: "x" * 101}, "line 1, column 2: .* printable"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(head: list[str], named: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        columns_of(head, named)


def test_two_columns_of_one_name_and_too_many_attributes_are_refused() -> None:
    with pytest.raises(ValueError, match="line 1, column 3: two columns would be the same attribute"):
        columns_of(["email", "city", "city"], {}, all_attributes=True)
    with pytest.raises(ValueError, match="line 1, column 102: 101 attributes are more than 100"):
        columns_of(["email", *(f"c{number}" for number in range(MAX_ATTRIBUTES + 1))], {}, all_attributes=True)
