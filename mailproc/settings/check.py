"""What settings say must fit together, and what they name must be there: files, programs, folders."""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from mailproc.policy.account import Accounts, FeedbackTrust, MailboxRole, Route
from mailproc.policy.address import ascii_domain, split_address
from mailproc.policy.pages.picture import MAX_PICTURE_BYTES, picture_type
from mailproc.rule_sets.files import rule_paths
from mailproc.settings.settings import HookSettings, Settings, SmtpSettings
from mailproc.settings.smarthost import SmarthostSettings
from mailproc.settings.types import Loc, Mistake, Verify


def mistakes_between(settings: Settings, accounts_are_whole: bool) -> list[Mistake]:
    """What does not fit together; without whole accounts only what is wrong whatever they are."""
    found = [*_mistakes_of_tls(settings.smtp), *_mistakes_of_login(("smarthost",), settings.smarthost)]
    if not re.match(r"(sqlite\+aiosqlite|postgresql\+asyncpg)://", settings.database):
        found.append(
            Mistake(loc=("database",), sentence="must begin with sqlite+aiosqlite:/// or postgresql+asyncpg://")
        )
    for number, hook in enumerate(settings.hook):
        found += _mistakes_of_hook(("hook", number), hook)
    for number, account in enumerate(settings.account):
        found += _mistakes_of_login(("account", number, "smarthost"), account.smarthost)
    found += _doubles([(("hook", number, "name"), one.name) for number, one in enumerate(settings.hook)])
    if accounts_are_whole:
        found += _doubles([(("account", number, "id"), one.id) for number, one in enumerate(settings.account)])
        found += _doubles(_mailboxes(settings))
        found += _mistakes_of_reach(settings)
        found += _shared_keys(settings)
    return found


def _shared_keys(settings: Settings) -> Iterator[Mistake]:
    """Token keys that two accounts have: a link would be either's, and nobody could tell whose person it is."""
    owners: dict[tuple[int, str], str] = {}
    for number, account in enumerate(settings.account):
        for kid, secret in account.token_keys.items():
            owner = owners.setdefault((kid, secret.lower()), account.id)
            if owner != account.id:
                said = f"key {kid} is account {owner}'s as well: links do not name their account, each needs its own"
                yield Mistake(loc=("account", number, "token_keys"), sentence=said)


def _doubles(names: Iterable[tuple[Loc, str]]) -> Iterator[Mistake]:
    seen: dict[str, Loc] = {}
    for loc, name in names:
        if seen.setdefault(name, loc) != loc:
            yield Mistake(loc=loc, sentence=f"{name} is named twice")


def _mailboxes(settings: Settings) -> list[tuple[Loc, str]]:
    """Each mailbox, and which account has it."""
    return sorted(
        (("account", number, "domains"), f"the mailbox {part}@{domain}".lower())
        for number, account in enumerate(settings.account)
        for domain in account.domains
        for part in {part.lower() for role in MailboxRole for part in getattr(account.mailboxes, role.value)}
    )


def _mistakes_of_reach(settings: Settings) -> Iterator[Mistake]:
    """Hooks that name the wrong accounts, or none where there are several."""
    known = {account.id for account in settings.account}
    for number, hook in enumerate(settings.hook):
        loc = ("hook", number, "accounts")
        for name in hook.accounts:
            if name not in known:
                yield Mistake(loc=loc, sentence=f"there is no account {name}")
        if len(known) > 1 and not hook.accounts:
            yield Mistake(loc=loc, sentence="is missing: name its accounts, there is more than one")


def _mistakes_of_tls(smtp: SmtpSettings) -> Iterator[Mistake]:
    if (smtp.tls_cert is None) != (smtp.tls_key is None):
        given, lacks = ("tls_cert", "tls_key") if smtp.tls_cert else ("tls_key", "tls_cert")
        yield Mistake(loc=("smtp", given), sentence=f"`tls_cert` and `tls_key` belong together: `{lacks}` is missing")
    for key in ("require_tls", "tls_listen"):
        if getattr(smtp, key) and smtp.tls_cert is None:
            yield Mistake(loc=("smtp", key), sentence="needs `tls_cert` and `tls_key`")


def _mistakes_of_login(loc: Loc, smarthost: SmarthostSettings | None) -> Iterator[Mistake]:
    if smarthost and (smarthost.user is None) != (smarthost.password is None):
        given = "user" if smarthost.user is not None else "password"
        yield Mistake(loc=(*loc, given), sentence="`user` and `password` belong together: one is missing")


def _mistakes_of_hook(loc: Loc, hook: HookSettings) -> Iterator[Mistake]:
    needed = {"webhook": "url", "jsonl": "path", "exec": "command"}[hook.type]
    if not getattr(hook, needed):
        yield Mistake(loc=(*loc, needed), sentence=f'is missing: a hook of type "{hook.type}" needs `{needed}`')
    if hook.type == "webhook" and not (hook.secret or hook.secret_file):
        said = "is missing: a webhook needs `secret` or `secret_file` (whsec_…): its receiver must be able to verify us"
        yield Mistake(loc=(*loc, "secret"), sentence=said)
    if hook.url and not re.match(r"https?://[^/\s]+", hook.url):
        yield Mistake(loc=(*loc, "url"), sentence="must begin with https:// or http://")
    if hook.secret and not re.fullmatch(r"whsec_[A-Za-z0-9+/]{22,}={0,2}", hook.secret):
        yield Mistake(loc=(*loc, "secret"), sentence="must be whsec_ and at least 16 bytes in base64")


def mistakes_around(settings: Settings, accounts_are_whole: bool) -> list[Mistake]:
    """Each file, program or folder that is named and cannot be used; with whole accounts also mail in circles."""
    smtp = settings.smtp
    found = [
        Mistake(loc=("smtp", key), sentence=f"{path}: {why}")
        for key, path in (("tls_cert", smtp.tls_cert), ("tls_key", smtp.tls_key))
        if path and (why := _unreadable(path))
    ]
    for key, folder in (("rules", settings.rules), ("shadow_rules", settings.shadow_rules)):
        if folder and not rule_paths(folder):
            found.append(Mistake(loc=(key,), sentence=f"{folder}: there are no rule files (*.toml)"))
    found += _mistakes_of_logos(settings)
    found += _mistakes_of_forwarding(settings) if accounts_are_whole else []
    for number, hook in enumerate(settings.hook):
        found += _mistakes_around_hook(("hook", number), hook)
    return found


def _mistakes_of_logos(settings: Settings) -> Iterator[Mistake]:
    """Logos that no page can show."""
    for number, account in enumerate(settings.account):
        if (path := account.pages.logo) and (why := _unreadable(path) or _no_logo(path)):
            yield Mistake(loc=("account", number, "pages", "logo"), sentence=f"{path}: {why}")


def _no_logo(path: Path) -> str | None:
    if path.stat().st_size > MAX_PICTURE_BYTES:
        return f"has more than {MAX_PICTURE_BYTES // 1024} kB"
    with path.open("rb") as file:
        return None if picture_type(file.read(16)) else "is no PNG, JPEG, GIF or WebP picture (SVG may hold programs)"


def _mistakes_of_forwarding(settings: Settings) -> Iterator[Mistake]:
    """What would send mail in circles, or its bounces to somebody else."""
    accounts = Accounts(account.policy() for account in settings.account)
    ours = {domain for account in accounts for domain in map(ascii_domain, account.domains)}
    for number, account in enumerate(settings.account):
        if account.forward_to and split_address(account.forward_to)[1] in ours:
            said = f"{account.forward_to} leads back to mailproc itself"
            yield Mistake(loc=("account", number, "forward_to"), sentence=said)
        if smarthost := settings.smarthost_of(account):
            loc: Loc = ("account", number, "smarthost") if account.smarthost else ("smarthost",)
            yield from _mistakes_of_smarthost(loc, smarthost, settings, accounts)


def _mistakes_of_smarthost(
    loc: Loc, smarthost: SmarthostSettings, settings: Settings, accounts: Accounts
) -> Iterator[Mistake]:
    listening = {address.rpartition(":")[2] for address in settings.smtp.listen + settings.smtp.tls_listen}
    own_names = {"localhost", "127.0.0.1", "::1", settings.smtp.hostname.lower()}
    if smarthost.host.lower() in own_names and str(smarthost.port_in_force) in listening:
        yield Mistake(loc=(*loc, "host"), sentence=f"{smarthost.host}:{smarthost.port_in_force} is mailproc itself")
    if smarthost.envelope_from:
        route = accounts.route(smarthost.envelope_from)
        if not isinstance(route, Route) or route.role != MailboxRole.bounce:
            said = f"{smarthost.envelope_from} is no bounce mailbox of ours"
            yield Mistake(loc=(*loc, "envelope_from"), sentence=said)
    if smarthost.ca_file and (why := _unreadable(smarthost.ca_file)):
        yield Mistake(loc=(*loc, "ca_file"), sentence=f"{smarthost.ca_file}: {why}")


def notes_on_trust(settings: Settings) -> list[str]:
    """A sentence for each account that believes enrolled sources only, where nobody finds out who sent a mail."""
    if settings.authenticity.verify != Verify.never:
        return []
    return [
        f"account {account.id}: feedback_trust is enrolled, but nobody verifies: name its border_servers, or set"
        " authenticity.verify; until then every report without a token of yours waits for review"
        for account in settings.account
        if account.feedback_trust == FeedbackTrust.enrolled and not account.border_servers
    ]


def notes_on_gaps(settings: Settings) -> list[str]:
    """A sentence for what is not said at all, and without which hardly anything is done."""
    notes = []
    if not settings.account:
        notes.append("no account: every mail will be refused; add an [[account]] table")
    if not settings.hook:
        notes.append("no hook: standings change, and nobody is told; add a [[hook]] table")
    return notes


def notes_on_forwarding(settings: Settings) -> list[str]:
    """A sentence for each account whose mail for people goes nowhere; no mistakes, but worth knowing."""
    notes = []
    for account in settings.account:
        if not account.forward_to:
            notes.append(f"account {account.id}: no forward_to: mail that is for people is kept, and nobody gets it")
        elif settings.smarthost_of(account) is None:
            notes.append(f"account {account.id}: forward_to, but no smarthost: nothing is forwarded")
    return notes


def _mistakes_around_hook(loc: Loc, hook: HookSettings) -> Iterator[Mistake]:
    if hook.secret_file and (why := _unreadable(hook.secret_file)):
        yield Mistake(loc=(*loc, "secret_file"), sentence=f"{hook.secret_file}: {why}")
    if hook.path and not hook.path.parent.is_dir() and not hook.path.parent.parent.is_dir():
        yield Mistake(loc=(*loc, "path"), sentence=f"there is no folder {hook.path.parent}")
    if hook.command and shutil.which(hook.command[0]) is None:
        yield Mistake(loc=(*loc, "command"), sentence=f"there is no program {hook.command[0]}")


def _unreadable(path: Path) -> str | None:
    if not path.is_file():
        return "there is no such file"
    return None if os.access(path, os.R_OK) else "may not be read"
