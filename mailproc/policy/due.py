"""By when a request must have reached the hook: 10 business days (16 CFR 316.4), 2 days for one-click (R51)."""

from datetime import datetime, timedelta

from mailproc.policy.facts import Channel

BUSINESS_DAYS = 10
ONE_CLICK = timedelta(days=2)
SOON = timedelta(days=2)  # what is due within this time is shown as near

_FRIDAY = 4


def due_at(
    received_at: datetime, channel: Channel, *, business_days: int = BUSINESS_DAYS, one_click: timedelta = ONE_CLICK
) -> datetime:
    """Tell by when the hook must have been told of a request received at `received_at` (aware UTC).

    The day of receipt does not count; the time of day stays. Holidays count as business days, which can only make the
    date too early.
    """
    if channel is Channel.one_click:
        return received_at + one_click
    return add_business_days(received_at, business_days)


def add_business_days(start: datetime, days: int) -> datetime:
    """The same time of day, so many weekdays (Monday to Friday) after `start`; `start` itself for none."""
    weeks, rest = divmod(days, 5)
    if weeks and not rest:  # whole weeks from a weekend end on the Friday, not on the weekend
        weeks, rest = weeks - 1, 5
    due = start + timedelta(weeks=weeks)
    while rest:
        due += timedelta(days=1)
        rest -= due.weekday() <= _FRIDAY
    return due
