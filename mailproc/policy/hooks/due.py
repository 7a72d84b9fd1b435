"""By when a request must have reached the hook: 10 business days (16 CFR 316.4), 2 days for one-click (R51)."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from mailproc.policy.standing.facts import Channel

BUSINESS_DAYS = 10
ONE_CLICK = timedelta(days=2)
SOON = timedelta(days=2)  # what is due within this time is shown as near

LONGEST_UNMET = timedelta(hours=24)  # what nobody was told for so long is shown, whenever it is due

_FRIDAY = 4
HolidaysOf = Callable[[int], Container[date]]


def no_holidays(year: int) -> Container[date]:
    """Every weekday is a business day: a due date is never too late by that."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DueRule:
    """How due dates are counted; `holidays_of` gives the holidays of a year."""

    business_days: int = BUSINESS_DAYS
    one_click: timedelta = ONE_CLICK
    holidays_of: HolidaysOf = no_holidays

    def due_at(self, received_at: datetime, channel: Channel | None = None) -> datetime:
        """By when the hook must have been told of a request; without a channel of mail that may be one."""
        return due_at(
            received_at,
            channel,
            business_days=self.business_days,
            one_click=self.one_click,
            holidays_of=self.holidays_of,
        )


USUAL_DUE = DueRule()


class Urgency(StrEnum):
    """How urgent a request is that nobody was told yet."""

    late = "late"  # past its due date
    near = "near"  # due within two days
    waiting = "waiting"  # not near, but older than a day


def urgency(received_at: datetime, due: datetime, now: datetime) -> Urgency | None:
    """How urgent a request is that no hook was told; None within a day of its receipt, unless it is past due."""
    if due < now:
        return Urgency.late
    if now - received_at < LONGEST_UNMET:
        return None
    return Urgency.near if due - now <= SOON else Urgency.waiting


def due_at(
    received_at: datetime,
    channel: Channel | None,
    *,
    business_days: int = BUSINESS_DAYS,
    one_click: timedelta = ONE_CLICK,
    holidays_of: HolidaysOf = no_holidays,
) -> datetime:
    """Tell by when the hook must have been told of a request received at `received_at` (aware UTC).

    The day of receipt does not count, nor do weekends and holidays; the time of day stays.
    """
    if channel is Channel.one_click:
        return received_at + one_click
    return add_business_days(received_at, business_days, holidays_of)


def add_business_days(start: datetime, days: int, holidays_of: HolidaysOf = no_holidays) -> datetime:
    """The same time of day, so many business days after `start`: Monday to Friday but for holidays; itself for none."""
    due = start
    while days:
        due += timedelta(days=1)
        days -= due.weekday() <= _FRIDAY and due.date() not in holidays_of(due.year)
    return due
