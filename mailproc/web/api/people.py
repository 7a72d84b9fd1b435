"""People: looked up, made known, and why they get no mail; what happened to whom; requests entered by hand."""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from starlette.responses import Response

from mailproc.errands.by_hand import Request as HandRequest
from mailproc.errands.by_hand import enter
from mailproc.errands.diagnosis import Question, diagnose
from mailproc.errands.given import check_list, named, past
from mailproc.errands.waiting import waiting_for
from mailproc.errors import NotFound, Unusable
from mailproc.policy.address import why_no_address
from mailproc.policy.imports.person_row import problem_of_key
from mailproc.policy.standing.facts import Channel, FactKind, Level
from mailproc.policy.tokens.api_token import Scope
from mailproc.shapes.person import fact_as_json
from mailproc.store.people.fact_rows import StoredFact
from mailproc.store.people.put_person import WantedPerson as Wanted
from mailproc.store.people.put_person import revision_of
from mailproc.store.results import PersonStatus
from mailproc.web.api import models
from mailproc.web.api.caller import Caller, Reader, Writer, lacking
from mailproc.web.api.discretion import person_told, why_told
from mailproc.web.api.paging import Cursor, Limit, cursor_of, page, place_of
from mailproc.web.api.problems import Trouble, said
from mailproc.web.api.route import Route

router = APIRouter(route_class=Route, tags=["people"])
_STANDING = ("address", "key", "status", "may_send", "blocks")
IfMatch = Annotated[
    str | None, Header(description="Only if they are still so: `ETag` seen; `*`: only if they are there.")
]
IfNoneMatch = Annotated[str | None, Header(description="`*`: only if nobody has this key yet.")]


@router.get("/people/{key}", response_model=models.PersonTold)
async def show(key: models.Key, caller: Reader) -> Response:
    """One person by subscriber key, with an ETag."""
    found = await _people(caller, key)
    one = next((person for person, _ in found if person.key == key), None)
    if one is None:
        raise NotFound(f"nothing is known of a subscriber {key}")
    told = next(told for person, told in found if person is one)
    return said(told, headers={"ETag": _etag(one)})


@router.put("/people/{key}", response_model=models.PersonTold, responses={201: {"model": models.PersonTold}})
async def put(
    key: models.Key,
    body: models.WantedPerson,
    caller: Writer,
    if_match: IfMatch = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Make a subscriber known, or their address and attributes new. What stands against mailing stays."""
    if (why := problem_of_key(key)) is not None:
        raise Unusable(why)
    if (why := why_no_address(body.address)) is not None or not body.address.isprintable():
        raise Unusable(why or "the address has characters that nobody can see")
    if if_none_match not in (None, "*"):
        raise Unusable("If-None-Match is understood as `*` alone")
    wanted = Wanted(
        account_id=caller.account_id,
        key=key,
        address=body.address,
        attributes=body.attributes,
        seen=None if if_match in (None, "*") else frozenset(_tags(str(if_match))),
        must_be_new=if_none_match == "*",
        must_be_there=if_match == "*",
    )
    settings = await caller.settings()  # read before: who reads in vain wrote nothing
    waiting = await waiting_for(caller.store, caller.account_id, body.address, key)
    done = await caller.store.one_person.put(wanted)
    was_done = caller.is_again and done.person is not None and _is_as_wanted(done.person, body)
    if not done.applied and not was_done:  # what changed since they were seen may be what this request did before
        raise Trouble(412, "they are not as you saw them: look again" if done.person else "there is nobody yet")
    assert done.person is not None
    told = person_told(settings, done.person, waiting, None)
    return said(told, 201 if done.created else 200, {"ETag": _etag(done.person)})


@router.post("/people/search", response_model=list[models.PersonTold])
async def search(body: models.Question, caller: Reader) -> Response:
    """Everyone whom an address or a key means; an address may be that of several. Empty for nobody."""
    return said([told for _, told in await _asked(caller, body)])


@router.post("/people/standing", response_model=list[models.StandingTold])
async def standing(body: models.Question, caller: Reader) -> Response:
    """The same in short: whether they may be mailed, and what stands against it."""
    return said([{name: told[name] for name in _STANDING} for _, told in await _asked(caller, body)])


@router.post("/people/why", response_model=list[dict[str, Any]])
async def why(body: models.WhyQuestion, caller: Reader) -> Response:
    """Why somebody gets no mail: each step, all that stops it, by what evidence, and what would let mail through.

    Empty for nobody whom the account knows.
    """
    settings = await caller.settings()
    address, key = named(body.person)
    check_list(settings, caller.account_id, body.list)
    question = Question(
        person=address or key or "",
        account_id=caller.account_id,
        list_id=body.list,
        classification=body.classification,
        at=past(body.at, "at", caller.now) if body.at else None,
        only_known=True,
    )
    found = await diagnose(caller.store, settings, question)
    return said([why_told(settings, one, caller.by("")) for one in found])


@router.get("/facts", response_model=models.Feed, tags=["facts"])
async def facts(caller: Reader, limit: Limit = 100, cursor: Cursor = None) -> Response:
    """All that happened to people of the account, in the order in which it was recorded: a feed to follow.

    Whoever follows goes on with `follow`, and gets each fact once: what is recorded at this moment comes next time.
    """
    after = place_of(cursor, int, str)
    found = await caller.store.pages.facts(caller.account_id, after, limit)
    seen = [place for _, place in found.items] or [after or (0, "")]
    return said({**page(found, _fact), "follow": cursor_of(seen[-1])})


@router.post("/requests", response_model=models.Entered, tags=["requests"])
async def enter_request(body: models.ByHand, caller: Writer) -> Response:
    """Enter a request that came by another channel; hooks are told. Level `global` takes scope `admin`."""
    if body.level is Level.global_ and Scope.admin not in caller.token.scopes:
        raise lacking("what holds everywhere is entered with scope admin", Scope.admin)
    now = caller.now
    request = HandRequest(
        kind=FactKind.opt_out if body.kind is models.Wish.unsubscribe else FactKind.consent,
        person=body.person,
        account_id=caller.account_id,
        level=body.level,
        list_id=body.list,
        channel=Channel(body.channel.value),
        received_at=past(body.received_at, "received_at", now) if body.received_at else now,
        by=caller.by(body.by),
        reason=body.reason,
    )
    entered = await enter(caller.store, await caller.settings(), request)
    mine = [one for one in entered.recorded.changes if one.account_id == caller.account_id]
    changes = [
        {"account": one.account_id, "address": one.address, "key": one.key, "status": one.status.value} for one in mine
    ]
    is_known = bool(changes) or not caller.is_again
    return said(
        {
            "changes": changes if is_known else None,
            "unclear": entered.recorded.unclear,
            "still_global": entered.still_global,
        }
    )


async def _asked(caller: Caller, body: models.Question) -> list[tuple[PersonStatus, dict[str, Any]]]:
    address, key = named(body.person)
    return await _people(caller, address or key or "", body)


async def _people(
    caller: Caller, person: str, body: models.Question | None = None
) -> list[tuple[PersonStatus, dict[str, Any]]]:
    settings = await caller.settings()
    list_id = body.list if body else None
    check_list(settings, caller.account_id, list_id)
    at = past(body.at, "at", caller.now) if body and body.at else None
    found = [one for one in await caller.store.standings.of(person, caller.account_id, at=at) if one.is_known]
    told = []
    for one in found:
        waiting = [] if at else await waiting_for(caller.store, caller.account_id, one.address, one.key)
        told.append((one, person_told(settings, one, waiting, list_id)))
    return told


def _fact(one: StoredFact) -> dict[str, Any]:
    return {**fact_as_json(one.fact), "id": one.id, "address": one.fact.address, "key": one.fact.key}


def _is_as_wanted(one: PersonStatus, body: models.WantedPerson) -> bool:
    return one.address == body.address and body.attributes.items() <= one.attributes.items()


def _etag(one: PersonStatus) -> str:
    return f'"{revision_of(one)}"'


def _tags(given: str) -> list[str]:
    """The entity tags in a header, without quotes (RFC 9110 §13.1.1); weak ones never match."""
    return [one.strip()[1:-1] for one in given.split(",") if one.strip().startswith('"')]
