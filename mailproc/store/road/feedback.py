"""Who reported: a row for each feedback report, for a source's counts, its silence, and releasing what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select

from mailproc.mail.arrival.envelope import InboundMail
from mailproc.policy.decision import Action, Decision
from mailproc.store.engine.columns import micros_of, storable, time_of
from mailproc.store.engine.reader import Reader
from mailproc.store.engine.schema import OPEN, decision, feedback_report, review
from mailproc.store.engine.statement import Insert, Statement


def _upsert(insert: Insert) -> Any:
    statement = insert(feedback_report)
    said = {name: statement.excluded[name] for name in ("source", "is_foreign")}
    return statement.on_conflict_do_update(index_elements=["account_id", "mail_id"], set_=said)


PUT_REPORT = Statement(_upsert)  # decided again it may be another's, or about our mail after all
SOURCES_MAX = 200
_DAY = timedelta(days=1) // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCounts:
    """What a source has sent to an account: reports in all, those that took somebody off, wait, are not about our mail.

    The others were kept: `not-spam`, authentication failures, and the like. `last_at` is of the last about our mail,
    None when there was none.
    """

    account_id: str
    source: str
    reports: int
    acted: int
    waiting: int
    foreign: int
    last_at: datetime | None


def report_row(inbound: InboundMail, decided: Decision) -> dict[str, Any] | None:
    """The columns of a feedback report; None for all other mail."""
    if decided.feedback is None:
        return None
    return {
        "account_id": storable(inbound.account_id),
        "mail_id": storable(inbound.id),
        "source": storable(decided.feedback.source),
        "received_at": micros_of(inbound.received_at),
        "is_foreign": int(decided.foreign),
    }


async def source_counts(reader: Reader, account_id: str | None = None) -> list[SourceCounts]:
    """The sources that reported most, 200 at most, by account and source."""
    acted = Action.unsubscribe.value
    other = decision.alias("other")
    last = select(func.max(other.c.n)).where(_same_mail(other)).scalar_subquery()
    query = (
        select(
            feedback_report.c.account_id,
            feedback_report.c.source,
            func.count(),
            func.count().filter(decision.c.action == acted),
            func.count(review.c.id),
            func.count().filter(feedback_report.c.is_foreign == 1),
            func.max(feedback_report.c.received_at).filter(feedback_report.c.is_foreign == 0),
        )
        .outerjoin_from(feedback_report, decision, and_(_same_mail(decision), decision.c.n == last))
        .outerjoin(review, and_(_same_mail(review), review.c.state == OPEN))
        .group_by(feedback_report.c.account_id, feedback_report.c.source)
        .order_by(func.count().desc(), feedback_report.c.account_id, feedback_report.c.source)
        .limit(SOURCES_MAX)
    )
    if account_id is not None:
        query = query.where(feedback_report.c.account_id == account_id)
    return [
        SourceCounts(
            account_id=account,
            source=source,
            reports=reports,
            acted=took_off,
            waiting=waiting,
            foreign=foreign,
            last_at=None if last_at is None else time_of(last_at),
        )
        for account, source, reports, took_off, waiting, foreign, last_at in await reader.rows(query)
    ]


def _same_mail(table: Any) -> Any:
    return and_(table.c.account_id == feedback_report.c.account_id, table.c.mail_id == feedback_report.c.mail_id)


async def report_days(
    reader: Reader, account_id: str, sources: Sequence[str], since: datetime
) -> dict[str, list[datetime]]:
    """For each source the days, oldest first, on which it reported about our mail, each as its last report of that day.

    `sources` are ids and domains; names below a domain are sources of their own. Those without any are left out.
    """
    named = [storable(source.lower()) for source in sources]
    mine = feedback_report.c.source
    day = feedback_report.c.received_at // _DAY
    query = (
        select(feedback_report.c.source, func.max(feedback_report.c.received_at))
        .where(
            feedback_report.c.account_id == account_id,
            or_(mine.in_(named), *(mine.endswith(f".{name}", autoescape=True) for name in named if "." in name)),
            feedback_report.c.received_at >= micros_of(since),
            feedback_report.c.is_foreign == 0,
        )
        .group_by(feedback_report.c.source, day)
    )
    days: dict[str, list[datetime]] = {}
    for source, last_at in await reader.rows(query):
        days.setdefault(source, []).append(time_of(last_at))
    return {source: sorted(times) for source, times in days.items()}


async def waiting_reports(reader: Reader, account_id: str, sources: Sequence[str], limit: int) -> list[str]:
    """Mails with a report of these sources, or of a From domain below one, that wait in review, by id."""
    mine = feedback_report.c.source
    query = (
        select(feedback_report.c.mail_id)
        .join_from(feedback_report, review, and_(_same_mail(review), review.c.state == OPEN))
        .where(
            feedback_report.c.account_id == account_id,
            or_(
                *(mine == storable(one) for one in sources),
                *(mine.endswith(f".{one}", autoescape=True) for one in sources),
            ),
        )
        .order_by(feedback_report.c.mail_id)
        .limit(limit)
    )
    return [mail_id for (mail_id,) in await reader.rows(query)]
