"""What the settings name must be there: files, programs, folders; asked before serving, and by `config check`."""

import os
import shutil
from pathlib import Path

from mailproc.policy.account import Accounts, FeedbackTrust, MailboxRole, Route
from mailproc.policy.address import ascii_domain, split_address
from mailproc.setting_types import Verify
from mailproc.settings import HookSettings, Settings
from mailproc.smarthost_settings import SmarthostSettings


def problems_around(settings: Settings) -> list[str]:
    """A sentence for each file, program or folder that is named and cannot be used; empty: all well."""
    smtp = settings.smtp
    problems = [
        f"smtp.{key}: {path}: {why}"
        for key, path in (("tls_cert", smtp.tls_cert), ("tls_key", smtp.tls_key))
        if path and (why := _unreadable(path))
    ]
    problems += _problems_of_forwarding(settings)
    for hook in settings.hook:
        problems += [f"hook {hook.name}: {problem}" for problem in _problems_of_hook(hook)]
    return problems


def _problems_of_forwarding(settings: Settings) -> list[str]:
    """What would send mail in circles, or its bounces to somebody else."""
    accounts = Accounts(account.policy() for account in settings.account)
    ours = {domain for account in accounts for domain in map(ascii_domain, account.domains)}
    problems = []
    for account in settings.account:
        if account.forward_to and split_address(account.forward_to)[1] in ours:
            problems.append(f"account {account.id}: forward_to: {account.forward_to} leads back to mailproc itself")
        if smarthost := settings.smarthost_of(account):
            problems += [
                f"account {account.id}: {one}" for one in _problems_of_smarthost(smarthost, settings, accounts)
            ]
    return list(dict.fromkeys(problems))


def _problems_of_smarthost(smarthost: SmarthostSettings, settings: Settings, accounts: Accounts) -> list[str]:
    problems = []
    listening = {address.rpartition(":")[2] for address in settings.smtp.listen + settings.smtp.tls_listen}
    own_names = {"localhost", "127.0.0.1", "::1", settings.smtp.hostname.lower()}
    if smarthost.host.lower() in own_names and str(smarthost.port_in_force) in listening:
        problems.append(f"smarthost: {smarthost.host}:{smarthost.port_in_force} is mailproc itself")
    if smarthost.envelope_from:
        route = accounts.route(smarthost.envelope_from)
        if not isinstance(route, Route) or route.role != MailboxRole.bounce:
            problems.append(f"smarthost: envelope_from: {smarthost.envelope_from} is no bounce mailbox of ours")
    if smarthost.ca_file and (why := _unreadable(smarthost.ca_file)):
        problems.append(f"smarthost: ca_file: {smarthost.ca_file}: {why}")
    return problems


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


def notes_on_forwarding(settings: Settings) -> list[str]:
    """A sentence for each account whose mail for people goes nowhere; no mistakes, but worth knowing."""
    notes = []
    for account in settings.account:
        if not account.forward_to:
            notes.append(f"account {account.id}: no forward_to: mail that is for people is kept, and nobody gets it")
        elif settings.smarthost_of(account) is None:
            notes.append(f"account {account.id}: forward_to, but no smarthost: nothing is forwarded")
    return notes


def _problems_of_hook(hook: HookSettings) -> list[str]:
    problems = []
    if hook.secret_file and (why := _unreadable(hook.secret_file)):
        problems.append(f"secret_file: {hook.secret_file}: {why}")
    if hook.path and not hook.path.parent.is_dir() and not hook.path.parent.parent.is_dir():
        problems.append(f"path: there is no folder {hook.path.parent}")
    if hook.command and shutil.which(hook.command[0]) is None:
        problems.append(f"command: there is no program {hook.command[0]}")
    return problems


def _unreadable(path: Path) -> str | None:
    if not path.is_file():
        return "there is no such file"
    return None if os.access(path, os.R_OK) else "may not be read"
