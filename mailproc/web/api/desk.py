"""What operators do: reviews, the outbox, decisions, and why a mail is decided as it is."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from mailproc.errands.explained import page_as_json, page_of
from mailproc.errands.given import check_list, named, past
from mailproc.errors import NotFound, Unusable
from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import NOT_CHECKED
from mailproc.mail.mail_kind import MailKind
from mailproc.pipeline import examine_mail
from mailproc.policy.account import Accounts
from mailproc.policy.deciding.review import Answer
from mailproc.policy.decision import Action
from mailproc.policy.hooks.event import OutboxState
from mailproc.policy.standing.facts import Level
from mailproc.review.answer import answer_review, consented_since, facts_of_answer
from mailproc.shapes.review import answered_as_json, review_as_json
from mailproc.store.desk.review_reports import ReviewFilter
from mailproc.store.results import RecordedDecision, ReviewItem
from mailproc.web.api import desk_models, models
from mailproc.web.api.caller import Caller, Operator, Reader, Reviewer
from mailproc.web.api.discretion import event_told, fact_ids_in
from mailproc.web.api.paging import Cursor, Limit, page, place_of
from mailproc.web.api.problems import said
from mailproc.web.api.route import Route

router = APIRouter(route_class=Route)
EntryId = Annotated[int, Path(ge=1, le=2**63 - 1)]
To = Annotated[str | None, Query(max_length=320, description="Envelope recipient, instead of what the headers say.")]


@router.get("/reviews", response_model=models.Page[desk_models.ReviewTold], tags=["reviews"])
async def reviews(
    caller: Reviewer,
    limit: Limit = 100,
    cursor: Cursor = None,
    resolved: bool = False,
    kind: MailKind | None = None,
    overdue: bool = False,
) -> Response:
    """What waits for a person, the most urgent first; or what was answered."""
    wanted = ReviewFilter(
        account_id=caller.account_id,
        state="resolved" if resolved else "open",
        kind=kind and kind.value,
        due_before=caller.now if overdue else None,
    )
    found = await caller.store.pages.reviews(wanted, place_of(cursor, int, str), limit)
    return said(page(found, review_as_json))


@router.get("/reviews/{review_id}", response_model=desk_models.ReviewTold, tags=["reviews"])
async def review(review_id: models.Id, caller: Reviewer) -> Response:
    """One review, open or not."""
    return said(review_as_json(await _review(caller, review_id)))


@router.post("/reviews/{review_id}/answer", response_model=desk_models.Answered, tags=["reviews"])
async def answer(review_id: models.Id, body: desk_models.WantedAnswer, caller: Reviewer) -> Response:
    """Answer a review; of two answers the first counts. `unsubscribe` takes the person off as of when the mail came."""
    if body.level is Level.global_:
        raise Unusable("no mail sets a global opt-out; an operator enters one: POST /requests")
    if (body.level is Level.list) != (body.list is not None):
        raise Unusable("the level `list` and a list belong together")
    item = await _review(caller, review_id)
    check_list(await caller.settings(), caller.account_id, body.list)
    terms: dict[str, Any] = {
        "level": body.level,
        "list_id": body.list,
        "persons": [address or key or "" for address, key in map(named, body.persons)],
        "by": caller.by(body.by),
        "note": body.note,
    }
    facts = facts_of_answer(item, **terms) if body.answer is Answer.unsubscribe else []
    answered = await answer_review(caller.store, item, body.answer, **terms, request=caller.request)
    consented = await consented_since(caller.store, facts) if answered.applied else []
    mine = tuple(one for one in answered.changes or () if one.account_id == caller.account_id)  # others' are theirs
    told = answered if answered.changes is None else replace(answered, changes=mine)
    return said({**answered_as_json(told), "consented_since": consented})


@router.get("/outbox", response_model=models.Page[desk_models.EventTold], tags=["outbox"])
async def outbox(
    caller: Reader,
    limit: Limit = 100,
    cursor: Cursor = None,
    state: OutboxState | None = None,
    hook: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Events and forwarded mail, newest first."""
    after = place_of(cursor, int)
    found = await caller.store.pages.entries(caller.account_id, after, limit, state=state, hook=hook)
    named = set().union(*(fact_ids_in(entry) for entry, _ in found.items))
    own = await caller.store.pages.own_facts(caller.account_id, named)
    return said(page(found, lambda entry: event_told(entry, own)))


@router.post("/outbox/{entry_id}/retry", response_model=desk_models.EventState, tags=["outbox"])
async def retry(entry_id: EntryId, caller: Operator) -> Response:
    """Bring a dead letter back, or let a held mail go; one that something newer follows is superseded instead."""
    await _entry(caller, entry_id)
    return said({"id": entry_id, "state": (await caller.store.outbox.retry(entry_id)).value})


@router.post("/outbox/{entry_id}/drop", response_model=desk_models.EventState, tags=["outbox"])
async def drop(entry_id: EntryId, caller: Operator) -> Response:
    """Give an event up: it will not be delivered. The person's standing stays as it is."""
    await _entry(caller, entry_id)
    return said({"id": entry_id, "state": (await caller.store.outbox.drop(entry_id)).value})


@router.get("/decisions", response_model=models.Page[desk_models.DecisionTold], tags=["decisions"])
async def decisions(
    caller: Reader,
    limit: Limit = 100,
    cursor: Cursor = None,
    action: Action | None = None,
    kind: MailKind | None = None,
    since: datetime | None = None,
) -> Response:
    """Decisions as they were recorded, newest first."""
    found = await caller.store.pages.decisions(
        caller.account_id,
        place_of(cursor, int, str, int),
        limit,
        action=action and action.value,
        kind=kind and kind.value,
        since=past(since, "since", caller.now) if since else None,
    )
    return said(page(found, _decision))


@router.get("/decisions/{mail_id}", response_model=desk_models.DecisionTold, tags=["decisions"])
async def decision(mail_id: models.Id, caller: Reader) -> Response:
    """The last decision on a mail."""
    found = await caller.store.pages.decision(caller.account_id, mail_id)
    if found is None:
        raise NotFound(f"{caller.account_id} has no decided mail {mail_id}")
    return said(_decision(found))


@router.post(
    "/decisions/explain",
    response_model=dict[str, Any],
    tags=["decisions"],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "message/rfc822": {
                    "schema": {"type": "string"},
                    "example": "From: pat@example.org\nTo: reply@reply.acme.example\n\nunsubscribe\n",
                }
            },
        }
    },
)
async def explain(request: Request, caller: Reader, to: To = None) -> Response:
    """What the program sees in a mail, and why it would decide so. Nothing is kept, and nothing changes."""
    content, policy, rules = await request.body(), caller.policy, caller.parts.rules()
    if not content.strip():
        raise Unusable("send a mail as it came: message/rfc822")

    def explained() -> dict[str, object]:
        saved = saved_mail(content, Accounts([policy]), to, received_at=caller.now)
        return page_as_json(page_of(saved, examine_mail(saved.mail, NOT_CHECKED, saved.account, rules), rules))

    async with request.app.state.explaining:  # a strange mail may take a moment, and the doors stay open
        return said(await asyncio.to_thread(explained))


async def _review(caller: Caller, review_id: str) -> ReviewItem:
    found = await caller.store.pages.review(caller.account_id, review_id)
    if found is None:
        raise NotFound(f"{caller.account_id} has no review {review_id}")
    return found


async def _entry(caller: Caller, entry_id: int) -> None:
    """Raises NotFound for what is another account's, as for what does not exist."""
    if await caller.store.pages.entry(caller.account_id, entry_id) is None:
        raise NotFound(f"{caller.account_id} has no event {entry_id}")


def _decision(one: RecordedDecision) -> dict[str, Any]:
    return {
        "account": one.account_id,
        "mail": one.mail_id,
        "n": one.n,
        "kind": one.kind,
        "action": one.action,
        "ruleset": one.ruleset,
        "decided_at": one.decided_at.isoformat(),
        "decision": dict(one.decision),
    }
