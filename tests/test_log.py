"""Log lines are JSON, keep working with broken text, and hide addresses when told to."""

import json
import subprocess
import sys

import pytest

from mailproc.log import mask_address


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("pat@example.org", "p…@example.org"),
        ("Pat <pat.doe@example.org>, x@example.net", "Pat <p…@example.org>, x…@example.net"),
        ("no address here", "no address here"),
        ("@", "@"),
        ("a:pat@example.org", "a:p…@example.org"),
        ("x" * 300 + "@example.org", "x…@example.org"),
        ("'SELECT 1', ('pat@example.org',)", "'SELECT 1', ('p…@example.org',)"),
    ],
)
def test_only_the_first_character_of_a_local_part_is_left(text: str, masked: str) -> None:
    assert mask_address(text) == masked


def lines_logged(mask: bool, statement: str) -> list[dict[str, object]]:
    program = (
        "import structlog; from mailproc.log import configure_logging;"
        f"configure_logging('info', 'json', mask_addresses={mask}); log = structlog.get_logger(); {statement}"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return [json.loads(line) for line in run.stderr.splitlines()]


def test_a_line_is_one_json_object_with_level_and_time() -> None:
    (line,) = lines_logged(True, "log.info('accepted', mail='1', mail_from='pat@example.org', to=['sam@example.net'])")
    assert line["event"] == "accepted"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")
    assert line["mail_from"] == "p…@example.org"
    assert line["to"] == ["s…@example.net"]


def test_lines_of_one_turn_and_a_warning_among_them_keep_their_order() -> None:
    lines = [
        "import asyncio",
        "async def turn():",
        " for number in range(3): log.info('x', n=number)",
        " log.warning('x', n=3)",
        " log.info('x', n=4)",
        "asyncio.run(turn())",
        "log.info('x', n=5)",
    ]
    assert [line["n"] for line in lines_logged(True, f"exec({chr(10).join(lines)!r})")] == list(range(6))


def test_addresses_stay_when_masking_is_off() -> None:
    assert lines_logged(False, "log.info('x', mail_from='pat@example.org')")[0]["mail_from"] == "pat@example.org"


def test_a_lone_surrogate_out_of_a_mail_costs_no_line() -> None:
    assert lines_logged(True, "log.info('x', subject='a\\ud800b')")[0]["subject"] == "a?b"


def test_a_level_below_the_chosen_one_prints_nothing() -> None:
    assert lines_logged(True, "log.debug('x')") == []


def test_a_traceback_is_in_the_line_of_its_error() -> None:
    (line,) = lines_logged(True, "exec('try:\\n 1/0\\nexcept ZeroDivisionError:\\n log.exception(\"x\")')")
    assert "ZeroDivisionError" in str(line["exception"])


def test_addresses_in_a_traceback_and_in_nested_values_are_masked_too() -> None:
    lines = [
        "try:",
        " raise ValueError('pat@example.org')",
        "except ValueError:",
        " log.exception('x', y={'to': ['sam@example.net']})",
    ]
    statement = f"exec({chr(10).join(lines)!r})"
    (line,) = lines_logged(True, statement)
    assert "pat@" not in str(line)
    assert "sam@" not in str(line)
    assert "ValueError: p…@example.org" in str(line["exception"])


def test_a_log_that_cannot_be_written_stops_nothing() -> None:
    program = (
        "import os, structlog; from mailproc.log import configure_logging;"
        "configure_logging('info', 'json', mask_addresses=True); os.close(2);"
        "structlog.get_logger().info('x'); print('still here')"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "still here\n"
