"""What every reader of such mail must have seen: each row has its saved mails, and what acts has forged twins.

A row that acts (unsubscribe, bounce) names forged variants: not signed, or signed wrongly; a token of another key; one
replayed; about mail that is not ours. They must come out otherwise than the genuine mail.
"""

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

MAILS = Path(__file__).resolve().parent.parent / "fixtures" / "emails"
EXPECTED = tomllib.loads((MAILS / "EXPECT.toml").read_text(encoding="utf-8"))
ACTING = {"unsubscribe", "bounce"}


@dataclass(frozen=True)
class Row:
    """Saved mails of one kind; the forged ones are in the same folder unless they name another."""

    folder: str
    mails: str
    forged: str = ""

    def names(self, words: str) -> list[str]:
        return [word if "/" in word else f"{self.folder}/{word}" for word in words.split()]


REPORT, BOUNCE, REQUEST = "feedback_report", "delivery_status", "unsubscribe_request"
ROWS = {
    "Yahoo": Row(REPORT, "yahoo-abuse", "yahoo-forged about-somebody-elses-mail"),
    "JMRP of old": Row(REPORT, "jmrp-legacy", "jmrp-legacy-forged"),
    "JMRP since 2026, no recipient": Row(
        REPORT,
        "jmrp-2026-anonymised-with-token jmrp-2026-anonymised-nobody-named",
        "jmrp-2026-token-with-wrong-signature",
    ),
    "Validity, hashed": Row(REPORT, "validity-hashed-recipient", "validity-token-with-wrong-signature"),
    "Validity, part 3 REDACTED": Row(REPORT, "validity-part-3-redacted"),
    "AOL, redacted": Row(REPORT, "aol-redacted-token-in-body", "aol-token-with-wrong-signature"),
    "several recipients": Row(REPORT, "three-recipients two-people-in-to-nobody-named", "three-recipients-forged"),
    "part 2 in base64": Row(REPORT, "part-2-in-base64", "part-2-in-base64-forged"),
    "not-spam": Row(REPORT, "not-spam miscategorized"),
    "auth-failure": Row(REPORT, "auth-failure-dmarc"),
    "fraud, virus, other, unknown": Row(REPORT, "fraud virus other-about-our-mail unknown-type", "fraud-forged"),
    "opt-out of the drafts": Row(
        REPORT, "opt-out-removal-recipient opt-out-list-with-list-id", "opt-out-forged opt-out-list-forged"
    ),
    "XARF 3": Row(REPORT, "xarf-v3-spam", "xarf-v3-forged"),
    "XARF 4": Row(REPORT, "xarf-v4-user-complaint xarf-v4-spamtrap", "xarf-v4-forged xarf-v4-foreign-source"),
    "CFBL, header alone": Row(REPORT, "cfbl-headers-only-token", "cfbl-token-with-wrong-signature"),
    "CFBL, DKIM": Row(REPORT, "cfbl-with-good-signature", "cfbl-with-broken-signature"),
    "about somebody else's mail": Row(REPORT, "about-somebody-elses-mail"),
    "through an outbound provider": Row(REPORT, "relayed-by-outbound-provider forwarded-by-our-admin", "yahoo-forged"),
    "how the recipient is written": Row(
        REPORT,
        "recipient-with-display-text received-for-names-the-recipient delivered-to-in-the-reported-header",
        "recipient-undisclosed-with-display-text",
    ),
    "replayed token, report": Row(REPORT, "token-replayed-in-a-strangers-report", "cfbl-token-with-wrong-signature"),
    "forwarded newsletter: token A, recipient or From B": Row(
        REPORT,
        "forwarded-newsletter-token-and-other-recipient reply/reply-token-says-one-from-says-another "
        "reply/token-in-references-other-sender",
        "reply/friend-answers-a-forwarded-newsletter reply/reply-token-with-wrong-signature",
    ),
    "Gmail's button": Row(REQUEST, "gmail-fixed-sentence gmail-to-the-reply-mailbox", "gmail-forged"),
    "Apple's button": Row(
        REQUEST, "apple-one-tap apple-one-tap-french", "apple-forged apple-to-a-token-with-wrong-signature"
    ),
    "Outlook's button": Row(REQUEST, "outlook-com-empty-body outlook-fixed-sentence", "outlook-forged"),
    "Yahoo's and AOL's button": Row(REQUEST, "yahoo-empty-body-to-reply aol-empty-body", "yahoo-forged"),
    "Proton, Fastmail": Row(REQUEST, "proton-mailto-body-empty fastmail-mailto-empty", "gmail-forged"),
    "hidden-address relay": Row(REQUEST, "hidden-address-relay", "relay-to-a-token-with-wrong-signature"),
    "unsubscribing service": Row(REQUEST, "service-asks-for-another-address unroll-service-at-unsubscribe"),
    "unsubscribe token": Row(
        REQUEST,
        "gmail-to-the-test-vector-token token-for-one-list token-of-years-ago token-replayed-by-a-stranger "
        "token-for-a-named-list-and-a-uuid",
        "token-with-wrong-signature token-of-a-retired-key request-to-a-bounce-token",
    ),
    "absence, with headers, ten languages": Row(
        "auto_reply",
        "exchange-out-of-office german-exchange-abgemeldet french-with-headers spanish-with-headers "
        "italian-with-exchange-headers dutch-afwezig portuguese swedish polish japanese",
    ),
    "absence, without headers, ten languages": Row(
        "auto_reply",
        "english-without-headers german-without-headers french-without-headers spanish-without-headers "
        "italian-without-headers dutch-without-headers portuguese-without-headers swedish-without-headers "
        "polish-without-headers japanese-without-headers",
        "reply/de-abwesend-am-freitag",
    ),
    "iCloud's vacation": Row("auto_reply", "icloud-vacation"),
    "abandoned mailbox": Row("auto_reply", "mimecast-mailbox-not-in-use abandoned-mailbox abandoned-mailbox-german"),
    "ticket acknowledgement": Row("auto_reply", "ticket-acknowledgement ticket-french-with-number"),
    "read receipt": Row("receipt", "mdn-displayed mdn-deleted-unread-german plain-text-read-receipt"),
    "calendar": Row("calendar", "accepted declined-with-remark tentative-german cancel-says-remove-me"),
    "challenge": Row("challenge", "waitlist tmda-confirm uol-antispam spamarrest-style"),
    "hard": Row(BOUNCE, "postfix-user-unknown mailbox-owner-has-changed", "forged-for-an-address-we-did-not-mail"),
    "soft": Row(BOUNCE, "postfix-connection-timed-out", "forged-without-the-returned-mail"),
    "full": Row(BOUNCE, "mailbox-full gmail-over-quota qmail-mailbox-full", "backscatter-of-a-forger"),
    "policy": Row(BOUNCE, "blocked-by-policy spam-filter-refuses dmarc-of-our-domain-refuses message-too-large"),
    "delay": Row(BOUNCE, "delayed gmail-delay exim-warning-of-delay sendmail-warning-only"),
    "success": Row(BOUNCE, "delivered-to-mailbox relayed-further expanded-list-address"),
    "qmail": Row(BOUNCE, "qmail-user-unknown qmail-no-such-host", "qmail-forged-copy-of-other-mail"),
    "Exim": Row(BOUNCE, "exim-unrouteable exim-without-its-header", "exim-forged-for-somebody-else"),
    "Postfix": Row(BOUNCE, "postfix-user-unknown postfix-old-plain-text", "forged-without-the-returned-mail"),
    "sendmail": Row(BOUNCE, "sendmail-transcript-only", "backscatter-of-a-forger"),
    "Exchange": Row(
        BOUNCE,
        "exchange-ndr-german exchange-2003-plain exchange-online-unknown-recipient exchange-french-mailbox-full",
        "exchange-forged-foreign-mail",
    ),
    "Gmail": Row(BOUNCE, "gmail-user-unknown gmail-plain-of-old", "gmail-forged-by-a-stranger"),
    "Lotus Domino": Row(BOUNCE, "domino-not-listed domino-plain", "backscatter-of-a-forger"),
    "Yahoo, Courier, OpenSMTPD, GroupWise": Row(
        BOUNCE,
        "yahoo-like-plain-text courier-user-unknown opensmtpd-no-such-recipient groupwise-plain",
        "forged-for-an-address-we-did-not-mail",
    ),
    "Japanese providers": Row(
        BOUNCE,
        "japanese-carrier-unknown-user japanese-carrier-plain japanese-provider-in-japanese",
        "backscatter-of-a-forger",
    ),
    "German and Russian providers": Row(
        BOUNCE, "german-provider-plain russian-provider-plain", "backscatter-of-a-forger"
    ),
    "RFC 6533": Row(BOUNCE, "internationalised-address internationalised-address-escaped", "internationalised-forged"),
    "bounce token": Row(
        BOUNCE,
        "verp-token-hard verp-token-of-a-salesforce-id token-only-in-the-returned-header",
        "verp-token-with-wrong-signature verp-token-replayed-a-year-later",
    ),
    "talk about bounces": Row("reply", "person-forwards-a-bounce person-says-his-mailbox-was-full"),
    "what cannot be read": Row(
        "unreadable", "smime-opaque smime-enveloped-named-p7m pgp-encrypted pgp-inline-encrypted winmail-dat image-only"
    ),
    "signed, and readable": Row(
        "reply", "smime-signed-request pgp-clear-signed-request", "pgp-clear-signed-praise unreadable/pgp-encrypted"
    ),
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_has_its_mails_with_a_human_answer_and_a_reviewed_decision(row: Row) -> None:
    for name in row.names(row.mails) + row.names(row.forged):
        assert name in EXPECTED
        assert (MAILS / f"{name}.eml").is_file()
        assert (MAILS / f"{name}.decision.json").is_file()


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_acts_has_forged_variants_that_do_not(row: Row) -> None:
    acts = [name for name in row.names(row.mails) if action_of(name) in ACTING]
    forged = row.names(row.forged)
    assert forged or not acts
    assert [name for name in forged if facts_of(name)] == []


def action_of(name: str) -> str:
    return str(json.loads((MAILS / f"{name}.decision.json").read_text(encoding="utf-8"))["action"])


def facts_of(name: str) -> list[object]:
    return list(json.loads((MAILS / f"{name}.decision.json").read_text(encoding="utf-8"))["facts"])
