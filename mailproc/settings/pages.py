"""What an account's pages look like and ask: its name, colours and logo, where they are, which attributes they show."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

from mailproc.policy.links_base import why_no_links_base
from mailproc.policy.pages.colour import is_colour
from mailproc.policy.pages.profile import Attribute, AttributeKind
from mailproc.settings.types import Address, Table, Words

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]{2,8})?")


def _colour(value: str) -> str:
    if not is_colour(value):
        raise ValueError(f"{value}: must be a colour such as #0b6e4f")
    return value


def _link(value: str | None) -> str | None:
    if value is None:
        return None
    if (why := why_no_links_base(value)) is not None:
        raise ValueError(why)
    return value.rstrip("/")


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError(f"{value}: must be a language such as en, de or pt-BR")
    return value


Colour = Annotated[str, AfterValidator(_colour)]
PageLink = Annotated[str | None, AfterValidator(_link)]
Language = Annotated[str, AfterValidator(_language)]


class AttributeSettings(Table):
    """One attribute that people see on their profile page and may correct."""

    label: Text
    labels: dict[Language, Text] = Field(default_factory=dict)  # by language
    kind: AttributeKind = AttributeKind.text
    max_length: int = Field(100, ge=1, le=1000)
    choices: Words = ()
    required: bool = False

    @model_validator(mode="after")
    def _has_choices(self) -> "AttributeSettings":
        if (self.kind is AttributeKind.choice) != bool(self.choices):
            raise ValueError('kind "choice" and `choices` belong together')
        return self


class PagesSettings(Table):
    """The pages of one account. `name` None: its id. `url` None: headers have no links by themselves."""

    url: PageLink = None  # what `/u/`, `/s/` and `/p/` are behind
    name: Text | None = None
    accent: Colour = "#1f4fd8"  # buttons and links
    backdrop: Colour = "#f3f5f9"  # behind everything, in the light scheme
    logo: Path | None = None  # PNG, JPEG, GIF or WebP
    contact: Address = None  # whom people may write to when a link does not work
    language: Language = "en"  # for who asks for none of those that we have
    link_click: Literal["button", "auto"] = "button"  # auto: the page presses its button itself
    profile_days: int = Field(400, ge=1)  # a profile link that is older shows nothing any more
    profile: dict[str, AttributeSettings] = Field(default_factory=dict)  # public attributes by name, in this order

    @field_validator("profile")
    @classmethod
    def _names_are_usable(cls, profile: dict[str, AttributeSettings]) -> dict[str, AttributeSettings]:
        for name in profile:
            if not re.fullmatch(r"\w[\w .-]{0,62}", name):
                raise ValueError(f"{name}: an attribute's name has up to 63 letters, digits, spaces and _ . -")
        return profile

    @property
    def links_base(self) -> str | None:
        """Where stamped links lead; None where nothing is said of it."""
        return f"{self.url}/u/" if self.url else None

    def attributes(self) -> tuple[Attribute, ...]:
        """The public attributes, in their order."""
        return tuple(
            Attribute(
                name=name,
                label=one.label,
                labels=dict(one.labels),
                kind=one.kind,
                max_length=one.max_length,
                choices=one.choices,
                required=one.required,
            )
            for name, one in self.profile.items()
        )
