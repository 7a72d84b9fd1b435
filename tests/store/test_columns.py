"""What goes into columns can be stored on both databases and comes back."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_values import NOW, an_opt_out

from mailproc.mail.arrival.envelope import Envelope
from mailproc.store.engine.columns import (
    address_key_of,
    envelope_from,
    envelope_text,
    from_json,
    json_text,
    micros_of,
    storable,
    storable_fact,
    time_of,
)

# Any text that Python can hold, lone surrogates and NUL included: senders can cause both.
anything = st.text(st.characters(exclude_categories=()), max_size=600)


@given(anything)
def test_storable_text_has_nothing_that_a_database_refuses_and_is_bounded(text: str) -> None:
    stored = storable(text, 100)
    assert "\x00" not in stored
    assert len(stored) <= 100
    assert stored.encode("utf-8").decode() == stored
    assert storable(stored, 100) == stored


@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=100))
def test_text_that_can_be_stored_stays_as_it_is(text: str) -> None:
    assert storable(text, 100) == text


def test_over_long_texts_that_differ_only_at_their_end_stay_different() -> None:
    assert len({storable("x" * 1000 + str(n)) for n in range(50)}) == 50


@given(anything)
def test_an_address_and_its_storable_form_have_the_same_key(text: str) -> None:
    assert address_key_of(storable(text)) == address_key_of(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | anything,
        lambda x: st.lists(x) | st.dictionaries(anything, x),
        max_leaves=8,
    )
)
def test_json_comes_back_as_it_was_and_is_plain_text(value: object) -> None:
    text = json_text(value)
    assert from_json(text) == value
    assert "\x00" not in text
    assert text.encode("utf-8")
    assert json.loads(text) == value


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back_to_the_microsecond(at: datetime) -> None:
    assert time_of(micros_of(at)) == at


def test_a_time_in_another_zone_is_the_same_time() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=9)))
    assert micros_of(elsewhere) == micros_of(NOW)


@given(anything, anything)
def test_envelopes_come_back_as_they_were(sender: str, recipient: str) -> None:
    envelope = Envelope(
        mail_from=sender, rcpt_tos=(recipient, recipient), peer=None, helo=sender, tls=True, parked=recipient
    )
    assert envelope_from(envelope_text(envelope)) == envelope


def test_a_fact_from_another_time_zone_is_the_same_fact() -> None:
    elsewhere = an_opt_out(at=NOW.astimezone(timezone(timedelta(hours=9))))
    assert storable_fact(elsewhere, NOW).id == storable_fact(an_opt_out(at=NOW), NOW).id


def test_a_fact_that_was_made_storable_stays_as_it_is() -> None:
    once = storable_fact(an_opt_out("a\x00\udc80" * 500, evidence={"\x00": "\udc80" * 9000}), NOW)
    assert storable_fact(once, NOW) == once


@pytest.mark.parametrize("ahead", [timedelta(seconds=1), timedelta(days=9999)])
def test_a_fact_does_not_come_from_the_future(ahead: timedelta) -> None:
    assert storable_fact(an_opt_out(at=NOW + ahead), NOW).occurred_at == NOW
