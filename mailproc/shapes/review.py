"""What waits for a person, and what their answer did, as plain values."""

from mailproc.review.answer import caveat_of
from mailproc.store.results import Answered, ReviewItem


def review_as_json(item: ReviewItem) -> dict[str, object]:
    """A review as plain values, with the decision on its mail."""
    return {
        "id": item.id,
        "account": item.account_id,
        "state": item.state,
        "reason": item.reason,
        "received_at": item.received_at and item.received_at.isoformat(),
        "due_at": item.due_at.isoformat(),
        "resolution": item.resolution,
        "resolved_by": item.resolved_by,
        "resolved_at": item.resolved_at and item.resolved_at.isoformat(),
        "note": item.note,
        "caveat": caveat_of(item),
        "decision": item.decision and item.decision.decision,
    }


def answered_as_json(answered: Answered) -> dict[str, object]:
    """What an answer did; not `applied`: what was said first, by whom and when. No `changes`: they are not known."""
    return {
        "applied": answered.applied,
        "resolution": answered.resolution,
        "by": answered.by,
        "at": answered.at.isoformat(),
        "unclear": answered.unclear,
        "changes": None
        if answered.changes is None
        else [
            {"address": change.address, "key": change.key, "status": change.status.value} for change in answered.changes
        ],
    }
