"""Reviews from the command line: seen at a glance, answered once, decided again, released, and learnt from."""

import contextlib
import json
import os
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import REQUEST, Shell
from english_rules import english_rules

from mailproc.cli.shell.storage import open_store, run
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of
from mailproc.settings.file import load_settings
from mailproc.store.results import Subscriber

KEYS = {1: bytes(range(32))}
OFF = {"MAILPROC_ACCOUNT__ACME__AUTOMATIC": "false"}
QUESTION = REQUEST.replace(b"Please unsubscribe me.", b"Please do not unsubscribe me.").replace(b"pat@", b"sam@")

PARKED = (
    b"From: Lou <lou@example.net>\r\n"
    b"Delivered-To: r-cecaaaaaaacjn3x4aaaaabtzgjichlyy3skhkfwb2ycqucqi@reply.acme.example\r\n"
    b"Subject: Re: March news\r\n\r\nWhat about my order?\r\n"
)


@pytest.fixture
def held(database: Shell) -> Shell:
    """An account in which nothing is automatic: the request waits."""
    assert database.run("replay", "--apply", "mails", **OFF).returncode == 0
    return database


def only_review(shell: Shell, *words: str) -> dict[str, Any]:
    [item] = shell.json("review", "list", *words)
    return dict(item)


def status_of(shell: Shell, person: str = "pat@example.org") -> str:
    people: Any = shell.json("status", person)
    return str(people[0]["status"]) if people else "unknown"


def test_a_request_waits_where_nothing_is_automatic_and_nobody_is_taken_off(held: Shell) -> None:
    item = only_review(held, "--account", "acme")
    assert item["reason"] == "keyword in reply; automatic handling is off"
    assert item["received_at"].startswith("2026-03-03T10:00")
    assert item["due_at"].startswith("2026-03-17")
    assert status_of(held) == "unknown"


def test_the_list_shows_who_waits_for_what_and_what_is_past_due_at_any_width(held: Shell) -> None:
    for columns in ("80", "150"):
        lines = held.process("review", "list", COLUMNS=columns).stdout.splitlines()
        assert all(len(line) <= int(columns) for line in lines)
        assert "pat@example.org" in lines[1]
        assert "late" in lines[1]
        assert lines[-1].startswith("1 past due")


def test_a_review_says_who_is_off_already(held: Shell) -> None:
    review = only_review(held)["id"]
    shown: Any = held.json("review", "show", review)
    assert shown["off_already"] == []
    held.run("unsubscribe", "pat@example.org")
    run = held.run("review", "show", review)
    assert "puts it on record as of 2026-03-03, and changes nothing: pat@example.org is off already" in run.stdout
    assert "takes pat@example.org off" not in run.stdout
    shown = held.json("review", "show", review)
    assert shown["off_already"] == ["pat@example.org"]


def test_answered_reviews_are_listed_with_their_answer_who_gave_it_and_when(held: Shell) -> None:
    held.run("review", "resolve", only_review(held)["id"], "--as", "not-a-request", "--by", "kim")
    head, row, *_ = held.run("review", "list", "--resolved", COLUMNS="").stdout.splitlines()
    assert head.split()[:3] == ["id", "answer", "came"]
    assert row.split()[1] == "not-a-request"
    for width in ("80", "150"):
        shown = held.run("review", "list", "--resolved", COLUMNS=width).stdout
        assert ("kim " in shown, "due" in shown) == (True, False), shown


def test_reviews_are_filtered(held: Shell) -> None:
    assert only_review(held, "--overdue", "--kind", "reply", "--reason", "handling is off")
    assert held.json("review", "list", "--kind", "bulk") == []
    assert held.json("review", "list", "--resolved") == []
    assert held.run("review", "list", "--account", "nope").returncode == 78


def test_a_review_shows_the_telling_words_and_what_each_answer_would_do(held: Shell) -> None:
    run = held.run("review", "show", only_review(held)["id"])
    assert run.returncode == 0, run.stderr
    for words in (
        "pat@example.org",
        "Please unsubscribe me.",
        "automatic handling is off",
        "takes pat@example.org off, as of 2026-03-03",
        "unsubscribe of pat@example.org: keyword in reply",
    ):
        assert words in run.stdout
    would: Any = held.json("review", "show", only_review(held)["id"])
    assert would["would"]["release"]["action"] == "unsubscribe"


def test_a_review_of_a_mail_that_was_never_read_shows_what_it_says_all_the_same(held: Shell) -> None:
    (held.folder / "mails" / "parked.eml").write_bytes(PARKED)
    held.run("replay", "--apply", "mails/parked.eml")
    run = held.run("review", "show", only_review(held, "--reason", "parked")["id"])
    for words in (
        "Lou <lou@example.net>",
        "Re: March news",
        "What about my order?",
        "needs --person: the mail names nobody",
    ):
        assert words in run.stdout


def test_an_unknown_review_is_exit_66(held: Shell) -> None:
    for words in (("show", "nothing"), ("resolve", "nothing", "--as", "unsubscribe")):
        assert held.run("review", *words).returncode == 66


def test_unsubscribe_takes_the_person_off_as_of_when_the_mail_came_with_who_said_so(held: Shell) -> None:
    item = only_review(held)
    run = held.run("review", "resolve", item["id"], "--as", "unsubscribe", "--by", "kim", "--note", "clear enough")
    assert run.returncode == 0, run.stderr
    assert "now unsubscribed" in run.stdout
    [person] = held.json("status", "pat@example.org")
    assert person["blocks"][0]["since"].startswith("2026-03-03T10:00")
    [fact] = person["facts"]
    assert (fact["evidence"]["by"], fact["evidence"]["note"]) == ("kim", "clear enough")
    assert fact["evidence"]["phrase"] == "unsubscribe me"
    assert held.json("review", "list") == []
    [closed] = held.json("review", "list", "--resolved")
    assert (closed["resolution"], closed["resolved_by"]) == ("unsubscribe", "kim")
    [event] = held.json("outbox", "list")
    assert event["event"]["type"] == "subscriber.unsubscribed"


def test_a_command_that_is_proposed_runs_nothing_that_somebody_is_called(held: Shell) -> None:
    held.run("resubscribe", "`id`@example.org", "--channel", "phone")
    words = ("--as", "unsubscribe", "--by", "kim", "--person", "`id`@example.org")
    run = held.run("review", "resolve", only_review(held)["id"], *words)
    assert "mailproc unsubscribe '`id`@example.org'" in " ".join(run.stdout.split())


def test_an_answer_that_a_newer_consent_outdoes_says_so(held: Shell) -> None:
    held.run("resubscribe", "pat@example.org", "--channel", "phone")
    run = held.run("review", "resolve", only_review(held)["id"], "--as", "unsubscribe", "--by", "kim")
    assert run.returncode == 0, run.stderr
    assert "pat@example.org is NOT off: a newer consent stands" in run.stdout
    assert "it was so already" not in run.stdout
    assert status_of(held) == "active"


def test_an_answer_to_a_request_of_somebody_who_is_off_already_says_nothing_of_consent(held: Shell) -> None:
    held.run("unsubscribe", "pat@example.org")
    run = held.run("review", "resolve", only_review(held)["id"], "--as", "unsubscribe")
    assert "it was so already" in run.stdout
    assert "NOT off" not in run.stdout


def test_the_second_answer_is_told_who_was_first(held: Shell) -> None:
    review = only_review(held)["id"]
    held.run("review", "resolve", review, "--as", "not-a-request", "--by", "kim")
    again = held.run("review", "resolve", review, "--as", "not-a-request", "--by", "kim")
    assert again.returncode == 0
    other = held.run("review", "resolve", review, "--as", "unsubscribe", "--by", "lee")
    assert other.returncode == 65
    assert "answered before: not-a-request by kim" in other.stdout
    assert status_of(held) == "unknown"


def test_the_answer_can_be_for_a_list_that_the_account_has(held: Shell) -> None:
    review = only_review(held)["id"]
    assert held.run("review", "resolve", review, "--as", "unsubscribe", "--level", "list").returncode == 64
    wrong = held.run("review", "resolve", review, "--as", "unsubscribe", "--level", "list", "--list", "nope")
    assert wrong.returncode == 65
    with (held.folder / "mailproc.toml").open("a", encoding="utf-8") as file:
        file.write('[account.lists]\nnews = "News"\n')
    text = (held.folder / "mailproc.toml").read_text(encoding="utf-8")
    before, _, hook = text.partition("[[hook]]")
    hook, _, lists = hook.partition("[account.lists]")
    (held.folder / "mailproc.toml").write_text(f"{before}[account.lists]{lists}[[hook]]{hook}", encoding="utf-8")
    held.run("review", "resolve", review, "--as", "unsubscribe", "--level", "list", "--list", "news")
    [person] = held.json("status", "pat@example.org")
    assert [block["list"] for block in person["blocks"]] == ["news"]


@pytest.fixture
def narrow(held: Shell) -> Shell:
    """An account with lists, in which nothing is automatic, and a send 42 that went to one of them."""
    file = held.folder / "mailproc.toml"
    more = '[account.lists]\nweekly = "Weekly"\noffers = "Offers"\n[account.token_keys]\n1 = "' + KEYS[1].hex() + '"\n'
    file.write_text(file.read_text(encoding="utf-8").replace("[[hook]]", f"{more}[[hook]]"), encoding="utf-8")
    assert held.run("sends", "add", "42", "--list", "weekly").returncode == 0
    return held


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ((Purpose.unsubscribe_list, "weekly"), "the list weekly"),
        ((Purpose.unsubscribe_send, "42"), "the lists of send 42"),
    ],
)
def test_an_answer_to_a_list_s_or_a_send_s_address_reaches_no_further_than_that(
    narrow: Shell, token: tuple[Purpose, str], shown: str
) -> None:
    review = token_review(narrow, *token)
    assert f"takes key 18 off {shown}, as of" in " ".join(narrow.run("review", "show", review).stdout.split())
    run = narrow.run("review", "resolve", review, "--as", "unsubscribe")
    assert (run.returncode, "NOT off" in run.stdout) == (0, False), run.stdout
    assert "key 18: now active; off list weekly" in run.stdout
    [person] = narrow.json("status", "18")
    assert [(block["level"], block["list"]) for block in person["blocks"]] == [("list", "weekly")]


def test_whoever_answers_may_still_choose_the_account_or_another_list(narrow: Shell) -> None:
    review = token_review(narrow, Purpose.unsubscribe_list, "weekly")
    narrow.run("review", "resolve", review, "--as", "unsubscribe", "--level", "account")
    [person] = narrow.json("status", "18")
    assert [block["level"] for block in person["blocks"]] == ["account"]


def token_review(shell: Shell, purpose: Purpose, about: str) -> str:
    """A mail to a signed unsubscribe address of subscriber 18, which waits."""
    token = make_token(Token(purpose=purpose, subscriber=18, message=number_of(about), day=20_500, kid=1), KEYS)
    mail = REQUEST.replace(b"reply@", token.encode() + b"@")
    (shell.folder / "mails" / "token.eml").write_bytes(mail)
    assert shell.run("replay", "--apply", "mails/token.eml", **OFF).returncode == 0
    return str(only_review(shell, "--reason", "signed unsubscribe address")["id"])


def test_where_the_mail_names_several_a_person_must_say_who(held: Shell) -> None:
    (held.folder / "mails" / "other.eml").write_bytes(
        REQUEST.replace(b"unsubscribe me", b"unsubscribe lou@example.net").replace(b"pat@", b"sam@")
    )
    held.run("replay", "--apply", "mails/other.eml")
    item = only_review(held, "--reason", "another address")
    refused = held.run("review", "resolve", item["id"], "--as", "unsubscribe")
    assert refused.returncode == 64
    assert "--person" in refused.stderr
    held.run("review", "resolve", item["id"], "--as", "unsubscribe", "--person", "lou@example.net")
    assert (status_of(held, "lou@example.net"), status_of(held, "sam@example.org")) == ("unsubscribed", "unknown")


def test_where_an_address_may_be_several_subscribers_a_person_must_say_which(held: Shell) -> None:
    (held.folder / "mails" / "loose.eml").write_bytes(REQUEST.replace(b"pat@", b"lou+x@"))
    run(known_subscribers(held))
    held.run("replay", "--apply", "mails/loose.eml")
    item = only_review(held, "--reason", "may be any of")
    refused = held.run("review", "resolve", item["id"], "--as", "unsubscribe")
    assert refused.returncode == 64
    assert "may be any of the subscribers 17, 18" in refused.stderr
    assert held.run("review", "resolve", item["id"], "--as", "unsubscribe", "--person", "18").returncode == 0
    assert (status_of(held, "17"), status_of(held, "18")) == ("active", "unsubscribed")


def test_an_answer_to_what_may_be_several_subscribers_waits_again_and_says_for_what(held: Shell) -> None:
    held.write("loose.eml", REQUEST.replace(b"pat@", b"lou+x@"))
    run(known_subscribers(held))
    held.run("replay", "--apply", "loose.eml", **OFF)
    [review] = [one["id"] for one in held.json("review", "list") if "lou+x" in str(one["decision"])]
    answered = held.run("review", "resolve", review, "--as", "unsubscribe")
    assert "lou+x@example.org may be any of the subscribers 17, 18: it waits again" in " ".join(answered.stdout.split())
    assert only_review(held, "--reason", "may be any of")["id"] == review
    assert held.run("review", "resolve", review, "--as", "unsubscribe", "--person", "18").returncode == 0
    assert (status_of(held, "17"), status_of(held, "18")) == ("active", "unsubscribed")


async def known_subscribers(shell: Shell) -> None:
    async with open_store(load_settings(shell.folder / "mailproc.toml", {})) as store:
        await store.put_subscribers(
            [
                Subscriber(account_id="acme", key="17", address="lou+a@example.org"),
                Subscriber(account_id="acme", key="18", address="lou+b@example.org"),
                Subscriber(account_id="acme", key="19", address="pat@example.org"),
            ]
        )


def test_status_shows_what_waits_about_a_person(held: Shell) -> None:
    review = only_review(held)["id"]
    assert review in held.run("status", "pat@example.org").stdout
    assert review not in held.run("status", "kim@example.org").stdout
    held.run("unsubscribe", "PAT@example.org")
    [person] = held.json("status", "pat@example.org")
    assert person["reviews"] == [review]


def test_status_of_a_key_shows_what_waits_about_its_address(held: Shell) -> None:
    review = only_review(held)["id"]
    run(known_subscribers(held))
    assert review in held.run("status", "19").stdout
    [person] = held.json("status", "19")
    assert person["reviews"] == [review]


def test_redo_shows_the_difference_and_changes_nothing_without_apply(held: Shell) -> None:
    run = held.run("review", "redo", "--all")
    assert "1 would change" in run.stdout
    assert status_of(held) == "unknown"


def test_redo_with_apply_records_what_todays_settings_decide(held: Shell) -> None:
    [row] = held.json("review", "redo", "--all", "--apply", "--by", "kim")
    assert row["applied"]
    assert row["differs"]["action"] == ["review", "unsubscribe"]
    assert status_of(held) == "unsubscribed"
    [closed] = held.json("review", "list", "--resolved")
    assert (closed["resolution"], closed["resolved_by"]) == ("decided again", "kim")
    assert held.run("db", "check").returncode == 0


def test_redo_of_what_is_the_same_today_changes_nothing(held: Shell) -> None:
    [row] = held.json("review", "redo", "--all", "--apply")
    [again] = held.json("review", "redo", row["mail"], "--apply")
    assert (again["applied"], again["would"]) == (False, None)


def test_redo_leaves_alone_what_a_person_has_answered(held: Shell) -> None:
    review = only_review(held)["id"]
    held.run("review", "resolve", review, "--as", "not-a-request")
    [row] = held.json("review", "redo", review, "--apply")
    assert not row["applied"]
    assert "answered" in row["error"]
    assert status_of(held) == "unknown"


def test_redo_needs_ids_or_all_and_tells_of_unknown_ones(held: Shell) -> None:
    assert held.run("review", "redo").returncode == 64
    assert held.run("review", "redo", "x", "--all").returncode == 64
    unknown = held.run("review", "redo", "nothing", "--json")
    assert unknown.returncode == 66
    assert "there is no mail" in json.loads(unknown.stdout)[0]["error"]


def test_release_lets_go_what_automatic_off_held_back_and_only_that(held: Shell) -> None:
    (held.folder / "mails" / "question.eml").write_bytes(QUESTION)
    held.run("replay", "--apply", "mails/question.eml", **OFF)
    assert len(held.json("review", "list")) == 2
    assert "1 would change" in held.run("review", "release", "--all", **OFF).stdout
    assert status_of(held) == "unknown"
    assert held.run("review", "release", "--all", "--apply", **OFF).returncode == 0
    assert status_of(held) == "unsubscribed"
    [left] = held.json("review", "list")
    assert "automatic handling" not in left["reason"]


def own_rules(shell: Shell) -> Path:
    folder = english_rules(shell.folder / "rules")
    text = (shell.folder / "mailproc.toml").read_text(encoding="utf-8")
    (shell.folder / "mailproc.toml").write_text(f'rules = "rules"\n{text}', encoding="utf-8")
    return folder / "10-en.toml"


def test_an_answer_becomes_an_example_of_a_rule(held: Shell) -> None:
    file = own_rules(held)
    rule = only_review(held)["decision"]["rule"]
    run = held.run(
        "review", "resolve", only_review(held)["id"], "--as", "unsubscribe", "--example", f"rules/10-en.toml:{rule}"
    )
    assert run.returncode == 0, run.stderr
    assert f"rules/10-en.toml: rule {rule}: hits += 'Please unsubscribe me.'" in run.stdout
    assert '"Please unsubscribe me."' in file.read_text(encoding="utf-8")
    assert held.run("rules", "check").returncode == 0


def test_an_example_that_does_not_hold_is_refused_and_neither_file_nor_review_changes(held: Shell) -> None:
    file = own_rules(held)
    before = file.read_bytes()
    item = only_review(held)
    wrong = f"rules/10-en.toml:{item['decision']['rule']}"
    run = held.run("review", "resolve", item["id"], "--as", "not-a-request", "--example", wrong)
    assert run.returncode == 78, run.stdout
    assert file.read_bytes() == before
    assert only_review(held)["state"] == "open"


def test_an_example_is_only_tried_unless_told_to_write(held: Shell) -> None:
    file = own_rules(held)
    item = only_review(held)
    words = ("review", "example", item["id"], "--rule", f"10-en.toml:{item['decision']['rule']}", "--hit")
    before = file.read_bytes()
    assert "would get" in held.run(*words).stdout
    assert file.read_bytes() == before
    assert held.run(*words, "--text", "Could you unsubscribe me?", "--write").returncode == 0
    assert "Could you unsubscribe me?" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", ["no-colon", "rules/none.toml:x", "rules/10-en.toml:no-such-rule", ":x"])
def test_an_unknown_rule_is_exit_78(held: Shell, rule: str) -> None:
    own_rules(held)
    assert held.run("review", "example", only_review(held)["id"], "--rule", rule, "--hit").returncode == 78


def test_an_operator_without_a_user_name_is_known_by_number(held: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert held.run("review", "resolve", only_review(held)["id"], "--as", "not-a-request").returncode == 0
    [closed] = held.json("review", "list", "--resolved")
    assert closed["resolved_by"] == f"user {os.getuid()}"


REPORT = (
    b"Return-Path: <fbl@isp.example>\r\nDelivered-To: abuse@reply.acme.example\r\nFrom: fbl@isp.example\r\n"
    b"Subject: FW: March news\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\r\n\r\n'
    b"--b\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n"
    b"--b\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nVersion: 1\r\n"
    b"Original-Rcpt-To: <pat@example.org>\r\n\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: Acme <news@news.acme.example>\r\nTo: pat@example.org\r\n"
    b"Date: Mon, 2 Mar 2026 08:00:00 +0000\r\nSubject: March news\r\n\r\nHello\r\n--b--\r\n"
)


@pytest.fixture
def complaint(held: Shell) -> str:
    """A complaint that waits beside the request."""
    (held.folder / "mails" / "report.eml").write_bytes(REPORT)
    assert held.run("replay", "--apply", "mails/report.eml", **OFF).returncode == 0
    return str(only_review(held, "--kind", "feedback_report")["id"])


def as_an_earlier_version_left_it(shell: Shell) -> None:
    with contextlib.closing(sqlite3.connect(shell.folder / "m.db")) as database, database:
        database.execute("UPDATE decision SET decision = json_remove(decision, '$.door')")


def test_a_mail_that_says_to_have_come_in_the_future_came_when_it_was_applied(database: Shell) -> None:
    database.write("late.eml", REQUEST.replace(b"3 Mar 2026", b"3 Mar 2099"))
    assert database.run("replay", "--apply", "late.eml", **OFF).returncode == 0
    item = only_review(database)
    now = datetime.now(UTC)
    assert datetime.fromisoformat(item["received_at"]) <= now
    assert datetime.fromisoformat(item["due_at"]) < now + timedelta(days=40)


def test_a_review_of_a_complaint_says_when_the_mail_was_sent_that_it_is_about(held: Shell, complaint: str) -> None:
    shown = " ".join(held.run("review", "show", complaint).stdout.split())
    assert "about a mail of 2026-03-02 08:00 UTC" in shown


def test_who_answers_what_an_earlier_version_recorded_is_told_what_is_not_known(held: Shell, complaint: str) -> None:
    assert held.json("review", "show", complaint)["caveat"] is None
    as_an_earlier_version_left_it(held)
    shown = " ".join(held.run("review", "show", complaint).stdout.split())
    assert "an earlier version, which did not keep how far a mail asks" in shown
    assert "`mailproc review redo ID --apply` reads it again first".replace("ID", complaint) in shown
    assert "off the whole account" in str(held.json("review", "show", complaint)["caveat"])
    held.run("review", "resolve", complaint, "--as", "not-a-request")
    assert held.json("review", "show", complaint)["caveat"] is None


def test_redo_keeps_of_an_older_review_what_is_known_now(held: Shell, complaint: str) -> None:
    as_an_earlier_version_left_it(held)
    rows = json.loads(held.run("review", "redo", "--all", "--apply", "--json", **OFF).stdout)
    assert [(row["applied"], set(row["differs"])) for row in rows] == [(True, {"door"})] * 2
    assert held.json("review", "show", complaint)["caveat"] is None
    assert "0 applied" in held.run("review", "redo", "--all", "--apply", **OFF).stdout
