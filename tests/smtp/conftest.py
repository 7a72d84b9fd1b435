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
    structlog.configure(processors=[capture])
    yield capture.entries
    structlog.configure(processors=before["processors"])


def pytest_asyncio_loop_factories(config, item):
    """Everything is tried on both event loops, and what has to wait on the one that the service prefers."""
    factories = {"uvloop": uvloop.new_event_loop}
    if item.path.name != "test_time_limits.py":
        factories["asyncio"] = asyncio.new_event_loop
    return factories
