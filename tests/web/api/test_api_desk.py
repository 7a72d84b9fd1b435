"""Reviews, outbox and decisions by the API, and a mail explained."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from api_house import SECRET, Api

from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail
from mailproc.policy.tokens.token import Purpose, Token, make_token
from mailproc.policy.tokens.token_key import number_of
from mailproc.web.api.paging import cursor_of

MAIL = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: News\r\n\r\nplease unsubscribe me\r\n"
ASKS = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: unsubscribe\r\n\r\nwhen is it?\r\n"


async def decided(
    api: Api, content: bytes, number: int, *, to: str = "reply@reply.acme.example", automatic: bool = True
) -> str:
    """A mail of acme, taken and decided."""
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=(to,))
    mail = InboundMail(
        id=f"{number:026}", account_id="acme", envelope=envelope, content=content, received_at=datetime.now(UTC)
    )
    await api.store.accept([mail])
    policy = api.parts.accounts().get("acme")
    assert policy is not None
    policy = replace(policy, automatic=automatic)
    await api.store.record(mail, decide_mail(mail, NOT_CHECKED, policy, api.parts.rules()))
    return mail.id


async def test_a_review_is_listed_shown_answered_once_and_takes_the_person_off(api: Api) -> None:
    await decided(api, ASKS, 1)
    program = await api.program()
    [waiting] = (await program.get("/reviews")).json()["items"]
    assert (await program.get(f"/reviews/{waiting['id']}")).json()["decision"]["action"] == "review"
    answer = {"answer": "unsubscribe", "by": "kim", "persons": ["pat@example.org"]}
    said = (await program.post(f"/reviews/{waiting['id']}/answer", json=answer)).json()
    assert (said["applied"], [one["status"] for one in said["changes"]]) == (True, ["unsubscribed"])
    again = await program.post(f"/reviews/{waiting['id']}/answer", json={"answer": "not-a-request", "by": "sam"})
    assert (again.json()["applied"], again.json()["by"]) == (False, "kim (token tool)")
    assert (await program.get("/reviews")).json()["items"] == []
    assert len((await program.get("/reviews", params={"resolved": True})).json()["items"]) == 1


LEAVES_LIST = Token(purpose=Purpose.unsubscribe_list, subscriber=18, message=number_of("weekly"), day=20_500, kid=1)
LEAVES_SEND = Token(purpose=Purpose.unsubscribe_send, subscriber=18, message=42, day=20_500, kid=1)


@pytest.mark.parametrize("token", [LEAVES_LIST, LEAVES_SEND])
async def test_an_answer_without_a_level_reaches_as_far_as_the_mail_asks(api: Api, token: Token) -> None:
    program = await api.program()
    await program.post("/sends", json={"id": "42", "lists": ["weekly"]})
    review_id = await held_request(api, token)
    said = (await program.post(f"/reviews/{review_id}/answer", json={"answer": "unsubscribe", "by": "kim"})).json()
    assert (said["applied"], said["consented_since"]) == (True, [])
    facts = (await program.get("/facts")).json()["items"]
    assert [(one["level"], one["list"]) for one in facts] == [("list", "weekly")]


async def test_of_an_answer_about_a_send_it_is_told_who_asked_for_its_lists_since(api: Api) -> None:
    program = await api.program()
    await program.post("/sends", json={"id": "42", "lists": ["weekly"]})
    review_id = await held_request(api, LEAVES_SEND)
    back = {"kind": "resubscribe", "person": "18", "level": "list", "list": "weekly"}
    assert (await program.post("/requests", json=back)).status_code == 200
    said = (await program.post(f"/reviews/{review_id}/answer", json={"answer": "unsubscribe", "by": "kim"})).json()
    assert said["consented_since"] == ["18"]


@pytest.mark.parametrize("chosen", [{"level": "account"}, {"level": "list", "list": "offers"}])
async def test_whoever_answers_may_choose_how_far_it_reaches(api: Api, chosen: dict[str, str]) -> None:
    review_id = await held_request(api, LEAVES_SEND)
    program = await api.program()
    body = {"answer": "unsubscribe", "by": "kim", **chosen}
    assert (await program.post(f"/reviews/{review_id}/answer", json=body)).json()["applied"]
    facts = (await program.get("/facts")).json()["items"]
    assert [(one["level"], one["list"]) for one in facts] == [(chosen["level"], chosen.get("list"))]


async def test_whoever_may_ask_for_more_than_a_list_is_not_answered_as_if_the_list_were_all(api: Api) -> None:
    to = f"{make_token(LEAVES_LIST, {1: bytes.fromhex(SECRET)})}@reply.acme.example"
    program = await api.program()
    await program.put("/people/18", json={"address": "pat@example.org"})
    review_id = await decided(api, MAIL.replace(b"please unsubscribe me", b"Everything, please."), 1, to=to)
    path = f"/reviews/{review_id}/answer"
    unsaid = await program.post(path, json={"answer": "unsubscribe", "by": "kim"})
    assert (unsaid.status_code, "how far" in unsaid.json()["detail"]) == (422, True)
    said = (await program.post(path, json={"answer": "unsubscribe", "by": "kim", "level": "account"})).json()
    assert (said["applied"], [one["status"] for one in said["changes"]]) == (True, ["unsubscribed"])


async def held_request(api: Api, token: Token) -> str:
    """A mail to a signed unsubscribe address in an account where nothing is automatic."""
    to = f"{make_token(token, {1: bytes.fromhex(SECRET)})}@reply.acme.example"
    await (await api.program()).put("/people/18", json={"address": "pat@example.org"})
    return await decided(api, MAIL, 1, to=to, automatic=False)


@pytest.mark.parametrize("by_earlier_version", [False, True])
async def test_who_answers_what_an_earlier_version_recorded_is_told_what_is_not_known(
    api: Api, by_earlier_version: bool
) -> None:
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mail = InboundMail(id="m1", account_id="acme", envelope=envelope, content=ASKS, received_at=datetime.now(UTC))
    await api.store.accept([mail])
    policy = api.parts.accounts().get("acme")
    assert policy is not None
    decision = decide_mail(mail, NOT_CHECKED, policy, api.parts.rules())
    await api.store.record(mail, replace(decision, door=None) if by_earlier_version else decision)
    program = await api.program()
    told = [(await program.get("/reviews")).json()["items"][0], (await program.get("/reviews/m1")).json()]
    assert [(one["caveat"] or "").partition(",")[0] for one in told] == [
        "recorded by an earlier version" if by_earlier_version else ""
    ] * 2


async def test_no_answer_to_a_mail_sets_a_global_opt_out(api: Api) -> None:
    await decided(api, ASKS, 1)
    program = await api.program()
    [waiting] = (await program.get("/reviews")).json()["items"]
    answer = {"answer": "unsubscribe", "by": "kim", "level": "global"}
    assert (await program.post(f"/reviews/{waiting['id']}/answer", json=answer)).status_code == 422
    assert (await program.get("/facts")).json()["items"] == []


async def test_decisions_are_paged_filtered_and_shown(api: Api) -> None:
    first, second = await decided(api, MAIL, 1), await decided(api, ASKS, 2)
    program = await api.program()
    page = (await program.get("/decisions", params={"limit": 1})).json()
    rest = (await program.get("/decisions", params={"limit": 1, "cursor": page["next"]})).json()
    assert {one["mail"] for one in page["items"] + rest["items"]} == {first, second}
    assert rest["next"] is None
    [only] = (await program.get("/decisions", params={"action": "unsubscribe"})).json()["items"]
    assert only["mail"] == first
    assert (await program.get(f"/decisions/{first}")).json()["decision"]["action"] == "unsubscribe"


async def test_a_cursor_that_no_page_told_goes_on_from_where_it_says(api: Api) -> None:
    mail_id = await decided(api, MAIL, 1)
    program = await api.program()
    for at, found in ((2**63 - 1, [mail_id]), (-(2**63) + 1, [])):
        page = await program.get("/decisions", params={"cursor": cursor_of((at, "a", at))})
        assert (page.status_code, [one["mail"] for one in page.json()["items"]]) == (200, found)


async def test_an_event_is_dropped_and_brought_back_by_who_may(api: Api) -> None:
    await decided(api, MAIL, 1)
    operator, reader = await api.program(), await api.program("read")
    [event] = (await reader.get("/outbox", params={"state": "pending"})).json()["items"]
    assert (await reader.post(f"/outbox/{event['id']}/drop")).status_code == 403
    assert (await operator.post(f"/outbox/{event['id']}/drop")).json()["state"] == "dropped"
    assert (await operator.post(f"/outbox/{event['id']}/retry")).json()["state"] == "pending"


async def test_a_posted_mail_is_explained_as_it_would_be_decided_and_leaves_nothing(small_api: Api) -> None:
    program = await small_api.program("read")
    headers = {"Content-Type": "message/rfc822"}
    for content in (MAIL, ASKS, b"\x00\xff no mail at all", Path(__file__).read_bytes()):
        said = await program.post("/decisions/explain", content=content, headers=headers)
        assert said.status_code == 200
    told = (await program.post("/decisions/explain", content=MAIL, headers=headers)).json()
    assert (told["decision"]["action"], told["decision"]["level"]) == ("unsubscribe", "account")
    assert (await program.post("/decisions/explain", content=b" ", headers=headers)).status_code == 422
    assert (await program.get("/decisions")).json()["items"] == []
    assert (await program.get("/facts")).json()["items"] == []
