"""Sends, lists, who is on them, and events on their way, as plain values."""

from typing import TYPE_CHECKING

from mailproc.policy.hooks.event import OutboxEntry, event_as_json
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import verdict

if TYPE_CHECKING:  # who shows a decision needs no SQL
    from mailproc.store.people.subscriptions import Profile


def send_as_json(one: Send) -> dict[str, object]:
    """A send as programs read it."""
    return {
        "account": one.account_id,
        "id": one.id,
        "number": one.number,
        "name": one.name,
        "lists": list(one.list_ids),
        "classification": one.classification.value,
        "created_at": one.created_at.isoformat(),
    }


def list_as_json(one: MailingList) -> dict[str, object]:
    """A list as programs read it."""
    return {
        "account": one.account_id,
        "id": one.id,
        "name": one.name,
        "also": list(one.spellings),
        "classification": one.classification.value,
        "public": one.is_public,
    }


def member_as_json(one: "Profile", list_id: str | None) -> dict[str, object]:
    """A subscriber as programs read them, with whether mail of this list may go there."""
    return {
        "key": one.key,
        "address": one.address,
        "status": one.standing.status.value,
        "may_send": verdict(one.standing, list_id=list_id).may_send,
        "lists": list(one.lists),
        "attributes": dict(one.attributes),
    }


def entry_as_json(entry: OutboxEntry) -> dict[str, object]:
    """An event with its delivery history."""
    return {
        "id": entry.id,
        "account": entry.account_id,
        "hook": entry.hook,
        "person": entry.person,
        "version": entry.version,
        "state": entry.state.value,
        "attempts": entry.attempts,
        "next_at": entry.next_at.isoformat(),
        "last_error": entry.last_error,
        "event_id": entry.event.id,
        "event": event_as_json(entry.event),
    }
