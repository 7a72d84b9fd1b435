"""`why` as support types it: what stops mail, by what evidence, and commands that, typed as shown, let it through."""

import asyncio
import shlex
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from command_line import Shell

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store

PAT = "pat@example.org"
THEN = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
TWO = """
database = "{database}"
{top}
[[account]]
id = "acme"
parent = "group"
domains = ["reply.acme.example"]
sends_from = ["news.acme.example"]
[account.lists]
weekly = "Acme Weekly"
daily = "Acme Daily"
[[account]]
id = "shop"
parent = "group"
domains = ["reply.shop.example"]
global_list = "elsewhere"
"""


@pytest.fixture
def database_of_two(either: Shell, database_url: str) -> Shell:
    """Two accounts of one enterprise in a database of either kind, one subscriber in the first."""
    write_settings(either, database_url)
    with_store(database_url, [Subscriber(account_id="acme", key="123", address=PAT)], [])
    return either


def write_settings(shell: Shell, url: str, top: str = "") -> None:
    (shell.folder / "mailproc.toml").write_text(TWO.format(database=url, top=top), encoding="utf-8")


def with_store(url: str, subscribers: list[Subscriber], facts: list[Fact]) -> None:
    async def write() -> None:
        store = await Store.open(url, StoreSettings())
        await store.put_subscribers(subscribers)
        await store.record_facts(facts)
        await store.close()

    asyncio.run(write())


def said(kind: FactKind, channel: Channel, **more: Any) -> Fact:
    values = {"account_id": "acme", "address": PAT, "occurred_at": THEN, **more}
    return Fact(kind=kind, channel=channel, **values)


BOUNCE = said(FactKind.bounce, Channel.bounce, evidence={"class": "hard", "status": "5.1.1", "reason": "user unknown"})
HOLD = said(FactKind.block, Channel.command, evidence={"by": "lee", "reason": "under dispute"})
BY_REPLY = {"rule": "en-stop", "phrase": "stop it", "reason": "keyword in reply", "mail": "sha256:00"}
OPT_OUT = said(FactKind.opt_out, Channel.reply, evidence=BY_REPLY)
ABOUT = THEN - timedelta(days=2)
COMPLAINT = said(FactKind.complaint, Channel.feedback_loop, about_mail_of=ABOUT, evidence={"reason": "abuse report"})
LEFT = said(FactKind.opt_out, Channel.one_click, level=Level.list, list_id="weekly")
ELSEWHERE = said(FactKind.opt_out, Channel.phone, account_id="shop", evidence={"by": "kim", "reason": "called"})
GLOBAL = ("unsubscribe", PAT, "--level", "global", "--by", "kim", "--reason", "court order")


def asked(shell: Shell, *words: str) -> dict[str, Any]:
    (found,) = shell.json("why", PAT, "-a", "acme", *words)  # type: ignore[misc]
    return found  # type: ignore[no-any-return]


def commands_on(page: str) -> list[list[str]]:
    """The commands that a page shows, as a shell reads them."""
    lines = page.replace(" \\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith("    mailproc ")]


@pytest.mark.parametrize("words", [(), ("--transactional",)], ids=["commercial", "transactional"])
@pytest.mark.parametrize("columns", ["80", "150"])
def test_every_command_on_the_page_typed_as_shown_lets_mail_through_and_no_fewer_do(
    database_of_two: Shell, database_url: str, words: tuple[str, ...], columns: str
) -> None:
    shell = database_of_two
    with_store(database_url, [], [BOUNCE, HOLD, OPT_OUT, COMPLAINT, LEFT, ELSEWHERE])
    assert shell.run(*GLOBAL).returncode == 0
    shown = shell.run("why", "123", "-a", "acme", "--list", "weekly", *words, COLUMNS=columns).stdout
    commands = commands_on(shown)
    assert len(commands) == (2 if words else 4)
    for command in commands:
        assert asked(shell, "--list", "weekly", *words)["may_send"] is False
        done = shell.run(*command[1:])
        assert done.returncode == 0, done.stderr
    found = asked(shell, "--list", "weekly", *words)
    assert (found["may_send"], found["changes"], found["stopped_first_at"]) == (True, [], None)


@pytest.mark.parametrize(
    ("fact", "step", "words"),
    [
        (BOUNCE, "sendable", ("bounced by bounce, since 2026-03-03 09:12 UTC", "hard bounce, status 5.1.1")),
        (HOLD, "sendable", ("held by command", "entered by lee: under dispute")),
        (OPT_OUT, "account", ("words: “stop it” (rule en-stop)", "keyword in reply", "no longer kept")),
        (COMPLAINT, "account", ("about a mail of 2026-03-01 09:12 UTC", "abuse report")),
        (ELSEWHERE, "account", ("recorded in account shop, which is of the same enterprise", "entered by kim: called")),
        (LEFT, "list", ("no more mail of list weekly", "opted out by one_click")),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_each_block_is_told_with_its_evidence_and_the_step_that_it_stops_at(
    database_of_two: Shell, database_url: str, fact: Fact, step: str, words: tuple[str, ...]
) -> None:
    with_store(database_url, [], [fact])
    page = database_of_two.run("why", PAT, "-a", "acme", "-l", "weekly").stdout
    assert page.startswith(f"STOPPED  {PAT}, account acme: commercial mail of list weekly\n")
    assert f"first at step {step}\n" in page
    assert [one for one in words if one not in page] == []
    assert fact.id in page
    found = asked(database_of_two, "--list", "weekly")
    assert [one["step"] for one in found["steps"] if one["stops"]] == [step]


def test_a_mail_that_is_kept_is_named_with_what_was_decided(database: Shell) -> None:
    database.run("replay", "--apply", "mails")
    (found,) = database.json("why", PAT)  # type: ignore[misc]
    (told,) = found["steps"][2]["stopped_by"]
    assert told["decision"] == {"n": 1, "action": "unsubscribe", "kind": "reply"}
    assert database.run("mail", "show", told["mail"]).returncode == 0
    assert f"reply {told['mail']}: unsubscribe" in database.run("why", PAT).stdout


def test_with_global_scope_parent_the_command_that_lifts_names_the_enterprise_by_its_account(
    database_of_two: Shell, database_url: str
) -> None:
    write_settings(database_of_two, database_url, 'global_scope = "parent"')
    assert database_of_two.run(*GLOBAL, "-a", "shop").returncode == 0
    (command,) = commands_on(database_of_two.run("why", PAT, "-a", "acme").stdout)
    assert database_of_two.run(*command[1:]).returncode == 0
    assert asked(database_of_two)["may_send"] is True


def test_the_other_order_names_another_first_step(database_of_two: Shell, database_url: str) -> None:
    with_store(database_url, [], [OPT_OUT])
    database_of_two.run(*GLOBAL)
    page = database_of_two.run("why", PAT, "-a", "acme", "--order").stdout
    assert "first at step account, also at global\n" in page
    assert "in the order global > record > sendable > account > list: first stopped at global\n" in page
    assert "in the order" not in database_of_two.run("why", PAT, "-a", "acme").stdout


def test_everyone_who_has_the_address_is_shown_and_every_account_that_knows_it(
    database_of_two: Shell, database_url: str
) -> None:
    more = [Subscriber(account_id=account, key=key, address=PAT) for account, key in (("acme", "456"), ("shop", "1"))]
    with_store(database_url, more, [OPT_OUT])
    found: list[dict[str, Any]] = database_of_two.json("why", PAT)  # type: ignore[assignment]
    assert [(one["account"], one["key"], one["may_send"]) for one in found] == [
        ("acme", "123", False),
        ("acme", "456", False),
        ("shop", "1", False),
    ]
    (by_key,) = database_of_two.json("why", "456")  # type: ignore[misc]
    assert (by_key["key"], by_key["address"]) == ("456", PAT)


def test_who_is_out_everywhere_and_unknown_in_each_account_is_told_of_any(database_of_two: Shell) -> None:
    who = "lee@example.net"
    database_of_two.run("unsubscribe", who, *GLOBAL[2:])
    (found,) = database_of_two.json("why", who)  # type: ignore[misc]
    assert (found["account"], found["stopped_first_at"]) == (None, "global")
    (command,) = commands_on(database_of_two.run("why", who).stdout)
    assert database_of_two.run(*command[1:]).returncode == 0
    assert [one["may_send"] for one in database_of_two.json("why", who, "-a", "shop")] == [True]  # type: ignore[attr-defined]


def test_a_global_list_elsewhere_is_only_suspected(database_of_two: Shell, database_url: str) -> None:
    with_store(database_url, [Subscriber(account_id="shop", key="1", address="kim@example.net")], [])
    page = database_of_two.run("why", "kim@example.net", "-a", "shop").stdout
    assert page.startswith("MAY BE SENT")
    assert "suspected only" in page
    assert asked(database_of_two)["suspicion"] is None, "acme's own list is the one that is read"
    (nobody,) = database_of_two.json("why", "nobody@example.org", "-a", "acme")  # type: ignore[misc]
    assert (nobody["may_send"], nobody["suspicion"] is not None) == (True, True)


def test_the_mail_is_of_the_class_that_the_list_carries(database_of_two: Shell, database_url: str) -> None:
    with_store(database_url, [], [OPT_OUT])
    database_of_two.run("lists", "set", "daily", "-a", "acme", "--classification", "transactional")
    found = [asked(database_of_two, "--list", name)["classification"] for name in ("weekly", "daily")]
    assert found == ["commercial", "transactional"]
    assert "it stands, but transactional mail passes" in database_of_two.run("why", PAT, "-l", "daily").stdout


def test_the_past_is_told_and_not_to_be_changed(database_of_two: Shell, database_url: str) -> None:
    with_store(database_url, [], [OPT_OUT])
    before, after = (asked(database_of_two, "--at", at) for at in ("2026-03-03T09:00", "2026-03-03T10:00"))
    assert [(one["may_send"], one["changes"]) for one in (before, after)] == [(True, []), (False, [])]
    page = database_of_two.run("why", PAT, "--at", "2026-03-03T10:00").stdout
    assert page.startswith("as it was at 2026-03-03 10:00:00 UTC")


def test_answers_are_counted_by_step(database_of_two: Shell, database_url: str) -> None:
    assert database_of_two.run("why", "--counts").stdout == "nobody has asked yet\n"
    asked(database_of_two)
    with_store(database_url, [], [OPT_OUT])
    for words in ((), ("--list", "weekly")):
        asked(database_of_two, *words)
    database_of_two.json("why", "nobody@example.org")
    counts: list[dict[str, Any]] = database_of_two.json("why", "--counts")  # type: ignore[assignment]
    assert [(one["account"], one["step"], one["count"]) for one in counts] == [
        ("*", "suspected", 1),
        ("acme", "account", 2),
        ("acme", "nothing", 1),
    ]
    assert "(nobody known)  suspected" in database_of_two.run("why", "--counts").stdout


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ((), 64, "name a person, or ask for --counts"),
        ((PAT, "--counts"), 64, "name a person, or ask for --counts"),
        (("two words",), 65, "is no address and no subscriber key"),
        ((PAT, "--list", "weakly"), 65, "has a list weakly"),
        ((PAT, "--at", "2999-01-01"), 65, "future"),
        ((PAT, "-a", "nobody"), 78, "account nobody is not in the settings"),
    ],
)
def test_bad_questions_are_told_so(database_of_two: Shell, words: tuple[str, ...], code: int, told: str) -> None:
    done = database_of_two.run("why", *words)
    assert (done.returncode, told in done.stderr, done.stdout) == (code, True, "")


def test_in_a_pipe_the_page_is_plain_narrow_and_without_trailing_space(
    database_of_two: Shell, database_url: str
) -> None:
    hostile = {"phrase": "stop\x1b[2Jit\n" + "now " * 40, "rule": "en-stop"}
    with_store(database_url, [], [said(FactKind.opt_out, Channel.reply, evidence=hostile), LEFT])
    done = database_of_two.process("why", PAT, "-l", "weekly", COLUMNS="80")
    assert "\x1b" not in done.stdout
    lines = done.stdout.splitlines()
    assert [line for line in lines if len(line) > 80 or line != line.rstrip()] == []
    assert "now now" in done.stdout


# -- taking back what it names


def test_revert_takes_back_exactly_the_named_fact_and_shows_it_first(database_of_two: Shell, database_url: str) -> None:
    with_store(database_url, [], [HOLD, OPT_OUT])
    words = ("revert", "--fact", HOLD.id)
    assert "would be taken back: 1 block as named" in database_of_two.run(*words).stdout
    assert asked(database_of_two)["stopped_first_at"] == "sendable"
    done = database_of_two.run(*words, "--apply", "--by", "kim", "--reason", "settled").stdout
    assert "taken back: 1 block as named" in done
    assert asked(database_of_two)["stopped_first_at"] == "account"
    assert "no such fact, or taken back already" in database_of_two.run(*words).stdout


def test_an_operators_global_opt_out_is_taken_back_by_name_only_with_by_and_reason(database_of_two: Shell) -> None:
    database_of_two.run(*GLOBAL)
    (told,) = asked(database_of_two)["steps"][4]["stopped_by"]
    words = ("revert", "--fact", told["fact"], "--apply", "--reason", "court changed its mind")
    assert database_of_two.run(*words).returncode == 77
    assert asked(database_of_two)["may_send"] is False
    assert database_of_two.run(*words, "--by", "kim").returncode == 0
    assert asked(database_of_two)["may_send"] is True


TWICE = ("--fact", "x", "--rule", "y", "--from", "2026-01-01")


@pytest.mark.parametrize("words", [(), ("--rule", "x"), TWICE, ("--fact", "x", "--from", "2026-01-01")])
def test_revert_needs_one_cause_and_only_one(database_of_two: Shell, words: tuple[str, ...]) -> None:
    done = database_of_two.run("revert", *words)
    assert (done.returncode, "either --rule with --from, or --fact" in done.stderr) == (64, True)


def test_what_was_asked_for_by_another_form_of_the_address_says_by_which(
    database_of_two: Shell, database_url: str
) -> None:
    with_store(database_url, [], [said(FactKind.opt_out, Channel.reply, address="kim@example.org")])
    for known in ([], [Subscriber(account_id="acme", key="9", address="kim+news@example.org")]):
        with_store(database_url, known, [])
        shown = database_of_two.run("why", "kim+news@example.org", "--account", "acme").stdout
        assert "asked for by kim@example.org, another form of this address" in " ".join(shown.split())
