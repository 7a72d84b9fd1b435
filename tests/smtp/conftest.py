"""Fixtures for the listener's tests."""

import asyncio

import pytest
import structlog
import uvloop
from smtp_world import RecordingReception
from structlog.testing import LogCapture


@pytest.fixture
def reception() -> RecordingReception:
    return RecordingReception()


@pytest.fixture
def log_lines() -> list[dict]:
    """Every line that is logged during the test."""
    capture = LogCapture()
    before = structlog.get_config()
    every_level = structlog.make_filtering_bound_logger(0)  # whatever a command has set up before in this process
    structlog.configure(processors=[capture], wrapper_class=every_level, cache_logger_on_first_use=False)
    yield capture.entries
    structlog.configure(**before)


def pytest_asyncio_loop_factories(config, item):
    """Everything is tried on both event loops, and what has to wait on the one that the service prefers."""
    factories = {"uvloop": uvloop.new_event_loop}
    if item.path.name != "test_time_limits.py":
        factories["asyncio"] = asyncio.new_event_loop
    return factories
