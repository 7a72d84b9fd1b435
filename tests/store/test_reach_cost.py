"""What one opt-out costs grows with the number of accounts that hear of it, and no batch takes on too many of them."""

from collections.abc import Callable
from typing import TypeVar

import pytest
from store_values import an_opt_out

from mailproc.policy.standing.facts import Channel, Level
from mailproc.policy.standing.scope import EVERYWHERE, Member, Scopes
from mailproc.settings.settings import StoreSettings
from mailproc.store.engine.driver import Driver
from mailproc.store.engine.statement import Transaction
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

Result = TypeVar("Result")
PAT = "pat@example.org"


class Counting:
    """A driver that counts the statements of each transaction."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self.statements: list[int] = []

    async def run(self, work: Callable[[], Transaction[Result]], *, size_bytes: int = 0) -> Result:
        return await self._driver.run(lambda: self._counted(work()), size_bytes=size_bytes)

    def _counted(self, transaction: Transaction[Result]) -> Transaction[Result]:
        self.statements.append(0)
        try:
            step = next(transaction)
            while True:
                self.statements[-1] += 1
                step = transaction.send((yield step))
        except StopIteration as end:
            result: Result = end.value
            return result

    async def close(self) -> None:
        await self._driver.close()


async def statements_of(url: str, accounts: int, address: str, *, everywhere: bool, facts: int = 1) -> list[int]:
    """Of the transactions of opt-outs of people whom every account of an enterprise knows."""
    ids = [f"{address[0]}{number:02}" for number in range(accounts)]
    scopes = Scopes([Member(account_id=account, parent=f"group {address}") for account in ids])
    store = await Store.open(url, StoreSettings(), hooks_of=lambda account_id: ("crm",), scopes=scopes)
    addresses = [f"{number}{address}" for number in range(facts)]
    known = [Subscriber(account_id=account, key=one, address=one) for account in ids for one in addresses]
    await store.put_subscribers(known)
    store._journal._driver = counting = Counting(store._journal._driver)
    said = {"by": "kim", "reason": "asked by letter"}
    of_all = {"level": Level.global_, "channel": Channel.command, "account_id": EVERYWHERE, "evidence": said}
    more = of_all if everywhere else {"account_id": ids[0]}
    await store.record_facts([an_opt_out(one, **more) for one in addresses])
    for account in ids:
        assert [one.standing.status.value for one in await store.persons(addresses[-1], account)] == ["unsubscribed"]
    counts = [count for count in counting.statements if count > 4]  # not the sign of life
    await store.close()
    return counts


@pytest.mark.parametrize("everywhere", [False, True])
async def test_each_account_of_an_enterprise_costs_an_opt_out_as_many_statements_as_the_one_before(
    database_url: str, everywhere: bool
) -> None:
    [four] = await statements_of(database_url, 4, f"a{PAT}", everywhere=everywhere)
    [eight] = await statements_of(database_url, 8, f"b{PAT}", everywhere=everywhere)
    [sixteen] = await statements_of(database_url, 16, f"c{PAT}", everywhere=everywhere)
    if everywhere:  # a global opt-out is heard by the accounts of those before, too, which cost one look each
        assert sixteen - eight < 3 * (eight - four)
    else:
        assert sixteen - eight == 2 * (eight - four)


async def test_the_more_accounts_hear_of_opt_outs_the_fewer_of_them_share_a_transaction(database_url: str) -> None:
    assert len(await statements_of(database_url, 1, f"a{PAT}", everywhere=False, facts=60)) == 1
    assert len(await statements_of(database_url, 10, f"b{PAT}", everywhere=False, facts=60)) == 3
