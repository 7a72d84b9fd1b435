"""The accounts as their pages need them: keys of links, lists, brand; found by account, or by the host of a link."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from mailproc.policy.pages.profile import Attribute
from mailproc.policy.standing.lists import MailingList
from mailproc.settings.account_policies import lists_of
from mailproc.settings.pages import PagesSettings
from mailproc.settings.settings import AccountSettings, Settings
from mailproc.web.pages.assets import AUTO_PRESS, ICON, STYLE, Asset
from mailproc.web.pages.brand import Brand, brand_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One account. Its pages are, for browsers, at this `host`; empty where nobody says."""

    account_id: str
    keys: Mapping[int, bytes]
    lists: Mapping[str, MailingList]
    brand: Brand
    settings: PagesSettings
    attributes: tuple[Attribute, ...]
    host: str

    @property
    def public_lists(self) -> list[MailingList]:
        """The lists that people are shown, by name."""
        return sorted((one for one in self.lists.values() if one.is_public), key=lambda one: one.name.casefold())


class Senders:
    """All of them, with the files that their pages load."""

    def __init__(self, senders: Iterable[Sender]) -> None:
        self._by_id = {one.account_id: one for one in senders}
        self._by_host: dict[str, list[Sender]] = {}
        for one in self._by_id.values():
            self._by_host.setdefault(one.host, []).append(one)
        self.nobody = brand_of("", PagesSettings())
        brands = [self.nobody, *(one.brand for one in self._by_id.values())]
        files = [STYLE, AUTO_PRESS, ICON, *(one.theme for one in brands), *(one.logo for one in brands if one.logo)]
        self.assets: Mapping[str, Asset] = {one.path: one for one in files}

    def get(self, account_id: str) -> Sender:
        """The account of that id. Raises KeyError."""
        return self._by_id[account_id]

    def at(self, host: str) -> Sender | None:
        """Whose pages are at this host, where it is one account's alone."""
        found = self._by_host.get(host, [])
        return found[0] if host and len(found) == 1 else None

    def has_host(self, host: str) -> bool:
        """Whether the pages of any account are at this host."""
        return bool(host) and host in self._by_host

    def keys_at(self, host: str, *, others: bool = True) -> Iterator[tuple[str, Mapping[int, bytes]]]:
        """The accounts of this host with the keys of their links, then the `others`: none is looked at without need."""
        for one in self._by_host.get(host, ()):
            yield one.account_id, one.keys
        for one in self._by_id.values() if others else ():
            if one.host != host:
                yield one.account_id, one.keys


class SendersInForce:
    """The senders of now: lists come and go by command while we run."""

    def __init__(self, settings: Settings, lists: Callable[[], Sequence[MailingList]]) -> None:
        self._settings = settings
        self._lists = lists
        self._read: Sequence[MailingList] = lists()
        self._current = senders_of(settings, self._read)

    def current(self) -> Senders:
        """Made anew only when the lists are others."""
        if (lists := self._lists()) is not self._read:
            self._read, self._current = lists, senders_of(self._settings, lists)
        return self._current


def senders_of(settings: Settings, kept: Iterable[MailingList]) -> Senders:
    """Every account of the settings, with those of its lists that were made by command."""
    lists = lists_of(settings, kept)
    return Senders(
        _sender(account, [one for one in lists if one.account_id == account.id]) for account in settings.account
    )


def _sender(account: AccountSettings, lists: Iterable[MailingList]) -> Sender:
    pages = account.pages
    return Sender(
        account_id=account.id,
        keys={kid: bytes.fromhex(secret) for kid, secret in account.token_keys.items()},
        lists={one.id: one for one in lists},
        brand=brand_of(pages.name or account.id, pages),
        settings=pages,
        attributes=pages.attributes(),
        host=urlsplit(pages.url or "").netloc.lower(),
    )
