"""The kinds of values in settings: lists, addresses, sockets, networks, secrets; each checked, with a sentence."""

import contextlib
import os
import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from mailproc.errors import why_not_read
from mailproc.policy.address import ascii_domain, is_address


def _split(value: object) -> object:
    """An environment variable gives a list as `a, b`."""
    return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value


def _secret(value: object, info: ValidationInfo) -> object:
    """`env:NAME` and `file:PATH` stand for the secret that is there; anything else is the secret itself.

    The path is relative to the folder in the context of validation, that of the settings file.
    """
    if isinstance(value, str) and value.startswith("env:"):
        if (found := os.environ.get(value[4:])) is None:
            raise ValueError(f"environment variable {value[4:]} is not set")
        return found
    if isinstance(value, str) and value.startswith("file:"):
        path = Path((info.context or {}).get("folder", ""), value[5:])
        try:
            return path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"{path}: {why_not_read(error)}") from None
    return value


def _sockets(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        kind, _, rest = one.partition(":")
        host, _, port = one.rpartition(":")
        if (kind == "unix" and rest.startswith("/")) or (kind == "fd" and rest.isdigit()):
            continue
        if not host or not port.isdigit() or int(port) > 65_535:
            raise ValueError(f"{one}: write host:port, unix:/path or fd:3")
    return value


def dns_server(text: str) -> tuple[str, int]:
    """Address and port of `192.0.2.53`, `192.0.2.53:5353`, `2001:db8::53` or `[2001:db8::53]:5353`.

    Raises ValueError.
    """
    host, port = text, "53"
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    if port.isdigit() and 0 < int(port) < 65_536:
        with contextlib.suppress(ValueError):
            return str(ip_address(host)), int(port)
    raise ValueError(f"{text}: is no address of a DNS server such as 192.0.2.53 or [2001:db8::53]:5353")


def _servers(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        dns_server(one)
    return value


def _verify(value: object) -> object:
    """`true` and `false` stand for the two ends of what can be said."""
    return {"true": "always", "false": "never"}.get(str(value).lower(), value)


def _networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        try:
            ip_network(one, strict=False)
        except ValueError:
            raise ValueError(f"{one}: is no address and no network such as 192.0.2.0/24") from None
    return value


def _domains(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        if not _DOMAIN.fullmatch(ascii_domain(one)):
            raise ValueError(f"{one}: is no domain")
    return value


def _domains_or_networks(value: tuple[str, ...]) -> tuple[str, ...]:
    for one in value:
        (_networks if re.fullmatch(r"[0-9.]+(/\d+)?|.*:.*", one) else _domains)((one,))
    return value


def _address(value: str | None) -> str | None:
    if value is not None and not is_address(value):
        raise ValueError(f"{value}: is no address")
    return value


def _name(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,62}", value):
        raise ValueError("must be 1 to 63 small letters, digits, - and _, the first a letter or digit")
    return value


_DOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
Words = Annotated[tuple[str, ...], BeforeValidator(_split)]
Sockets = Annotated[Words, AfterValidator(_sockets)]
Networks = Annotated[Words, AfterValidator(_networks)]
Servers = Annotated[Words, AfterValidator(_servers)]
Domains = Annotated[Words, AfterValidator(_domains), Field(min_length=1)]
DomainsOrNetworks = Annotated[Words, AfterValidator(_domains_or_networks)]
Address = Annotated[str | None, AfterValidator(_address)]
Secret = Annotated[str, BeforeValidator(_secret)]
Name = Annotated[str, AfterValidator(_name)]
Loc = tuple[str | int, ...]  # the way to a key from the top of the settings; which one of several tables is a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """What is wrong, and where: a sentence that goes on after the key."""

    loc: Loc
    sentence: str


class Table(BaseModel):
    """A table of settings: frozen, and it knows every key that may be in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Verify(StrEnum):
    """Whose mail we verify ourselves."""

    edge = "edge"  # that of strangers, who connect to us from the internet
    always = "always"  # all mail that no border server spoke about
    never = "never"


Verification = Annotated[Verify, BeforeValidator(_verify)]
