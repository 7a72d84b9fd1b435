"""Forgotten addresses: what is left of one is a keyed hash, by which it is recognised, and by which nobody reads it.

A hash without a key is found out by whoever tries addresses; this one needs the pepper, too, which no database holds.
An old pepper is needed for as long as a hash made with it is kept: nobody can make that anew without the address.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import cached_property

MIN_PEPPER_BYTES = 32
PEPPER_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_PREFIX = "HMAC-SHA256:"  # addresses are compared in lower case: none is ever written like this
_CHECKED = "mailproc pepper"


def is_forgotten_name(name: str | None) -> bool:
    """Whether this stands for an address that was forgotten."""
    return name is not None and name.startswith(_PREFIX)


def pepper_id_of(forgotten_name: str) -> str:
    """The id of the pepper that a forgotten address was hashed with."""
    return forgotten_name.removeprefix(_PREFIX).partition(":")[0]


class Peppers:
    """The peppers of an installation by id. All are looked up; the one whose id sorts last makes new hashes.

    Addresses are given in the form in which they are compared.
    """

    def __init__(self, peppers: Mapping[str, bytes] | None = None) -> None:
        # Begun once and copied for each address: starting anew costs several times the hash itself.
        self._begun = {
            pepper_id: hmac.new(pepper, digestmod=hashlib.sha256)
            for pepper_id, pepper in sorted((peppers or {}).items())
        }

    def __bool__(self) -> bool:
        return bool(self._begun)

    @property
    def ids(self) -> tuple[str, ...]:
        """Their ids, in order."""
        return tuple(self._begun)

    @cached_property
    def proofs(self) -> Mapping[str, str]:
        """A hash of each that shows whether two are the same, by id."""
        return {pepper_id: self.hash_of(pepper_id, _CHECKED)[:16] for pepper_id in self._begun}

    def hash_of(self, pepper_id: str, address_key: str) -> str:
        """HMAC-SHA256 of an address: 64 hex digits. Source: RFC 2104."""
        begun = self._begun[pepper_id].copy()
        begun.update(address_key.encode("utf-8", "replace"))
        return begun.hexdigest()

    def name_of(self, address_key: str) -> str:
        """What stands for a forgotten address from now on. Raises LookupError when there is no pepper."""
        if not self._begun:
            raise LookupError("there is no pepper")
        return self._named(self.ids[-1], address_key)

    def names_of(self, address_key: str) -> tuple[str, ...]:
        """What may stand for this address, by each pepper; empty without peppers."""
        return tuple(self._named(pepper_id, address_key) for pepper_id in self._begun)

    def addresses_by_name(self, address_keys: Iterable[str]) -> dict[str, str]:
        """The same for many: what may stand for each, with the address that it then stands for."""
        if not self._begun:
            return {}
        return {name: address_key for address_key in address_keys for name in self.names_of(address_key)}

    def _named(self, pepper_id: str, address_key: str) -> str:
        return f"{_PREFIX}{pepper_id}:{self.hash_of(pepper_id, address_key)}"


NO_PEPPERS = Peppers()
