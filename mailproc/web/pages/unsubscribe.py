"""`/u/`: one page with one button, what came of it, and the one-click request of mail clients (RFC 8058)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from mailproc.errors import StoreError
from mailproc.policy.pages.link import looks_like_link
from mailproc.policy.pages.posted_form import Fields, is_one_click, values_of
from mailproc.policy.pages.press import Presser, Scope, is_for_leaving
from mailproc.policy.standing.facts import Channel
from mailproc.web.pages.forms import Forms
from mailproc.web.pages.pressing import Pressing
from mailproc.web.pages.reception import Reception, Visit
from mailproc.web.pages.rendering import plain

TAKEN = "Your request was received."  # word by word the same for a link that nobody signed: it tells nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsubscribePage:
    """The door for leaving what a mail was sent to."""

    reception: Reception
    pressing: Pressing
    forms: Forms

    async def __call__(self, request: Request) -> Response:
        """Answer a GET, HEAD or POST. Raises Turned, StoreError."""
        if request.method != "POST":
            visit = self.reception.visit(request)
            self._require_leaving(visit)
            return await self._asked(visit)
        fields = await self.reception.body(request)
        if is_one_click(fields):
            return await self._one_click(request)
        visit = replace(self.reception.visit(request), fields=fields)
        self._require_leaving(visit)
        return await self._pressed(visit, fields)

    def _require_leaving(self, visit: Visit) -> None:
        if not is_for_leaving(visit.link.token):
            raise self.reception.problem(visit.request, "unknown", 404)

    async def _one_click(self, request: Request) -> Response:
        """No cookie, no redirect, nothing further to do (RFC 8058 §3.2).

        Providers send these for all of their people from a few addresses: nothing is counted by network here. 200 is
        said after the commit, and also for a link that has the shape of ours and that nobody signed: no oracle.
        """
        visit = self.reception.find(request)
        if visit is None or not is_for_leaving(visit.link.token):
            self.reception.refused("one-click unknown")
            return plain(TAKEN) if looks_like_link(request.path_params["link"]) else plain("not found", 404)
        if wait := self.reception.clicked_too_often(visit):
            return plain("too many requests", 429, **{"Retry-After": str(int(wait) + 1)})
        try:
            await self.pressing.one_click(visit.sender, visit.link.token)
        except StoreError:
            self.reception.refused("one-click later")
            return plain("try again later", 503, **{"Retry-After": "60"})
        return plain(TAKEN)

    async def _asked(self, visit: Visit, *, status: int = 200, is_stale: bool = False) -> Response:
        holder, scope = await self.pressing.holder(visit.sender, visit.link.token)
        if holder.presser.has_left(scope):
            return self._done(visit, holder.presser, scope, "left-before", undo=scope.list_ids)
        return visit.page(
            "unsubscribe.html",
            status=status,
            names=names_of(visit, scope),
            on=[list_id for list_id in scope.list_ids if holder.presser.is_on(list_id)],
            form=self.forms.token(visit, "leave"),
            here=visit.address("u"),
            choices=visit.address("s"),
            is_stale=is_stale,
            # A browser that shows the page again by itself takes nobody off who has come back since.
            auto=visit.sender.settings.link_click == "auto" and not is_stale and not holder.presser.has_returned,
        )

    async def _pressed(self, visit: Visit, fields: Fields) -> Response:
        deed = self.forms.deed(visit)
        if deed not in ("leave", "again"):
            return await self._asked(visit, status=400, is_stale=True)
        holder, scope = await self.pressing.holder(visit.sender, visit.link.token)
        undo = tuple(sorted(set(values_of(fields, "list")) & set(scope.list_ids)))
        if deed == "leave":
            await self.pressing.leave(holder.presser, scope, visit.link.token, Channel.page)
        elif scope.list_ids and not undo:
            return await self._asked(visit, status=400, is_stale=True)
        else:
            scope = Scope(list_ids=undo)
            await self.pressing.join(holder.presser, scope, visit.link.token)
        after, _ = await self.pressing.holder(visit.sender, visit.link.token)
        if after.presser.has_left(scope) is not (deed == "leave") and not after.presser.is_out:
            return await self._asked(visit)  # what came in between has ended it: nobody is told that it is done
        return self._done(visit, after.presser, scope, "left" if deed == "leave" else "joined", undo=undo)

    def _done(self, visit: Visit, presser: Presser, scope: Scope, what: str, *, undo: Sequence[str]) -> Response:
        return done_page(visit, self.forms, presser, scope, what, door="u", again="again", undo=undo)


def names_of(visit: Visit, scope: Scope) -> list[str]:
    """The names of what a press concerns, sorted; a list that nobody knows any more has none."""
    names = [visit.sender.lists[one].name if one in visit.sender.lists else "" for one in scope.list_ids]
    return sorted(names, key=str.casefold)


def done_page(
    visit: Visit,
    forms: Forms,
    presser: Presser,
    scope: Scope,
    what: str,
    *,
    door: str,
    again: str,
    undo: Sequence[str] = (),
) -> Response:
    """What was done, on which lists, and what can be done now; `what` is left, left-before or joined.

    `undo` are the lists that coming back joins: those that this press left, not such as were left before it.
    """
    is_out = presser.is_out
    return visit.page(
        "done.html",
        what=what,
        names=names_of(visit, scope),
        is_everything=not scope.list_ids,
        is_out=is_out,
        is_out_globally=presser.is_out_globally,
        is_held=presser.is_held,
        again=again,
        undo=undo,
        form=forms.token(visit, again),
        here=visit.address(door),
        form_everything=forms.token(visit, "everything-again"),
        choices=visit.address("s"),
        has_choices=bool(visit.sender.public_lists),
    )
