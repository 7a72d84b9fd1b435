"""What people may see and correct of what an account keeps of them: attributes that are marked public (R35, R37)."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,6})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class AttributeKind(StrEnum):
    """How an attribute is asked for and checked."""

    text = "text"
    number = "number"
    date = "date"  # 2026-03-31
    choice = "choice"
    yes_no = "yes-no"


class Wrong(StrEnum):
    """What is wrong with a value."""

    missing = "missing"
    too_long = "too long"
    not_text = "not text"  # line ends, control characters, what turns the direction of text around
    no_number = "no number"
    no_date = "no date"
    no_choice = "no choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute that is marked public. `labels` are its names by language; `label` holds in all others."""

    name: str
    label: str
    labels: Mapping[str, str] = field(default_factory=dict)
    kind: AttributeKind = AttributeKind.text
    max_length: int = 100
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was sent for a profile: every value as it would be kept, and what is wrong, by the attribute's name."""

    values: Mapping[str, str]
    wrong: Mapping[str, Wrong]


def check_profile(attributes: Sequence[Attribute], sent: Mapping[str, str]) -> Checked:
    """Check every public attribute; what was not sent is empty, and what is not public is not looked at."""
    values = {one.name: _trimmed(one, sent.get(one.name, "")) for one in attributes}
    found = {one.name: wrong for one in attributes if (wrong := _wrong_with(one, values[one.name])) is not None}
    return Checked(values=values, wrong=found)


def shown_value(attribute: Attribute, kept: str) -> str:
    """What a field can show of a kept value; empty for a choice that is not offered any more, or a date that is none.

    Browsers take line ends out of what a field holds.
    """
    value = _trimmed(attribute, kept).replace("\r", "").replace("\n", "")
    needs_to_fit = attribute.kind in (AttributeKind.choice, AttributeKind.date)
    return "" if needs_to_fit and _wrong_kind(attribute, value) is not None else value


def mark_of(shown: str) -> str:
    """What a form tells of a value that it showed: 16 characters, however long the value is."""
    return hashlib.sha256(shown.encode("utf-8", "replace")).hexdigest()[:16]


def changed_values(checked: Checked, marks: Mapping[str, str]) -> dict[str, str]:
    """The values that are others than those that the form showed; without a mark it showed an empty field."""
    return {name: value for name, value in checked.values.items() if mark_of(value) != (marks.get(name) or mark_of(""))}


def _trimmed(attribute: Attribute, value: str) -> str:
    value = value.strip()
    if attribute.kind is AttributeKind.yes_no:
        return "yes" if value == "yes" else "no"
    return value


def _wrong_with(attribute: Attribute, value: str) -> Wrong | None:
    if not value:
        return Wrong.missing if attribute.required else None
    if len(value) > attribute.max_length:
        return Wrong.too_long
    if _CONTROL.search(value):
        return Wrong.not_text
    return _wrong_kind(attribute, value)


def _wrong_kind(attribute: Attribute, value: str) -> Wrong | None:
    match attribute.kind:
        case AttributeKind.number:
            return None if _NUMBER.fullmatch(value) else Wrong.no_number
        case AttributeKind.date:
            return None if _is_date(value) else Wrong.no_date
        case AttributeKind.choice:
            return None if value in attribute.choices else Wrong.no_choice
        case AttributeKind.text | AttributeKind.yes_no:
            return None


def _is_date(value: str) -> bool:
    try:
        return _DATE.fullmatch(value) is not None and date.fromisoformat(value) is not None
    except ValueError:
        return False
