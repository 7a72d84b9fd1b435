"""What a person can say about a mail that waits, and what each answer means for those whom it is about."""

from enum import StrEnum


class Answer(StrEnum):
    """What a person says to a review."""

    unsubscribe = "unsubscribe"  # it is a request: they are taken off, as of when the mail came
    not_a_request = "not-a-request"  # nothing changes
    not_a_subscriber = "not-a-subscriber"  # nobody whom we know is meant: nothing changes


ANSWERED = "a person answered the review"  # the reason in the evidence of what an answer recorded
DECIDED_AGAIN = "decided again"  # a review that a later decision on the same mail closed; no person's answer


def is_answer(resolution: str | None) -> bool:
    """Whether a review was ended by a person's answer."""
    return resolution is not None and resolution != DECIDED_AGAIN
