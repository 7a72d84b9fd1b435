"""Business days by a real calendar: federal holidays of the United States unless another country is named."""

from datetime import UTC, datetime

import pytest

from mailproc.errors import SettingsError
from mailproc.policy.standing.facts import Channel
from mailproc.settings.holiday_calendar import due_rule_of
from mailproc.settings.settings import DueSettings


def due(received: str, channel: Channel = Channel.reply, **settings: object) -> str:
    rule = due_rule_of(DueSettings.model_validate(settings))
    return f"{rule.due_at(datetime.fromisoformat(received).replace(tzinfo=UTC), channel):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("received", "country", "expected"),
    [
        ("2026-11-20", "US", "2026-12-07"),  # Thanksgiving between
        ("2026-11-20", "", "2026-12-04"),
        ("2026-11-20", "DE", "2026-12-04"),
        ("2026-12-23", "US", "2027-01-08"),  # Christmas, New Year
        ("2026-06-26", "US", "2026-07-13"),  # Independence Day, a Saturday, is observed on the Friday
        ("2026-03-02", "US", "2026-03-16"),  # none between
    ],
)
def test_a_reply_is_due_after_ten_business_days_of_the_country(received: str, country: str, expected: str) -> None:
    assert due(received, country=country) == expected


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    assert due("2026-01-02", country="DE", subdivision="BY") > due("2026-01-02", country="DE")  # Epiphany


def test_holidays_do_not_put_off_one_click() -> None:
    assert due("2026-12-24", Channel.one_click) == "2026-12-26"


def test_the_number_of_days_is_a_setting() -> None:
    assert due("2026-11-23", business_days=3) == "2026-11-27"


@pytest.mark.parametrize("settings", [{"country": "XX"}, {"country": "US", "subdivision": "ZZ"}])
def test_a_calendar_that_nobody_has_is_told(settings: dict[str, object]) -> None:
    with pytest.raises(SettingsError, match="there is no calendar"):
        due("2026-03-02", **settings)
