"""The accounts as decisions see them: the settings of each, with the operator's file of feedback sources."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mailproc.errors import SettingsError, why_not_read
from mailproc.policy.account import AccountPolicy, Accounts, default_account
from mailproc.policy.sources.source_file import read_source_file
from mailproc.policy.sources.sources import FeedbackSources
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.scope import Member, Scopes
from mailproc.settings.settings import Settings
from mailproc.settings.shipped import shipped
from mailproc.settings.types import Mistake

SOURCES_FILE = "feedback-sources.toml"


def load_sources(path: Path | None) -> FeedbackSources:
    """Read the feedback sources; None: the shipped ones. Raises SettingsError with a `file:line: sentence` for each."""
    path = path or shipped(SOURCES_FILE)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: {why_not_read(error)}"]) from None
    sources, problems = read_source_file(str(path), text)
    if problems:
        raise SettingsError(problems)
    return sources


def policies_of(settings: Settings) -> tuple[AccountPolicy, ...]:
    """The policy of each account, in the order of the settings. Raises SettingsError for a bad file of sources."""
    sources = load_sources(settings.feedback_sources)
    if mistakes := mistakes_of_trust(settings, sources):
        raise SettingsError(
            [f"account {settings.account[int(one.loc[1])].id}: {one.loc[2]}: {one.sentence}" for one in mistakes]
        )
    return tuple(account.policy(sources) for account in settings.account)


def mistakes_of_sources(settings: Settings) -> list[Mistake]:
    """What is wrong with the file of sources, else with the sources that accounts trust."""
    try:
        return mistakes_of_trust(settings, load_sources(settings.feedback_sources))
    except SettingsError as error:
        return [Mistake(loc=("feedback_sources",), sentence=problem) for problem in error.problems]


def mistakes_of_trust(settings: Settings, sources: FeedbackSources) -> list[Mistake]:
    """Each trusted source that there is not, or that nothing proves."""
    return [
        Mistake(loc=("account", number, "trusted_sources"), sentence=problem)
        for number, account in enumerate(settings.account)
        for name in account.trusted_sources
        if (problem := _problem_of(name, sources))
    ]


def lists_of(settings: Settings, kept: Iterable[MailingList]) -> list[MailingList]:
    """Every list of every account: those of the settings, and those that were made by command, which count for more.

    Where both name one, the settings' name is one more spelling. Lists of unknown accounts are left out.
    """
    made = {(one.account_id, one.id): one for one in kept}
    merged = []
    for account in settings.account:
        mine = {list_id: one for (account_id, list_id), one in made.items() if account_id == account.id}
        for list_id, name in account.lists.items():
            one = mine.get(list_id) or MailingList(account_id=account.id, id=list_id, name=name)
            spellings = dict.fromkeys((*one.spellings, *account.list_spellings.get(list_id, ()), name))
            mine[list_id] = replace(one, spellings=tuple(word for word in spellings if word != one.name))
        merged += [mine[list_id] for list_id in sorted(mine)]
    return merged


def with_lists(settings: Settings, kept: Iterable[MailingList]) -> Settings:
    """The settings with the lists that were made by command, as if the file named them."""
    merged = lists_of(settings, kept)
    accounts = []
    for account in settings.account:
        mine = [one for one in merged if one.account_id == account.id]
        lists = {one.id: one.name for one in mine}
        spellings = {one.id: one.spellings for one in mine if one.spellings}
        accounts.append(account.model_copy(update={"lists": lists, "list_spellings": spellings}))
    return settings.model_copy(update={"account": tuple(accounts)})


def scopes_of(settings: Settings) -> Scopes:
    """How far each account's opt-outs reach, and how forgotten addresses are found."""
    members = [
        Member(account_id=account.id, parent=account.parent, scope=account.account_scope)
        for account in settings.account
    ]
    return Scopes(members, settings.global_scope, settings.erasure.peppers_in_force())


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
