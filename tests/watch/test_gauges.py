"""What the service looks up every few seconds stands in its metrics."""

from datetime import UTC, datetime

from mailproc.metrics import Metrics
from mailproc.store.store import Store
from mailproc.watch.gauges import Gauges


async def test_how_often_which_step_answered_is_a_metric(store: Store) -> None:
    metrics = Metrics()
    for _ in range(2):
        await store.diagnosis.count([("acme", "account"), ("shop", "global")])
    await Gauges(store, metrics).look(datetime.now(UTC))
    told = metrics.exposition().decode()
    assert 'mailproc_why_answers{account="acme",step="account"} 2.0' in told
    assert 'mailproc_why_answers{account="shop",step="global"} 2.0' in told
