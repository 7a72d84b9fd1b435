"""Stored mail examined anew: what `rules check --stored` and `rules stats --stored` share."""

import contextlib
from collections.abc import AsyncIterator

from mailproc.cli.shell.storage import open_store
from mailproc.cli.shell.terminal import err
from mailproc.pipeline import examine_mail
from mailproc.policy.account import default_account
from mailproc.policy.deciding.examination import Examination
from mailproc.policy.rules.rules import RuleSet
from mailproc.review.again import recorded_authentication
from mailproc.settings.account_policies import accounts_for_replay, policies_of
from mailproc.settings.settings import Settings
from mailproc.store.road.archive import ArchivedMail

Seen = tuple[Examination, ...]


async def examine_stored(settings: Settings, limit: int, *sets: RuleSet) -> AsyncIterator[tuple[ArchivedMail, Seen]]:
    """The newest stored mail, each examined by every rule set with what was known when it was decided.

    The second is empty where the content of a mail is gone.
    """
    accounts = accounts_for_replay(policies_of(settings))
    waiting = err.status("reading the stored mail …") if err.is_terminal else contextlib.nullcontext()
    async with open_store(settings) as store:
        with waiting:
            async for one in store.archive.mails(limit=limit):
                if one.mail is None:
                    yield one, ()
                    continue
                account = accounts.get(one.mail.account_id) or default_account()
                told = recorded_authentication(one.authentication)
                yield one, tuple(examine_mail(one.mail, told, account, rules) for rules in sets)
