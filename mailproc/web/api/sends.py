"""Sends: recorded, checked against everyone's standing, and what to stamp on their mail."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from mailproc.errands.given import check_list
from mailproc.errands.sending import reason_of, record_send, send_of, terms_of
from mailproc.errors import NotFound, Unusable
from mailproc.policy.stamp import Stamper
from mailproc.policy.standing.send import SendTerms, Stopped
from mailproc.policy.standing.verdict import Classification
from mailproc.shapes.records import send_as_json
from mailproc.web.api import models
from mailproc.web.api.caller import Caller, Reader, Writer
from mailproc.web.api.discretion import blocks_told
from mailproc.web.api.lines import Names, Told, answered
from mailproc.web.api.paging import Cursor, Limit, page, place_of
from mailproc.web.api.problems import said
from mailproc.web.api.route import Route

router = APIRouter(route_class=Route, tags=["sends"])
ListsQuery = Annotated[
    list[str] | None, Query(alias="list", max_length=100, description="List it goes to; may be repeated.")
]
ListQuery = Annotated[str | None, Query(alias="list", max_length=100, description="List that the mail goes to.")]
SendQuery = Annotated[str | None, Query(max_length=200, description="Your id of the send.")]
LinksQuery = Annotated[str | None, Query(max_length=500, description=models.LINKS_SAID)]
_NDJSON = {
    "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
    "description": "A line for each line, and a last one with `done` or `problem`.",
}


@router.get("/sends", response_model=models.Page[models.SendTold])
async def show_all(caller: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Recorded sends, newest first."""
    found = await caller.store.pages.sends(caller.account_id, place_of(cursor, int, str), limit)
    return said(page(found, send_as_json))


@router.get("/sends/{send_id:path}", response_model=models.SendTold)
async def show(send_id: models.Id, caller: Reader) -> Response:
    """One send by your own id."""
    found = await caller.store.sends.find(caller.account_id, send_id)
    if found is None:
        raise NotFound(f"{caller.account_id} has no send {send_id}")
    return said(send_as_json(found))


@router.post("/sends", response_model=models.SendTold)
async def record(body: models.WantedSend, caller: Writer) -> Response:
    """Record a send with its lists; the same again changes nothing, another under the same id is a conflict."""
    terms = terms_of(await caller.settings(), caller.account_id, body.lists, body.classification)
    return said(send_as_json(await record_send(caller.store, send_of(terms, body.id, body.name, caller.now))))


@router.post("/send-checks", response_model=models.Checked)
async def check(body: models.SendCheck, caller: Reader) -> Response:
    """Who of these people may be mailed? Ask at send time, about everyone (R4)."""
    terms = terms_of(await caller.settings(), caller.account_id, body.lists, body.classification)
    checked_at = caller.now
    stopped = await _stopped(caller, terms, [(one.key or "", one.address or "") for one in body.people])
    told = [{"place": place, **_told(caller, one)} for place, one in sorted(stopped.items())]
    return said({"checked_at": checked_at.isoformat(), "asked": len(body.people), "stopped": told})


@router.post("/send-checks/stream", response_class=Response, responses={200: _NDJSON})
async def check_stream(
    request: Request,
    caller: Reader,
    lists: ListsQuery = None,
    classification: Classification = Classification.commercial,
) -> Response:
    """The same for any number: a line of `{"key": …, "address": …}` in, a line of `{"may_send": …}` out."""
    terms = terms_of(await caller.settings(), caller.account_id, lists or (), classification)

    async def work(some: Sequence[Names]) -> list[Told]:
        stopped = await _stopped(caller, terms, some)
        return [
            {"may_send": False, **_told(caller, stopped[place])} if place in stopped else {"may_send": True}
            for place in range(len(some))
        ]

    return await answered(request, work, lambda why: {"may_send": False, "reason": why, "blocks": []})


@router.post("/headers", response_model=list[models.Stamped], tags=["headers"])
async def stamp(body: models.Stamping, caller: Reader) -> Response:
    """What to stamp on outgoing mail, for each subscriber key; Unsubscribe-Link and Profile-Link are for its text."""
    stamper = await _stamper(caller, body.list, body.links_base)
    return said([_stamped(stamper, key, body.list, body.send) for key in body.keys])


@router.post("/headers/stream", response_class=Response, responses={200: _NDJSON}, tags=["headers"])
async def stamp_stream(
    request: Request, caller: Reader, list_id: ListQuery = None, send: SendQuery = None, links_base: LinksQuery = None
) -> Response:
    """The same for any number: a line of `{"key": …}` in, a line of `{"key": …, "headers": …}` out."""
    stamper = await _stamper(caller, list_id, links_base)

    async def work(some: Sequence[Names]) -> list[Told]:
        return [_stamped(stamper, key, list_id, send) for key, _ in some]

    return await answered(request, work, lambda why: {"key": "", "headers": None, "error": why})


async def _stamper(caller: Caller, list_id: str | None, links_base: str | None) -> Stamper:
    """For mail of a list as lists are at this moment: mail is decided by those of some seconds ago."""
    settings = await caller.settings()
    check_list(settings, caller.account_id, list_id)
    known = next(one for one in settings.account if one.id == caller.account_id)
    policy = replace(caller.policy, lists=known.lists)
    try:
        return Stamper(policy, issued_on=caller.now.date(), links_base=links_base or known.pages.links_base)
    except ValueError as error:
        raise Unusable(str(error)) from None


def _stamped(stamper: Stamper, key: str, list_id: str | None, send: str | None) -> dict[str, Any]:
    try:
        headers = stamper.stamp(key, nonce=secrets.token_hex(6), list_id=list_id, send=send)
        headers |= stamper.links(key, list_id=list_id, send=send)
    except ValueError as error:
        return {"key": key, "headers": None, "error": str(error)}
    return {"key": key, "headers": headers, "error": None}


async def _stopped(caller: Caller, terms: SendTerms, people: Sequence[Names]) -> dict[int, Stopped]:
    """By place; whoever has an address is asked about with it, the others by key alone."""
    stopped: dict[int, Stopped] = {}
    for has_address in (True, False):
        places = [place for place, (_, address) in enumerate(people) if bool(address) is has_address]
        if not places:
            continue
        keys = [people[place][0] for place in places]
        addresses = [people[place][1] for place in places] if has_address else None
        found = await caller.store.sends.check.stopped(terms, addresses=addresses, keys=keys)
        stopped.update({places[place]: one for place, one in found.items()})
    return stopped


def _told(caller: Caller, one: Stopped) -> dict[str, Any]:
    return {"reason": reason_of(one), "blocks": blocks_told(caller.account_id, one.blocks)}
