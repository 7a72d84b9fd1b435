"""Lists, sends, checks before them, and headers by the API."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from api_house import Api, opened_api

from mailproc.policy.standing.lists import MailingList

STREAMED_HEADERS = ("/headers/stream?list=monthly", b'{"key": "17"}\n', "x-ndjson")
NDJSON = {"Content-Type": "application/x-ndjson"}


async def out_of(api: Api, *people: str) -> None:
    program = await api.program()
    for person in people:
        await program.post("/requests", json={"kind": "unsubscribe", "person": person})


async def test_a_check_names_who_may_not_be_mailed_and_why(api: Api) -> None:
    await out_of(api, "pat@example.org")
    program = await api.program()
    people = [{"address": "sam@example.org"}, {"address": "pat@example.org"}, {"key": "nobody"}, {"address": "no"}, {}]
    told = (await program.post("/send-checks", json={"lists": ["weekly"], "people": people})).json()
    assert told["asked"] == 5
    assert {one["place"]: one["reason"] for one in told["stopped"]} == {
        1: "opt_out account",
        2: "unknown key",
        3: "no valid address",
        4: "no valid address",
    }


async def test_a_commercial_check_without_a_list_is_refused(api: Api) -> None:
    program = await api.program()
    answer = await program.post("/send-checks", json={"people": [{"address": "sam@example.org"}]})
    assert answer.status_code == 422
    body = {"classification": "transactional", "people": [{"address": "sam@example.org"}]}
    assert (await program.post("/send-checks", json=body)).json()["stopped"] == []


async def test_a_stream_answers_line_for_line_and_says_when_it_is_done(api: Api) -> None:
    await out_of(api, "p7@example.org", "p2100@example.org")
    program = await api.program()
    lines = [json.dumps({"address": f"p{number}@example.org"}) for number in range(2200)]
    lines[3] = "{no json"
    answer = await program.post(
        "/send-checks/stream", params={"list": "weekly"}, content="\n".join(lines).encode(), headers=NDJSON
    )
    *told, last = [json.loads(line) for line in answer.text.splitlines()]
    assert last == {"done": True, "lines": 2200}
    assert [place for place, one in enumerate(told) if not one["may_send"]] == [3, 7, 2100]


NO_LINES = [
    (b"not json", "line 3, character 1: Expecting value"),
    (b'{"key": "17",', "line 3, character 14: Expecting property name enclosed in double quotes"),
    (b'{"key": "17"} {"key": "18"}', "line 3, character 15: Extra data"),
    (b'["17"]', "line 3: a line is one JSON object"),
    (b"null", "line 3: a line is one JSON object"),
    (b'{"key": 17}', "line 3: key is text"),
    (b'{"key": 0, "address": null}', "line 3: key is text"),
    (b'\xef\xbb\xbf{"key": "\xff"}', "line 3, character 10: byte 0xff is no UTF-8"),
    (b'{"key": "17", "address": ["pat@example.org"]}', "line 3: address is text"),
    ('{"key": "ü'.encode() + b'\xfc"}', "line 3, character 11: byte 0xfc is no UTF-8"),
    (b"[" * 8000, "line 3: values within values within values"),
    (b'{"key": ' + b"9" * 8000 + b"}", "line 3: a number of too many digits"),
]


@pytest.mark.parametrize(("path", "where"), [("/send-checks/stream", "reason"), ("/headers/stream", "error")])
async def test_a_line_of_a_stream_that_says_nobody_is_told_with_its_place_and_others_are_answered(
    small_api: Api, path: str, where: str
) -> None:
    program = await small_api.program()
    for line, said in NO_LINES:
        content = b'{"key": "17"}\n\n' + line + b'\n{"key": "17"}\n'
        answer = await program.post(path, params={"list": "weekly"}, content=content, headers=NDJSON)
        first, bad, last, done = [json.loads(one) for one in answer.text.splitlines()]
        assert bad[where] == said
        assert (bad.get("may_send", False), bad.get("headers")) == (False, None)
        assert (first[where], done) == (last[where] if where == "reason" else None, {"done": True, "lines": 3})


@pytest.mark.parametrize("path", ["/send-checks/stream", "/headers/stream"])
async def test_a_line_that_is_too_long_is_refused_with_its_number_however_it_comes(small_api: Api, path: str) -> None:
    program = await small_api.program()
    content = b'{"key": "17"}\n' * 3 + b'{"key": "' + b"x" * 9000 + b'"}\n{"key": "17"}\n'

    async def in_pieces(size: int) -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    for size in (100, 5000, len(content)):
        answer = await program.post(path, params={"list": "weekly"}, content=in_pieces(size), headers=NDJSON)
        assert (answer.status_code, answer.json()["detail"]) == (413, "line 4: a line may have 8192 bytes"), size


async def test_a_line_that_is_too_long_behind_a_thousand_others_ends_the_stream(small_api: Api) -> None:
    program = await small_api.program()
    content = b'{"key": "17"}\n' * 1000 + b"x" * 9000
    answer = await program.post("/headers/stream", content=content, headers=NDJSON)
    *told, last = [json.loads(line) for line in answer.text.splitlines()]
    assert (len(told), last) == (
        1000,
        {"problem": "line 1001: a line may have 8192 bytes", "status": 413, "lines": 1000},
    )


async def test_headers_are_made_for_many_and_for_a_stream(small_api: Api) -> None:
    program = await small_api.program()
    told = (await program.post("/headers", json={"keys": ["17", "x" * 100], "list": "weekly", "send": "42"})).json()
    assert told[0]["headers"]["List-Id"] == "Weekly <weekly.news.acme.example>"
    assert (told[1]["headers"], "key" in told[1]["error"]) == (None, True)
    answer = await program.post("/headers/stream", content=b'{"key": "17"}\n{}\n', headers=NDJSON)
    first, second, last = [json.loads(line) for line in answer.text.splitlines()]
    assert first["headers"]["Reply-To"].endswith("@reply.acme.example")
    assert second["headers"] is None
    assert last == {"done": True, "lines": 2}


async def test_one_id_means_one_send(api: Api) -> None:
    program = await api.program()
    made = await program.post("/sends", json={"id": "42", "lists": ["weekly"]})
    assert (made.status_code, made.json()["number"]) == (200, 42)
    assert (await program.post("/sends", json={"id": "42", "lists": ["weekly"]})).status_code == 200
    assert (await program.post("/sends", json={"id": "42", "lists": ["offers"]})).status_code == 409
    assert (await program.get("/sends/42")).json()["lists"] == ["weekly"]
    await program.post("/sends", json={"id": "43", "lists": ["offers"]})
    page = (await program.get("/sends", params={"limit": 1})).json()
    rest = (await program.get("/sends", params={"limit": 1, "cursor": page["next"]})).json()
    assert [one["id"] for one in page["items"] + rest["items"]] == ["43", "42"]


async def test_a_list_that_was_made_a_moment_ago_is_stamped_and_one_that_there_is_not_refused(small_api: Api) -> None:
    program = await small_api.program()
    for path, body, kind in (("/headers", b'{"keys": ["17"], "list": "monthly"}', "json"), STREAMED_HEADERS):
        headers = {"Content-Type": f"application/{kind}"}
        await program.put("/lists/monthly", json={"name": "Monthly"})
        made = await program.post(path, content=body, headers=headers)
        assert "monthly" in made.text
        assert '"error": null' in made.text
        await program.delete("/lists/monthly")
        answer = await program.post(path, content=body, headers=headers)
        told = "acme has no list monthly; there: offers, weekly"
        assert (answer.status_code, answer.json()["detail"]) == (422, told)


async def test_a_send_with_a_slash_in_its_id_is_found(api: Api) -> None:
    program = await api.program()
    made = await program.post("/sends", json={"id": "2026/03", "lists": ["weekly"]})
    assert (await program.get("/sends/2026%2F03")).json() == made.json()


async def test_a_token_that_is_revoked_meanwhile_ends_a_stream(small_api: Api) -> None:
    secret, token_id = await small_api.token()
    program = await small_api.with_token(secret)

    async def lines() -> AsyncIterator[bytes]:
        yield b'{"address": "pat@example.org"}\n' * 1000
        await small_api.store.tokens.revoke("acme", token_id)
        yield b'{"address": "pat@example.org"}\n' * 1000

    answer = await program.post("/send-checks/stream?list=weekly", content=lines(), headers=NDJSON)
    told = [json.loads(line) for line in answer.text.splitlines()]
    assert len(told) == 1001
    assert told[-1] == {"problem": "this token is revoked", "status": 401, "lines": 1000}


async def test_no_send_is_called_by_the_number_that_stands_for_none(api: Api) -> None:
    program = await api.program()
    refused = await program.post("/sends", json={"id": "0", "lists": ["weekly"]})
    assert (refused.status_code, "no send can have the id 0" in refused.json()["detail"]) == (422, True)
    [told] = (await program.post("/headers", json={"keys": ["17"], "send": "0"})).json()
    assert (told["headers"], "no send can have the id 0" in told["error"]) == (None, True)


async def test_lists_are_made_joined_left_and_let_go(api: Api) -> None:
    program = await api.program()
    made = await program.put("/lists/monthly", json={"name": "Monthly", "public": True})
    assert (made.status_code, made.json()["public"]) == (200, True)
    assert (await program.put("/lists/monthly/members/17")).status_code == 404
    await program.put("/people/17", json={"address": "pat@example.org"})
    assert (await program.put("/lists/monthly/members/17")).status_code == 204
    assert [one["key"] for one in (await program.get("/lists/monthly/members")).json()["items"]] == ["17"]
    assert (await program.delete("/lists/monthly/members/17")).status_code == 204
    assert (await program.get("/lists/monthly/members")).json()["items"] == []
    assert (await program.delete("/lists/monthly")).status_code == 204
    assert (await program.delete("/lists/monthly")).status_code == 404
    assert (await program.delete("/lists/weekly")).status_code == 409


async def test_a_list_that_the_settings_name_cannot_be_let_go_and_keeps_what_was_said_of_it(api: Api) -> None:
    program = await api.program()
    made = (await program.put("/lists/weekly", json={"name": "The Weekly", "public": True})).json()
    refused = await program.delete("/lists/weekly")
    assert (refused.status_code, "take it out there first" in refused.json()["detail"]) == (409, True)
    assert (await program.get("/lists/weekly")).json() == made


async def test_a_commercial_send_names_its_lists_as_its_check_must(api: Api) -> None:
    program = await api.program()
    refused = await program.post("/sends", json={"id": "42"})
    assert (refused.status_code, "offers, weekly" in refused.json()["detail"]) == (422, True)
    assert (await program.get("/sends/42")).status_code == 404
    receipts = await program.post("/sends", json={"id": "42", "classification": "transactional"})
    assert (receipts.status_code, receipts.json()["lists"]) == (200, [])


async def test_links_lead_to_the_accounts_own_pages_where_nothing_else_is_said(sqlite_url: str) -> None:
    async with AsyncExitStack() as stack:
        api = await opened_api(sqlite_url, stack, pages_url="https://news.acme.example")
        program = await api.program()
        wanted = {"keys": ["17"], "list": "weekly"}
        [told] = (await program.post("/headers", json=wanted)).json()
        stream = await program.post("/headers/stream?list=weekly", content=b'{"key": "17"}\n', headers=NDJSON)
        for made in (told["headers"], json.loads(stream.text.splitlines()[0])["headers"]):
            assert made["List-Unsubscribe"].startswith("<https://news.acme.example/u/")
            assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
            assert made["Unsubscribe-Link"].startswith("https://news.acme.example/u/")
            assert made["Profile-Link"].startswith("https://news.acme.example/p/")
        elsewhere = await program.post("/headers", json={**wanted, "links_base": "https://links.acme.example/u/"})
        assert elsewhere.json()[0]["headers"]["List-Unsubscribe"].startswith("<https://links.acme.example/u/")


async def test_a_place_where_no_link_can_be_served_is_refused(small_api: Api) -> None:
    program = await small_api.program()
    for base in ("https://a.example/u/#", "https://pat:secret@a.example/u/", "https:///u/", "http://a.example/u/"):
        body = await program.post("/headers", json={"keys": ["17"], "links_base": base})
        params = {"links_base": base}
        stream = await program.post("/headers/stream", content=b'{"key": "17"}\n', headers=NDJSON, params=params)
        for answer in (body, stream):
            assert (answer.status_code, answer.json()["detail"].startswith("links_base must ")) == (422, True), base
            assert "secret" not in answer.text


async def test_without_pages_there_is_a_mailto_alone(small_api: Api) -> None:
    [told] = (await (await small_api.program()).post("/headers", json={"keys": ["17"]})).json()
    assert told["headers"]["List-Unsubscribe"].startswith("<mailto:")
    assert not {"List-Unsubscribe-Post", "Unsubscribe-Link", "Profile-Link"} & set(told["headers"])


async def test_a_list_that_is_there_may_be_made_another_whatever_it_is_called(api: Api) -> None:
    await api.store.lists.put(MailingList(account_id="acme", id="a;b", name="From before"))
    program = await api.program()
    told = await program.put("/lists/a;b", json={"name": "Now public", "public": True})
    assert (told.status_code, told.json().get("public")) == (200, True)
    for refused in ("c;d", "number-77"):
        assert (await program.put(f"/lists/{refused}", json={"name": "New"})).status_code == 422
