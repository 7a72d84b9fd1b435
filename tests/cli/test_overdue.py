"""`mailproc overdue` as an operator types it, on both databases."""

import json

import pytest
from command_line import Shell


@pytest.fixture
def late(either: Shell) -> Shell:
    """A reply of March that no hook was ever told of."""
    assert either.run("db", "migrate").returncode == 0
    assert either.run("replay", "mails", "--apply").returncode == 0
    return either


def test_what_no_hook_was_told_is_shown_with_its_due_date(late: Shell) -> None:
    shown = late.run("overdue")
    assert shown.returncode == 0
    assert "2026-03-17" in shown.stdout
    assert "pat@example.org" in shown.stdout
    [one] = json.loads(late.run("overdue", "--json").stdout)
    assert (one["urgency"], one["hook"], one["state"]) == ("late", "crm", "pending")


def test_monitoring_hears_of_it_by_the_exit_code(late: Shell) -> None:
    assert late.run("overdue", "--check").returncode == 75
    [one] = json.loads(late.run("overdue", "--json").stdout)
    assert late.run("outbox", "drop", one["id"]).returncode == 0
    assert late.run("overdue", "--check").returncode == 0
    assert "nothing" in late.run("overdue").stdout


def test_a_calendar_that_nobody_has_is_a_mistake_in_the_settings(database: Shell) -> None:
    settings = database.folder / "mailproc.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[due]\ncountry = "XX"\n', encoding="utf-8")
    refused = database.run("config", "check")
    assert (refused.returncode, "there is no calendar" in refused.stderr) == (78, True)


def test_settings_are_shown_without_peppers(database: Shell) -> None:
    settings = database.folder / "mailproc.toml"
    secret = "0123456789abcdef0123456789abcdef"
    text = f'\n[erasure.peppers]\n2026 = "{secret}"\n'
    settings.write_text(settings.read_text(encoding="utf-8") + text, encoding="utf-8")
    shown = database.run("config", "show").stdout
    assert "2026" in shown
    assert secret not in shown
