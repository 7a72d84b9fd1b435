"""The accounts that mail is decided for now: those of the settings, with the lists that commands make meanwhile."""

import asyncio

import structlog

from mailproc.errors import SettingsError, StoreError
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.standing.lists import MailingList
from mailproc.service.intake import NOBODY
from mailproc.settings.account_policies import policies_of, with_lists
from mailproc.settings.settings import Settings
from mailproc.store.people.lists import Lists

LOOK_SECONDS = 5.0


class AccountsInForce:
    """`current` is replaced whole, never changed; `nobody` is the policy for mail of no account: all of it waits.

    Raises SettingsError for a bad file of feedback sources.
    """

    def __init__(self, settings: Settings) -> None:
        self.current = Accounts(policies_of(settings))
        self.nobody = AccountPolicy(id=NOBODY, automatic=False)  # everything waits for a person
        self._settings = settings
        self.lists: list[MailingList] = []
        self._log = structlog.get_logger()

    def policy_of(self, account_id: str) -> AccountPolicy:
        """What an account's mail is decided by; an account that has left the settings is nobody's."""
        return self.current.get(account_id) or self.nobody

    def reload(self) -> None:
        """Read the file of feedback sources again; a bad one leaves the old sources in force."""
        try:
            self._take(self.lists)
        except SettingsError as error:
            self._refused(error)

    async def read_lists(self, lists: Lists) -> None:
        """Lists that were made by command count as if the settings named them. Raises StoreError, SettingsError."""
        if (found := await lists.all()) != self.lists:
            self._take(found)

    async def follow_lists(self, lists: Lists) -> None:
        """Do that every few seconds, until cancelled; what cannot be read is asked for again the next time."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.read_lists(lists)
            except SettingsError as error:
                self._refused(error)
            except StoreError:
                pass  # readiness tells of it

    def _take(self, lists: list[MailingList]) -> None:
        self.current = Accounts(policies_of(with_lists(self._settings, lists)))
        self.lists = lists

    def _refused(self, error: SettingsError) -> None:
        self._log.error("feedback_sources_refused", problems=error.problems)
