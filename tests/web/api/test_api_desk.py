"""Reviews, outbox and decisions by the API, and a mail explained."""

from datetime import UTC, datetime
from pathlib import Path

from api_house import Api

from mailproc.mail.authentication import NOT_CHECKED
from mailproc.mail.envelope import Envelope, InboundMail
from mailproc.pipeline import decide_mail

MAIL = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: News\r\n\r\nplease unsubscribe me\r\n"
ASKS = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: unsubscribe\r\n\r\nwhen is it?\r\n"


async def decided(api: Api, content: bytes, number: int) -> str:
    """A mail of acme, taken and decided."""
    envelope = Envelope(mail_from="pat@example.org", rcpt_tos=("reply@reply.acme.example",))
    mail = InboundMail(
        id=f"{number:026}", account_id="acme", envelope=envelope, content=content, received_at=datetime.now(UTC)
    )
    await api.store.accept([mail])
    policy = api.parts.accounts().get("acme")
    assert policy is not None
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
