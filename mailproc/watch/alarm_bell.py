"""An alarm is a metric and a log line at error level (R51); the event for hooks is written by the store beside it."""

from collections.abc import Iterable

import structlog

from mailproc.metrics import Metrics
from mailproc.policy.hooks.alarm import Alarm


def ring(metrics: Metrics, alarms: Iterable[Alarm]) -> None:
    """Tell of alarms that were raised just now."""
    for alarm in alarms:
        metrics.alarms_raised.labels(alarm.kind.value).inc()
        structlog.get_logger().error(
            "alarm_raised", account=alarm.account_id, kind=alarm.kind.value, subject=alarm.subject, text=alarm.text
        )
