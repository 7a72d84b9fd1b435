"""Requests that came by phone, letter or chat, entered by hand (R48): what is kept of them, and what cannot be."""

from typing import Any

import pytest
from command_line import Shell

PAT = "pat@example.org"
CALLED = ("--channel", "phone", "--by", "kim", "--reason", "called the hotline", "--received-at", "2026-03-03T10:00")


def entered(shell: Shell) -> dict[str, Any]:
    (person,) = shell.json("status", PAT)  # type: ignore[misc]
    return person["facts"][-1]  # type: ignore[no-any-return]


def test_channel_time_name_level_and_reason_are_kept_and_shown(database: Shell) -> None:
    assert database.run("unsubscribe", PAT, *CALLED).returncode == 0
    fact = entered(database)
    assert (fact["channel"], fact["occurred_at"], fact["level"]) == ("phone", "2026-03-03T10:00:00+00:00", "account")
    assert fact["evidence"] == {"by": "kim", "reason": "called the hotline"}
    shown = database.run("status", PAT).stdout
    assert "2026-03-03 10:00  opt_out    phone            by kim, reason called the hotline" in shown
    page = database.run("why", PAT).stdout
    assert "opted out by phone, since 2026-03-03 10:00 UTC" in page
    assert "entered by kim: called the hotline" in page


def test_whoever_enters_it_without_a_name_is_known_by_the_user_name(database: Shell) -> None:
    assert database.run("unsubscribe", PAT, "--channel", "letter", LOGNAME="lee").returncode == 0
    assert entered(database)["evidence"] == {"by": "lee"}


def test_a_global_one_is_not_entered_without_giving_a_name(database: Shell) -> None:
    done = database.run("unsubscribe", PAT, "--level", "global", "--reason", "court order", LOGNAME="lee")
    assert (done.returncode, "by whom and why" in done.stderr) == (77, True)


def test_it_is_due_as_counted_from_when_it_was_received(database: Shell) -> None:
    database.run("unsubscribe", PAT, *CALLED)
    (late,) = database.json("overdue")  # type: ignore[misc]
    assert late["received_at"].startswith("2026-03-03T10:00:00")
    assert late["due_at"].startswith("2026-03-17T10:00:00"), "ten business days, and not from when it was typed"


def test_consent_that_is_older_than_the_opt_out_changes_nothing_and_says_where_to_look(database: Shell) -> None:
    database.run("unsubscribe", PAT, *CALLED)
    done = database.run("resubscribe", PAT, "--channel", "chat", "--received-at", "2026-03-01")
    assert (done.returncode, done.stdout) == (0, f"{PAT}: recorded; nothing changes by it (see `mailproc why {PAT}`)\n")
    assert database.json("why", PAT)[0]["may_send"] is False  # type: ignore[index]


@pytest.mark.parametrize("command", ["unsubscribe", "resubscribe"])
@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--received-at", "2999-01-01"), 65, "--received-at lies in the future"),
        (("--received-at", "0206-03-03"), 65, "--received-at lies before 1980: is the year right?"),
        (("--received-at", "yesterday"), 64, "--received-at"),
        (("--level", "list"), 64, "--level list and --list NAME belong together"),
        (("--list", "weekly"), 64, "--level list and --list NAME belong together"),
        (("--level", "global", "--list", "weekly"), 64, "--level list and --list NAME belong together"),
        (("--level", "list", "--list", "weekly"), 65, "acme has no list weekly; there: none"),
        (("--channel", "reply"), 64, "--channel"),
        (("--account", "nobody"), 78, "account nobody is not in the settings"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    database: Shell, command: str, words: tuple[str, ...], code: int, told: str
) -> None:
    done = database.run(command, PAT, *words)
    assert (done.returncode, told in done.stderr) == (code, True), done.stderr
    assert database.json("status", PAT) == []
