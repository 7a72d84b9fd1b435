"""What keeps the API's door: tokens, scopes, accounts, pace, sizes, repeats; each shown by an attack."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from api_house import Api, opened_api
from sqlalchemy.ext.asyncio import create_async_engine

from mailproc.policy.standing.facts import Channel, Fact, FactKind
from mailproc.policy.standing.send import Send
from mailproc.policy.standing.verdict import Classification
from mailproc.policy.tokens.api_token import Scope, digest_of_secret
from mailproc.store.engine.table import metadata
from mailproc.store.results import Subscriber
from mailproc.web.api.bounds import Bounds
from mailproc.web.api.build import build_api
from mailproc.web.application import build_application

MANY = dict.fromkeys(map(str, range(50_000)), 1)
PROBLEM = "application/problem+json"
FILLED = {"key": "17", "list_id": "weekly", "send_id": "42", "review_id": "none", "mail_id": "none", "entry_id": "1"}
BODIES = {
    "/people/{key}": {"address": "pat@example.org"},
    "/people/search": {"person": "pat@example.org"},
    "/people/standing": {"person": "pat@example.org"},
    "/people/why": {"person": "pat@example.org"},
    "/requests": {"kind": "unsubscribe", "person": "pat@example.org"},
    "/lists/{list_id}": {"name": "Weekly"},
    "/sends": {"id": "43", "lists": ["weekly"]},
    "/send-checks": {"lists": ["weekly"], "people": [{"address": "pat@example.org"}]},
    "/headers": {"keys": ["17"]},
    "/reviews/{review_id}/answer": {"answer": "not-a-request", "by": "kim"},
}
STREAMS = {"/send-checks/stream": b'{"address": "pat@example.org"}\n', "/headers/stream": b'{"key": "17"}\n'}
MAIL = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: News\r\n\r\nplease unsubscribe me\r\n"


def routes(api: Api) -> list[tuple[str, str]]:
    """Method and path of everything that the API serves."""
    paths = build_api(api.parts).openapi()["paths"]
    return [(method.upper(), path) for path, methods in paths.items() for method in methods]


def test_the_table_of_routes_is_whole(small_api: Api) -> None:
    assert len(routes(small_api)) == 30
    assert {path for _, path in routes(small_api)} >= {*BODIES, *STREAMS, "/decisions/explain"}


async def asked(client: httpx.AsyncClient, method: str, path: str, names: Mapping[str, str] = FILLED) -> httpx.Response:
    """A request that would do what the route is for."""
    where = path.format(**names)
    if path in STREAMS:
        params = {"list": "weekly"}
        return await client.request(
            method, where, content=STREAMS[path], params=params, headers={"Content-Type": "application/x-ndjson"}
        )
    if path == "/decisions/explain":
        return await client.request(method, where, content=MAIL, headers={"Content-Type": "message/rfc822"})
    body = BODIES.get(path) if method in ("PUT", "POST") else None
    return await client.request(method, where, json=body) if body else await client.request(method, where)


async def test_no_route_tells_anything_without_a_token_that_holds(small_api: Api) -> None:
    expired, _ = await small_api.token(expires_at=small_api.clock() - timedelta(seconds=1))
    revoked, token_id = await small_api.token()
    await small_api.store.tokens.revoke("acme", token_id)
    forged = f"mp_{'A' * 43}"
    for secret in (None, forged, expired, revoked, "mp_short", "x" * 5000):
        client = await small_api.with_token(secret)
        for method, path in routes(small_api):
            answer = await asked(client, method, path)
            assert (answer.status_code, answer.headers["content-type"]) == (401, PROBLEM), (path, secret)
            assert "www-authenticate" in answer.headers


async def test_a_revoked_token_opens_nothing_from_that_moment_on(api: Api) -> None:
    secret, token_id = await api.token(Scope.read)
    client = await api.with_token(secret)
    assert (await client.get("/lists")).status_code == 200
    assert await api.store.tokens.revoke("acme", token_id)
    assert (await client.get("/lists")).status_code == 401


async def test_a_token_is_not_in_the_database(api: Api, database_url: str) -> None:
    secret, _ = await api.token()
    program = await api.with_token(secret)
    body = {"kind": "unsubscribe", "person": "pat@example.org"}
    assert (await program.post("/requests", json=body, headers={"Idempotency-Key": "a-1"})).status_code == 200
    everything = await all_rows(database_url)
    assert digest_of_secret(secret) in everything
    assert secret.removeprefix("mp_") not in everything
    assert await api.store.tokens.find(secret) is None


async def all_rows(database_url: str) -> str:
    """What a thief of the database could read: every value of every table."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        rows = [tuple(row) for table in metadata.sorted_tables for row in await connection.execute(table.select())]
    await engine.dispose()
    return repr(rows)


async def test_each_route_takes_its_scope(small_api: Api) -> None:
    nothing = {scope: await small_api.program(*(set(Scope) - {scope})) for scope in Scope}
    refused = dict.fromkeys(Scope, 0)
    for method, path in routes(small_api):
        without = {scope: await asked(client, method, path) for scope, client in nothing.items()}
        lacking = [scope for scope, answer in without.items() if answer.status_code == 403]
        assert len(lacking) == 1, (method, path, lacking)
        refused[lacking[0]] += 1
    assert all(refused.values())


async def test_a_token_without_the_scope_is_refused_before_a_body_is_read(small_api: Api) -> None:
    read = []

    async def body() -> AsyncIterator[bytes]:
        read.append(True)
        yield b'{"kind": "unsubscribe", "person": "pat@example.org"}'

    program = await small_api.program(Scope.read)
    for key in ({}, {"Idempotency-Key": "a-1"}):
        said = {"Content-Type": "application/json", **key}
        assert (await program.post("/requests", content=body(), headers=said)).status_code == 403
    assert not read


async def fill(api: Api, account: str) -> None:
    """Somebody with a past, in an account."""
    await api.store.put_subscribers([Subscriber(account_id=account, key="17", address="pat@example.org")])
    now = api.clock()
    fact = Fact(
        kind=FactKind.opt_out,
        account_id=account,
        key="17",
        occurred_at=now,
        channel=Channel.api,
        evidence={"by": "SECRET"},
    )
    await api.store.record_facts([fact])
    send = Send(
        account_id=account,
        id="42",
        name="SECRET",
        list_ids=("weekly",),
        classification=Classification.commercial,
        created_at=now,
    )
    await api.store.sends.put(send)
    await api.store.subscriptions.join(account, "weekly", ["17"])


async def held(program: httpx.AsyncClient) -> list[str]:
    """Everything that an account has; a place to follow its facts from moves with the clock."""
    found = [(await program.get(path)).text for path in ("/people/17", "/sends", "/outbox", "/lists")]
    return [*found, str((await program.get("/facts")).json()["items"])]


async def test_no_route_shows_or_changes_anything_of_another_account(api: Api) -> None:
    await fill(api, "zeta")
    theirs = await api.program(account="zeta")
    before = await held(theirs)
    assert any("SECRET" in one for one in before)
    mine = await api.program(account="acme")
    entry = (await theirs.get("/outbox")).json()["items"][0]["id"]
    for method, path in routes(api):
        answer = await asked(mine, method, path, {**FILLED, "entry_id": str(entry)})
        assert "SECRET" not in answer.text, path
        assert "zeta" not in answer.text, path
    for path in (f"/outbox/{entry}/retry", f"/outbox/{entry}/drop"):
        assert (await mine.post(path)).status_code == 404
    after = await held(theirs)
    assert after == before


async def test_what_is_anothers_answers_like_what_does_not_exist(small_api: Api) -> None:
    await fill(small_api, "zeta")
    mine = await small_api.program(account="acme")
    for path in ("/sends/42", "/people/17"):
        theirs, nobodys = await mine.get(path), await mine.get(path[:-2] + "99")
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.text.replace(path[-2:], "99") == nobodys.text


async def test_the_same_request_again_under_its_key_does_nothing_and_gets_the_same_answer(api: Api) -> None:
    program = await api.program()
    key = {"Idempotency-Key": "a-1"}
    body = {"kind": "unsubscribe", "person": "pat@example.org"}
    first = await program.post("/requests", json=body, headers=key)
    again = await program.post("/requests", json=body, headers=key)
    assert (again.status_code, again.text, again.headers["idempotency-replayed"]) == (200, first.text, "true")
    assert len((await program.get("/facts")).json()["items"]) == 1
    other = await program.post("/requests", json={**body, "person": "sam@example.org"}, headers=key)
    assert other.status_code == 422
    another = await api.program()
    assert "idempotency-replayed" not in (await another.post("/requests", json=body, headers=key)).headers


async def test_of_two_at_once_under_one_key_one_is_done(api: Api) -> None:
    program = await api.program()
    body = {"kind": "unsubscribe", "person": "pat@example.org"}
    answers = await asyncio.gather(
        *(program.post("/requests", json=body, headers={"Idempotency-Key": "k"}) for _ in range(6))
    )
    assert {one.status_code for one in answers} <= {200, 409}
    assert len((await program.get("/facts")).json()["items"]) == 1


async def test_a_token_has_its_pace_and_another_its_own(sqlite_url: str) -> None:
    async with AsyncExitStack() as stack:
        api = await opened_api(sqlite_url, stack, api_calls_per_minute=3)
        busy, calm = await api.program(), await api.program()
        answers = [await busy.get("/lists") for _ in range(4)]
        assert [one.status_code for one in answers] == [200, 200, 200, 429]
        assert answers[0].headers["ratelimit-policy"] == '"token";q=3;w=60'
        assert int(answers[3].headers["retry-after"]) >= 1
        assert answers[3].headers["content-type"] == PROBLEM
        assert (await calm.get("/lists")).status_code == 200


async def test_a_clock_that_is_set_forward_gives_nobody_more_calls(sqlite_url: str) -> None:
    async with AsyncExitStack() as stack:
        api = await opened_api(sqlite_url, stack, api_calls_per_minute=1)
        now = [api.clock()]
        api.application = build_application(replace(api.parts, clock=lambda: now[0]))
        program = await api.program()
        first = await program.get("/lists")
        now[0] += timedelta(hours=1)
        second = await program.get("/lists")
        assert (first.status_code, second.status_code) == (200, 429)
        assert (first.headers["ratelimit"], second.headers["ratelimit"]) == ('"token";r=0;t=60', '"token";r=0;t=60')
        assert second.headers["retry-after"] == "60"


async def test_a_scope_that_is_missing_is_named_in_the_challenge(small_api: Api) -> None:
    said = 'Bearer realm="mailproc", error="insufficient_scope", scope="{}"'
    reader = await small_api.program(Scope.read, Scope.write)
    refused = await reader.post("/outbox/1/retry")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (403, said.format("admin"))
    everywhere = {"kind": "unsubscribe", "person": "pat@example.org", "level": "global"}
    refused = await reader.post("/requests", json=everywhere)
    assert (refused.status_code, refused.headers["www-authenticate"]) == (403, said.format("admin"))
    refused = await (await small_api.program(Scope.read)).put("/people/17", json={"address": "pat@example.org"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (403, said.format("write"))


async def test_who_brings_no_token_is_told_of_no_error_of_one(small_api: Api) -> None:
    answer = await (await small_api.with_token(None)).get("/lists")
    assert answer.headers["www-authenticate"] == 'Bearer realm="mailproc"'


async def test_a_condition_belongs_to_the_request_that_a_key_stands_for(small_api: Api) -> None:
    program = await small_api.program()
    body, key = {"address": "pat@example.org"}, {"Idempotency-Key": "p"}
    assert (await program.put("/people/17", json=body, headers=key)).status_code == 201
    for condition in ({"If-None-Match": "*"}, {"If-Match": "*"}):
        other = await program.put("/people/17", json=body, headers={**key, **condition})
        assert (other.status_code, "idempotency-replayed" in other.headers) == (422, False)


async def test_what_is_too_large_is_refused_told_or_not(small_api: Api) -> None:
    program = await small_api.program()
    big = b" " * (2 * 1024 * 1024 + 1)

    async def untold() -> object:
        for _ in range(4):
            yield big[: len(big) // 3]

    headers = {"Content-Type": "application/json"}
    assert (await program.post("/requests", content=big, headers=headers)).status_code == 413
    assert (await program.post("/requests", content=untold(), headers=headers)).status_code == 413
    lines = {"Content-Type": "application/x-ndjson"}
    line = await program.post("/send-checks/stream?list=weekly", content=b"x" * 20_000, headers=lines)
    assert (line.status_code, line.headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize("words", [{}, {"Authorization": "Bearer none"}])
async def test_what_no_token_would_change_is_said_without_one(small_api: Api, words: dict[str, str]) -> None:
    program = await small_api.program()
    program.headers.pop("authorization")
    big = b" " * (2 * 1024 * 1024 + 1)
    assert (await program.get("/nothing", headers=words)).status_code == 404
    assert (await program.delete("/requests", headers=words)).status_code == 405
    assert (await program.post("/requests", content=big, headers=words)).status_code == 413
    assert (await program.post("/requests", content=b"{", headers=words)).status_code == 401


@pytest.mark.parametrize("path", ["/people/stream", "/lists/stream", "/people/explain", "/lists/explain"])
async def test_a_name_that_is_spelled_like_a_stream_or_a_mail_has_no_larger_body(small_api: Api, path: str) -> None:
    program = await small_api.program()
    read = 0

    async def untold() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(8):
            read += 1
            yield b" " * 1024 * 1024

    answer = await program.put(path, content=untold(), headers={"Content-Type": "application/json"})
    assert (answer.status_code, read) == (413, 3)
    assert (await program.get(path)).status_code == 404


async def test_a_mail_to_explain_may_be_larger_than_other_bodies(small_api: Api) -> None:
    program = await small_api.program()
    mail = MAIL + b"x" * 2 * 1024 * 1024
    answer = await program.post("/decisions/explain", content=mail, headers={"Content-Type": "message/rfc822"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/sends/a%0Ab", 404),
        ("GET", "/nothing%0A", 404),
        ("GET", "/people/pat@example.org", 422),
        ("PATCH", "/lists", 405),
        ("GET", "/facts?cursor=x", 422),
        ("GET", "/facts?limit=0", 422),
        ("GET", "/facts?cursor=WyJ4IiwgMV0=", 422),
        ("GET", "/sends/none", 404),
    ],
)
async def test_every_error_is_a_problem(small_api: Api, method: str, path: str, status: int) -> None:
    answer = await (await small_api.program()).request(method, path)
    assert (answer.status_code, answer.headers["content-type"], answer.json()["status"]) == (status, PROBLEM, status)


@pytest.mark.parametrize(
    ("method", "path", "there"),
    [
        ("GET", "/facts?curser=W10=", "cursor, limit"),
        ("POST", "/headers/stream?lists=weekly", "links_base, list, send"),
        ("GET", "/lists?limit=3", "none"),
        ("PUT", "/lists/weekly?public=true", "none"),
    ],
)
async def test_a_parameter_that_there_is_not_is_refused_and_nothing_done(
    small_api: Api, method: str, path: str, there: str
) -> None:
    program = await small_api.program()
    kind = "application/x-ndjson" if "stream" in path else "application/json"
    answer = await program.request(method, path, content=b'{"name": "W"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["mistakes"][0]["where"]) == (
        422,
        f"query.{path[path.index('?') + 1 :].partition('=')[0]}",
    )
    assert answer.json()["detail"].endswith(f"there: {there}")
    assert (await program.get("/lists/weekly")).json()["name"] == "Weekly"


@pytest.mark.parametrize(
    ("method", "path", "named"),
    [
        ("GET", "/facts?limit=1&limit=5", "limit"),
        ("GET", "/facts?limit=5&limit=5", "limit"),
        ("GET", "/facts?limit=5&cursor=&limit", "limit"),
        ("GET", "/facts?limit=5&l%69mit=5", "limit"),
        ("GET", "/decisions?kind=reply&action=review&kind=bulk", "kind"),
        ("GET", "/outbox?state=pending&state=dead", "state"),
        ("HEAD", "/outbox?hook=crm&hook=other", None),
        ("POST", "/headers/stream?list=weekly&send=1&send=2", "send"),
        ("POST", "/headers/stream?list=weekly&list=offers", "list"),
        ("POST", "/send-checks/stream?list=weekly&classification=commercial&classification=transactional", None),
        ("POST", "/decisions/explain?to=a@acme.example&to=b@acme.example", "to"),
    ],
)
async def test_a_parameter_that_is_given_twice_where_one_is_meant_is_refused(
    small_api: Api, method: str, path: str, named: str | None
) -> None:
    kind = "message/rfc822" if "explain" in path else "application/x-ndjson"
    answer = await (await small_api.program()).request(method, path, content=MAIL, headers={"Content-Type": kind})
    assert answer.status_code == 422
    if named is not None:
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["detail"] == f"query.{named}: given 2 times, and one is meant"


async def test_a_parameter_that_is_a_list_may_be_given_again(small_api: Api) -> None:
    stream = "/send-checks/stream?list=weekly&list=offers"
    headers = {"Content-Type": "application/x-ndjson"}
    answer = await (await small_api.program()).post(stream, content=STREAMS["/send-checks/stream"], headers=headers)
    assert (answer.status_code, answer.text.splitlines()[0]) == (200, '{"may_send": true}')


@pytest.mark.parametrize("condition", [{"If-None-Match": "*"}, {"If-Match": '"seen"'}])
@pytest.mark.parametrize(("method", "path"), [("PUT", "/lists/weekly"), ("DELETE", "/lists/weekly/members/17")])
async def test_nothing_is_done_on_a_condition_that_is_not_looked_at(
    small_api: Api, condition: dict[str, str], method: str, path: str
) -> None:
    program = await small_api.program()
    await program.put("/people/17", json={"address": "pat@example.org"})
    await program.put("/lists/weekly/members/17")
    answer = await program.request(method, path, json={"name": "Another"}, headers=condition)
    assert answer.status_code == 422
    assert (await program.get("/lists/weekly")).json()["name"] == "Weekly"
    assert len((await program.get("/lists/weekly/members")).json()["items"]) == 1
    assert (await program.get("/lists", headers=condition)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("PUT", "/people/17", {"address": "pat@example.org", "attributes": MANY}, "50000 values are wrong"),
        ("POST", "/people/search", MANY, "50001 values are wrong"),
        ("POST", "/send-checks", {"lists": [], "people": [{"a": 1, "b": 2}] * 9_000}, "18000 values are wrong"),
        ("POST", "/reviews/m/answer", {"answer": "unsubscribe", "by": "kim", "persons": [1] * 300_000}, "at most 100"),
    ],
)
async def test_of_a_body_that_is_wrong_everywhere_one_mistake_is_told(
    small_api: Api, method: str, path: str, body: dict[str, Any], said: str
) -> None:
    program = await small_api.program()
    answer = await program.request(method, path, json=body)
    assert (answer.status_code, len(answer.json()["mistakes"])) == (422, 1)
    assert said in answer.json()["detail"]


async def test_what_cannot_be_done_is_told_with_what_can(small_api: Api) -> None:
    program = await small_api.program()
    answer = await program.patch("/lists/weekly")
    assert (answer.status_code, answer.headers["allow"]) == (405, "DELETE, GET, HEAD, PUT")
    assert answer.json()["detail"] == "this cannot be done here; Allow names what can"


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        (b"{", 422, "body.1: JSON decode error: Expecting property name enclosed in double quotes"),
        (b'"\xff"', 400, "this body cannot be read as JSON"),
        (b"[" * 100_000, 400, "this body cannot be read as JSON"),
        (b'{"person": ' + b"9" * 10_000 + b"}", 400, "this body cannot be read as JSON"),
    ],
)
async def test_what_is_no_json_is_told_in_a_sentence(small_api: Api, body: bytes, status: int, said: str) -> None:
    program = await small_api.program()
    answer = await program.post("/people/search", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["detail"]) == (status, said)


async def test_a_body_of_another_kind_is_refused(small_api: Api) -> None:
    program = await small_api.program()
    for path in ("/requests", "/decisions/explain", "/headers/stream"):
        answer = await program.post(path, content=b"kind=unsubscribe", headers={"Content-Type": "text/plain"})
        assert (answer.status_code, answer.headers["content-type"]) == (415, PROBLEM)


async def test_when_the_store_is_gone_a_program_is_told_when_to_come_again(small_api: Api) -> None:
    program = await small_api.program()
    assert (await program.get("/lists")).status_code == 200
    await small_api.store.close()
    answer = await program.post("/requests", json={"kind": "unsubscribe", "person": "pat@example.org"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_who_stops_in_the_middle_of_a_body_is_told_and_let_go(small_api: Api) -> None:
    secret, _ = await small_api.token()
    patient = Bounds(build_api(small_api.parts), pause_seconds=0.05)
    transport = httpx.ASGITransport(app=patient)
    never = asyncio.Event()

    async def some_of_it() -> AsyncIterator[bytes]:
        yield b'{"kind": '
        await never.wait()

    async with httpx.AsyncClient(transport=transport, base_url="http://mailproc.example") as client:
        headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
        answer = await client.post("/requests", content=some_of_it(), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (408, PROBLEM)


async def test_bodies_that_are_too_much_together_are_refused_and_let_go(small_api: Api) -> None:
    secret, _ = await small_api.token()
    small = Bounds(build_api(small_api.parts), most=100)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    body = b'{"person": "pat@example.org"}'
    read, sent = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield body + b" " * 60
        read.set()
        await sent.wait()

    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=small), base_url="http://mailproc.example"
    ) as client:
        first = asyncio.create_task(client.post("/people/search", content=slowly(), headers=headers))
        await read.wait()
        refused = await client.post("/people/search", content=body, headers=headers)
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
        sent.set()
        assert (await first).status_code == 200
        assert (await client.post("/people/search", content=body, headers=headers)).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}])
@pytest.mark.parametrize(("path", "kind"), [("/requests", "json"), ("/send-checks/stream?list=weekly", "x-ndjson")])
async def test_who_goes_away_in_the_middle_of_a_body_is_no_mistake_of_ours(
    small_api: Api, path: str, kind: str, headers: dict[str, str]
) -> None:
    secret, _ = await small_api.token()
    pieces = [{"type": "http.request", "body": b'{"kind": ', "more_body": True}, {"type": "http.disconnect"}]
    given = {"Authorization": f"Bearer {secret}", "Content-Type": f"application/{kind}", **headers}
    scope = posted(path, given)

    async def receive() -> Any:
        return pieces.pop(0)

    async def send(_: Any) -> None:
        pass

    await build_api(small_api.parts)(scope, receive, send)
    assert pieces == []


def posted(path: str, headers: Mapping[str, str]) -> dict[str, Any]:
    """A POST as the server hands it over."""
    said, _, query = path.partition("?")
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": "POST", "path": said, "query_string": query.encode(), "headers": raw}
