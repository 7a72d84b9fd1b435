"""Why does this person get no mail: settings, store and policy put together, for commands, pages and programs alike."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from mailproc.errors import StoreError
from mailproc.policy.address import is_address
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.remedy import Asked
from mailproc.policy.standing.scope import EVERYWHERE, GlobalScope
from mailproc.policy.standing.standing import DEFAULT_THRESHOLDS, BounceThresholds
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.standing.why import Known, Why, why
from mailproc.settings.account_policies import lists_of, scopes_of
from mailproc.settings.settings import AccountSettings, Settings
from mailproc.store.desk.diagnosis import Found, Source
from mailproc.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: about a key or an address, in one account or all, now or at a time.

    `classification` None: what the list usually carries, commercial without one. `only_known`: about nobody whom the
    account does not know itself, whatever reaches them from elsewhere.
    """

    person: str
    account_id: str | None = None
    list_id: str | None = None
    classification: Classification | None = None
    at: datetime | None = None
    only_known: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosed:
    """The answer about one person in one account; `sources` are the mails behind facts, by the fact's id."""

    why: Why
    sources: Mapping[str, Source]


async def diagnose(store: Store, settings: Settings, question: Question) -> list[Diagnosed]:
    """Answer for everyone who is meant; for somebody unknown that nothing is known, or not at all with `only_known`.

    Raises StoreUnavailable. Every answer is counted by the step that it names (R104).
    """
    found = await store.diagnosis.of(question.person, question.account_id, at=question.at)
    accounts = {one.id: one for one in settings.account}
    people = [_known(one, accounts) for one in found if one.status.is_known or not question.only_known]
    if not people and not question.only_known:
        people = [_nobody(question)]
    lists = lists_of(settings, await store.lists.all())
    answers = []
    for account_id, thresholds, known in people:
        send = replace(_send(settings, account_id, question, lists), thresholds=thresholds)
        said = why(send, known, datetime.now(UTC))
        if question.at is not None:  # what is past is not to be changed
            said = replace(said, changes=())
        telling = [told.fact for one in said.answers for told in (*one.stopped_by, *one.passed)]
        answers.append(Diagnosed(why=said, sources=await store.diagnosis.sources(telling)))
    with contextlib.suppress(StoreError):  # nobody goes without an answer because it cannot be counted
        await store.diagnosis.count([(one.why.send.account_id, one.why.answered_by) for one in answers])
    return answers


def _known(one: Found, accounts: Mapping[str, AccountSettings]) -> tuple[str, BounceThresholds, Known]:
    account = accounts.get(one.status.account_id)
    known = Known(
        address=one.status.address,
        key=one.status.key,
        is_subscriber=one.is_subscriber,
        facts=one.status.facts,
        member_of=one.member_of,
        global_elsewhere=account is not None and account.global_list == "elsewhere",
    )
    return one.status.account_id, one.thresholds, known


def _nobody(question: Question) -> tuple[str, BounceThresholds, Known]:
    name = question.person.strip()
    known = Known(address=name) if is_address(name) else Known(key=name)
    return question.account_id or EVERYWHERE, DEFAULT_THRESHOLDS, known


def _send(settings: Settings, account_id: str, question: Question, lists: list[MailingList]) -> Asked:
    usual = [one.classification for one in lists if (one.account_id, one.id) == (account_id, question.list_id)]
    is_lenient = [one.transactional_despite_opt_out for one in settings.account if one.id == account_id]
    everyones = settings.global_scope is GlobalScope.installation
    return Asked(
        account_id=account_id,
        classification=question.classification or (usual[0] if usual else Classification.commercial),
        list_id=question.list_id,
        transactional_despite_opt_out=is_lenient[0] if is_lenient else True,
        enterprise=None if everyones else scopes_of(settings).enterprise_of(account_id),
    )
