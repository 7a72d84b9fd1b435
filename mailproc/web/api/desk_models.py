"""What operators' programs send and get, as the OpenAPI document tells it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from mailproc.policy.deciding.review import Answer
from mailproc.policy.standing.facts import Level
from mailproc.web.api.models import Body, ListId, Person, Short

Persons = list[Person]  # a tuple would be looked at to its end, however many there are


class ReviewTold(BaseModel):
    """Something that waits for a person."""

    id: str
    account: str
    state: str
    reason: str
    received_at: datetime | None
    due_at: datetime
    resolution: str | None
    resolved_by: str | None
    resolved_at: datetime | None
    note: str | None
    caveat: str | None = Field(description="What whoever answers must know that the record does not tell; mostly null.")
    decision: dict[str, Any] | None


class WantedAnswer(Body):
    """A person's answer."""

    answer: Answer
    level: Level | None = Field(
        None, description="How far `unsubscribe` reaches. Null: as far as the mail asks, where that is clear."
    )
    list: ListId | None = None
    persons: Persons = Field([], max_length=100, description="Who is meant, where the mail does not say.")
    by: Short = Field(min_length=1, description="Who answers.", examples=["kim"])
    note: Short = ""


class Answered(BaseModel):
    """What an answer did; not `applied`: what was said first, by whom and when."""

    applied: bool
    resolution: str
    by: str
    at: datetime
    changes: list[dict[str, str | None]] | None = Field(
        description="Whose standing became another. Null: this request did it before, and it is not known any more."
    )
    unclear: str | None = Field(
        description="Whose address it may be, where that is several subscribers': it waits again, for which is meant."
    )
    consented_since: list[str] | None = Field(
        description="Who is mailed all the same: they asked for mail later. Null: it could not be found out."
    )


class EventTold(BaseModel):
    """An event on its way to a hook."""

    id: int
    account: str
    hook: str
    person: str
    version: int
    state: str
    attempts: int
    next_at: datetime
    last_error: str | None
    event_id: str
    event: dict[str, Any]


class EventState(BaseModel):
    """What an event became."""

    id: int
    state: str


class DecisionTold(BaseModel):
    """A decision as it was recorded; `decision` is told in docs/reference/decision.md."""

    account: str
    mail: str
    n: int
    kind: str
    action: str
    ruleset: str
    decided_at: datetime
    decision: dict[str, Any]
