"""The client, over real HTTP; and the examples of docs/how-to/api.md, which are run as they are written."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mailproc.client import ApiError, Client

EXAMPLES = re.findall(
    r"```python\n(.*?)```", (Path(__file__).parents[3] / "docs" / "how-to" / "api.md").read_text("utf-8"), re.DOTALL
)
*CALLS, FOLLOWS = EXAMPLES
PRINTED = ["1234567890 <mailto:", "3000 may be mailed\n", "account ["]
MAIL = b"From: pat@example.org\r\nTo: reply@reply.acme.example\r\nSubject: Re: News\r\n\r\nplease unsubscribe me\r\n"


@pytest.mark.parametrize(
    ("example", "printed"), list(zip(CALLS, PRINTED, strict=True)), ids=["send", "stream", "phone"]
)
async def test_each_example_of_the_how_to_does_what_it_says(
    served: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    example: str,
    printed: str,
) -> None:
    monkeypatch.setenv("MAIL_API_URL", served[0].removesuffix("/api/v1"))
    monkeypatch.setenv("MAIL_API_TOKEN", served[1])
    await asyncio.to_thread(exec, compile(example, "api.md", "exec"), {"__name__": "example"})
    assert capsys.readouterr().out.startswith(printed)


def test_no_example_wants_a_variable_that_commands_take_for_a_setting() -> None:
    wanted = [name for example in EXAMPLES for name in re.findall(r'environ\["(\w+)"', example)]
    assert wanted
    assert not any(name.startswith("MAILPROC_") for name in wanted)


async def test_the_example_that_follows_goes_on_where_it_was(
    served: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAIL_API_URL", served[0].removesuffix("/api/v1"))
    monkeypatch.setenv("MAIL_API_TOKEN", served[1])
    told = []
    async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
        for number in range(3):
            if number < 2:
                await api.unsubscribe(f"follows{number}@example.org")
            await asyncio.to_thread(exec, compile(FOLLOWS, "api.md", "exec"), {"__name__": "example"})
            told.append([line.split()[-1] for line in capsys.readouterr().out.splitlines()])
    assert told[0][-1] == "follows0@example.org"
    assert told[1:] == [["follows1@example.org"], []]


async def test_who_follows_gets_page_after_page_and_then_what_happens_meanwhile(served: tuple[str, str]) -> None:
    async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
        [*_, (_, begin)] = [page async for page in api.follow(pause_seconds=None)] or [([], None)]
        for number in range(102):
            await api.unsubscribe(f"many{number}@example.org")
        pages = [facts async for facts, _ in api.follow(begin, pause_seconds=None)]
        assert [len(one) for one in pages] == [100, 2]
        following = api.follow(begin, pause_seconds=0)
        for expected in pages:
            assert (await anext(following))[0] == expected
        waiting = asyncio.ensure_future(anext(following))
        await api.unsubscribe("late@example.org")
        facts, cursor = await waiting
        assert [one["address"] for one in facts] == ["late@example.org"]
        assert [page async for page in api.follow(cursor, pause_seconds=None)] == []


async def test_who_follows_with_a_cursor_of_nobody_is_told_so(served: tuple[str, str]) -> None:
    async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
        with pytest.raises(ApiError, match="none of ours"):
            await anext(api.follow("bm9uZQ=="))


async def test_the_client_tells_what_was_refused_and_goes_through_pages(served: tuple[str, str]) -> None:
    async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
        assert await api.person("nobody-here") is None
        made = await api.put_person("c1", "c1@example.org")
        await api.unsubscribe("c1")
        with pytest.raises(ApiError) as refused:
            await api.put_person("c1", "c2@example.org", if_match=made["etag"])
        assert refused.value.status == 412
        assert "c1" in [one["key"] async for one in api.pages("facts", limit="1")]
        assert (await api.explain(MAIL))["decision"]["action"] == "unsubscribe"
        with pytest.raises(ApiError, match="no review"):
            await api.answer_review("none", "not-a-request", by="kim")


async def test_requests_say_which_list_when_and_by_whom(served: tuple[str, str]) -> None:
    async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
        await api.put_person("c3", "c3@example.org")
        at = datetime(2026, 3, 3, 10, tzinfo=UTC)
        await api.unsubscribe(
            "c3", level="list", list_id="weekly", channel="letter", received_at=at, by="kim", reason="wrote"
        )
        told = await api.person("c3")
        assert told is not None
        [fact] = told["facts"]
        assert (fact["list"], fact["channel"], datetime.fromisoformat(fact["occurred_at"])) == ("weekly", "letter", at)
        assert fact["evidence"] == {"by": "kim (token tool)", "reason": "wrote"}
        back = await api.resubscribe("c3", level="list", list_id="weekly", received_at=at + timedelta(days=1))
        assert back["still_global"] is False
        [standing] = await api.standing("c3", list_id="weekly")
        assert (standing["blocks"], standing["may_send"]["commercial"]) == ([], True)


async def test_a_time_without_a_zone_is_by_the_clock_on_the_wall(
    served: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "XYZ5")  # five hours behind UTC (POSIX)
    time.tzset()
    try:
        async with Client(served[0].removesuffix("/api/v1"), served[1]) as api:
            await api.unsubscribe("w1@example.org", received_at=datetime(2026, 3, 3, 10))  # noqa: DTZ001 - that it has none
            [told] = await api.search("w1@example.org")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert datetime.fromisoformat(told["facts"][0]["occurred_at"]) == datetime(2026, 3, 3, 15, tzinfo=UTC)


async def test_a_wrong_token_is_told_in_a_sentence(served: tuple[str, str]) -> None:
    async with Client(served[0].removesuffix("/api/v1"), "mp_wrong") as api:
        with pytest.raises(ApiError, match="api-token create"):
            await api.standing("pat@example.org")
