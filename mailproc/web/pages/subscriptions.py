"""`/s/`: every public list with a switch, leaving everything, and coming back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from mailproc.policy.pages.posted_form import values_of
from mailproc.policy.pages.press import EVERYTHING, Presser, is_for_leaving
from mailproc.policy.standing.facts import Channel
from mailproc.policy.tokens.token import Purpose
from mailproc.web.pages.forms import Forms
from mailproc.web.pages.pressing import Pressing
from mailproc.web.pages.reception import Reception, Visit
from mailproc.web.pages.unsubscribe import done_page


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriptionsPage:
    """The door for choosing lists; an unsubscribe link and a profile link open it."""

    reception: Reception
    pressing: Pressing
    forms: Forms

    async def __call__(self, request: Request) -> Response:
        """Answer a GET, HEAD or POST. Raises Turned, StoreError."""
        if request.method != "POST":
            visit = self._visit(request)
            holder, _ = await self.pressing.holder(visit.sender, visit.link.token)
            return self._shown(visit, holder.presser)
        fields = await self.reception.body(request)
        return await self._pressed(replace(self._visit(request), fields=fields))

    def _visit(self, request: Request) -> Visit:
        visit = self.reception.visit(request)
        if not (is_for_leaving(visit.link.token) or visit.link.token.purpose == Purpose.profile):
            raise self.reception.problem(request, "unknown", 404)
        return visit

    async def _pressed(self, visit: Visit) -> Response:
        holder, _ = await self.pressing.holder(visit.sender, visit.link.token)
        presser, token = holder.presser, visit.link.token
        deed = self.forms.deed(visit)
        if deed == "choose":
            shown, wanted = self._chosen(visit, "shown"), self._chosen(visit, "list")
            was_out = bool(values_of(visit.fields, "out"))
            await self.pressing.choose(visit.sender, presser, shown, wanted, token, was_out=was_out)
        elif deed == "everything":
            await self.pressing.leave(presser, EVERYTHING, token, Channel.page)
        elif deed == "everything-again":
            await self.pressing.join(presser, EVERYTHING, token)
        else:
            return self._shown(visit, presser, status=400, note="stale")
        after, _ = await self.pressing.holder(visit.sender, token)
        if deed == "everything" and after.presser.is_out:
            return done_page(visit, self.forms, after.presser, EVERYTHING, "left", door="s", again="everything-again")
        return self._shown(visit, after.presser, note="" if deed == "everything" else "saved")

    def _chosen(self, visit: Visit, name: str) -> Sequence[str]:
        """Those of the lists in the form that are public: no form reaches any other."""
        public = {one.id for one in visit.sender.public_lists}
        return [list_id for list_id in dict.fromkeys(values_of(visit.fields, name)) if list_id in public]

    def _shown(self, visit: Visit, presser: Presser, *, status: int = 200, note: str = "") -> Response:
        lists = [(one.id, one.name, presser.is_on(one.id)) for one in visit.sender.public_lists]
        has_profile = visit.link.token.purpose == Purpose.profile and visit.sender.attributes
        return visit.page(
            "subscriptions.html",
            status=status,
            lists=lists,
            note=note,
            is_out=presser.is_out,
            is_out_globally=presser.is_out_globally,
            here=visit.address("s"),
            form=self.forms.token(visit, "choose"),
            form_everything=self.forms.token(visit, "everything"),
            form_again=self.forms.token(visit, "everything-again"),
            profile=visit.address("p") if has_profile else None,
        )
