"""What is stamped on outgoing mail tells, when it comes back by any road, exactly who was mailed and by what."""

import quopri
import subprocess
import sys
from dataclasses import replace
from datetime import date

import pytest
from posted import ACCOUNT, KEYS, account_with, bounce_mail, decided, reply_mail, report_mail

from mailproc.policy.decision import Action, Decision
from mailproc.policy.stamp import HEADER_NAMES, LINK_NAMES, Stamper
from mailproc.policy.standing.facts import Level
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.standing.lists import list_of_number
from mailproc.policy.tokens.token import Purpose, Token, find_tokens
from mailproc.policy.tokens.token_key import number_of

KEYS_OF_PEOPLE = ["1234567890123", "0035g00000AbCdEAAV", "1f0c7e1a-2b3c-4d5e-8f90-0123456789ab"]
ISSUED_ON = date(2026, 3, 1)
SEND = "424242"


def stamped(key: str = "7", list_id: str | None = "weekly", send: str | None = SEND, **more: str) -> dict[str, str]:
    return Stamper(ACCOUNT, issued_on=ISSUED_ON, **more).stamp(key, nonce="k3v9", list_id=list_id, send=send)  # type: ignore[arg-type]


def original(headers: dict[str, str], *names: str) -> str:
    """The header of our own mail as it comes back, with these stamped fields only."""
    kept = "".join(f"{name}: {headers[name]}\n" for name in names)
    return f"From: Acme <news@news.acme.example>\nTo: hidden-by-the-provider\n{kept}"


def said_by_token(decision: Decision) -> str:
    phrases = {seen.rule: seen.phrase for seen in decision.evidence}
    return phrases.get("token") or phrases["ours"]


def mailbox(value: str) -> str:
    return value.strip("<>").removeprefix("mailto:").partition("?")[0]


def test_the_fields_are_those_that_senders_stamp_in_order() -> None:
    headers = stamped(links_base="https://acme.example/u")
    assert tuple(headers) == HEADER_NAMES
    assert headers["List-Id"] == "Acme Weekly <weekly.news.acme.example>"
    assert headers["CFBL-Address"] == "fbl@reply.acme.example; report=arf"
    assert headers["Feedback-ID"] == "424242:weekly:news:acme-mail"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert headers["List-Unsubscribe"].startswith("<https://acme.example/u/u-")
    assert headers["List-Unsubscribe"].endswith("@reply.acme.example?subject=unsubscribe>")


def test_without_a_link_there_is_no_one_click_and_without_a_list_no_list_id() -> None:
    headers = stamped(list_id=None)
    assert "List-Unsubscribe-Post" not in headers
    assert "List-Id" not in headers
    assert headers["List-Unsubscribe"].startswith("<mailto:u-")


def test_no_field_holds_more_than_a_line_and_no_local_part_more_than_64_octets() -> None:
    for key in KEYS_OF_PEOPLE:
        headers = stamped(key, links_base="https://acme.example/u/")
        assert all(len(f"{name}: {value}") < 998 and value.isascii() for name, value in headers.items())
        mailto = headers["List-Unsubscribe"].split(", ")[1]
        for value in (headers["Return-Path"], headers["Reply-To"], mailto):
            assert len(mailbox(value).partition("@")[0]) <= 64


@pytest.mark.parametrize("key", KEYS_OF_PEOPLE)
class TestThatComesBack:
    def test_as_a_reply_to_its_reply_address(self, key: str) -> None:
        to = stamped(key)["Reply-To"]
        decision = decided(reply_mail("Please take me off your list."), to, sender="other@example.net")
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.action, decision.level) == (Action.unsubscribe, Level.account)
        assert said_by_token(decision) == f"subscriber {key}, send {SEND}"

    def test_as_a_reply_to_another_address_that_names_its_message_id(self, key: str) -> None:
        message_id = stamped(key)["Message-ID"]
        headers = f"In-Reply-To: {message_id}\nReferences: <a@news.acme.example>\n {message_id}\n"
        decision = decided(reply_mail("Please take me off your list.", headers=headers))
        assert [ref.key for ref in decision.subscribers] == [key]
        assert said_by_token(decision) == f"subscriber {key}, send {SEND}"

    @pytest.mark.parametrize("written", [str.lower, str.upper, str.title])
    def test_as_the_mail_of_an_unsubscribe_button_of_one_list(self, key: str, written: object) -> None:
        to = mailbox(stamped(key)["List-Unsubscribe"])
        decision = decided(reply_mail("", "unsubscribe"), written(to))  # type: ignore[operator]
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.action, decision.level, decision.list_id) == (Action.unsubscribe, Level.list, "weekly")

    def test_as_the_mail_of_an_unsubscribe_button_of_all(self, key: str) -> None:
        decision = decided(reply_mail("", "unsubscribe"), mailbox(stamped(key, None, None)["List-Unsubscribe"]))
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.action, decision.level, decision.list_id) == (Action.unsubscribe, Level.account, None)

    def test_as_the_mail_of_an_unsubscribe_button_of_the_lists_of_a_send(self, key: str) -> None:
        decision = decided(reply_mail("", "unsubscribe"), mailbox(stamped(key, None)["List-Unsubscribe"]))
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.action, decision.level, decision.list_id) == (Action.unsubscribe, Level.list, None)
        assert [(fact.is_of_send, fact.evidence["send"]) for fact in decision.facts] == [(True, SEND)]
        assert said_by_token(decision) == f"subscriber {key}, send {SEND}"

    def test_as_a_bounce_to_its_return_path(self, key: str) -> None:
        to = mailbox(stamped(key)["Return-Path"])
        decision = decided(
            bounce_mail(recipient="elsewhere@example.net", original="From: x@y.example\n"), to, sender=None
        )
        assert [ref.key for ref in decision.subscribers] == [key]
        assert decision.action == Action.bounce
        assert said_by_token(decision) == f"token: subscriber {key}, send {SEND}"

    @pytest.mark.parametrize("name", ["Message-ID", "Return-Path", "CFBL-Feedback-ID", "Reply-To"])
    def test_as_a_bounce_to_another_address_that_returns_one_field(self, key: str, name: str) -> None:
        content = bounce_mail(recipient="elsewhere@example.net", original=original(stamped(key), name))
        decision = decided(content, "bounce@reply.acme.example", sender=None)
        assert [ref.key for ref in decision.subscribers] == [key]
        assert said_by_token(decision) == f"token: subscriber {key}, send {SEND}"

    @pytest.mark.parametrize("name", ["Message-ID", "Return-Path", "CFBL-Feedback-ID", "Reply-To"])
    def test_as_a_report_that_keeps_one_field(self, key: str, name: str) -> None:
        decision = decided(report_mail(fields="", original=original(stamped(key), name)), "fbl@reply.acme.example")
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.action, decision.level) == (Action.unsubscribe, Level.account)
        assert said_by_token(decision) == f"subscriber {key}, send {SEND}"

    def test_as_a_report_that_keeps_list_unsubscribe(self, key: str) -> None:
        content = report_mail("opt-out-list", fields="", original=original(stamped(key), "List-Unsubscribe"))
        decision = decided(content, "fbl@reply.acme.example")
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.level, decision.list_id) == (Level.list, "weekly")

    def test_as_a_report_about_a_list_that_keeps_list_id(self, key: str) -> None:
        content = report_mail("opt-out-list", fields="", original=original(stamped(key), "CFBL-Feedback-ID", "List-Id"))
        decision = decided(content, "fbl@reply.acme.example")
        assert [ref.key for ref in decision.subscribers] == [key]
        assert (decision.level, decision.list_id) == (Level.list, "weekly")

    @pytest.mark.parametrize("width", [20, 40, 57])
    def test_folded_at_any_width(self, key: str, width: int) -> None:
        value = stamped(key)["CFBL-Feedback-ID"]
        folded = "\n ".join(value[at : at + width] for at in range(0, len(value), width))
        content = report_mail(fields="", original=original({"CFBL-Feedback-ID": folded}, "CFBL-Feedback-ID"))
        assert [ref.key for ref in decided(content, "fbl@reply.acme.example").subscribers] == [key]

    def test_in_a_link_that_quoted_printable_has_wrapped(self, key: str) -> None:
        link = stamped(key, None, links_base="https://acme.example/u/")["List-Unsubscribe"].partition(">")[0].strip("<")
        wrapped = quopri.encodestring(f"Leave here: https://tracker.example/redirect?to={link}".encode()).decode()
        content = report_mail(
            fields="", original="From: news@news.acme.example\nContent-Transfer-Encoding: quoted-printable\n"
        )
        decision = decided(content.replace("\nHello\n", f"\n{wrapped}\n"), "fbl@reply.acme.example")
        assert [ref.key for ref in decision.subscribers] == [key]


class TestThatIsNoProof:
    @pytest.mark.parametrize("length", [20, 30, 40, 47])
    def test_a_token_that_was_cut_off(self, length: int) -> None:
        value = stamped()["CFBL-Feedback-ID"][:length]
        decision = decided(report_mail(fields="", original=original({"CFBL-Feedback-ID": value}, "CFBL-Feedback-ID")))
        assert (decision.action, decision.subscribers) == (Action.review, ())

    def test_a_reply_address_whose_token_was_cut_off(self) -> None:
        local, _, domain = stamped()["Reply-To"].partition("@")
        decision = decided(reply_mail("Please take me off your list."), f"{local[:40]}@{domain}")
        assert [ref.key for ref in decision.subscribers] == [None]

    def test_the_unsubscribe_token_of_a_returned_mail(self) -> None:
        content = bounce_mail(original=original(stamped(), "List-Unsubscribe"))
        decision = decided(content, "bounce@reply.acme.example", sender=None)
        assert (decision.action, decision.foreign) == (Action.record, True)

    def test_a_bounce_with_the_token_of_a_mail_of_last_year(self) -> None:
        headers = Stamper(ACCOUNT, issued_on=date(2025, 3, 1)).stamp("7", nonce="k")
        content = bounce_mail(original=original(headers, "Message-ID").replace("news.acme", "elsewhere"))
        decision = decided(content, mailbox(headers["Return-Path"]), sender=None)
        assert (decision.action, decision.foreign) == (Action.record, True)

    def test_a_token_of_another_account_s_key(self) -> None:
        other = replace(ACCOUNT, token_keys={1: bytes(32)})
        headers = Stamper(other, issued_on=ISSUED_ON).stamp("7", nonce="k")
        decision = decided(reply_mail("", "unsubscribe"), mailbox(headers["List-Unsubscribe"]))
        assert (decision.action, decision.subscribers) == (Action.review, ())

    def test_a_token_of_a_key_that_was_retired(self) -> None:
        headers = Stamper(account_with(token_keys={**KEYS, 2: bytes(32)}), issued_on=ISSUED_ON).stamp("7", nonce="k")
        decision = decided(reply_mail("", "unsubscribe"), mailbox(headers["List-Unsubscribe"]))
        assert (decision.action, decision.facts) == (Action.review, ())
        assert decision.reason == "parked: address token is unknown or was retired"


def test_after_a_rotation_the_new_key_signs_and_the_old_one_still_verifies() -> None:
    both = account_with(token_keys={**KEYS, 2: bytes(32)})
    old, new = stamped(), Stamper(both, issued_on=ISSUED_ON).stamp("7", nonce="k")
    assert old["Reply-To"] != new["Reply-To"]
    for headers in (old, new):
        decision = decided(reply_mail("Please take me off."), headers["Reply-To"], both)
        assert [ref.key for ref in decision.subscribers] == ["7"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"token_keys": {}}, "token keygen"), ({"domains": ()}, "takes no mail")],
)
def test_an_account_that_cannot_stamp_says_why(changes: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Stamper(account_with(**changes), issued_on=ISSUED_ON)


@pytest.mark.parametrize(
    "link", ["http://acme.example/u/", "https://x>,<y", "https:///u/", "https://a.example/u/#", ""]
)
def test_a_place_where_no_link_can_be_served_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="links_base must"):
        Stamper(ACCOUNT, issued_on=ISSUED_ON, links_base=link)


@pytest.mark.parametrize(
    ("more", "says"),
    [({"list_id": "none"}, "no list none"), ({"nonce": "a\r\nBcc: x"}, "nonce"), ({"key": "a\r\nBcc: x"}, "fit")],
)
def test_what_would_break_a_header_is_refused(more: dict[str, str], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Stamper(ACCOUNT, issued_on=ISSUED_ON).stamp(**{"key": "7", "nonce": "k", **more})  # type: ignore[arg-type]


def test_what_an_operator_named_strangely_breaks_no_header() -> None:
    odd = account_with(id="a", lists={"x y\r\n": 'Grüße, "alle"\r\nBcc: x'}, sends_from=())
    headers = Stamper(odd, issued_on=ISSUED_ON).stamp("7", nonce="k", list_id="x y\r\n", send="a:b\r\nc")
    assert all("\n" not in value and value.isascii() for value in headers.values())
    assert headers["Feedback-ID"] == "a-b--c:x-y--:news:a-mail"
    assert headers["Message-ID"].endswith("@reply.acme.example>")


def test_the_feedback_id_names_nobody() -> None:
    assert stamped("1")["Feedback-ID"] == stamped("2")["Feedback-ID"]


def test_the_library_loads_neither_settings_nor_store_nor_service() -> None:
    code = (
        "import sys, mailproc.policy.stamp\n"
        "rooms = {name.split('.')[1] for name in sys.modules if name.startswith('mailproc.')}\n"
        "print(sorted(rooms), 'sqlalchemy' in sys.modules, 'pydantic' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['mail', 'policy'] False False"


def test_the_link_of_a_send_to_several_lists_leaves_those_and_not_the_account() -> None:
    headers = stamped(list_id=None, links_base="https://acme.example/u/")
    link, mailto = headers["List-Unsubscribe"].split(", ")
    assert token_in(link).purpose == Purpose.unsubscribe_send
    assert token_in(link).send_number == int(SEND)
    assert token_in(mailto) == token_in(link)


@pytest.mark.parametrize("key", KEYS_OF_PEOPLE)
def test_a_link_tells_list_and_send_and_an_address_the_send_where_it_has_room(key: str) -> None:
    stamper = Stamper(ACCOUNT, issued_on=ISSUED_ON, links_base="https://acme.example/u/")
    link, mailto = stamper.stamp(key, nonce="1", list_id="weekly", send=SEND)["List-Unsubscribe"].split(", ")
    in_text = stamper.links(key, list_id="weekly", send=SEND)["Unsubscribe-Link"]
    for text, send in ((link, int(SEND)), (in_text, int(SEND)), (mailto, int(SEND) if key.isdigit() else None)):
        token = token_in(text)
        assert (token.purpose, token.send_number) == (Purpose.unsubscribe_list, send)
        assert list_of_number(token.message, ACCOUNT.lists) == "weekly"


def test_a_mail_of_a_list_button_is_traced_to_its_send() -> None:
    decision = decided(reply_mail("", "unsubscribe"), mailbox(stamped("7")["List-Unsubscribe"]))
    assert [fact.evidence["send"] for fact in decision.facts] == [SEND]


def test_links_for_the_text_of_the_mail_are_those_of_our_pages() -> None:
    stamper = Stamper(ACCOUNT, issued_on=ISSUED_ON, links_base="https://acme.example/mail/u")
    links = stamper.links("7", list_id="weekly", send=SEND)
    assert tuple(links) == LINK_NAMES
    assert links["Unsubscribe-Link"].startswith("https://acme.example/mail/u/u-")
    assert links["Profile-Link"].startswith("https://acme.example/mail/p/p-")
    assert token_in(links["Unsubscribe-Link"]).purpose == Purpose.unsubscribe_list
    assert token_in(links["Profile-Link"]).purpose == Purpose.profile


@pytest.mark.parametrize(
    ("base", "names"),
    [(None, []), ("https://acme.example/leave/", ["Unsubscribe-Link"]), ("https://acme.example/u/", list(LINK_NAMES))],
)
def test_what_is_served_nowhere_is_not_linked(base: str | None, names: list[str]) -> None:
    assert list(Stamper(ACCOUNT, issued_on=ISSUED_ON, links_base=base).links("7")) == names


def test_a_bounce_of_what_was_mailed_to_a_links_token_takes_nobody_off() -> None:
    link = Stamper(ACCOUNT, issued_on=ISSUED_ON, links_base="https://acme.example/u/").links("7", send=SEND)
    to = f"{link['Unsubscribe-Link'].rpartition('/')[2]}@reply.acme.example"
    assert decided(bounce_mail(recipient="x@example.net", original="From: x@y.example\n"), to, sender=None).facts == ()


@pytest.mark.parametrize("list_id", ["monthly", "77"])
def test_a_list_that_is_gone_is_left_by_its_number_and_the_account_is_not(list_id: str) -> None:
    with_it = replace(ACCOUNT, lists={**ACCOUNT.lists, list_id: "Gone"})
    headers = Stamper(with_it, issued_on=ISSUED_ON).stamp("7", nonce="1", list_id=list_id)
    decision = decided(reply_mail("", "unsubscribe"), mailbox(headers["List-Unsubscribe"]))
    assert (decision.action, decision.level) == (Action.unsubscribe, Level.list)
    assert [fact.list_id for fact in decision.facts] == [numbered(number_of(list_id))]


def token_in(text: str) -> Token:
    return next(find_tokens(text, KEYS))
