"""docs/reference/events.md: its example is valid and its programs tell genuine from forged."""

import json
import re
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from receiver import SCHEMA, SECRET, VALIDATOR
from standardwebhooks.webhooks import Webhook

from mailproc.policy.hooks.event import event_as_json, event_from_json
from mailproc.policy.standing.facts import Channel
from mailproc.policy.standing.list_number import numbered
from mailproc.policy.tokens.token_key import number_of

PAGE = (Path(__file__).parents[2] / "docs/reference/events.md").read_text(encoding="utf-8")
BODY = '{"type":"subscriber.active","data":{"name":"Zoë"}}'.encode()


def programs(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def headers(body: bytes = BODY, at: float | None = None) -> dict[str, str]:
    moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    return {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": "v1,AAAA " + Webhook(SECRET).sign("evt_1", moment, body.decode()),
    }


def test_the_example_is_valid_and_exactly_what_we_send() -> None:
    (example,) = (json.loads(text) for text in programs("json"))
    VALIDATOR.validate(example)
    assert event_as_json(event_from_json("evt_1", example)) == example


def test_every_field_of_the_schema_is_explained() -> None:
    names = {"type", "timestamp", "account", "version", "occurred_at", "address", "key", "cause"}
    for part in ("standing", "block"):
        names |= {f"{part}.{name}" for name in SCHEMA["$defs"][part]["properties"]}
    assert [name for name in sorted(names) if not re.search(rf"`(data\.(person\.)?)?{re.escape(name)}`", PAGE)] == []


def test_every_channel_is_named_in_page_and_schema() -> None:
    assert SCHEMA["$defs"]["channel"]["enum"] == [channel.value for channel in Channel]
    assert [channel for channel in Channel if f"`{channel}`" not in PAGE] == []


def test_the_python_program_tells_genuine_from_forged() -> None:
    names: dict[str, Any] = {}
    exec(programs("python")[0], names)
    is_genuine = names["is_genuine"]
    assert is_genuine(SECRET, headers(), BODY)
    assert not is_genuine(SECRET, headers(), BODY + b" ")
    assert not is_genuine(SECRET, headers(at=time.time() - 301), BODY)
    assert not is_genuine("whsec_" + "A" * 32, headers(), BODY)


@pytest.mark.parametrize(("body", "verdict"), [(BODY, "genuine"), (BODY + b" ", "forged")])
def test_the_shell_program_tells_genuine_from_forged(tmp_path: Path, body: bytes, verdict: str) -> None:
    (tmp_path / "body.json").write_bytes(body)
    said = headers()
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "SECRET": SECRET,
        "ID": said["webhook-id"],
        "TIMESTAMP": said["webhook-timestamp"],
        "SIGNATURE": said["webhook-signature"],
    }
    done = subprocess.run(
        ["sh", "-c", programs("sh")[0]], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.split() == [verdict]


def test_the_vector_on_the_page_is_a_true_one() -> None:
    secret = re.search(r"`(whsec_[^`]+)`", PAGE)
    body = re.search(r"`(\{\"type\":\"subscriber[^`]+)`", PAGE)
    signature = re.search(r"`(v1,[^`]{40,})`", PAGE)
    assert secret
    assert body
    assert signature
    assert Webhook(secret[1]).sign("msg_0001", datetime.fromtimestamp(1772529120, UTC), body[1]) == signature[1]


def test_a_receiver_is_told_how_to_know_a_list_by_its_number() -> None:
    for list_id in ("weekly", "77"):
        assert f"`{numbered(number_of(list_id))}`" in PAGE
