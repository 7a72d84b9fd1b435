"""`--verify` of replay and explain: who sent a saved mail, asked of a real DNS server."""

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import REQUEST, Shell

sys.path.append(str(Path(__file__).parents[1] / "authenticity"))
from dns_server import DnsServer
from signed_mail import rsa_record, signed

FORGED = REQUEST.replace(b"pat@example.org", b"pat@strict.example")
STAMPED = b"Authentication-Results: mx.acme.example; dmarc=fail (p=reject) header.from=example.org\r\n" + REQUEST


@pytest.fixture
def dns() -> Iterator[DnsServer]:
    """A DNS server on a loop of its own, beside commands that have theirs."""
    server, loop = DnsServer(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(server.start(), loop).result(10)
    server.txt("_dmarc.example.org", "v=DMARC1; p=reject")
    server.txt("_dmarc.strict.example", "v=DMARC1; p=reject")
    server.txt("s1._domainkey.example.org", rsa_record())
    yield server
    asyncio.run_coroutine_threadsafe(server.stop(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    loop.close()


def explained(shell: Shell, dns: DnsServer, content: bytes, *words: str) -> str:
    shell.write("it.eml", content)
    run = shell.run("explain", "it.eml", *words, MAILPROC_AUTHENTICITY__RESOLVER=dns.address)
    assert run.returncode == 0, run.stderr
    return run.stdout


def replayed(shell: Shell, dns: DnsServer, content: bytes, *words: str) -> dict[str, object]:
    shell.write("it.eml", content)
    run = shell.run(
        "replay", "it.eml", "--jsonl", *words,
        MAILPROC_AUTHENTICITY__RESOLVER=dns.address, MAILPROC_AUTHENTICITY__SECONDS="1",
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    row: dict[str, object] = json.loads(run.stdout)
    return row


def test_a_signed_mail_is_shown_with_each_verdict_and_what_they_meant(shell: Shell, dns: DnsServer) -> None:
    shown = explained(shell, dns, signed(REQUEST, names=(b"from", b"subject", b"date")), "--verify")
    assert "DKIM pass example.org, aligned with From (looked up here)" in shown
    assert "DMARC pass example.org, aligned with From; its policy is reject" in shown
    assert "signed by whom it names as its sender (dkim): acts" in shown
    assert "SPF not looked up" in shown.replace("\n", " ")
    assert "UNSUBSCRIBE" in shown


def test_a_forged_mail_waits_and_says_why(shell: Shell, dns: DnsServer) -> None:
    shown = explained(shell, dns, FORGED, "--verify")
    assert shown.startswith("REVIEW")
    assert "DMARC fail strict.example: nothing that passed is aligned with From; its policy is reject" in shown
    assert "forged: its domain asks to refuse such mail (forged): waits for a person" in shown


def test_a_broken_signature_says_what_is_wrong_with_it(shell: Shell, dns: DnsServer) -> None:
    content = signed(REQUEST, names=(b"from",)).replace(b"Please", b"Kindly")
    assert "DKIM fail example.org: the text was changed" in explained(shell, dns, content, "--verify")


def test_without_the_option_nobody_is_asked(shell: Shell, dns: DnsServer) -> None:
    assert "not checked" in explained(shell, dns, FORGED)
    assert replayed(shell, dns, FORGED)["action"] == "unsubscribe"
    assert not dns.questions


def test_replay_asks_only_where_the_outcome_hinges_on_it(shell: Shell, dns: DnsServer) -> None:
    assert replayed(shell, dns, FORGED, "--verify")["reason"] == "keyword in reply, but the sender is forged"
    asked = sum(dns.questions.values())
    assert asked
    assert (
        replayed(shell, dns, REQUEST.replace(b"Please unsubscribe me.", b"Lovely!"), "--verify")["action"] == "forward"
    )
    assert sum(dns.questions.values()) == asked


def test_a_resolver_that_is_down_leaves_it_open(shell: Shell, dns: DnsServer) -> None:
    dns.down = True
    row = replayed(shell, dns, REQUEST.replace(b"example.org", b"never-asked.example"), "--verify")
    assert row["reason"] == "keyword in reply, but DNS gave no answer about the sender"


def test_a_border_servers_word_is_believed_and_told_as_an_assumption(shell: Shell, dns: DnsServer) -> None:
    settings = (shell.folder / "mailproc.toml").read_text(encoding="utf-8")
    with_border = settings.replace('id = "acme"', 'id = "acme"\nborder_servers = ["mx.acme.example"]')
    (shell.folder / "mailproc.toml").write_text(with_border, encoding="utf-8")
    shown = explained(shell, dns, STAMPED, "--verify")
    assert "DMARC fail example.org; its policy is reject (said by our border server)" in shown
    assert "brought by a relay of ours" in shown.replace("\n", " ")
    assert not dns.questions


def test_explained_as_json_each_verdict_is_there(shell: Shell, dns: DnsServer) -> None:
    told = json.loads(explained(shell, dns, FORGED, "--verify", "--json"))
    [section] = [one for one in told["explanation"] if one["title"] == "Who sent it"]
    entries = {entry["label"]: entry["text"] for entry in section["entries"]}
    assert entries["source"] == "verified"
    assert entries["DMARC"].startswith("fail strict.example")
    assert entries["so"].endswith("waits for a person")
