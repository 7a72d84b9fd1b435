"""`mailproc lists members|join|leave`: who is on a list, which is neither consent nor opt-out."""

import pytest
from command_line import Shell


@pytest.fixture
def weekly(either: Shell) -> Shell:
    """Two people on a list `weekly`, and an empty list `daily`."""
    for list_id in ("weekly", "daily"):
        either.run("lists", "add", list_id)
    either.write("people.csv", "email,key\npat@example.org,17\nkim@example.net,18\n")
    assert either.run("import", "people.csv", "--list", "weekly").returncode == 0
    return either


def keys(shell: Shell, list_id: str) -> list[str]:
    found = shell.json("lists", "members", list_id)
    assert isinstance(found, list)
    return [one["key"] for one in found]


def test_members_are_shown_with_their_standing(weekly: Shell) -> None:
    weekly.run("unsubscribe", "17")
    weekly.run("unsubscribe", "18", "--level", "list", "--list", "weekly")
    shown = weekly.run("lists", "members", "weekly").stdout.splitlines()
    assert [line.split() for line in shown] == [
        ["unsubscribed", "17", "pat@example.org"],
        ["active", "18", "kim@example.net", "(left", "this", "list)"],
    ]
    assert weekly.run("lists", "members", "daily").stdout == "nobody is on daily\n"
    few = weekly.run("lists", "members", "weekly", "--limit", "1").stdout
    assert "mailproc export --list weekly" in few
    assert "18" not in few


def test_joining_and_leaving_by_key_and_by_address(weekly: Shell) -> None:
    assert weekly.run("lists", "join", "17", "--list", "daily").stdout == "pat@example.org (key 17) is on daily\n"
    assert weekly.run("lists", "join", "Pat@example.org", "--list", "daily").stdout.endswith("was on daily\n")
    assert keys(weekly, "daily") == ["17"]
    assert weekly.run("lists", "leave", "pat@example.org", "--list", "daily").stdout.endswith("is off daily\n")
    assert weekly.run("lists", "leave", "17", "--list", "daily").stdout.endswith("was not on daily\n")
    assert (keys(weekly, "daily"), keys(weekly, "weekly")) == ([], ["17", "18"])


def test_leaving_is_no_opt_out_and_joining_no_consent(weekly: Shell) -> None:
    weekly.run("lists", "leave", "17", "--list", "weekly")
    [pat] = weekly.json("status", "17", "--list", "weekly")  # type: ignore[misc]
    assert (pat["facts"], pat["may_send"]["commercial"], pat["lists"]) == ([], True, [])
    weekly.run("unsubscribe", "17", "--level", "list", "--list", "weekly")
    joined = weekly.run("lists", "join", "17", "--list", "weekly")
    assert "gets no mail of it" in joined.stderr
    [pat] = weekly.json("status", "17", "--list", "weekly")  # type: ignore[misc]
    assert (pat["may_send"]["commercial"], pat["lists"]) == (False, ["weekly"])


def test_an_address_that_nobody_has_becomes_a_subscriber_and_what_stood_against_it_holds(weekly: Shell) -> None:
    weekly.run("unsubscribe", "new@example.org")
    joined = weekly.json("lists", "join", "new@example.org", "--list", "daily")
    assert isinstance(joined, dict)
    assert len(joined["joined"]) == 1
    people = weekly.json("status", "new@example.org")
    assert isinstance(people, list)
    assert {(one["status"], tuple(one["lists"])) for one in people if one["key"]} == {("unsubscribed", ("daily",))}


def test_who_is_not_there_cannot_join_by_key_or_leave(weekly: Shell) -> None:
    for words in (("join", "99"), ("leave", "99"), ("leave", "nobody@example.org")):
        done = weekly.run("lists", *words, "--list", "weekly")
        assert (done.returncode, "has no subscriber" in done.stderr) == (66, True)
    assert weekly.run("lists", "join", "17", "--list", "wekly").returncode == 65
    assert weekly.run("lists", "members", "wekly").returncode == 65
