"""From what comes back to the send that it answers, and to the lists that this went to."""

from datetime import UTC, datetime

import pytest
from command_line import Shell

from mailproc.policy.tokens.token import EPOCH, Purpose, Token, make_token

SECRET = bytes(range(32))
KEYS = f'[account.token_keys]\n1 = "{SECRET.hex()}"\n[account.lists]\nweekly = "Weekly"\noffers = "Offers"\n[[hook]]'


def token(purpose: Purpose, message: int) -> str:
    day = (datetime.now(UTC).date() - EPOCH).days
    return make_token(Token(purpose=purpose, subscriber=7, message=message, day=day, kid=1), {1: SECRET})


@pytest.fixture
def traced(either: Shell) -> Shell:
    """A send 42 to two lists, and a reply to it that asks to leave. On both databases."""
    settings = either.folder / "mailproc.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("[[hook]]", KEYS), encoding="utf-8")
    assert either.run("db", "migrate").returncode == 0
    sent = either.run("sends", "add", "42", "--list", "weekly", "--list", "offers", "--name", "March issue")
    assert sent.returncode == 0, sent.stderr
    either.write("reply.eml", reply_to(token(Purpose.reply, 42)))
    return either


def reply_to(address: str) -> bytes:
    return (
        f"Return-Path: <pat@example.org>\r\nDelivered-To: {address}@reply.acme.example\r\nFrom: pat@example.org\r\n"
        "Subject: Re: March\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n\r\nPlease unsubscribe me.\r\n"
    ).encode()


def test_a_reply_is_traced_to_its_send_and_the_lists_that_went_to(traced: Shell) -> None:
    explained = traced.json("explain", "reply.eml")
    assert isinstance(explained, dict)
    assert [(one["name"], one["lists"]) for one in explained["sends"]] == [("March issue", ["offers", "weekly"])]
    said = "send 42 is 42 (March issue), commercial, to offers, weekly"
    assert said in traced.run("explain", "reply.eml").stdout
    assert traced.run("replay", "--apply", "reply.eml").returncode == 0
    [person] = traced.json("status", "7")  # type: ignore[misc]
    assert person["facts"][0]["evidence"]["send"] == "42"
    assert [one["id"] for one in person["sends"]] == ["42"]
    assert said in traced.run("status", "7").stdout


def test_a_send_that_nobody_recorded_and_a_token_of_a_list_are_traced_to_none(traced: Shell) -> None:
    for number, address in enumerate((token(Purpose.reply, 43), token(Purpose.unsubscribe_list, 42))):
        traced.write(f"{number}.eml", reply_to(address))
        explained = traced.json("explain", f"{number}.eml")
        assert isinstance(explained, dict)
        assert explained["sends"] == []


def test_who_left_an_unrecorded_send_is_told_to_be_off_the_account_and_why(traced: Shell) -> None:
    traced.write("left.eml", reply_to(token(Purpose.unsubscribe_send, 999)))
    assert traced.run("replay", "--apply", "left.eml").returncode == 0
    said = "send 999 is not recorded: counts for the account"
    assert said in traced.run("why", "7").stdout
    [mail] = traced.json("mail", "list")  # type: ignore[misc]
    assert said in traced.run("mail", "show", mail["id"]).stdout
    shown = traced.json("mail", "show", mail["id"])
    assert said in [one["phrase"] for one in shown["decision"]["evidence"]]  # type: ignore[index,call-overload]


def test_without_settings_and_database_a_mail_is_explained_all_the_same(shell: Shell) -> None:
    (shell.folder / "mailproc.toml").unlink()
    shell.write("reply.eml", reply_to("reply"))
    explained = shell.json("explain", "reply.eml")
    assert isinstance(explained, dict)
    assert explained["sends"] == []


def test_no_send_is_called_by_the_number_that_stands_for_none(traced: Shell) -> None:
    stamped = traced.run("headers", "--person", "7", "--send", "0")
    assert (stamped.returncode, "no send can have the id 0" in stamped.stderr) == (65, True)
    added = traced.run("sends", "add", "0", "--list", "weekly")
    assert (added.returncode, "no send can have the id 0" in added.stderr) == (65, True)
    assert traced.run("sends", "show", "0").returncode != 0
    assert traced.run("sends", "add", "00", "--list", "weekly").returncode == 0  # a word, as any other
