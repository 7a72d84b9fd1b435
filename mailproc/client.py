"""A small client of the API for Python programs: `async with Client(url, token) as api: …`; see docs/how-to/api.md."""

import asyncio
import json
from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Self, TypedDict, Unpack
from urllib.parse import quote

import aiohttp

Told = dict[str, Any]  # an object as docs/reference/openapi.json tells of it
Level = Literal["account", "list", "global"]
Classification = Literal["commercial", "transactional"]
Channel = Literal["api", "phone", "letter", "chat"]


class Entry(TypedDict, total=False):
    """What is entered beside whom it is about.

    Without `level` it is about the account, and `list_id` belongs to level `list`; without `channel` it came by `api`,
    without `received_at` (None, too) now; a time without a zone is by the clock on the wall here. The same again under
    one `once` (an Idempotency-Key) does nothing.
    """

    level: Level
    list_id: str | None
    channel: Channel
    received_at: datetime | None
    by: str
    reason: str
    once: str | None


class ApiError(Exception):
    """What the API refused, or could not do: its status, its sentence, and when to come again (seconds, or None)."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(f"{status}: {detail}")
        self.status, self.detail, self.retry_after = status, detail, retry_after


class Client:
    """One account, as its token allows. Every method raises ApiError, or aiohttp.ClientError when nobody answers."""

    def __init__(self, url: str, token: str, *, timeout_seconds: float = 60) -> None:
        self._base = f"{url.rstrip('/')}/api/v1"
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=timeout_seconds, sock_read=timeout_seconds)
        self._session = aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}, timeout=timeout)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let the connections go."""
        await self._session.close()

    async def person(self, key: str) -> Told | None:
        """A subscriber by key; None for nobody. `etag` is what `put_person` takes as `if_match`."""
        try:
            return dict(await self._call("GET", f"/people/{_part(key)}"))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def put_person(
        self, key: str, address: str, attributes: Mapping[str, str] | None = None, *, if_match: str | None = None
    ) -> Told:
        """Make a subscriber known, or their address and attributes new; with `if_match` only as they were seen."""
        headers = {} if if_match is None else {"If-Match": if_match}
        body = {"address": address, "attributes": dict(attributes or {})}
        return dict(await self._call("PUT", f"/people/{_part(key)}", body, headers=headers))

    async def search(self, person: str, *, list_id: str | None = None) -> list[Told]:
        """Everyone whom an address or a key means."""
        return list(await self._call("POST", "/people/search", {"person": person, "list": list_id}))

    async def standing(self, person: str, *, list_id: str | None = None) -> list[Told]:
        """The same in short: whether they may be mailed."""
        return list(await self._call("POST", "/people/standing", {"person": person, "list": list_id}))

    async def why(self, person: str, *, list_id: str | None = None) -> list[Told]:
        """Why somebody gets no mail."""
        return list(await self._call("POST", "/people/why", {"person": person, "list": list_id}))

    async def unsubscribe(self, person: str, **entry: Unpack[Entry]) -> Told:
        """Take somebody off."""
        return await self._request("unsubscribe", person, entry)

    async def resubscribe(self, person: str, **entry: Unpack[Entry]) -> Told:
        """Enter that somebody asked for mail again."""
        return await self._request("resubscribe", person, entry)

    async def record_send(
        self,
        send_id: str,
        lists: Sequence[str],
        *,
        name: str | None = None,
        classification: Classification = "commercial",
    ) -> Told:
        """Record a send; the same again changes nothing."""
        body = {"id": send_id, "lists": list(lists), "name": name, "classification": classification}
        return dict(await self._call("POST", "/sends", body))

    async def check_send(
        self,
        people: Sequence[Mapping[str, str]],
        lists: Sequence[str],
        *,
        classification: Classification = "commercial",
    ) -> dict[int, Told]:
        """Who of at most 10,000 may not be mailed, by place: `people` have `key`, `address`, or both."""
        body = {"people": [dict(one) for one in people], "lists": list(lists), "classification": classification}
        told = await self._call("POST", "/send-checks", body)
        return {int(one["place"]): one for one in told["stopped"]}

    async def check_stream(
        self,
        people: AsyncIterable[Mapping[str, str]],
        lists: Sequence[str],
        *,
        classification: Classification = "commercial",
    ) -> AsyncIterator[Told]:
        """The same for any number: an answer with `may_send` for each, in their order. Raises ApiError if cut short."""
        params = [*(("list", one) for one in lists), ("classification", classification)]
        async for told in self._stream("/send-checks/stream", people, params):
            yield told

    async def headers(
        self, keys: Sequence[str], *, list_id: str | None = None, send: str | None = None, links_base: str | None = None
    ) -> list[Told]:
        """What to stamp on the mail of at most 2,000."""
        body = {"keys": list(keys), "list": list_id, "send": send, "links_base": links_base}
        return list(await self._call("POST", "/headers", body))

    async def pages(self, what: str, **params: str) -> AsyncIterator[Told]:
        """All of `facts`, `sends`, `decisions`, `outbox`, `reviews` or `lists/ID/members`, one by one."""
        cursor: str | None = None
        while True:
            asked = params if cursor is None else {**params, "cursor": cursor}
            page = await self._call("GET", f"/{what}", params=list(asked.items()))
            for one in page["items"]:
                yield one
            cursor = page["next"]
            if cursor is None:
                return

    async def follow(
        self, cursor: str | None = None, *, pause_seconds: float | None = 5
    ) -> AsyncIterator[tuple[list[Told], str]]:
        """Facts that are new since `cursor` (None: all), some at a time, each once; with the cursor to keep after them.

        Looks again after a pause; with None for it, ends where nothing is new. Comes again where the API asks for it.
        """
        while True:
            try:
                page = await self._call("GET", "/facts", params=[("cursor", cursor)] if cursor else [])
            except ApiError as error:
                if error.retry_after is None:
                    raise
                await asyncio.sleep(error.retry_after)
                continue
            cursor = str(page["follow"])
            if page["items"]:
                yield page["items"], cursor
            elif pause_seconds is None:
                return
            else:
                await asyncio.sleep(pause_seconds)

    async def answer_review(
        self,
        review_id: str,
        answer: str,
        *,
        by: str,
        level: str | None = None,
        list_id: str | None = None,
        persons: Sequence[str] = (),
        note: str = "",
        once: str | None = None,
    ) -> Told:
        """Answer a review; of two answers the first counts. `once` as in `Entry`; `changes` of a repeat may be None.

        About what the mail asks; with a `list_id` about that list, with level `account` about all of the account.
        """
        level = "list" if level is None and list_id is not None else level
        about = {"level": level, "list": list_id, "persons": list(persons)}
        body = {"answer": answer, "by": by, "note": note, **about}
        path, headers = f"/reviews/{_part(review_id)}/answer", _once(once)
        return dict(await self._call("POST", path, body, headers=headers))

    async def explain(self, mail: bytes) -> Told:
        """What mailproc would decide about a mail, and why; nothing is kept."""
        headers = {"Content-Type": "message/rfc822"}
        async with self._session.post(f"{self._base}/decisions/explain", data=mail, headers=headers) as answer:
            return dict(await _told(answer))

    async def _request(self, kind: str, person: str, entry: Entry) -> Told:
        said: Told = {"kind": kind, "person": person, **entry}
        once, list_id, received_at = (said.pop(name, None) for name in ("once", "list_id", "received_at"))
        said |= {"list": list_id, "received_at": received_at.astimezone().isoformat() if received_at else None}
        return dict(await self._call("POST", "/requests", said, headers=_once(once)))

    async def _call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: Mapping[str, str] | None = None,
        params: Sequence[tuple[str, str]] = (),
    ) -> Any:
        request = self._session.request(
            method, f"{self._base}{path}", json=body, headers=dict(headers or {}), params=list(params)
        )
        async with request as answer:
            told = await _told(answer)
            if isinstance(told, dict) and "ETag" in answer.headers:
                told["etag"] = answer.headers["ETag"]
            return told

    async def _stream(
        self, path: str, values: AsyncIterable[Mapping[str, str]], params: Sequence[tuple[str, str]]
    ) -> AsyncIterator[Told]:
        async def lines() -> AsyncIterator[bytes]:
            async for one in values:
                yield json.dumps(dict(one)).encode() + b"\n"

        headers = {"Content-Type": "application/x-ndjson"}
        request = self._session.post(f"{self._base}{path}", data=lines(), headers=headers, params=list(params))
        async with request as answer:
            if answer.status != 200:
                await _told(answer)
            async for line in answer.content:
                told = json.loads(line)
                if "done" in told:
                    return
                if "problem" in told:
                    raise ApiError(told["status"], str(told["problem"]))
                yield told
        raise ApiError(503, "the answer ended before it was done")


def _once(key: str | None) -> dict[str, str]:
    return {} if key is None else {"Idempotency-Key": key}


def _part(name: str) -> str:
    return quote(name, safe="")


async def _told(answer: aiohttp.ClientResponse) -> Any:
    if answer.status < 400:
        return None if answer.status == 204 else await answer.json()
    after = answer.headers.get("Retry-After", "")
    try:
        detail = str((await answer.json(content_type=None))["detail"])
    except (ValueError, KeyError, TypeError):
        detail = answer.reason or "no reason given"
    raise ApiError(answer.status, detail, int(after) if after.isdigit() else None)
