"""Golden mails, cut, doubled, spliced, nested and mislabelled: each is decided, and the decision can be stored."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.account import AccountPolicy, MailboxRole
from mailproc.policy.decision import Action, decision_as_json, facts_as_json
from mailproc.rule_sets.files import load_rules

GOLDEN = [path.read_bytes() for path in sorted((Path(__file__).parent.parent / "fixtures" / "emails").rglob("*.eml"))]
RULES = load_rules(None)
ACME = AccountPolicy(
    id="acme",
    domains=("reply.acme.example",),
    sends_from=("news.acme.example", "192.0.2.0/24"),
    mailboxes={role: (role.value,) for role in MailboxRole},
    lists={"weekly": "Weekly news"},
    footers=("You get this mail because you signed up.",),
    token_keys={1: bytes(32)},
    reply_scope="named-list",
)
ENVELOPES = st.builds(
    Envelope,
    mail_from=st.sampled_from([None, "pat@example.org", "p\udcfft@example.org"]),
    rcpt_tos=st.sampled_from([(f"{role.value}@reply.acme.example",) for role in MailboxRole]),
)
MAIL = st.sampled_from(GOLDEN)
NAMES = st.sampled_from(
    [
        "utf-7",
        "utf-16",
        "iso-2022-jp",
        "hz-gb-2312",
        "unicode_escape",
        "punycode",
        "rot13",
        "idna",
        "",
        "x" * 200,
        "\xff",
    ]
) | st.text(max_size=20)
ENCODINGS = st.sampled_from(
    ["base64", "quoted-printable", "x-uuencode", "7bit", "binary", "BASE64;", "", "rot13", "\xff"]
) | st.text(max_size=20)


def parts_of(mail: bytes) -> tuple[bytes, bytes]:
    """Header and body."""
    head, _, body = mail.replace(b"\r\n", b"\n").partition(b"\n\n")
    return head, body


@st.composite
def cut(draw: st.DrawFn) -> bytes:
    """A stretch is missing."""
    mail = draw(MAIL)
    start = draw(st.integers(0, len(mail)))
    return mail[:start] + mail[start + draw(st.integers(0, 400)) :] if draw(st.booleans()) else mail[:start]


@st.composite
def doubled(draw: st.DrawFn) -> bytes:
    """A stretch is there several times."""
    mail = draw(MAIL)
    start = draw(st.integers(0, len(mail)))
    stretch = mail[start : start + draw(st.integers(1, 400))]
    return mail[:start] + stretch * draw(st.integers(2, 20)) + mail[start:]


@st.composite
def spliced(draw: st.DrawFn) -> bytes:
    """Header lines of one mail among those of another, over the body of a third."""
    first, second = (parts_of(draw(MAIL))[0].split(b"\n") for _ in range(2))
    lines = draw(st.permutations([*first[:20], *second[:20]]))
    return b"\r\n".join(lines) + b"\r\n\r\n" + parts_of(draw(MAIL))[1]


@st.composite
def nested(draw: st.DrawFn) -> bytes:
    """Mails as parts of mails, by the right media type or another, perhaps without an end."""
    content = draw(MAIL)
    for depth in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["mixed", "alternative", "report", "digest", "related", "signed", "encrypted", ""]))
        part = draw(st.sampled_from([b"message/rfc822", b"text/plain", b"text/rfc822-headers", b"message/global", b""]))
        boundary = b"b%d" % draw(st.integers(0, depth))
        top = b'From: pat@example.org\nContent-Type: multipart/%b; boundary="%b"\n' % (kind.encode(), boundary)
        end = b"\n--%b--\n" % boundary if draw(st.booleans()) else b""
        content = top + b"\n--%b\nContent-Type: %b\n\n" % (boundary, part) + content + end
    return content


@st.composite
def mislabelled(draw: st.DrawFn) -> bytes:
    """Every charset and transfer encoding is another one."""
    charset = draw(NAMES).encode("utf-8", "replace")
    encoding = draw(ENCODINGS).encode("utf-8", "replace")
    mail = re.sub(rb"(?i)charset=[^\s;]+", lambda _: b"charset=" + charset, draw(MAIL))
    mail = re.sub(rb"(?i)(content-transfer-encoding:)[^\r\n]*", lambda found: found[1] + b" " + encoding, mail)
    return re.sub(rb"(?i)=\?[a-z0-9-]+\?", lambda _: b"=?" + charset + b"?", mail)


@st.composite
def noisy(draw: st.DrawFn) -> bytes:
    """Some bytes are others, some line ends, too."""
    mail = bytearray(draw(MAIL))
    for at in draw(st.lists(st.integers(0, max(len(mail) - 1, 0)), max_size=30)):
        mail[at : at + 1] = draw(st.sampled_from([b"\0", b"\xff", b"\r", b"\n", b"", b'"', b"<", b"\\", b"=", b":"]))
    return bytes(mail)


@settings(max_examples=600, deadline=None)
@given(st.one_of(cut(), doubled(), spliced(), nested(), mislabelled(), noisy()), ENVELOPES)
def test_whatever_has_become_of_a_mail_it_is_decided_and_the_decision_can_be_stored(content: bytes, envelope: Envelope):
    now = datetime(2026, 3, 3, tzinfo=UTC)
    mail = InboundMail(id="1", account_id="acme", envelope=envelope, content=content, received_at=now)
    decision = decide_mail(mail, NOT_CHECKED, ACME, RULES)
    json.dumps([decision_as_json(decision), facts_as_json(decision)], ensure_ascii=False).encode("utf-8")
    assert all(fact.id and json.dumps(dict(fact.evidence), ensure_ascii=False).encode() for fact in decision.facts)
    assert not decision.facts or decision.action in (Action.unsubscribe, Action.bounce)
    assert decide_mail(mail, NOT_CHECKED, ACME, RULES) == decision
