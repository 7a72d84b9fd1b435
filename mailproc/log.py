"""Structured logging: one line per mail event, JSON for machines, colour for a terminal, addresses masked on request.

Mail events are `received`, `accepted`, `refused`, `decided`, `recorded`, `delivered`, `delivery_failed`; all lines
about one mail carry the same `mail` id.
"""

import asyncio
import contextlib
import logging
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_BEFORE_LOCAL_PART = frozenset(" \t\r\n<>,;:=\"'()[]{}\\|/")


def mask_address(text: str) -> str:
    """Every address in the text with its local part cut to the first character: `p…@example.org`. Linear."""
    pieces = text.split("@")
    for number, piece in enumerate(pieces[:-1]):
        start = len(piece)
        while start and piece[start - 1] not in _BEFORE_LOCAL_PART:
            start -= 1
        if start < len(piece) and pieces[number + 1][:1].isalnum():
            pieces[number] = f"{piece[: start + 1]}…"
    return "@".join(pieces)


def configure_logging(level: str, style: str, *, mask_addresses: bool) -> None:
    """Set up structlog for the process; `style` is json, console, or auto: console when standard error is a tty."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    processors: list[Any] = [structlog.processors.add_log_level, _add_time]
    wrapper = structlog.make_filtering_bound_logger(_LEVELS[level])
    if console:
        processors += [_time_as_text, _console_renderer()]
    else:
        processors += [structlog.processors.format_exc_info, _to_json]
        if _LEVELS[level] <= logging.INFO:
            wrapper = _quick(wrapper)
    lines = _Lines(sys.stderr.buffer, mask_addresses=mask_addresses)
    structlog.configure(
        processors=processors,
        wrapper_class=wrapper,
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _console_renderer() -> structlog.dev.ConsoleRenderer:
    # Plain tracebacks: the pretty ones print local variables, and those hold people's addresses.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)


def _quick(wrapper: Any) -> Any:
    """Every mail has four lines of level info: they go past the chain of processors, at half the price."""

    class Quick(wrapper):  # type: ignore[misc]  # a class made by a function
        def info(self, event: str, *arguments: Any, **facts: Any) -> None:
            if arguments or "exc_info" in facts:
                super().info(event, *arguments, **facts)
            else:
                said = {**self._context, **facts, "event": event, "level": "info", "timestamp": datetime.now(UTC)}
                self._logger.info(_to_json(None, "info", said))

    return Quick


def _add_time(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = datetime.now(UTC)
    return event


def _time_as_text(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["timestamp"] = event["timestamp"].isoformat(timespec="microseconds").replace("+00:00", "Z")
    return event


def _to_json(_: WrappedLogger, __: str, event: EventDict) -> str:
    # Replaced rather than refused: a lone surrogate out of a mail must not cost a log line.
    try:
        return orjson.dumps(event, str, orjson.OPT_UTC_Z).decode()
    except TypeError:
        event = _time_as_text(_, __, event)
        return orjson.dumps(
            {key: str(value).encode("utf-8", "replace").decode() for key, value in event.items()}
        ).decode()


class _Lines:
    """Writes rendered lines. A full disk or a closed pipe costs the line, never what was being done.

    What one turn of the event loop has to say goes out in one write at its end, with a warning at once.
    """

    def __init__(self, stream: BinaryIO, *, mask_addresses: bool) -> None:
        self._stream = stream
        self._mask_addresses = mask_addresses
        self._gathered: list[str] = []

    def info(self, line: str) -> None:
        """Write one line soon: at once where no event loop runs."""
        self._gathered.append(line)
        if len(self._gathered) == 1:
            try:
                asyncio.get_running_loop().call_soon(self._write)
            except RuntimeError:
                self._write()

    def msg(self, line: str) -> None:
        """Write one line now, behind those that were to be written soon."""
        self._gathered.append(line)
        self._write()

    def _write(self) -> None:
        """Mask lines as a whole: tracebacks hold addresses, too."""
        gathered, self._gathered = self._gathered, []
        text = "".join([f"{line}\n" for line in gathered])
        if self._mask_addresses and "@" in text:
            text = mask_address(text)
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text.encode("utf-8", "replace"))
            self._stream.flush()

    debug = info
    log = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg
