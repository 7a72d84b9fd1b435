"""What is asked for once under a key is done once, as of when it was asked for first; on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_house import Api, a_review, opened_api
from httpx import AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from mailproc.metrics import Metrics
from mailproc.store.programs.once import Answer, Before, Claim, Key, NoAnswer
from mailproc.watch.retention import Retention

BEGAN = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)
KEY = Key(account_id="acme", token_id="t", key="k")
DONE = Answer(status=200, headers={}, body="{}")
BACK = {"kind": "resubscribe", "person": "pat@example.org"}
OUT = {"kind": "unsubscribe", "person": "pat@example.org"}
ANSWER = {"answer": "unsubscribe", "by": "kim"}
ONCE = {"Idempotency-Key": "a-1"}


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = BEGAN

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def timed(database_url: str, clock: Clock) -> AsyncIterator[Api]:
    """The application with that clock."""
    async with AsyncExitStack() as stack:
        yield await opened_api(database_url, stack, clock=clock)


async def may_be_mailed(program: AsyncClient) -> bool:
    [told] = (await program.post("/people/standing", json={"person": "pat@example.org"})).json()
    return bool(told["may_send"]["commercial"])


async def claimed(api: Api) -> Claim:
    claim = await api.store.once.begin(KEY, "d")
    assert isinstance(claim, Claim)
    return claim


async def test_a_repeat_whose_answer_was_lost_is_done_as_of_the_first_time(timed: Api, clock: Clock) -> None:
    program = await timed.program()
    await program.post("/requests", json=OUT)
    clock.advance(seconds=10)
    assert (await program.post("/requests", json=BACK, headers=ONCE)).status_code == 200
    await sql(timed, "UPDATE api_request SET status = NULL, answer = NULL")  # as if the process had died before
    clock.advance(seconds=10)
    await program.post("/requests", json=OUT)
    clock.advance(minutes=2)
    again = await program.post("/requests", json=BACK, headers=ONCE)
    assert (again.status_code, again.json()["changes"]) == (200, None)  # what it changed is not known, [] is nothing
    assert "idempotency-replayed" not in again.headers
    assert not await may_be_mailed(program)
    assert len((await program.get("/facts")).json()["items"]) == 3


async def test_a_repeat_of_what_was_never_done_tells_what_it_changes(timed: Api, clock: Clock) -> None:
    program = await timed.program()
    await program.post("/requests", json=OUT, headers=ONCE)
    await sql(timed, "UPDATE api_request SET status = NULL, answer = NULL")  # as if the process had died before
    for table in ("fact", "standing", "outbox"):
        await sql(timed, f"DELETE FROM {table}")
    clock.advance(minutes=2)
    [change] = (await program.post("/requests", json=OUT, headers=ONCE)).json()["changes"]
    assert change["status"] == "unsubscribed"


@pytest.mark.parametrize(
    ("method", "path", "body", "condition"),
    [
        ("DELETE", "/lists/monthly", None, {}),
        ("PUT", "/people/17", {"address": "pat@example.org"}, {"If-None-Match": "*"}),
        ("PUT", "/people/18", {"address": "sam@example.org", "attributes": {"city": "Rome"}}, {"If-Match": "seen"}),
    ],
)
async def test_a_repeat_of_what_was_done_is_not_told_that_others_were_first(
    timed: Api, clock: Clock, method: str, path: str, body: Any, condition: dict[str, str]
) -> None:
    program = await timed.program()
    await program.put("/lists/monthly", json={"name": "Monthly"})
    seen = (await program.put("/people/18", json={"address": "sam@example.org"})).headers["etag"]
    headers = {**ONCE, **{name: value.replace("seen", seen) for name, value in condition.items()}}
    first = await program.request(method, path, json=body, headers=headers)
    await sql(timed, "UPDATE api_request SET status = NULL, answer = NULL")  # as if the process had died before
    clock.advance(minutes=2)
    again = await program.request(method, path, json=body, headers=headers)
    assert (again.is_success, again.headers.get("etag")) == (True, first.headers.get("etag"))


@pytest.mark.parametrize(
    "now", [{"address": "lee@example.org"}, {"address": "pat@example.org", "attributes": {"a": "b"}}]
)
async def test_a_repeat_is_told_what_others_wrote_meanwhile(timed: Api, clock: Clock, now: dict[str, Any]) -> None:
    program = await timed.program()
    body = {"address": "pat@example.org", "attributes": {"a": "1"}}
    new = {**ONCE, "If-None-Match": "*"}
    assert (await program.put("/people/17", json=body, headers=new)).status_code == 201
    await sql(timed, "UPDATE api_request SET status = NULL, answer = NULL")  # as if the process had died before
    await program.put("/people/17", json=now)
    clock.advance(minutes=2)
    assert (await program.put("/people/17", json=body, headers=new)).status_code == 412
    assert (await program.put("/people/17", json=body, headers={"If-None-Match": "*"})).status_code == 412


async def test_a_failed_request_may_be_made_again_under_its_key(api: Api) -> None:
    program = await api.program()
    body, key = {"id": "7", "lists": ["monthly"]}, {"Idempotency-Key": "s"}
    assert (await program.post("/sends", json=body, headers=key)).status_code == 422
    await program.put("/lists/monthly", json={"name": "Monthly"})
    assert (await program.post("/sends", json=body, headers=key)).status_code == 200


async def test_who_takes_over_is_the_only_one(timed: Api, clock: Clock) -> None:
    first = await claimed(timed)
    clock.advance(minutes=2)
    second = await claimed(timed)
    assert (second.asked_at, second.taken_at) == (first.asked_at, clock.now)
    clock.advance(seconds=30)
    assert await timed.store.once.begin(KEY, "d") == Before()


@pytest.mark.parametrize("late", [DONE, *NoAnswer])
async def test_who_comes_late_ends_nothing_of_whoever_took_over(
    timed: Api, clock: Clock, late: Answer | NoAnswer
) -> None:
    first = await claimed(timed)
    clock.advance(minutes=2)
    second = await claimed(timed)
    await timed.store.once.end(first, late)
    assert await timed.store.once.begin(KEY, "d") == Before()
    await timed.store.once.end(second, DONE)
    assert await timed.store.once.begin(KEY, "d") == Before(answer=DONE)


async def test_what_failed_without_an_answer_may_be_asked_at_once_as_of_then(timed: Api, clock: Clock) -> None:
    first = await claimed(timed)
    await timed.store.once.end(first, NoAnswer.unknown)
    clock.advance(seconds=3)
    assert await timed.store.once.begin(KEY, "other") == Before(is_other=True)
    assert (await claimed(timed)).asked_at == first.asked_at


async def test_a_repeat_is_one_on_a_machine_with_a_late_clock_as_well(timed: Api, clock: Clock) -> None:
    first = await claimed(timed)
    await timed.store.once.end(first, NoAnswer.unknown)
    clock.advance(seconds=-2)
    again = await claimed(timed)
    assert (first.is_again, again.is_again) == (False, True)
    await timed.store.once.end(again, Answer(status=204, headers={}, body=""))
    assert await timed.store.once.begin(KEY, "d") == Before(answer=Answer(status=204, headers={}, body=""))


async def test_what_changed_nothing_is_forgotten_with_its_time(timed: Api, clock: Clock) -> None:
    await timed.store.once.end(await claimed(timed), NoAnswer.undone)
    clock.advance(seconds=3)
    assert (await claimed(timed)).asked_at == clock.now


async def test_who_cannot_be_told_what_stands_is_not_put_back(timed: Api) -> None:
    program = await timed.program()
    await program.put("/people/17", json={"address": "pat@example.org"})
    await sql(timed, "ALTER TABLE attribute RENAME TO lost")
    answer = await program.post("/requests", json=BACK)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert (await program.get("/facts")).json()["items"] == []


async def test_what_failed_in_the_store_is_not_called_undone_and_keeps_its_time(timed: Api, clock: Clock) -> None:
    program = await timed.program()
    await program.put("/people/17", json={"address": "pat@example.org"})
    await sql(timed, "ALTER TABLE attribute RENAME TO lost")
    failed = await program.post("/requests", json=BACK, headers=ONCE)
    await sql(timed, "ALTER TABLE lost RENAME TO attribute")
    assert failed.status_code == 503
    assert "changed" not in failed.json()["detail"]
    clock.advance(seconds=10)
    await program.post("/requests", json=OUT)
    clock.advance(seconds=10)
    assert (await program.post("/requests", json=BACK, headers=ONCE)).status_code == 200
    assert not await may_be_mailed(program)


async def test_an_answer_to_a_review_is_told_though_what_it_led_to_cannot_be_read(timed: Api) -> None:
    review_id = await a_review(timed)
    program = await timed.program()
    await program.put("/people/17", json={"address": "pat@example.org"})
    await sql(timed, "ALTER TABLE attribute RENAME TO lost")
    told = await program.post(f"/reviews/{review_id}/answer", json=ANSWER, headers=ONCE)
    assert (told.status_code, told.json()["applied"], told.json()["consented_since"]) == (200, True, None)
    assert [one["status"] for one in told.json()["changes"]] == ["unsubscribed"]
    again = await program.post(f"/reviews/{review_id}/answer", json=ANSWER, headers=ONCE)
    assert again.json() == told.json()


async def test_a_repeated_answer_to_a_review_is_the_one_that_counts(timed: Api, clock: Clock) -> None:
    review_id = await a_review(timed)
    program = await timed.program()
    clock.advance(seconds=10)
    first = (await program.post(f"/reviews/{review_id}/answer", json=ANSWER, headers=ONCE)).json()
    await sql(timed, "UPDATE api_request SET status = NULL, answer = NULL")  # as if the process had died before
    clock.advance(minutes=2)
    again = (await program.post(f"/reviews/{review_id}/answer", json=ANSWER, headers=ONCE)).json()
    assert again == {**first, "changes": None}  # nobody knows any more, which is not that nothing changed


@pytest.mark.parametrize(
    "other",
    [
        {"level": "list", "list": "weekly"},
        {"persons": ["sam@example.org"]},
        {"note": "called us"},
        {},
    ],
)
async def test_of_two_answers_under_two_keys_one_is_applied_however_alike_they_are(
    timed: Api, other: dict[str, Any]
) -> None:
    review_id = await a_review(timed)
    program = await timed.program()
    bodies = {"a": {**ANSWER, "level": "account"}, "b": {**ANSWER, "level": "account", **other}}
    told = await asyncio.gather(
        *(
            program.post(f"/reviews/{review_id}/answer", json=body, headers={"Idempotency-Key": key})
            for key, body in bodies.items()
        )
    )
    assert [one.status_code for one in told] == [200, 200]
    first, second = sorted((one.json() for one in told), key=lambda one: not one["applied"])
    assert (first["applied"], len(first["changes"])) == (True, 1)
    assert (second["applied"], second["changes"], second["consented_since"]) == (False, [], [])


async def test_the_same_key_of_another_token_answers_nothing_as_its_own(timed: Api) -> None:
    review_id = await a_review(timed)
    told = []
    for _ in range(2):
        program = await timed.program()
        told.append((await program.post(f"/reviews/{review_id}/answer", json=ANSWER, headers=ONCE)).json()["applied"])
    assert told == [True, False]


@pytest.mark.parametrize("other", [{"by": "sam"}, {"answer": "not-a-request"}])
async def test_who_answers_a_review_second_under_a_key_is_not_called_first(
    timed: Api, clock: Clock, other: dict[str, str]
) -> None:
    review_id = await a_review(timed)
    program = await timed.program()
    await program.post(f"/reviews/{review_id}/answer", json=ANSWER)
    clock.advance(seconds=10)
    for answer in ({**ANSWER, **other}, ANSWER):
        headers = {"Idempotency-Key": answer["by"] + answer["answer"]}
        told = (await program.post(f"/reviews/{review_id}/answer", json=answer, headers=headers)).json()
        assert (told["applied"], told["resolution"], told["by"]) == (False, "unsubscribe", "kim (token tool)")


async def test_what_was_done_is_told_though_its_answer_cannot_be_kept(small_api: Api) -> None:
    program = await small_api.program()
    await sql(
        small_api, "CREATE TRIGGER t BEFORE UPDATE OF status ON api_request BEGIN SELECT raise(ABORT, 'refused'); END"
    )
    told = await program.post("/requests", json=OUT, headers=ONCE)
    assert (told.status_code, len(told.json()["changes"])) == (200, 1)


async def test_who_looks_is_answered_though_nobody_can_write_down_that_the_token_was_used(small_api: Api) -> None:
    program = await small_api.program()
    await sql(small_api, "CREATE TRIGGER t BEFORE UPDATE ON api_token BEGIN SELECT raise(ABORT, 'refused'); END")
    body = {"lists": ["weekly"], "people": [{"address": "pat@example.org"}]}
    assert (await program.post("/send-checks", json=body)).json()["stopped"] == []


async def test_what_was_refused_is_told_though_that_cannot_be_kept(small_api: Api) -> None:
    program = await small_api.program()
    await sql(small_api, "CREATE TRIGGER t BEFORE DELETE ON api_request BEGIN SELECT raise(ABORT, 'refused'); END")
    told = await program.post("/requests", json={**OUT, "person": "a b@c"}, headers=ONCE)
    assert told.status_code == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/headers", {"keys": ["17"]}),
        ("/send-checks", {"lists": ["weekly"], "people": [{"key": "17"}]}),
        ("/people/search", {"person": "17"}),
        ("/people/standing", {"person": "17"}),
        ("/people/why", {"person": "17"}),
    ],
)
async def test_what_only_looks_is_answered_anew_under_any_key(small_api: Api, path: str, body: Any) -> None:
    program = await small_api.program("read")
    for _ in range(2):
        answer = await program.post(path, json=body, headers=ONCE)
        assert answer.status_code == 200
        assert "idempotency-replayed" not in answer.headers
    assert await kept(small_api) == 0


async def test_who_looks_for_reviews_sees_those_of_now_under_any_key_and_condition(small_api: Api) -> None:
    reviewer = await small_api.program("review")
    assert (await reviewer.get("/reviews", headers=ONCE)).json()["items"] == []
    review_id = await a_review(small_api)
    now = await reviewer.get("/reviews", headers={**ONCE, "If-None-Match": "*"})
    assert [one["id"] for one in now.json()["items"]] == [review_id]
    assert (await reviewer.get(f"/reviews/{review_id}", headers=ONCE)).json()["id"] == review_id
    assert await kept(small_api) == 0


async def test_answers_go_after_a_day_whether_anybody_asks_or_not(timed: Api, clock: Clock) -> None:
    program = await timed.program()
    await program.post("/requests", json=OUT, headers=ONCE)
    for hours, left in ((23, 1), (2, 0)):
        clock.advance(hours=hours)
        await Retention(timed.store, 0, Metrics(), clock).once()
        assert await kept(timed) == left


async def test_a_key_that_another_process_lets_go_of_is_claimed(postgresql_url: str, clock: Clock) -> None:
    async with AsyncExitStack() as stack:
        api = await opened_api(postgresql_url, stack, clock=clock)
        await claimed(api)
        engine = create_async_engine(postgresql_url)
        stack.push_async_callback(engine.dispose)
        async with engine.begin() as other:  # it has the row in hand while we look for what is known of the key
            await other.execute(text("SELECT 1 FROM api_request FOR UPDATE"))
            claiming = asyncio.create_task(claimed(api))
            while not (await other.execute(text("SELECT 1 FROM pg_locks WHERE NOT granted"))).all():
                await asyncio.sleep(0.005)
            await other.execute(text("DELETE FROM api_request"))
        assert (await claiming).asked_at == clock.now


async def kept(api: Api) -> int:
    [(count,)] = await sql(api, "SELECT count(*) FROM api_request")
    return int(count)


async def sql(api: Api, statement: str) -> list[Any]:
    """Behind the store's back."""
    engine = create_async_engine(api.parts.settings.database)
    async with engine.begin() as connection:
        result = await connection.execute(text(statement))
        rows = list(result) if result.returns_rows else []
    await engine.dispose()
    return rows
