import pytest

from mailproc.mail.reports.bounce import BounceClass
from mailproc.mail.reports.bounce_class import best_code, classify_failure
from mailproc.mail.reports.bounce_wordings import find_wording

HARD, SOFT, POLICY = BounceClass.hard, BounceClass.soft, BounceClass.policy


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("5.1.0", HARD), ("5.1.1", HARD), ("5.1.2", HARD), ("5.1.3", HARD), ("5.1.4", HARD), ("5.1.6", HARD),
        ("5.1.7", POLICY), ("5.1.8", POLICY), ("5.1.10", HARD), ("4.1.0", SOFT), ("4.1.1", SOFT),
        ("5.2.0", SOFT), ("5.2.1", HARD), ("5.2.2", SOFT), ("4.2.2", SOFT), ("5.2.3", POLICY), ("5.2.4", SOFT),
        ("5.3.0", SOFT), ("5.3.2", SOFT), ("5.3.4", POLICY), ("5.4.1", SOFT), ("5.4.4", HARD), ("5.4.6", SOFT),
        ("5.4.7", SOFT), ("5.4.310", HARD), ("5.5.0", POLICY), ("5.6.0", POLICY), ("5.6.7", POLICY),
        ("5.7.0", POLICY), ("5.7.1", POLICY), ("5.7.13", HARD), ("5.7.17", HARD), ("5.7.18", HARD),
        ("5.7.20", POLICY), ("5.7.26", POLICY), ("5.7.30", POLICY), ("5.7.509", POLICY), ("5.0.0", SOFT),
    ],
)  # fmt: skip
def test_each_code_has_its_class(code: str, expected: BounceClass) -> None:
    verdict = classify_failure(status=code, diagnostic="")
    assert verdict.bounce_class is expected
    assert verdict.status == code
    assert not verdict.text_only


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.0.0", "550 5.1.1 no such user", "5.1.1"),
        ("5.1.1", "550 5.7.1 blocked", "5.7.1"),
        ("5.1.1", "550 blocked", "5.1.1"),
        ("5.0.0", "5.1.0 - Unknown address error 550-'5.2.2 mailbox full'", "5.2.2"),
        ("5.0.0", "550 (#5.1.1)", "5.1.1"),
        ("5.1.1 (bad destination)", "", "5.1.1"),
        ("", "550-5.1.1 first\n550 5.1.1 last", "5.1.1"),
        ("553 too large", "", None),
        (None, "host 192.0.2.1 [5.1.1.2] said no", None),
        (None, "version 4.80 of 5.65/1.37", None),
        (None, "550 5.01.001 x", "5.1.1"),
    ],
)
def test_the_most_specific_code_counts(status: str | None, diagnostic: str, expected: str | None) -> None:
    assert best_code(status, diagnostic) == expected


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("Der Empfänger ist in dieser Organisation nicht vorhanden.", HARD, "user unknown"),
        ("Das Postfach des Empfängers ist voll", SOFT, "mailbox full"),
        ("Dieses Postfach wurde gelöscht.", HARD, "mailbox disabled"),
        ("Ihre IP-Adresse ist gesperrt", POLICY, "blocked"),
        ("Der Absender wurde abgelehnt: Adresse existiert nicht", POLICY, "sender rejected"),
        ("Utilisateur inconnu", HARD, "user unknown"),
        ("L'adresse de messagerie du destinataire est introuvable", HARD, "user unknown"),
        ("Boite du destinataire pleine", SOFT, "mailbox full"),
        ("No existe dicha persona en esta direccion", HARD, "user unknown"),
        ("A caixa postal do destinatário excedeu o limite de espaço", SOFT, "mailbox full"),
        ("utente sconosciuto", HARD, "user unknown"),
        ("da modtageren ikke findes", HARD, "user unknown"),
        ("Cuenta no activa", HARD, "mailbox disabled"),
        ("Gebruiker onbekend", HARD, "user unknown"),
        ("Konto zostało zablokowane? Skrzynka odbiorcy jest przepełniona", SOFT, "mailbox full"),
        ("Почтовый ящик получателя переполнен", SOFT, "mailbox full"),
        ("Почтовый ящик отключен", HARD, "mailbox disabled"),
        ("宛先のメールアドレスが存在しません", HARD, "user unknown"),
        ("メールボックスがいっぱいです", SOFT, "mailbox full"),
        ("收件人邮件地址（pat）不存在", HARD, "user unknown"),
        ("邮件被认为是垃圾邮件", POLICY, "blocked"),
        ("수신자의 메일 주소가 존재하지 않습니다", HARD, "user unknown"),
        ("This message contains an invalid header", SOFT, "undetermined"),
    ],
)  # fmt: skip
def test_servers_are_understood_in_many_languages(text: str, expected: BounceClass, reason: str) -> None:
    verdict = classify_failure(status=None, diagnostic=text)
    assert (verdict.bounce_class, verdict.reason) == (expected, reason)


@pytest.mark.parametrize("said", ["é" * 4000, "Adresse " * 500, "user mailbox account 地址 " * 200])
def test_a_long_text_without_a_reason_has_none(said: str) -> None:
    assert find_wording(said) is None


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("User 'pat@example.org' not known at this site", HARD, "user unknown"),
        ("<pat@example.org>: does not exist", HARD, "user unknown"),
        ("mailbox <pat@example.org> does not exist", HARD, "user unknown"),
        ("550 Recipient address rejected: Access denied", HARD, "user unknown"),
        ("550 sorry, your recipient is in my badrcptto list", HARD, "user unknown"),
        ("550 User email address is marked as invalid.", HARD, "user unknown"),
        ("all relevant MX records point to non-existent hosts", HARD, "domain unknown"),
        ("550 Host does not accept mail", HARD, "domain unknown"),
        ("this server does not accept mail from 192.0.2.1", POLICY, "blocked"),
        ("the account that you tried to reach is disabled", HARD, "mailbox disabled"),
        ("This mailbox has been blocked due to inactivity", HARD, "mailbox disabled"),
        ("Sender has exceeded the sending quota", POLICY, "sender rejected"),
        ("551 not our user", HARD, "user unknown"),
        ("550 User unknown", HARD, "user unknown"),
        ("550 <pat@example.org>: Recipient address rejected: User unknown in alias table", HARD, "user unknown"),
        ("sorry, no mailbox here by that name", HARD, "user unknown"),
        ("x-unix; unknown local user", HARD, "user unknown"),
        ("554: Message not allowed - [299]", POLICY, "policy"),
        ("your message is not yet allowed to be delivered", SOFT, "undetermined"),
        ("The email account that you tried to reach does not exist", HARD, "user unknown"),
        ("Empfänger unbekannt", HARD, "user unknown"),
        ("destinatario desconocido", HARD, "user unknown"),
        ("пользователь не найден", HARD, "user unknown"),
        ("account has been disabled", HARD, "mailbox disabled"),
        ("Host or domain name not found", HARD, "domain unknown"),
        ("Host not found, try again", SOFT, "network error"),
        ("552 mailbox full", SOFT, "mailbox full"),
        ("The recipient's mailbox is over quota", SOFT, "mailbox full"),
        ("Postfach voll", SOFT, "mailbox full"),
        ("boîte pleine", SOFT, "mailbox full"),
        ("450 greylisted, try again later", SOFT, "rate limited"),
        ("too many connections from your host", SOFT, "rate limited"),
        ("554 too many hops", SOFT, "routing loop"),
        ("Connection timed out", SOFT, "network error"),
        ("retry timeout exceeded", SOFT, "delivery expired"),
        ("message size exceeds fixed maximum message size", POLICY, "message too big"),
        ("550 Sender address rejected: Domain not found", POLICY, "sender rejected"),
        ("550 sender verify failed", POLICY, "sender rejected"),
        ("blocked using zen.dnsbl.example", POLICY, "blocked"),
        ("554 your IP is blacklisted", POLICY, "blocked"),
        ("550 message identified as SPAM", POLICY, "spam"),
        ("fails the DMARC policy", POLICY, "authentication"),
        ("550 SPF check failed", POLICY, "authentication"),
        ("no reverse DNS for 192.0.2.1", POLICY, "reverse DNS"),
        ("554 Relay access denied", POLICY, "relaying denied"),
        ("rejected for policy reasons", POLICY, "policy"),
        ("xyzzy", SOFT, "undetermined"),
        ("", SOFT, "undetermined"),
    ],
)  # fmt: skip
def test_without_a_code_the_wording_decides(text: str, expected: BounceClass, reason: str) -> None:
    verdict = classify_failure(status=None, diagnostic=text)
    assert (verdict.bounce_class, verdict.reason) == (expected, reason)
    assert verdict.text_only


@pytest.mark.parametrize(
    ("status", "diagnostic", "expected"),
    [
        ("5.1.1", "552 5.1.1 mailbox full", SOFT),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied. AS(1)", HARD),
        ("5.2.1", "550 5.2.1 The user you are trying to contact is receiving mail too quickly", SOFT),
        ("5.7.1", "550 5.7.1 Unknown user", HARD),
        ("5.7.1", "550 5.7.1 Sender unknown", POLICY),
        ("5.1.1", "550 IP address blacklisted by recipient", POLICY),
        ("4.4.3", "Host or domain name not found", SOFT),
        ("4.1.1", "450 4.1.1 user unknown", HARD),
        ("5.0.0", "550 no such user", HARD),
        ("5.5.0", "550 5.5.0 Invalid recipient", HARD),
        ("5.1.0", "550 5.1.0 rejected as spam", POLICY),
        ("5.0.0", "550 Recipient address rejected: on hold", SOFT),
    ],
)
def test_what_servers_use_a_code_for_counts_more_than_what_it_means(
    status: str, diagnostic: str, expected: BounceClass
) -> None:
    assert classify_failure(status=status, diagnostic=diagnostic).bounce_class is expected


def test_the_text_for_people_is_asked_only_when_the_server_said_nothing() -> None:
    text = "The mailbox is full or does not exist."
    assert classify_failure(status=None, diagnostic="550 user unknown", text=text).reason == "user unknown"
    assert classify_failure(status=None, diagnostic="", text=text).reason == "mailbox full"


def test_what_is_still_tried_is_delayed_and_keeps_its_reason() -> None:
    verdict = classify_failure(status="4.2.2", diagnostic="mailbox full", delayed=True)
    assert (verdict.bounce_class, verdict.reason) == (BounceClass.delayed, "mailbox full")


def test_wordings_are_found_in_any_case() -> None:
    assert find_wording("USER UNKNOWN") == find_wording("user unknown") == (HARD, "user unknown")
    assert find_wording("hello there") is None
