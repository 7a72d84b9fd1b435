"""Facts about one person as the tests of standings and of what follows from them need them, and generated histories."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level

DAY_ZERO = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def day(number: float) -> datetime:
    return DAY_ZERO + timedelta(days=number)


def fact(kind: str, at: float, *, level: Level = Level.account, list_id: str | None = None, **more: Any) -> Fact:
    channel = more.pop("channel", Channel.command if level is Level.global_ else Channel.reply)
    about = more.pop("about", None)
    return Fact(
        kind=FactKind(kind),
        account_id=more.pop("account_id", "acme"),
        address="pat@example.org",
        level=level,
        list_id=list_id,
        occurred_at=day(at),
        about_mail_of=None if about is None else day(about),
        channel=channel,
        **more,
    )


def bounce(at: float, bounce_class: str = "hard", **evidence: str) -> Fact:
    return fact("bounce", at, channel=Channel.bounce, evidence={"class": bounce_class, **evidence})


def retraction(target: Fact, at: float, **more: Any) -> Fact:
    return fact("retraction", at, channel=Channel.command, level=target.level, retracts=target.id, **more)


_LEVELS = st.sampled_from([(Level.account, None), (Level.list, "weekly"), (Level.list, "daily"), (Level.global_, None)])
_EVIDENCE = st.sampled_from(
    [
        {},
        {"class": "hard", "status": "5.1.1"},
        {"class": "hard", "status": "5.2.1"},
        {"class": "hard", "text_only": "true"},
        {"class": "soft"},
        {"class": "policy"},
        {"mail": "sha256:01", "class": "soft"},
    ]
)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    facts: list[Fact] = []
    for _ in range(draw(st.integers(0, 14))):
        kind = draw(st.sampled_from([*FactKind, FactKind.bounce, FactKind.consent]))
        level, list_id = draw(_LEVELS)
        facts.append(
            fact(
                kind.value,
                draw(st.integers(0, 8)) * draw(st.sampled_from([1, 5])),
                level=level,
                list_id=list_id,
                channel=draw(st.sampled_from([Channel.reply, Channel.command, Channel.crm])),
                about=draw(st.none() | st.integers(0, 8)),
                evidence=draw(_EVIDENCE),
                retracts=draw(st.sampled_from(facts)).id if kind is FactKind.retraction and facts else None,
            )
        )
    return facts
