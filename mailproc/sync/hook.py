"""What every hook promises, and which kind the settings ask for."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivery, SyncEvent
from mailproc.settings.settings import HookSettings
from mailproc.sync.exec import ExecHook
from mailproc.sync.jsonl import JsonlHook
from mailproc.sync.webhook import WebhookHook

T = TypeVar("T")


class Hook(Protocol):
    """A road out. An event may come more than once, always with the same id: delivery is at least once."""

    name: str
    in_flight: int
    """How many events may be under delivery at the same time."""

    async def deliver(self, event: SyncEvent) -> Delivery:
        """Hand over one event and tell what came of it; whatever the other side does is an answer, never an error.

        `Delivered` means that the other side has it for good. Returns within the hook's time limit. May be cancelled;
        then nobody knows whether the event arrived.
        """

    async def close(self) -> None:
        """Let go of connections and files; may be called without a delivery before it, and twice."""


class RetrySettings(Protocol):
    """How patient its worker is; hooks' and smarthosts' settings have it."""

    @property
    def timeout_seconds(self) -> float:
        """How long a delivery may take."""

    @property
    def max_attempts(self) -> int:
        """After how many failures an event is a dead letter."""

    @property
    def first_retry_seconds(self) -> float:
        """The pause after the first failure."""

    @property
    def max_retry_seconds(self) -> float:
        """The longest pause."""


def utc_now() -> datetime:
    """The wall clock, aware UTC."""
    return datetime.now(UTC)


def build_hook(settings: HookSettings, *, clock: Callable[[], datetime] = utc_now) -> Hook:
    """Make the hook that the settings describe; nothing is opened yet.

    Raises SettingsError when what its type needs is missing or unusable.
    """
    match settings.type:
        case "webhook":
            return WebhookHook(settings, clock=clock)
        case "jsonl":
            return JsonlHook(settings.name, _needed(settings.path, settings, "path"))
        case "exec":
            return ExecHook(settings.name, settings.command, settings.timeout_seconds, in_flight=settings.workers)
    raise SettingsError([f"hook {settings.name}: there is no type {settings.type!r}"])


def _needed(value: T | None, settings: HookSettings, key: str) -> T:
    if value is None:
        raise SettingsError([f"hook {settings.name}: a hook of type {settings.type} needs `{key}`"])
    return value
