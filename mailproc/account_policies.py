"""The accounts as decisions see them: the settings of each, with the operator's file of feedback sources."""

import sys
from collections.abc import Sequence
from pathlib import Path

from mailproc.errors import SettingsError
from mailproc.policy.account import AccountPolicy, Accounts, default_account
from mailproc.policy.scope import Member, Scopes
from mailproc.policy.source_file import read_source_file
from mailproc.policy.sources import FeedbackSources
from mailproc.settings import Settings

SOURCES_FILE = "feedback-sources.toml"


def shipped_sources_file() -> Path:
    """The sources that come with mailproc: beside the package in a checkout, under `share/` when installed."""
    beside = Path(__file__).resolve().parent.parent / SOURCES_FILE
    return beside if beside.is_file() else Path(sys.prefix) / "share" / "mailproc" / SOURCES_FILE


def load_sources(path: Path | None) -> FeedbackSources:
    """Read the feedback sources; None: the shipped ones. Raises SettingsError with a `file:line: sentence` for each."""
    path = path or shipped_sources_file()
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: cannot be read: {error}"]) from None
    sources, problems = read_source_file(str(path), text)
    if problems:
        raise SettingsError(problems)
    return sources


def policies_of(settings: Settings) -> tuple[AccountPolicy, ...]:
    """The policy of each account, in the order of the settings. Raises SettingsError for a bad file of sources."""
    sources = load_sources(settings.feedback_sources)
    problems = [
        f"account {account.id}: trusted_sources: {problem}"
        for account in settings.account
        for name in account.trusted_sources
        if (problem := _problem_of(name, sources))
    ]
    if problems:
        raise SettingsError(problems)
    return tuple(account.policy(sources) for account in settings.account)


def scopes_of(settings: Settings) -> Scopes:
    """How far each account's opt-outs reach."""
    members = [
        Member(account_id=account.id, parent=account.parent, scope=account.account_scope)
        for account in settings.account
    ]
    return Scopes(members, settings.global_scope)


def accounts_for_replay(policies: Sequence[AccountPolicy]) -> Accounts:
    """The accounts as saved mail is decided for: what is nobody's knows the feedback sources, too."""
    sources = policies[0].sources if policies else load_sources(None)
    return Accounts(policies, default_account(sources))


def _problem_of(name: str, sources: FeedbackSources) -> str | None:
    source = next((one for one in sources.known if one.id == name.lower()), None)
    if source is None:
        ids = ", ".join(one.id for one in sources.known)
        return None if "." in name else f"{name}: is neither a domain nor one of the feedback sources: {ids}"
    return None if source.auth_domains else f"{name}: nothing proves it: fill in its auth_domains (`feedback arm`)"
