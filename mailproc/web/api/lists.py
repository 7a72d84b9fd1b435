"""Lists and publications, and who is on them."""

from fastapi import APIRouter
from starlette.responses import Response

from mailproc.errands.given import check_removable, usable_list_id
from mailproc.errors import NotFound
from mailproc.policy.standing.lists import MailingList
from mailproc.settings.account_policies import lists_of
from mailproc.shapes.records import list_as_json, member_as_json
from mailproc.web.api import models
from mailproc.web.api.caller import Caller, Reader, Writer
from mailproc.web.api.paging import Cursor, Limit, page, place_of
from mailproc.web.api.problems import said
from mailproc.web.api.route import Route

router = APIRouter(route_class=Route, tags=["lists"])


@router.get("/lists", response_model=list[models.ListTold])
async def show_all(caller: Reader) -> Response:
    """The lists of the account: those of the settings and those made since."""
    return said([list_as_json(one) for one in await _lists(caller)])


@router.get("/lists/{list_id}", response_model=models.ListTold)
async def show(list_id: models.ListPath, caller: Reader) -> Response:
    """One list."""
    return said(list_as_json(await _list(caller, list_id)))


@router.put("/lists/{list_id}", response_model=models.ListTold)
async def put(list_id: models.ListPath, body: models.WantedList, caller: Writer) -> Response:
    """Make a list, or make it another. Opt-outs are not touched, and account opt-outs cover it from its first day."""
    kept = await caller.store.lists.all()  # read before: who reads in vain wrote nothing
    there = {one.id for one in lists_of(caller.parts.settings, kept) if one.account_id == caller.account_id}
    one = MailingList(
        account_id=caller.account_id,
        id=list_id if list_id in there else usable_list_id(list_id),
        name=body.name,
        spellings=tuple(body.also),
        classification=body.classification,
        is_public=body.public,
    )
    await caller.store.lists.put(one)
    merged = lists_of(caller.parts.settings, [*kept, one])
    return said(list_as_json(next(made for made in merged if (made.account_id, made.id) == (one.account_id, one.id))))


@router.delete("/lists/{list_id}", status_code=204, response_class=Response)
async def remove(list_id: models.ListPath, caller: Writer) -> Response:
    """Let a list go. Opt-outs from it stay, and hold should it come back."""
    check_removable(caller.parts.settings, caller.account_id, list_id)
    if not await caller.store.lists.remove(caller.account_id, list_id) and not caller.is_again:
        raise _unknown(caller, list_id)
    return Response(status_code=204)


@router.get("/lists/{list_id}/members", response_model=models.Page[models.Member])
async def members(list_id: models.ListPath, caller: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """Who is on a list, in order of key, and whether mail of it may go there."""
    await _list(caller, list_id)
    [after] = place_of(cursor, str) or [""]
    found = await caller.store.subscriptions.page(caller.account_id, list_id, after, limit)
    return said(page(found, lambda one: member_as_json(one, list_id)))


@router.put("/lists/{list_id}/members/{key}", status_code=204, response_class=Response)
async def join(list_id: models.ListPath, key: models.Key, caller: Writer) -> Response:
    """Put a subscriber on a list. It is no consent: what stands against mailing them stands."""
    await _list(caller, list_id)
    await _known(caller, key)
    await caller.store.subscriptions.join(caller.account_id, list_id, [key])
    return Response(status_code=204)


@router.delete("/lists/{list_id}/members/{key}", status_code=204, response_class=Response)
async def leave(list_id: models.ListPath, key: models.Key, caller: Writer) -> Response:
    """Take a subscriber off a list. It is no opt-out: `POST /requests` enters one."""
    await _list(caller, list_id)
    await _known(caller, key)
    await caller.store.subscriptions.leave(caller.account_id, list_id, [key])
    return Response(status_code=204)


async def _known(caller: Caller, key: str) -> None:
    if not any(one.key == key and one.address for one in await caller.store.persons(key, caller.account_id)):
        raise NotFound(f"{caller.account_id} has no subscriber {key}")


async def _lists(caller: Caller) -> list[MailingList]:
    found = lists_of(caller.parts.settings, await caller.store.lists.all())
    return [one for one in found if one.account_id == caller.account_id]


async def _list(caller: Caller, list_id: str) -> MailingList:
    found = next((one for one in await _lists(caller) if one.id == list_id), None)
    if found is None:
        raise _unknown(caller, list_id)
    return found


def _unknown(caller: Caller, list_id: str) -> NotFound:
    return NotFound(f"{caller.account_id} has no list {list_id}")
