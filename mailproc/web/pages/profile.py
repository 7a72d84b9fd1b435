"""`/p/`: what an account keeps of somebody and marked public, to be seen and corrected (R35, R37)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from mailproc.policy.pages.posted_form import value_of
from mailproc.policy.pages.press import Presser
from mailproc.policy.pages.profile import Attribute, Wrong, changed_values, check_profile, mark_of, shown_value
from mailproc.policy.tokens.token import EPOCH, Purpose
from mailproc.web.pages.forms import Forms
from mailproc.web.pages.pressing import Pressing
from mailproc.web.pages.reception import Reception, Visit

FIELD = "a."  # names of form fields: `a.city` is no name that a form of ours uses for anything else
MARK = "was."  # what the form showed: a page that was open for long writes only what was changed on it


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
        marks = {one.name: value_of(visit.fields, MARK + one.name) for one in attributes}
        checked = check_profile(attributes, {one.name: value_of(visit.fields, FIELD + one.name) for one in attributes})
        changed = changed_values(checked, marks)
        # What an import brought and nobody touched is written by nobody, and stands in no correction's way.
        wrong = {name: one for name, one in checked.wrong.items() if name in changed or one is Wrong.missing}
        if wrong:
            return self._shown(visit, presser, checked.values, status=422, wrong=wrong, marks=marks, note="wrong")
        if changed and not await self.pressing.correct(presser, changed, visit.link.token):
            return self._shown(visit, replace(presser, is_known=False), {}, status=409)
        return self._shown(visit, presser, {**kept, **changed}, note="saved")

    def _shown(
        self,
        visit: Visit,
        presser: Presser,
        values: Mapping[str, str],
        *,
        status: int = 200,
        note: str = "",
        wrong: Mapping[str, Wrong] | None = None,
        marks: Mapping[str, str] | None = None,
    ) -> Response:
        """`values` are those that are kept, or with `wrong` and the `marks` of the form before what was sent."""
        fields = [
            _field(visit, one, values.get(one.name, ""), (wrong or {}).get(one.name), (marks or {}).get(one.name))
            for one in visit.sender.attributes
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


def _field(visit: Visit, attribute: Attribute, value: str, wrong: Wrong | None, mark: str | None) -> dict[str, object]:
    """One attribute as the template shows it; `mark` is that of the form before, where this one is that form again."""
    shown = value if wrong else shown_value(attribute, value)
    tag = visit.language.tag
    return {
        "name": FIELD + attribute.name,
        "label": attribute.labels.get(tag) or attribute.labels.get(tag.partition("-")[0]) or attribute.label,
        "kind": attribute.kind.value,
        "value": shown,
        "mark_name": MARK + attribute.name,
        "mark": mark_of(shown) if mark is None else mark,
        "choices": attribute.choices,
        "required": attribute.required,
        "max_length": attribute.max_length,
        "wrong": wrong.value if wrong else None,
    }
