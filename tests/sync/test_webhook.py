"""The webhook: what it sends, how it signs, and what it makes of every kind of answer."""

import asyncio
import base64
import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from memory_outbox import an_event
from receiver import SECRET, Receiver, closes_after, hangs, says, talks_for_ever
from standardwebhooks.webhooks import Webhook

from mailproc.errors import SettingsError
from mailproc.policy.hooks.event import Delivered, Delivery, PermanentFailure, SyncEvent, TransientFailure
from mailproc.settings.settings import HookSettings
from mailproc.sync.body import event_body
from mailproc.sync.hook import build_hook, utc_now
from mailproc.sync.webhook import WebhookHook, retry_after_seconds

NOW = datetime(2026, 3, 3, 9, 12, tzinfo=UTC)


def settings(url: str = "http://127.0.0.1:1/", **more: object) -> HookSettings:
    return HookSettings.model_validate({"name": "crm", "type": "webhook", "url": url, "secret": SECRET} | more)


async def deliver(url: str, event: SyncEvent | None = None, **more: object) -> Delivery:
    hook = WebhookHook(settings(url, **more), clock=utc_now)
    try:
        return await hook.deliver(event or an_event())
    finally:
        await hook.close()


# -- what is sent


async def test_an_event_is_posted_with_the_exact_bytes_that_were_signed() -> None:
    async with Receiver() as receiver:
        assert await deliver(receiver.url, an_event("evt_7")) == Delivered(detail="HTTP 204")
    (request,) = receiver.requests
    assert (request.method, request.path, request.body) == ("POST", "/hook", event_body(an_event("evt_7")))
    assert request.headers["content-type"] == "application/json"
    assert request.headers["webhook-id"] == "evt_7"
    assert json.loads(request.body) == receiver.events["evt_7"]
    assert list(json.loads(request.body)) == ["type", "timestamp", "data"]


@pytest.mark.parametrize(
    ("secret", "event_id", "timestamp", "body", "signature"),
    [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1614265330,
            '{"test": 2432232314}',
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "whsec_" + base64.b64encode(b"mailproc-example-secret-0001").decode(),
            "msg_0001",
            1772529120,
            '{"type":"subscriber.unsubscribed","timestamp":"2026-03-03T09:12:00Z","data":{"id":"sub_1"}}',
            "v1,WtGIn93F+PAqg0NC/roOfqWnSnwbiD8PamDYeuxMgRs=",
        ),
    ],
)
def test_the_library_signs_as_the_published_vectors_say(
    secret: str, event_id: str, timestamp: int, body: str, signature: str
) -> None:
    assert Webhook(secret).sign(event_id, datetime.fromtimestamp(timestamp, UTC), body) == signature


async def test_our_own_headers_reproduce_a_published_vector() -> None:
    secret = "whsec_" + base64.b64encode(b"mailproc-example-secret-0001").decode()
    event = SyncEvent(id="msg_0001", type="subscriber.unsubscribed", timestamp=NOW, data={"id": "sub_1"})
    async with Receiver(otherwise=says(200)) as receiver:
        hook = WebhookHook(settings(receiver.url, secret=secret), clock=lambda: NOW)
        await hook.deliver(event)
        await hook.close()
    headers = receiver.requests[0].headers
    assert headers["webhook-timestamp"] == "1772529120"
    assert headers["webhook-signature"] == "v1,WtGIn93F+PAqg0NC/roOfqWnSnwbiD8PamDYeuxMgRs="


async def test_the_timestamp_is_that_of_the_attempt_and_the_id_that_of_the_event() -> None:
    times = iter([NOW, NOW + timedelta(hours=5)])
    async with Receiver(otherwise=says(200)) as receiver:
        hook = WebhookHook(settings(receiver.url), clock=lambda: next(times))
        await hook.deliver(an_event())
        await hook.deliver(an_event())
        await hook.close()
    first, second = (request.headers for request in receiver.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 5 * 3600
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_one_connection_is_kept_for_many_events() -> None:
    async with Receiver() as receiver:
        hook = WebhookHook(settings(receiver.url), clock=utc_now)
        for number in range(5):
            assert isinstance(await hook.deliver(an_event(f"evt_{number}")), Delivered)
        await hook.close()
    assert len({request.peer for request in receiver.requests}) == 1
    assert len(receiver.events) == 5


async def test_a_retry_is_recognised_by_its_id() -> None:
    async with Receiver() as receiver:
        await deliver(receiver.url)
        assert isinstance(await deliver(receiver.url), Delivered)
    assert (len(receiver.events), receiver.duplicates) == (1, 1)


async def test_while_secrets_change_both_sign(tmp_path: Path) -> None:
    new = "whsec_" + base64.b64encode(b"n" * 32).decode()
    file = tmp_path / "secret"
    file.write_text(f"{new}\n{SECRET}\n")
    async with Receiver() as receiver:
        assert isinstance(await deliver(receiver.url, secret=None, secret_file=file), Delivered)
    assert len(receiver.requests[0].headers["webhook-signature"].split()) == 2


async def test_cookies_of_the_receiver_are_not_sent_back() -> None:
    async with Receiver(otherwise=says(200, Set_Cookie="session=1")) as receiver:
        hook = WebhookHook(settings(receiver.url), clock=utc_now)
        await hook.deliver(an_event())
        await hook.deliver(an_event())
        await hook.close()
    assert "cookie" not in receiver.requests[1].headers


# -- what is made of the answer


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_every_2xx_is_delivered(status: int) -> None:
    async with Receiver(otherwise=says(status)) as receiver:
        assert isinstance(await deliver(receiver.url), Delivered)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_what_may_pass_is_transient(status: int) -> None:
    async with Receiver(otherwise=says(status)) as receiver:
        outcome = await deliver(receiver.url)
    assert outcome == TransientFailure(detail=f"HTTP {status}", retry_after_seconds=None)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 451])
async def test_what_is_refused_is_permanent(status: int) -> None:
    async with Receiver(otherwise=says(status)) as receiver:
        assert isinstance(await deliver(receiver.url), PermanentFailure)


async def test_an_endpoint_that_is_gone_is_called_so() -> None:
    async with Receiver(otherwise=says(410)) as receiver:
        assert await deliver(receiver.url) == PermanentFailure(detail="HTTP 410: endpoint gone")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_never_followed(status: int) -> None:
    async with Receiver() as elsewhere, Receiver(otherwise=says(status, Location=elsewhere.url)) as receiver:
        assert isinstance(await deliver(receiver.url), TransientFailure)
    assert (len(receiver.requests), len(elsewhere.requests)) == (1, 0)


async def test_retry_after_in_seconds_is_passed_on() -> None:
    async with Receiver(otherwise=says(429, Retry_After="120")) as receiver:
        assert await deliver(receiver.url) == TransientFailure(detail="HTTP 429", retry_after_seconds=120)


async def test_retry_after_as_a_date_is_passed_on() -> None:
    async with Receiver(otherwise=says(503, Retry_After="Tue, 03 Mar 2026 09:13:30 GMT")) as receiver:
        hook = WebhookHook(settings(receiver.url), clock=lambda: NOW)
        outcome = await hook.deliver(an_event())
        await hook.close()
    assert outcome == TransientFailure(detail="HTTP 503", retry_after_seconds=90)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", None),
        ("0", 0),
        (" 7 ", 7),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("nan", None),
        ("٣", None),
        ("9" * 63, float("9" * 63)),
        ("9" * 70, None),
        ("Tue, 03 Mar 2026 09:11:00 GMT", 0),
        ("Tuesday, 03-Mar-26 09:13:00 GMT", 60),
        ("Tue, 03 Mar 2026 09:13:00 -0000", 60),
        ("Tue, 99 Mar 2026 09:13:00 GMT", None),
        ("Tue, 03 Mar 99999 09:13:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_rubbish_is_none(value: str | None, expected: float | None) -> None:
    assert retry_after_seconds(value, NOW) == expected


async def test_a_receiver_that_hangs_is_given_up_in_time() -> None:
    async with Receiver(otherwise=hangs) as receiver:
        outcome = await deliver(receiver.url, timeout_seconds=0.2)
    assert outcome == TransientFailure(detail="no answer within 0.2 s")


async def test_a_receiver_that_is_slow_but_in_time_gets_its_event() -> None:
    async with Receiver() as receiver:
        receiver.script = [receiver.slowly(0.2)]
        assert isinstance(await deliver(receiver.url), Delivered)


@pytest.mark.parametrize(
    "sent",
    [b"", b"HTTP/1.1 20", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", b"no HTTP at all\r\n\r\n"],
    ids=["nothing", "mid-status", "mid-body", "another protocol"],
)
async def test_an_answer_that_breaks_off_is_not_an_answer(sent: bytes) -> None:
    async with Receiver(otherwise=closes_after(sent)) as receiver:
        assert isinstance(await deliver(receiver.url), TransientFailure)
    assert len(receiver.requests) == 1


async def test_an_answer_without_end_is_read_as_far_as_needed() -> None:
    async with Receiver(otherwise=talks_for_ever) as receiver:
        assert await deliver(receiver.url) == Delivered(detail="HTTP 200")


async def test_an_answer_that_never_ends_and_says_little_is_a_timeout() -> None:
    async def drips(request: object) -> object:
        from aiohttp import web

        response = web.StreamResponse()
        await response.prepare(request)  # type: ignore[arg-type]
        await response.write(b"x")
        await asyncio.Event().wait()
        return response

    async with Receiver(otherwise=drips) as receiver:  # type: ignore[arg-type]
        assert isinstance(await deliver(receiver.url, timeout_seconds=0.2), TransientFailure)


async def test_a_closed_port_is_transient() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert isinstance(await deliver(f"http://127.0.0.1:{port}/hook"), TransientFailure)


async def test_an_unknown_host_is_transient() -> None:
    assert isinstance(await deliver("http://receiver.invalid/hook"), TransientFailure)


async def test_what_a_program_says_about_its_refusal_is_kept_on_one_line() -> None:
    async with Receiver(otherwise=says(422, 'no such\r\n\x1b[31m "contact"' + "x" * 9000)) as receiver:
        outcome = await deliver(receiver.url)
    assert outcome.detail.startswith('HTTP 422: no such [31m "contact"xxx')
    assert outcome.detail.isprintable()
    assert len(outcome.detail) < 250


async def test_a_page_for_people_is_not_kept() -> None:
    async with Receiver(otherwise=says(404, "<h1>Not found</h1>", content_type="text/html")) as receiver:
        assert await deliver(receiver.url) == PermanentFailure(detail="HTTP 404")


async def test_a_cancelled_delivery_leaves_the_hook_usable() -> None:
    async with Receiver() as receiver:
        receiver.script = [hangs]
        hook = WebhookHook(settings(receiver.url), clock=utc_now)
        task = asyncio.create_task(hook.deliver(an_event()))
        while not receiver.requests:
            await asyncio.sleep(0.01)
        task.cancel()
        await asyncio.wait([task])
        assert isinstance(await hook.deliver(an_event()), Delivered)
        await hook.close()


# -- secrets and settings


@pytest.mark.parametrize(
    "secret",
    [
        "whsec_",
        "whsec_!!!!",
        "whsec_c2hvcnQ=",
        "whsk_" + "A" * 32,
        "A" * 32,
        "whsec_" + "A" * 200,
        "whsec_MfKQ9r8GKYqr\u00e4",
    ],
)
def test_a_secret_that_is_none_is_refused_without_repeating_it(secret: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_hook(settings().model_copy(update={"secret": secret}))  # past the settings' own check
    assert "hook crm" in str(caught.value)
    assert secret.removeprefix("whsec_") == "" or secret not in str(caught.value)


def test_a_secret_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"cannot read secret_file .*missing"):
        build_hook(settings(secret=None, secret_file=tmp_path / "missing"))


def test_an_empty_secret_file_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(SettingsError, match="needs `secret`"):
        build_hook(settings(secret=None, secret_file=tmp_path / "secret"))


async def test_no_detail_and_no_log_line_holds_the_secret_or_a_credential_in_the_url() -> None:
    with structlog.testing.capture_logs() as lines:
        outcome = await deliver("http://user:hunter2@127.0.0.1:1/hook?token=hunter2")
    assert isinstance(outcome, TransientFailure)
    assert "hunter2" not in outcome.detail + repr(lines)
    assert SECRET not in outcome.detail + repr(lines)


async def test_closing_twice_or_unused_is_fine() -> None:
    hook = build_hook(settings())
    await hook.close()
    await hook.close()
