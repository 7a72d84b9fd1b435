"""Which columns of a file about people say what: as they are named, else guessed from the names in its first line."""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from mailproc.policy.address import is_address

EMAIL, KEY, LISTS, CONSENTED_AT = "email", "key", "lists", "consented_at"
FIELDS = (EMAIL, KEY, LISTS, CONSENTED_AT)
# Written by exports for people to read; what they say is never read back, because a file changes no standing (R8).
NEVER_READ = ("status", "blocked", "joined_at")
MAX_NAME = 100  # characters of an attribute's name
MAX_ATTRIBUTES = 100

# How spreadsheets, shops and CRMs call these columns, without what is no letter or digit.
_GUESSES: Mapping[str, frozenset[str]] = {
    EMAIL: frozenset(
        {
            "email", "mail", "emailaddress", "mailaddress", "emailadresse", "mailadresse", "adresseemail", "courriel",
            "correo", "correoelectronico", "epost", "epostadresse", "epostadress", "emailadres", "indirizzoemail",
            "enderecodeemail", "sahkoposti", "adressemail", "subscriberemail", "contactemail", "emailid",
        }
    ),
    KEY: frozenset(
        {
            "key", "id", "subscriberkey", "subscriberid", "contactid", "contactkey", "customerid", "customernumber",
            "personid", "userid", "memberid", "leadid", "kundennummer", "kundennr", "kundenid", "klantnummer",
        }
    ),
    LISTS: frozenset({"lists", "list", "listen", "mailinglists", "publications", "abos"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonColumns:
    """Where in a row stands what; places count from 0. `attributes` are places and names, `width` is of the first line.

    `guessed` are the fields that nobody named, with the column's name; `ignored` the columns that are not read.
    """

    head: tuple[str, ...]
    email: int
    key: int | None = None
    lists: int | None = None
    consented_at: int | None = None
    attributes: tuple[tuple[int, str], ...] = ()
    guessed: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many cells a row has."""
        return len(self.head)


def columns_of(head: Sequence[str], named: Mapping[str, str], *, all_attributes: bool = False) -> PersonColumns:
    """Find the columns. `named` maps fields, or names of attributes, to column names; the rest is guessed.

    A time of consent is never guessed, and other columns are attributes only where `all_attributes` asks for them.
    Raises ValueError, with line, column and a sentence, where the address has no column, where a named column is not
    there or there twice, and where a guess has several answers.
    """
    head = tuple(name.strip() for name in head)
    places = {field: _place(head, field, column) for field, column in named.items()}
    guessed = _guesses(head, places)
    places |= {field: head.index(column) for field, column in guessed}
    if EMAIL not in places:
        raise ValueError(_no_address(head))
    attributes = {place: field for field, place in places.items() if field not in FIELDS}
    rest = [place for place, name in enumerate(head) if name and place not in places.values()]
    if all_attributes:
        attributes |= {place: head[place] for place in rest if head[place].lower() not in NEVER_READ}
    _check_attributes(attributes)
    return PersonColumns(
        head=head,
        email=places[EMAIL],
        key=places.get(KEY),
        lists=places.get(LISTS),
        consented_at=places.get(CONSENTED_AT),
        attributes=tuple(sorted(attributes.items())),
        guessed=tuple(guessed),
        ignored=tuple(head[place] for place in rest if place not in attributes),
    )


def _place(head: Sequence[str], field: str, column: str) -> int:
    found = [place for place, name in enumerate(head) if name == column.strip()]
    if not found:
        raise ValueError(f"line 1: there is no column {column!r} for {field}; there: {_told(head)}")
    if len(found) > 1:
        raise ValueError(f"{_at(found[1])}: there are {len(found)} columns {column!r}: give them different names")
    return found[0]


def _guesses(head: Sequence[str], places: Mapping[str, int]) -> list[tuple[str, str]]:
    guessed = []
    for field, names in _GUESSES.items():
        if field in places:
            continue
        taken = set(places.values())
        found = [place for place, name in enumerate(head) if place not in taken and _plain(name) in names]
        if len(found) > 1:
            said = _told([head[place] for place in found])
            raise ValueError(f"{_at(found[1])}: which column is {field}: {said}? Say --map {field}=COLUMN")
        guessed += [(field, head[place]) for place in found]
    return guessed


def _plain(name: str) -> str:
    """Letters and digits alone, in lower case and without accents."""
    apart = unicodedata.normalize("NFKD", name.casefold())
    return "".join(character for character in apart if character.isalnum())


def _no_address(head: Sequence[str]) -> str:
    for place, name in enumerate(head):
        if is_address(name):
            return f"{_at(place)}: data and no name of a column: {_told(head)}; put a line above that names the columns"
    return f"line 1: no column is called like an address; say --map email=COLUMN; there: {_told(head)}"


def _check_attributes(attributes: Mapping[int, str]) -> None:
    seen = set[str]()
    for place, name in sorted(attributes.items()):
        if why := _problem_of_name(name, seen):
            raise ValueError(f"{_at(place)}: {why}")
        seen.add(name)
    if len(seen) > MAX_ATTRIBUTES:
        place = sorted(attributes)[MAX_ATTRIBUTES]
        why = f"{len(seen)} attributes are more than {MAX_ATTRIBUTES}: name those that count with --map"
        raise ValueError(f"{_at(place)}: {why}")


def _problem_of_name(name: str, taken: Collection[str]) -> str | None:
    """Why no attribute can have this name beside those that are taken; None where one can."""
    if len(name) > MAX_NAME or not name.isprintable():
        return f"the name of an attribute is at most {MAX_NAME} printable characters: {name[:60]!r}"
    if name.lower() in NEVER_READ:
        return f"no attribute can be called {name}: exports have that column for something else"
    if name in taken:
        return f"two columns would be the same attribute {name}: name them with --map"
    return None


def _at(place: int) -> str:
    return f"line 1, column {place + 1}"


def _told(names: Sequence[str]) -> str:
    text = ", ".join(names)
    return text if len(text) <= 300 else text[:299] + "…"
