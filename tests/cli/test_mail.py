"""Recorded mail from the command line, and mail for people in the outbox: listed, shown, let go and given up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from command_line import PRAISE, REQUEST, Shell

from mailproc.cli.shell.storage import open_store, run
from mailproc.settings.file import load_settings

FORWARDING = {
    "MAILPROC_ACCOUNT__ACME__FORWARD_TO": "team@people.example",
    "MAILPROC_ACCOUNT__ACME__FORWARD_PER_HOUR": "2",
    "MAILPROC_SMARTHOST__HOST": "smtp.people.example",
}


@pytest.fixture
def applied(database: Shell) -> Shell:
    """Both mails decided and recorded."""
    assert database.run("replay", "--apply", "mails").returncode == 0
    return database


@pytest.fixture
def forwarding(database: Shell) -> Shell:
    """Four mails of one person for people, two of them held."""
    for number in range(3):
        (database.folder / "mails" / f"p{number}.eml").write_bytes(PRAISE + b"%d\r\n" % number)
    assert database.run("replay", "--apply", "--forward", "mails", **FORWARDING).returncode == 0
    return database


def mails(shell: Shell, *words: str) -> list[dict[str, Any]]:
    found: Any = shell.json("mail", "list", *words)
    return list(found)


def test_recorded_mail_is_listed_newest_first_and_filtered(applied: Shell) -> None:
    assert {one["decision"]["action"] for one in mails(applied)} == {"unsubscribe", "forward"}
    assert [one["decision"]["action"] for one in mails(applied, "--action", "forward")] == ["forward"]
    assert len(mails(applied, "--kind", "reply", "--account", "acme", "--days", "1")) == 2
    assert mails(applied, "--kind", "bulk") == []
    assert applied.run("mail", "list", "--account", "nope").returncode == 78


def test_the_list_of_mail_fits_any_terminal(applied: Shell) -> None:
    for columns in ("80", "150"):
        lines = applied.process("mail", "list", COLUMNS=columns).stdout.splitlines()
        assert all(len(line) <= int(columns) for line in lines)
        assert any("pat@example.org" in line for line in lines)


def test_a_mail_is_shown_with_its_recorded_decision_and_why(applied: Shell) -> None:
    [mail] = mails(applied, "--action", "unsubscribe")
    run = applied.run("mail", "show", mail["id"])
    assert run.returncode == 0, run.stderr
    for words in ("Recorded", "keyword in reply", "Please unsubscribe me", "pat@example.org"):
        assert words in run.stdout
    assert applied.json("mail", "show", mail["id"]) == mail


def test_the_mail_itself_comes_back_byte_for_byte(applied: Shell) -> None:
    [mail] = mails(applied, "--action", "unsubscribe")
    run = applied.process("mail", "show", mail["id"], "--raw")
    assert run.stdout == REQUEST.decode()


def test_an_unknown_mail_is_exit_66(applied: Shell) -> None:
    assert applied.run("mail", "show", "nothing").returncode == 66


def test_forwarded_mail_is_in_the_outbox_with_its_writer_and_why_it_is_held(forwarding: Shell) -> None:
    run = forwarding.process("outbox", "list", COLUMNS="150", **FORWARDING)
    assert run.returncode == 0, run.stderr
    assert "kim@example.org" in run.stdout
    assert "more than 2 mails within an hour" in run.stdout
    held: Any = forwarding.json("outbox", "list", "--state", "held", "--hook", "forward/acme")
    assert len(held) == 2


def test_held_mail_is_let_go_and_given_up_in_bulk(forwarding: Shell) -> None:
    assert "2 now pending" in forwarding.run("outbox", "retry", "--all", "--state", "held").stdout
    assert "nothing is held" in forwarding.run("outbox", "retry", "--all", "--state", "held").stdout
    assert (
        "4 now dropped"
        in forwarding.run("outbox", "drop", "--all", "--state", "pending", "--hook", "forward/acme").stdout
    )
    assert "1 now dropped" in forwarding.run("outbox", "drop", "--all", "--state", "pending").stdout
    assert "5 now pending" in forwarding.run("outbox", "retry", "--all", "--state", "dropped").stdout


def test_bulk_needs_a_number_or_all_and_a_known_hook(forwarding: Shell) -> None:
    assert forwarding.run("outbox", "retry").returncode == 64
    assert forwarding.run("outbox", "retry", "1", "--all").returncode == 64
    assert forwarding.run("outbox", "retry", "--all", "--hook", "nope").returncode == 78


def test_config_check_says_that_mail_for_people_goes_nowhere(shell: Shell) -> None:
    assert "no forward_to" in shell.run("config", "check").stdout
    assert "no forward_to" not in shell.run("config", "check", **FORWARDING).stdout
    back = {**FORWARDING, "MAILPROC_ACCOUNT__ACME__FORWARD_TO": "reply@reply.acme.example"}
    run = shell.run("config", "check", **back)
    assert run.returncode == 78
    assert "leads back to mailproc itself" in run.stderr


def test_config_show_hides_the_smarthosts_password(shell: Shell) -> None:
    login = {"MAILPROC_SMARTHOST__USER": "u", "MAILPROC_SMARTHOST__PASSWORD": "hunter2"}
    run = shell.run("config", "show", **FORWARDING, **login)
    assert run.returncode == 0, run.stderr
    assert "hunter2" not in run.stdout


def test_old_mail_that_is_applied_goes_to_people_only_when_that_is_asked_for(database: Shell) -> None:
    assert database.run("replay", "--apply", "mails", **FORWARDING).returncode == 0
    assert database.json("outbox", "list", "--hook", "forward/acme") == []


def test_a_mail_whose_content_was_dropped_shows_what_is_kept(applied: Shell) -> None:
    run(drop_all(applied))
    [mail] = mails(applied, "--action", "unsubscribe")
    shown = applied.run("mail", "show", mail["id"])
    assert shown.returncode == 0
    for words in ("was dropped", "keyword in reply", "“unsubscribe me”", "pat@example.org"):
        assert words in shown.stdout
    raw = applied.run("mail", "show", mail["id"], "--raw")
    assert raw.returncode == 66
    assert "retention_days" in raw.stderr
    again = applied.run("review", "redo", mail["id"], "--apply")
    assert "1 left alone, 0 applied" in again.stdout


def test_mail_that_waits_for_dns_is_listed_until_it_is_decided(database: Shell) -> None:
    assert "nothing waits" in database.run("mail", "waiting").stdout
    database.run("deliver", "--to", "reply@reply.acme.example", "--from", "pat@example.org", typed=REQUEST)
    assert database.json("mail", "waiting") == []
    mail_id = run(leave_waiting(database))
    [found] = database.json("mail", "waiting", "--account", "acme")  # type: ignore[misc]
    assert (found["id"], found["mail_from"]) == (mail_id, "pat@example.org")
    assert found["review_at"] > found["next_at"] > found["received_at"]
    for width in ("", "80"):
        shown = database.run("mail", "waiting", COLUMNS=width).stdout
        assert mail_id in shown
        assert "in 20 min" in shown
    assert "Not decided yet" in database.run("mail", "show", mail_id).stdout
    assert database.json("mail", "show", mail_id) == {"id": mail_id, "decision": None}
    assert database.run("mail", "waiting", "--account", "nope").returncode == 78


async def leave_waiting(shell: Shell) -> str:
    """What the decider does with a mail that DNS gives no answer about."""
    async with open_store(load_settings(shell.folder / "mailproc.toml", {})) as store:
        found = await store.undecided.take_over()
        assert found is not None
        assert await store.waiting.put(found[0], datetime.now(UTC) + timedelta(minutes=20))
        return found[0].id


async def drop_all(shell: Shell) -> None:
    async with open_store(load_settings(shell.folder / "mailproc.toml", {})) as store:
        dropped = await store.desk.drop_content("acme", datetime.now(UTC))
    assert dropped.mails == 2
