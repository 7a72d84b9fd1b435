"""What waits for a person and is about somebody, by whichever of their names, for commands and programs alike."""

from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import ReviewItem
from mailproc.store.store import Store


async def waiting_for(store: Store, account_id: str | None, *names: str | None) -> list[ReviewItem]:
    """Open reviews that name any of these addresses and subscriber keys; without an account those of all accounts."""
    persons = tuple(name for name in names if name is not None)
    return await store.desk.reviews(ReviewFilter(account_id=account_id, persons=persons))
