"""`/p/`: what an account keeps of somebody and marked public, to be seen and corrected (R35, R37)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from mailproc.policy.posted_form import value_of
from mailproc.policy.press import Presser
from mailproc.policy.profile import Attribute, Checked, Wrong, check_profile
from mailproc.policy.token import EPOCH, Purpose
from mailproc.web.pages.forms import Forms
from mailproc.web.pages.pressing import Pressing
from mailproc.web.pages.reception import Reception, Visit

FIELD = "a."  # names of form fields: `a.city` is no name that a form of ours uses for anything else


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """The door to one's own data; only a profile link opens it, no link for leaving."""

    reception: Reception
    pressing: Pressing
    forms: Forms
    clock: Callable[[], datetime]

    async def __call__(self, request: Request) -> Response:
        """Answer a GET, HEAD or POST. Raises Turned, StoreError."""
        if request.method != "POST":
            visit = self._visit(request)
            holder, _ = await self.pressing.holder(visit.sender, visit.link.token)
            return self._shown(visit, holder.presser, holder.attributes)
        fields = await self.reception.body(request)
        return await self._pressed(replace(self._visit(request), fields=fields))

    def _visit(self, request: Request) -> Visit:
        visit = self.reception.visit(request)
        token = visit.link.token
        if token.purpose != Purpose.profile:
            raise self.reception.problem(request, "unknown", 404)
        if (self.clock().date() - EPOCH).days - token.day > visit.sender.settings.profile_days:
            raise self.reception.problem(request, "old", 410, sender=visit.sender)
        return visit

    async def _pressed(self, visit: Visit) -> Response:
        holder, _ = await self.pressing.holder(visit.sender, visit.link.token)
        presser, kept = holder.presser, holder.attributes
        if self.forms.deed(visit) != "correct":
            return self._shown(visit, presser, kept, status=400, note="stale")
        attributes = visit.sender.attributes
        sent = {one.name: value_of(visit.fields, FIELD + one.name) for one in attributes}
        checked = check_profile(attributes, sent)
        if checked.wrong:
            return self._shown(visit, presser, checked.values, status=422, wrong=checked.wrong, note="wrong")
        changed = _changed(checked, kept)
        if changed and not await self.pressing.correct(presser, changed, visit.link.token):
            return self._shown(visit, replace(presser, is_known=False), {}, status=409)
        return self._shown(visit, presser, checked.values, note="saved")

    def _shown(
        self,
        visit: Visit,
        presser: Presser,
        values: Mapping[str, str],
        *,
        status: int = 200,
        note: str = "",
        wrong: Mapping[str, Wrong] | None = None,
    ) -> Response:
        fields = [
            _field(visit, one, values.get(one.name, ""), (wrong or {}).get(one.name)) for one in visit.sender.attributes
        ]
        return visit.page(
            "profile.html",
            status=status,
            note=note,
            fields=fields if presser.is_known else [],
            is_out=presser.is_out,
            here=visit.address("p"),
            choices=visit.address("s"),
            form=self.forms.token(visit, "correct"),
            form_everything=self.forms.token(visit, "everything"),
        )


def _changed(checked: Checked, kept: Mapping[str, str]) -> dict[str, str]:
    """What is another than before; what is empty and was never there stays away."""
    return {name: value for name, value in checked.values.items() if value != kept.get(name, "")}


def _field(visit: Visit, attribute: Attribute, value: str, wrong: Wrong | None) -> dict[str, object]:
    """One attribute as the template shows it."""
    tag = visit.language.tag
    return {
        "name": FIELD + attribute.name,
        "label": attribute.labels.get(tag) or attribute.labels.get(tag.partition("-")[0]) or attribute.label,
        "kind": attribute.kind.value,
        "value": value,
        "choices": attribute.choices,
        "required": attribute.required,
        "max_length": attribute.max_length,
        "wrong": wrong.value if wrong else None,
    }
