"""What the store answers: frozen values, no rows and no SQL."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from mailproc.policy.decision import Decision
from mailproc.policy.hooks.alarm import Alarm
from mailproc.policy.hooks.event import OutboxEntry
from mailproc.policy.imports.imported import ImportCounts
from mailproc.policy.standing.facts import Fact
from mailproc.policy.standing.standing import Standing, Status

One = TypeVar("One")
Place = Sequence[Any]  # the values that a page is ordered by, of one of its rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[One]):
    """One page: each with its place, and whether there are `more` behind the last."""

    items: list[tuple[One, Place]]
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mail is ours. `duplicate`: it was before, under this very `mail_id`; nothing more is to be done."""

    mail_id: str
    account_id: str
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChange:
    """A person's standing became another. `person` is `k:<subscriber key>` or `a:<address key>`."""

    account_id: str
    person: str
    key: str | None
    address: str | None
    before: Standing
    after: Standing
    version: int

    @property
    def status(self) -> Status:
        """The new standing in one word."""
        return self.after.status


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What recording did. `applied` False: another process had decided this mail before, nothing was changed.

    `unclear` is a sentence where an address may be that of several subscribers who have it in a looser form only.
    `held` is what was recorded instead, where the breaker held the decision; `alarms` are those that are new.
    """

    applied: bool
    changes: tuple[StandingChange, ...] = ()
    unclear: str | None = None
    held: Decision | None = None
    alarms: tuple[Alarm, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaState:
    """Which revision a database has, and which one this program needs; `current` is None for an empty database."""

    current: str | None
    head: str

    @property
    def is_current(self) -> bool:
        """Whether they are the same."""
        return self.current == self.head


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """A person that an account knows by key; `address` as written."""

    account_id: str
    key: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportState:
    """How far an import has come: the place of the last row that is done (empty for none), and what became of whom.

    `seconds` is how long the transaction took that came so far, without its commit.
    """

    cursor: str
    counts: ImportCounts
    finished_at: datetime | None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonStatus:
    """Everything about one person in one account.

    `version` is 0 while the standing never changed. `facts` oldest first, `events` newest first and at most 20; these,
    the lists that they are on and the attributes are those of now.
    """

    account_id: str
    person: str
    key: str | None
    address: str | None
    standing: Standing
    version: int
    changed_at: datetime | None
    facts: tuple[Fact, ...] = ()
    events: tuple[OutboxEntry, ...] = ()
    lists: tuple[str, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_known(self) -> bool:
        """Whether the account knows anything of them itself; else all that is told reaches them from elsewhere."""
        return self.key is not None or any(one.account_id == self.account_id for one in self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedDecision:
    """A decision as it was recorded; `decision` has the one JSON shape, `n` counts the decisions on this mail."""

    account_id: str
    mail_id: str
    n: int
    kind: str
    action: str
    ruleset: str
    policy: str
    authentication: Mapping[str, Any]
    decision: Mapping[str, Any]
    decided_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """Something that waits for a person. `state` is open or resolved.

    `decision` is the last one on its mail, `received_at` when that came.
    """

    account_id: str
    id: str
    mail_id: str | None
    state: str
    reason: str
    created_at: datetime
    due_at: datetime
    resolution: str | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    note: str | None = None
    received_at: datetime | None = None
    decision: RecordedDecision | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What a person's answer did. Not `applied`: `resolution`, `by` and `at` are those of whoever was first.

    `changes` is None where the same request was answered before: what it changed then is not kept. `unclear` is a
    sentence where the address may be that of several subscribers: the review is open again, until a person says which.
    """

    applied: bool
    resolution: str
    by: str
    at: datetime
    changes: tuple[StandingChange, ...] | None = ()
    unclear: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Numbers for metrics; `outbox` is keyed by (hook, state), open, dead and held ones only.

    `waiting` mails wait for an answer from elsewhere; `waiting_since` is when the oldest of them came.
    """

    undecided: int
    waiting: int
    waiting_since: datetime | None
    outbox: Mapping[tuple[str, str], int]
    reviews_open: int
    reviews_overdue: int
    reviews_due_soon: int = 0
