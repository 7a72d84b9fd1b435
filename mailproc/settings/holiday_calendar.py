"""Which days are no business days: the calendar of a country, or of a part of it."""

from collections.abc import Container
from datetime import date, timedelta
from functools import lru_cache

from mailproc.errors import SettingsError
from mailproc.policy.hooks.due import DueRule
from mailproc.settings.settings import DueSettings


def due_rule_of(settings: DueSettings) -> DueRule:
    """How due dates are counted. The calendar is read when the first is asked for, which takes half a second."""

    def holidays_of(year: int) -> Container[date]:
        return _holidays(settings.country, settings.subdivision, year)

    return DueRule(
        business_days=settings.business_days,
        one_click=timedelta(days=settings.one_click_days),
        holidays_of=holidays_of,
    )


@lru_cache(maxsize=64)
def _holidays(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays, on the days on which they are observed; none for no country. Raises SettingsError."""
    if not country:
        return frozenset()
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError as error:
        raise SettingsError([f"due: there is no calendar for this: {error}"]) from None
