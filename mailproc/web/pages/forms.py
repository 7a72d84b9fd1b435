"""Forms: each carries a token that binds it to the link and the deed that it was shown for."""

from collections.abc import Callable
from datetime import datetime

from mailproc.policy.pages.posted_form import value_of
from mailproc.policy.tokens.form_token import is_form_token, make_form_token
from mailproc.web.pages.reception import Visit


class Forms:
    """Makes the tokens of forms, and looks at them."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock

    def token(self, visit: Visit, deed: str) -> str:
        """The token of a form that does this by the visitor's link."""
        key = visit.sender.keys[visit.link.token.kid]
        return make_form_token(visit.link.text, _named(visit, deed), minute=self._minute(), key=key)

    def deed(self, visit: Visit) -> str:
        """What the form that was sent does; empty when it was shown for something or somebody else, or long ago."""
        deed = value_of(visit.fields, "do")
        key = visit.sender.keys[visit.link.token.kid]
        token = value_of(visit.fields, "form")
        is_ours = is_form_token(token, visit.link.text, _named(visit, deed), minute=self._minute(), key=key)
        return deed if is_ours else ""

    def _minute(self) -> int:
        return int(self._clock().timestamp() // 60)


def _named(visit: Visit, deed: str) -> str:
    return f"{visit.link.account_id} {deed}"
