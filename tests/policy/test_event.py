"""The event: its shape is the schema's, it is stable, small, and holds the whole standing."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mailproc.policy.hooks.event import SyncEvent, event_as_json, event_from_json, standing_event
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.standing import Standing, standing_of

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/reference/event.schema.json").read_text())
VALIDATOR = Draft202012Validator(SCHEMA)
AT = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


def fact(kind: FactKind = FactKind.opt_out, level: Level = Level.account, list_id: str | None = None) -> Fact:
    return Fact(
        kind=kind,
        account_id="acme",
        address="pat@example.org",
        level=level,
        list_id=list_id,
        occurred_at=AT,
        channel=Channel.command,
        evidence={"class": "hard"},
    )


def event_of(*facts: Fact, **more: Any) -> SyncEvent:
    return standing_event(
        event_id="evt_1",
        account_id="acme",
        address=more.pop("address", "pat@example.org"),
        key=more.pop("key", None),
        standing=more.pop("standing", None) or standing_of(facts),
        version=7,
        cause=more.pop("cause", {}),
        at=more.pop("at", AT),
    )


def problems(event: SyncEvent) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(json.loads(orjson.dumps(event_as_json(event))))]


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_an_event_is_exactly_this_json() -> None:
    opt_out = fact()
    event = event_of(opt_out, key="42", cause={"mail_id": "01J", "kind": "opt_out", "channel": "command"})
    assert orjson.dumps(event_as_json(event)).decode() == (
        '{"type":"subscriber.unsubscribed","timestamp":"2026-03-03T09:12:00Z","data":{"account":"acme",'
        '"person":{"address":"pat@example.org","key":"42"},"version":7,"occurred_at":"2026-03-03T09:12:00Z",'
        '"standing":{"status":"unsubscribed","email_opt_out":true,"blocks":[{"kind":"opt_out","level":"account",'
        f'"list":null,"since":"2026-03-03T09:12:00Z","channel":"command","fact":"{opt_out.id}"}}],"blocks_left_out":0}},'
        '"cause":{"mail_id":"01J","kind":"opt_out","channel":"command"}}}'
    )


@pytest.mark.parametrize(
    ("facts", "event_type", "email_opt_out"),
    [
        ([], "subscriber.active", False),
        ([fact()], "subscriber.unsubscribed", True),
        ([fact(level=Level.global_)], "subscriber.unsubscribed", True),
        ([fact(level=Level.list, list_id="weekly")], "subscriber.active", False),
        ([fact(FactKind.complaint)], "subscriber.unsubscribed", True),
        ([fact(FactKind.bounce)], "subscriber.bounced", False),
        ([fact(FactKind.block)], "subscriber.held", False),
        ([fact(FactKind.block), fact(FactKind.bounce)], "subscriber.held", False),
    ],
)
def test_type_and_box_follow_the_standing(facts: list[Fact], event_type: str, email_opt_out: bool) -> None:
    event = event_of(*facts)
    assert (event.type, event.data["standing"]["email_opt_out"]) == (event_type, email_opt_out)
    assert problems(event) == []


def test_an_event_survives_being_stored() -> None:
    event = event_of(fact(), at=AT + timedelta(microseconds=1))
    stored = json.loads(json.dumps(event_as_json(event)))
    assert event_from_json("evt_1", stored) == event


@pytest.mark.parametrize("broken", [{}, {"type": "x", "timestamp": "yesterday", "data": {}}])
def test_what_is_no_event_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, ValueError)):
        event_from_json("evt_1", broken)


def test_times_are_told_in_utc() -> None:
    event = event_of(at=datetime(2026, 3, 3, 10, 12, tzinfo=timezone(timedelta(hours=1))))
    assert event_as_json(event)["timestamp"] == event.data["occurred_at"] == "2026-03-03T09:12:00Z"


def test_the_words_of_a_mail_do_not_leave_with_the_event() -> None:
    event = event_of(cause={"phrase": "take me off", "note": "private", "rule": "en-unsubscribe-request"})
    assert event.data["cause"] == {"rule": "en-unsubscribe-request"}


def test_a_cause_is_one_printable_line() -> None:
    event = event_of(cause={"reason": "keyword\r\nin\x00 reply\ud800" + "x" * 9000})
    reason = event.data["cause"]["reason"]
    assert reason.isprintable()
    assert len(reason) == 200
    assert problems(event) == []


def test_opting_out_a_thousand_times_is_told_once_with_the_oldest() -> None:
    facts = [
        Fact(kind=FactKind.opt_out, account_id="acme", occurred_at=AT + timedelta(seconds=n), channel=Channel.reply)
        for n in range(1000)
    ]
    (block,) = event_of(*facts).data["standing"]["blocks"]
    assert (block["since"], block["fact"]) == ("2026-03-03T09:12:00Z", facts[0].id)


def test_with_a_thousand_lists_left_the_event_stays_small_and_says_what_it_left_out() -> None:
    lists = [fact(level=Level.list, list_id=f"list-{number}-€") for number in range(1000)]
    event = event_of(*lists, fact(), cause=dict.fromkeys(("mail_id", "mail", "rule", "reason", "by"), "ж" * 500))
    standing = event.data["standing"]
    assert len(orjson.dumps(event_as_json(event))) < 20_000
    assert len(standing["blocks"]) + standing["blocks_left_out"] == 1001
    assert {"level": "account", "kind": "opt_out"}.items() <= next(
        block for block in standing["blocks"] if block["level"] == "account"
    ).items()
    assert problems(event) == []


def test_a_name_that_no_json_can_hold_is_still_told() -> None:
    event = event_of(address="pat\ud800@example.org", key="ключ")
    assert event.data["person"] == {"address": "pat?@example.org", "key": "ключ"}
    assert problems(event) == []


@pytest.mark.parametrize(
    "change",
    [
        lambda body: body.pop("timestamp"),
        lambda body: body.update(extra=1),
        lambda body: body.update(type="subscriber.active"),
        lambda body: body.update(type="subscriber.gone"),
        lambda body: body["data"]["person"].update(address=None, key=None),
        lambda body: body["data"]["person"].update(name="Pat"),
        lambda body: body["data"].update(version=0),
        lambda body: body["data"]["standing"].update(email_opt_out=False),
        lambda body: body["data"]["standing"].update(blocks=[]),
        lambda body: body["data"]["standing"]["blocks"][0].update(list="weekly"),
        lambda body: body["data"]["standing"]["blocks"][0].update(level="list"),
        lambda body: body["data"]["cause"].update(phrase="take me off"),
        lambda body: body.update(timestamp="2026-03-03T09:12:00+01:00"),
    ],
)
def test_the_schema_refuses_what_no_event_may_be(change: Any) -> None:
    body = json.loads(orjson.dumps(event_as_json(event_of(fact()))))
    assert VALIDATOR.is_valid(body)
    change(body)
    assert not VALIDATOR.is_valid(body)


@given(
    st.lists(
        st.builds(
            Fact,
            kind=st.sampled_from(FactKind),
            account_id=st.just("acme"),
            address=st.just("pat@example.org"),
            level=st.sampled_from(Level),
            list_id=st.none() | st.text(min_size=1, max_size=20),
            occurred_at=st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis wants it naive
            channel=st.sampled_from(Channel),
            evidence=st.sampled_from([{}, {"class": "hard"}, {"class": "soft"}]),
        ),
        max_size=8,
    ),
    st.dictionaries(st.sampled_from(["mail", "reason", "by", "phrase"]), st.text()),
)
def test_every_standing_makes_a_valid_event(facts: list[Fact], cause: dict[str, str]) -> None:
    assert problems(event_of(*facts, cause=cause)) == []


def test_an_unknown_person_without_standing_is_told_as_active() -> None:
    assert problems(event_of(standing=Standing(), key=None)) == []
