"""Levels, the past and undoing, as an operator types them."""

import pytest
from command_line import Shell

PAT = "pat@example.org"
TWO = """
database = "sqlite+aiosqlite:///m.db"
{top}
[[account]]
id = "acme"
parent = "group"
domains = ["reply.acme.example"]
[[account]]
id = "shop"
parent = "group"
domains = ["reply.shop.example"]
[[account]]
id = "other"
domains = ["reply.other.example"]
"""


@pytest.fixture
def two(database: Shell) -> Shell:
    """Two accounts of one enterprise, and a third."""
    (database.folder / "mailproc.toml").write_text(TWO.format(top=""), encoding="utf-8")
    return database


def status(shell: Shell, account: str, *words: str) -> dict[str, object]:
    found = shell.json("status", PAT, "-a", account, *words)
    assert isinstance(found, list)
    return found[0] if found else {}


def test_an_opt_out_by_phone_is_seen_in_the_other_account_with_where_it_is_recorded(two: Shell) -> None:
    assert two.run("unsubscribe", PAT, "-a", "acme", "--channel", "phone").returncode == 0
    assert (status(two, "shop")["status"], status(two, "shop")["own_status"]) == ("unsubscribed", "active")
    assert status(two, "shop")["may_send"] == {"commercial": False, "transactional": True}
    assert "recorded in account acme" in two.run("status", PAT, "-a", "shop").stdout
    assert status(two, "other") == {}


def test_a_list_that_nobody_has_is_no_list_that_somebody_may_be_mailed_by(two: Shell) -> None:
    with (two.folder / "mailproc.toml").open("a", encoding="utf-8") as settings:
        settings.write('[account.lists]\nweekly = "Weekly"\n')
    wrong = two.run("status", PAT, "--list", "weakly")
    assert (wrong.returncode, "no account has a list weakly; there: weekly" in wrong.stderr) == (65, True)


def test_a_global_opt_out_needs_by_and_reason_and_is_lifted_globally_alone(two: Shell) -> None:
    refused = two.run("unsubscribe", PAT, "--level", "global")
    assert (refused.returncode, "by whom and why" in refused.stderr) == (77, True)
    said = ("--by", "kim", "--reason", "court order")
    assert two.run("unsubscribe", PAT, "--level", "global", *said).returncode == 0
    assert status(two, "other")["may_send"] == {"commercial": False, "transactional": False}
    local = two.run("resubscribe", PAT, "-a", "acme", *said)
    assert (local.returncode, "refused" in local.stderr) == (77, True)
    facts = status(two, "acme")["facts"]
    assert isinstance(facts, list)
    assert [fact["kind"] for fact in facts if fact["account"] == "acme"] == ["consent"], "the attempt is recorded"
    assert two.run("resubscribe", PAT, "--level", "global", *said).returncode == 0
    assert status(two, "acme")["status"] == "active"


def test_by_parent_a_global_opt_out_is_one_of_the_enterprise_of_the_account_that_is_named(two: Shell) -> None:
    (two.folder / "mailproc.toml").write_text(TWO.format(top='global_scope = "parent"'), encoding="utf-8")
    said = ("--level", "global", "--by", "kim", "--reason", "court order")
    assert two.run("unsubscribe", PAT, *said).returncode == 78, "whose enterprise?"
    assert two.run("unsubscribe", PAT, "-a", "acme", *said).returncode == 0
    assert status(two, "shop")["status"] == "unsubscribed"
    assert status(two, "other") == {}


def test_a_global_opt_out_by_a_key_that_nobody_has_names_nobody(two: Shell) -> None:
    run = two.run("unsubscribe", "12345", "--level", "global", "--by", "kim", "--reason", "court order")
    assert (run.returncode, "which address" in run.stderr) == (65, True)


def test_no_answer_to_a_review_is_global(database: Shell) -> None:
    run = database.run("review", "resolve", "x", "--as", "unsubscribe", "--level", "global")
    assert (run.returncode, "an operator does" in run.stderr) == (77, True)


def test_status_at_a_time_is_what_was_known_then(database: Shell) -> None:
    database.run("unsubscribe", PAT, "--received-at", "2026-03-03T09:00")
    then = database.run("status", PAT, "--at", "2026-03-03T10:00")
    assert then.stdout.startswith("as it was at 2026-03-03 10:00:00 UTC")
    assert "UNSUBSCRIBED" in then.stdout
    assert "nothing is known" in database.run("status", PAT, "--at", "2026-03-03T08:00").stdout


def test_the_future_is_refused(database: Shell) -> None:
    run = database.run("status", PAT, "--at", "2999-01-01")
    assert (run.returncode, "future" in run.stderr) == (65, True)


def test_status_tells_about_mail_of_a_list(database: Shell) -> None:
    database.run("unsubscribe", PAT)
    database.run("lists", "add", "news")
    assert "(list news)" in database.run("status", PAT, "--list", "news").stdout


def test_status_names_the_list_of_each_thing_that_happened(database: Shell) -> None:
    for list_id in ("news", "offers"):
        database.run("lists", "add", list_id)
        words = ("--level", "list", "--list", list_id, "--received-at", "2026-03-03T09:00", "--by", "kim")
        assert database.run("unsubscribe", PAT, *words).returncode == 0
    database.run("unsubscribe", PAT, "--received-at", "2026-03-03T09:00", "--by", "kim")
    shown = database.run("status", PAT).stdout.splitlines()
    told = sorted(
        line.partition("command")[2].strip() for line in shown if line.startswith("  2026-03-03 09:00  opt_out")
    )
    assert told == ["by kim", "list news, by kim", "list offers, by kim"]


def test_revert_shows_first_and_takes_back_when_told_to(database: Shell) -> None:
    database.run("replay", "--apply", "mails")
    [person] = database.json("status", PAT)  # type: ignore[misc]
    rule = next(fact["evidence"]["rule"] for fact in person["facts"])
    words = ("revert", "--rule", rule, "--from", "2026-01-01")
    shown = database.run(*words)
    assert "1 of 1 people would be active again" in shown.stdout
    assert "nothing was changed" in shown.stdout
    assert database.json("status", PAT)[0]["status"] == "unsubscribed"  # type: ignore[index]
    assert "1 of 1 people are active again" in database.run(*words, "--apply", "--by", "kim").stdout
    assert database.json("status", PAT)[0]["status"] == "active"  # type: ignore[index]
    assert "nothing to take back" in database.run(*words).stdout


def test_revert_tells_which_list_somebody_is_no_more_off(database: Shell) -> None:
    database.run("lists", "add", "news")
    database.run("unsubscribe", PAT, "--level", "list", "--list", "news", "--by", "kim")
    [person] = database.json("status", PAT)  # type: ignore[misc]
    [off] = person["blocks"]
    assert "no more off list news" in database.run("revert", "--fact", off["fact"], "--by", "kim").stdout


def test_revert_from_after_to_is_refused(database: Shell) -> None:
    run = database.run("revert", "--rule", "x", "--from", "2026-03-04", "--to", "2026-03-03")
    assert (run.returncode, "after" in run.stderr) == (65, True)


def test_rebuild_says_how_many_and_refuses_a_wrong_place(database: Shell) -> None:
    database.run("unsubscribe", PAT)
    assert database.run("db", "rebuild").stdout == "2 looked at, 0 changed\n"
    assert database.run("db", "rebuild", "--resume", "nonsense").returncode == 65
