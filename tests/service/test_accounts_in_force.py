"""The accounts of a running service follow the lists that commands make, whatever else is wrong on the disk."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from mailproc.policy.standing.lists import MailingList
from mailproc.service import accounts_in_force
from mailproc.service.accounts_in_force import AccountsInForce
from mailproc.settings.file import load_settings
from mailproc.store.store import Store

GOOD = '[[source]]\nid = "isp"\nfrom = ["fbl@isp.example"]\n'
WEEKLY = MailingList(account_id="acme", id="weekly", name="Weekly")


@pytest.fixture
def accounts(tmp_path: Path) -> AccountsInForce:
    (tmp_path / "sources.toml").write_text(GOOD)
    (tmp_path / "mailproc.toml").write_text(
        'feedback_sources = "sources.toml"\n[[account]]\nid = "acme"\ndomains = ["reply.acme.example"]\n'
    )
    return AccountsInForce(load_settings(tmp_path / "mailproc.toml", {}))


def list_ids(accounts: AccountsInForce) -> list[str]:
    return list(accounts.policy_of("acme").lists)


async def test_a_list_made_by_command_counts_at_the_next_look(accounts: AccountsInForce, store: Store) -> None:
    await store.lists.put(WEEKLY)
    assert list_ids(accounts) == []
    await accounts.read_lists(store.lists)
    assert list_ids(accounts) == ["weekly"]


async def test_a_list_waits_for_good_feedback_sources_and_is_not_forgotten(
    accounts: AccountsInForce, store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts_in_force, "LOOK_SECONDS", 0)
    (tmp_path / "sources.toml").write_text("broken")
    await store.lists.put(WEEKLY)
    with capture_logs() as lines:
        following = asyncio.create_task(accounts.follow_lists(store.lists))
        while not lines:
            await asyncio.sleep(0.001)
    assert lines[0]["event"] == "feedback_sources_refused"
    assert list_ids(accounts) == []
    (tmp_path / "sources.toml").write_text(GOOD)
    while not list_ids(accounts):
        await asyncio.sleep(0.001)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert list_ids(accounts) == ["weekly"]


async def test_bad_feedback_sources_at_a_reload_leave_the_old_ones_in_force(
    accounts: AccountsInForce, tmp_path: Path
) -> None:
    before = accounts.current
    (tmp_path / "sources.toml").write_text("broken")
    with capture_logs() as lines:
        accounts.reload()
    assert [line["event"] for line in lines] == ["feedback_sources_refused"]
    assert accounts.current is before


def test_an_account_that_is_in_no_settings_is_nobodys(accounts: AccountsInForce) -> None:
    assert accounts.policy_of("gone") is accounts.nobody
    assert not accounts.nobody.automatic
