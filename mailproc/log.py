"""Structured logging: one line per mail event, JSON for machines, colour for a terminal, addresses masked on request.

Mail events are `received`, `accepted`, `refused`, `decided`, `recorded`, `delivered`, `delivery_failed`; all lines
about one mail carry the same `mail` id.
"""

import logging
import re
import sys
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, WrappedLogger

_ADDRESS = re.compile(r"([^\s<>@,;\"'()]{1,64})@([^\s<>@,;\"'()]{1,255})")
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def mask_address(text: str) -> str:
    """Every address in the text with its local part cut to the first character: `p…@example.org`."""
    return _ADDRESS.sub(lambda match: f"{match[1][0]}…@{match[2]}", text)


def configure_logging(level: str, style: str, *, mask_addresses: bool) -> None:
    """Set up structlog for the process; `style` is json, console, or auto: console when standard error is a tty."""
    console = style == "console" or (style == "auto" and sys.stderr.isatty())
    processors: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if mask_addresses:
        processors.append(_mask)
    if console:
        processors.append(_console_renderer())
        factory: Any = structlog.PrintLoggerFactory(sys.stderr)
    else:
        processors += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(serializer=_to_json)]
        factory = structlog.BytesLoggerFactory(sys.stderr.buffer)
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=factory,
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)


def _console_renderer() -> structlog.dev.ConsoleRenderer:
    # Plain tracebacks: the pretty ones print local variables, and those hold people's addresses.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )


def _to_json(event: EventDict, **_: object) -> bytes:
    # Replaced rather than refused: a lone surrogate out of a mail must not cost a log line.
    try:
        return orjson.dumps(event, default=str)
    except TypeError:
        return orjson.dumps({key: str(value).encode("utf-8", "replace").decode() for key, value in event.items()})


def _mask(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if isinstance(value, str) and "@" in value:
            event[key] = mask_address(value)
        elif isinstance(value, (list, tuple)):
            event[key] = [mask_address(one) if isinstance(one, str) else one for one in value]
    return event
