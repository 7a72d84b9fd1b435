"""Accounts of one enterprise: what is said in one counts in the other, and nothing more of it is told there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest
from api_house import Api, a_review, opened_api
from test_api_doors import FILLED, asked, routes

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.standing.facts import Channel, Fact, FactKind, Level
from mailproc.policy.standing.scope import EVERYWHERE
from mailproc.store.results import Subscriber

HEAD = b"From: pat@example.org\r\nTo: reply@reply.zeta.example\r\n"
ASKS = HEAD + b"Subject: Re: News\r\n\r\nplease remove me from this list\r\n"
UNCLEAR = HEAD + b"Subject: Re: unsubscribe\r\n\r\nwhen is it?\r\n"
SECRETS = ("zeta", "SECRET", "remove me")


@pytest.fixture
async def sisters(database_url: str) -> AsyncIterator[Api]:
    """Two accounts of one enterprise, on either database."""
    async with AsyncExitStack() as stack:
        yield await opened_api(database_url, stack, parent="group")


async def know(api: Api, account: str) -> None:
    await api.store.put_subscribers([Subscriber(account_id=account, key="17", address="pat@example.org")])


async def asks_at_zeta(api: Api, content: bytes, number: int) -> str:
    """A mail to zeta, taken and decided; its id."""
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.zeta.example",))
    mail = InboundMail(
        id=f"{number:026}", account_id="zeta", envelope=envelope, content=content, received_at=datetime.now(UTC)
    )
    await api.store.accept([mail])
    policy = api.parts.accounts().get("zeta")
    assert policy is not None
    await api.store.record(mail, decide_mail(mail, NOT_CHECKED, policy, api.parts.rules()))
    return mail.id


def out(account: str, level: Level = Level.account) -> Fact:
    """Somebody entered that pat wants no mail, and wrote down who and why."""
    return Fact(
        kind=FactKind.opt_out,
        account_id=account,
        address="pat@example.org",
        level=level,
        occurred_at=datetime.now(UTC),
        channel=Channel.command,
        evidence={"by": "SECRET", "reason": "SECRET"},
    )


async def said_at_zeta(api: Api) -> dict[str, str]:
    """Everything that can be said against pat elsewhere; names for routes."""
    await know(api, "zeta")
    mail_id = await asks_at_zeta(api, ASKS, 1)
    await asks_at_zeta(api, UNCLEAR, 2)
    await api.store.record_facts([out("zeta")])
    await api.store.record_facts([out(EVERYWHERE, Level.global_)])
    theirs = await api.program(account="zeta")
    [review] = (await theirs.get("/reviews")).json()["items"]
    return {"mail_id": mail_id, "review_id": review["id"]}


async def facts_ids(api: Api) -> list[str]:
    """Of everything that was said elsewhere."""
    pages = api.store.pages
    return [one.id for account in ("zeta", EVERYWHERE) for one, _ in (await pages.facts(account, None, 100)).items]


async def test_a_sister_tells_that_something_stands_and_nothing_of_how_it_came(sisters: Api) -> None:
    await know(sisters, "acme")
    names = await said_at_zeta(sisters)
    theirs = await facts_ids(sisters)
    mine = await sisters.program()
    for method, path in routes(sisters):
        answer = await asked(mine, method, path, {**FILLED, **names})
        if "review_id" in path or "mail_id" in path:
            assert answer.status_code == 404, path
            continue
        for secret in (*SECRETS, *names.values(), *theirs):
            assert secret not in answer.text, (path, secret)


async def test_what_reaches_an_account_is_told_by_kind_level_and_time(sisters: Api) -> None:
    await know(sisters, "acme")
    await said_at_zeta(sisters)
    mine = await sisters.program()
    [told] = (await mine.post("/people/search", json={"person": "pat@example.org"})).json()
    assert (told["status"], told["own_status"], told["facts"]) == ("unsubscribed", "active", [])
    nothing: dict[str, Any] = {"list": None, "channel": None, "fact": None, "account": None}
    assert [{**one, "since": ""} for one in told["blocks"]] == [
        {"kind": "opt_out", "level": level, "since": "", **nothing} for level in ("account", "global")
    ]
    [why] = (await mine.post("/people/why", json={"person": "17"})).json()
    assert (why["may_send"], why["stopped_first_at"]) == (False, "account")
    stopping = [one for step in why["steps"] for one in step["stopped_by"]]
    assert [one["evidence"] for one in stopping] == [None, None]
    body = {"lists": ["weekly"], "people": [{"key": "17"}]}
    [stopped] = (await mine.post("/send-checks", json=body)).json()["stopped"]
    assert (stopped["reason"], stopped["blocks"][0]["fact"]) == ("opt_out account", None)


async def test_of_what_was_said_here_everything_is_told(sisters: Api) -> None:
    await know(sisters, "acme")
    await sisters.store.record_facts([out("acme")])
    mine = await sisters.program()
    [told] = (await mine.post("/people/search", json={"person": "17"})).json()
    assert told["facts"][0]["evidence"] == {"by": "SECRET", "reason": "SECRET"}
    assert told["blocks"][0]["fact"] == told["facts"][0]["id"]
    [why] = (await mine.post("/people/why", json={"person": "17"})).json()
    assert why["steps"][2]["stopped_by"][0]["evidence"] == {"by": "SECRET", "reason": "SECRET"}
    [event] = (await mine.get("/outbox")).json()["items"]
    assert event["event"]["data"]["cause"]["by"] == "SECRET"
    assert event["event"]["data"]["standing"]["blocks"][0]["fact"] == told["facts"][0]["id"]


async def test_of_somebody_unknown_here_nothing_is_told_whatever_is_said_elsewhere(sisters: Api) -> None:
    await said_at_zeta(sisters)
    mine = await sisters.program()
    for path in ("/people/search", "/people/standing", "/people/why"):
        for at in (None, datetime.now(UTC).isoformat()):
            told = await mine.post(path, json={"person": "pat@example.org", "at": at})
            nobody = await mine.post(path, json={"person": "nobody@example.org", "at": at})
            assert told.status_code == 200
            assert told.text == nobody.text == "[]"


async def test_a_send_to_somebody_unknown_here_is_stopped_all_the_same(sisters: Api) -> None:
    await said_at_zeta(sisters)
    mine = await sisters.program()
    body = {"lists": ["weekly"], "people": [{"address": "pat@example.org"}, {"address": "nobody@example.org"}]}
    [stopped] = (await mine.post("/send-checks", json=body)).json()["stopped"]
    assert stopped["place"] == 0
    assert {one["fact"] for one in stopped["blocks"]} == {None}


async def test_what_an_answer_or_a_request_changes_elsewhere_is_not_told(sisters: Api) -> None:
    theirs = Subscriber(account_id="zeta", key="key-of-zeta", address="pat@example.org")
    await sisters.store.put_subscribers([theirs])
    mine = await sisters.program()
    about_them = {"kind": "unsubscribe", "person": "pat@example.org"}
    entered = (await mine.post("/requests", json={**about_them, "level": "list", "list": "weekly"})).json()
    answer = {"answer": "unsubscribe", "level": "account", "by": "kim"}
    answered = (await mine.post(f"/reviews/{await a_review(sisters)}/answer", json=answer)).json()
    again = (await mine.post("/requests", json={**about_them, "kind": "resubscribe"})).json()
    told = [{one["key"] for one in said["changes"]} for said in (entered, answered, again)]
    assert told == [{None}, {None}, {None}]
    events = (await (await sisters.program(account="zeta")).get("/outbox")).json()["items"]
    assert [one["event"]["type"] for one in events] == ["subscriber.active", "subscriber.unsubscribed"]
