"""Every road out that the settings ask for: hooks, and for each account that forwards its smarthost."""

from collections.abc import Iterator

from mailproc.settings.settings import Settings
from mailproc.sync.forward import ForwardHook, MailSource
from mailproc.sync.hook import Hook, RetrySettings, build_hook


def roads_out(settings: Settings, mails: MailSource) -> Iterator[tuple[Hook, RetrySettings]]:
    """Each road with how patient its worker is. Raises SettingsError when one cannot be made."""
    for hook in settings.hook:
        yield build_hook(hook), hook
    for account in settings.account:
        smarthost = settings.smarthost_of(account)
        if smarthost is not None:
            yield ForwardHook(account, smarthost, mails), smarthost
