"""People by the API: known, found, taken off and put back, on both databases."""

import json
from datetime import datetime, timedelta

from api_house import Api, a_review

PAT = {"address": "pat@example.org", "attributes": {"first_name": "Pat"}}


async def test_a_subscriber_is_made_known_and_found_by_key_and_by_address(api: Api) -> None:
    program = await api.program()
    made = await program.put("/people/17", json=PAT)
    assert (made.status_code, made.json()["status"]) == (201, "active")
    by_key = await program.get("/people/17")
    assert by_key.json()["attributes"] == {"first_name": "Pat"}
    assert by_key.headers["etag"] == made.headers["etag"]
    assert by_key.headers["cache-control"] == "no-store"
    [by_address] = (await program.post("/people/search", json={"person": "PAT@example.org"})).json()
    assert by_address["key"] == "17"


async def test_who_changed_meanwhile_is_not_overwritten(api: Api) -> None:
    program = await api.program()
    seen = (await program.put("/people/17", json=PAT)).headers["etag"]
    await program.post("/requests", json={"kind": "unsubscribe", "person": "17"})
    late = await program.put("/people/17", json={"address": "new@example.org"}, headers={"If-Match": seen})
    assert (late.status_code, late.json()["status"]) == (412, 412)
    now = await program.get("/people/17")
    assert now.json()["address"] == "pat@example.org"
    fresh = await program.put(
        "/people/17", json={"address": "new@example.org"}, headers={"If-Match": now.headers["etag"]}
    )
    assert (fresh.status_code, fresh.json()["status"]) == (200, "unsubscribed")
    again = await program.put("/people/17", json=PAT, headers={"If-None-Match": "*"})
    assert again.status_code == 412


async def test_whoever_must_be_there_is_not_made(api: Api) -> None:
    program = await api.program()
    there = {"If-Match": "*"}
    refused = await program.put("/people/17", json=PAT, headers=there)
    assert (refused.status_code, refused.json()["detail"]) == (412, "there is nobody yet")
    assert (await program.get("/people/17")).status_code == 404
    await program.put("/people/17", json=PAT)
    assert (await program.put("/people/17", json=PAT, headers=there)).status_code == 200


async def test_an_unsubscribe_by_phone_is_a_fact_with_who_entered_it_and_a_resubscribe_ends_it(api: Api) -> None:
    program = await api.program()
    await program.put("/people/17", json=PAT)
    body = {"kind": "unsubscribe", "person": "17", "channel": "phone", "received_at": "2026-03-03T10:00:00Z"}
    entered = await program.post("/requests", json={**body, "by": "kim", "reason": "called"})
    assert [one["status"] for one in entered.json()["changes"]] == ["unsubscribed"]
    [fact] = (await program.get("/facts")).json()["items"]
    assert (fact["kind"], fact["channel"], fact["evidence"]) == (
        "opt_out",
        "phone",
        {"by": "kim (token tool)", "reason": "called"},
    )
    [told] = (await program.post("/people/standing", json={"person": "17"})).json()
    assert told["may_send"] == {"commercial": False, "transactional": True}
    back = await program.post("/requests", json={"kind": "resubscribe", "person": "17"})
    assert [one["status"] for one in back.json()["changes"]] == ["active"]


async def test_what_waits_for_a_person_is_told_whichever_name_of_theirs_the_mail_has(api: Api) -> None:
    review_id = await a_review(api)
    program = await api.program()
    made = await program.put("/people/17", json={"address": "pat@example.org"})
    await program.put("/people/18", json={"address": "sam@example.org"})
    by_address = await program.post("/people/search", json={"person": "pat@example.org"})
    told = [made.json(), (await program.get("/people/17")).json(), *by_address.json()]
    assert [one["reviews"] for one in told] == [[review_id]] * 3
    assert (await program.get("/people/18")).json()["reviews"] == []


async def test_a_request_by_a_clock_that_is_a_little_ahead_is_taken_as_of_now(api: Api) -> None:
    program = await api.program()
    began = api.clock()
    entry = {"kind": "unsubscribe", "person": "pat@example.org"}
    for minutes, status in ((3, 200), (30, 422)):
        ahead = {**entry, "received_at": (began + timedelta(minutes=minutes)).isoformat()}
        assert (await program.post("/requests", json=ahead)).status_code == status
    [fact] = (await program.get("/facts")).json()["items"]
    assert began <= datetime.fromisoformat(fact["occurred_at"]) <= api.clock()


async def test_a_request_that_something_newer_outweighs_changes_nobodys_standing(api: Api) -> None:
    program = await api.program()
    entry = {"kind": "unsubscribe", "person": "pat@example.org"}
    await program.post("/requests", json={**entry, "kind": "resubscribe"})
    told = await program.post("/requests", json={**entry, "received_at": "2026-01-01T00:00:00Z"})
    assert told.json()["changes"] == []
    [stands] = (await program.post("/people/standing", json={"person": "pat@example.org"})).json()
    assert stands["may_send"]["commercial"]


async def test_why_names_the_step_that_stops(api: Api) -> None:
    program = await api.program()
    await program.put("/people/17", json=PAT)
    await program.post("/requests", json={"kind": "unsubscribe", "person": "17", "level": "list", "list": "weekly"})
    [said] = (await program.post("/people/why", json={"person": "pat@example.org", "list": "weekly"})).json()
    assert (said["may_send"], said["stopped_first_at"]) == (False, "list")


async def test_a_global_opt_out_takes_the_scope_of_operators(api: Api) -> None:
    writer, operator = await api.program("read", "write"), await api.program()
    body = {"kind": "unsubscribe", "person": "pat@example.org", "level": "global", "reason": "asked"}
    assert (await writer.post("/requests", json=body)).status_code == 403
    assert (await operator.post("/requests", json=body)).status_code == 200
    lifted = await writer.post("/requests", json={"kind": "resubscribe", "person": "pat@example.org"})
    assert lifted.json()["still_global"] is True


async def test_the_feed_of_facts_goes_on_where_it_stopped(api: Api) -> None:
    program = await api.program()
    for number in range(5):
        await program.post("/requests", json={"kind": "unsubscribe", "person": f"p{number}@example.org"})
    seen, cursor = [], None
    while True:
        params = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await program.get("/facts", params=params)).json()
        seen += [one["address"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == [f"p{number}@example.org" for number in range(5)]


async def test_what_is_no_request_is_told_and_changes_nothing(api: Api) -> None:
    program = await api.program()
    for body in (
        {"kind": "unsubscribe", "person": "no address @"},
        {"kind": "unsubscribe", "person": "17", "level": "list"},
        {"kind": "unsubscribe", "person": "17", "list": "weekly"},
        {"kind": "unsubscribe", "person": "17", "level": "list", "list": "monthly"},
        {"kind": "unsubscribe", "person": "17", "received_at": "2126-03-03T10:00:00Z"},
        {"kind": "unsubscribe", "person": "17", "channel": "pigeon"},
        {"kind": "unsubscribe", "person": "17", "account": "zeta"},
        {"kind": "unsubscribe"},
        ["unsubscribe"],
    ):
        answer = await program.post("/requests", json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), body
    assert (await program.get("/facts")).json()["items"] == []


async def test_lone_surrogates_are_refused_not_a_crash(small_api: Api) -> None:
    program = await small_api.program()
    body = json.dumps({"kind": "unsubscribe", "person": "p\ud800@example.org"}).encode()
    answer = await program.post("/requests", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422


async def test_attributes_are_kept_as_long_as_they_may_be(api: Api) -> None:
    program = await api.program()
    attributes = {"a" * 100: "x" * 2000}
    told = (await program.put("/people/17", json={"address": "pat@example.org", "attributes": attributes})).json()
    assert told["attributes"] == attributes
    assert (await program.get("/people/17")).json()["attributes"] == attributes
