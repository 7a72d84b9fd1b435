"""What every page owes its visitors: headers, no cookies, forms that are bound to link and deed, limits, no oracle."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from page_forms import form_of
from pages_world import (
    ADDRESS,
    KEY,
    OPT_OUT,
    OTHER_SECRET,
    PagesWorld,
    leave_all,
    leave_list,
    link,
    profile,
    world_of,
)
from structlog.testing import capture_logs

from mailproc.log import configure_logging
from mailproc.policy.standing.lists import MailingList
from mailproc.policy.tokens.token import Purpose
from mailproc.settings.settings import StoreSettings
from mailproc.store.results import Subscriber
from mailproc.store.store import Store


@pytest.fixture
async def one_store(sqlite_url: str) -> AsyncIterator[Store]:
    """On one database: nothing here depends on which."""
    opened = await Store.open(sqlite_url, StoreSettings())
    yield opened
    await opened.close()


@pytest.fixture
async def world(one_store: Store) -> PagesWorld:
    return await world_of(one_store)


PAGES = [f"/u/{leave_list()}", f"/s/{leave_list()}", f"/s/{profile()}", f"/p/{profile()}", "/u/broken", "/p/broken"]


@pytest.mark.parametrize("path", PAGES)
async def test_every_page_keeps_to_itself(world: PagesWorld, path: str) -> None:
    for method in ("GET", "POST"):
        headers = (await world.client.request(method, path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "form-action 'self'" in policy
        assert "unsafe" not in policy
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "noindex" in headers["x-robots-tag"]
        assert "set-cookie" not in headers
        assert "location" not in headers


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_loads_nothing_from_elsewhere_and_holds_no_program_of_its_own(
    world: PagesWorld, path: str
) -> None:
    html = (await world.get(path)).text
    assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", html)
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", html)


async def test_the_files_of_a_page_are_there_with_their_types(one_store: Store, tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)
    world = await world_of(one_store, acme={"logo": str(logo), "link_click": "auto", "accent": "#ffe600"})
    html = (await world.get(f"/u/{leave_list()}")).text
    found = {path: await world.get(path) for path in re.findall(r'(?:src|href)="..(/assets/[^"]+)"', html)}
    assert {one.headers["content-type"].partition(";")[0] for one in found.values()} == {
        "text/css",
        "text/javascript",
        "image/png",
    }
    for one in found.values():
        assert one.status_code == 200
        assert one.headers["x-content-type-options"] == "nosniff"
        assert "immutable" in one.headers["cache-control"]


@pytest.mark.parametrize("prefix", ["", "/mail", "/a/b"])
@pytest.mark.parametrize("path", ["/u/u-damaged", "/U/x", "/s/", "/p/a/b", "/u/a%2Fb?c=/d", "/p/%0A"])
async def test_the_page_of_a_link_that_nobody_signed_has_its_files_behind_any_prefix(
    world: PagesWorld, path: str, prefix: str
) -> None:
    shown = await world.get(path, host="elsewhere.example")  # which account it is tells neither link nor host
    assert shown.status_code == 404
    files = [urljoin(f"https://acme.example{prefix}{path}", one) for one in re.findall(r'href="([^"#]+)"', shown.text)]
    assert len(files) == 3
    for one in files:
        assert one.startswith(f"https://acme.example{prefix}/assets/")
        assert (await world.get(urlsplit(one).path.removeprefix(prefix))).status_code == 200


@pytest.mark.parametrize("prefix", ["", "/mail", "/a/b"])
@pytest.mark.parametrize("path", ["u/{}", "U/{}", "u/{}/", "u/=%0A{}", "s/{}", "u/a/b/{}?utm=/c"])
async def test_a_link_leads_on_from_where_it_was_opened_whatever_host_and_prefix_it_was_made_with(
    one_store: Store, path: str, prefix: str
) -> None:
    world = await world_of(one_store, acme={"url": "https://new.acme.example/later"})
    path = "/" + path.format(leave_list())
    page = await world.get(path, host="old.example")
    assert page.status_code == 200
    top = f"https://old.example{prefix}"
    named = re.findall(r'(?:href|action)="([^"#]+)"', page.text)
    found = [urljoin(f"{top}{path}", one).removeprefix(top) for one in named]
    assert {one.split("/")[1] for one in found} >= {"s", "assets"}
    assert [(await world.get(one)).status_code for one in found] == [200] * len(found)


@pytest.mark.parametrize("path", ["/", "/u", "/mail", "/index.html", "/u-cut", "/%0A"])
async def test_what_is_left_of_a_link_without_its_end_gets_the_page_that_helps(world: PagesWorld, path: str) -> None:
    shown = await world.get(path)
    assert (shown.status_code, "How to unsubscribe" in shown.text) == (404, True)
    assert (await world.client.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 404
    top = "https://acme.example/mail"
    files = [urljoin(f"{top}{path}", one).removeprefix(top) for one in re.findall(r'href="([^"#]+)"', shown.text)]
    assert [(await world.get(one)).status_code for one in files] == [200] * 3


async def test_what_browsers_ask_for_by_themselves_is_no_guess_at_a_link(one_store: Store) -> None:
    world = await world_of(one_store, web={"bad_links_per_minute": 1})
    assert [(await world.get(path)).status_code for path in ("/favicon.ico", "/", "/robots.txt")] == [404] * 3
    assert [(await world.get(f"/u/{leave_list()[:-1]}")).status_code for _ in range(2)] == [404, 429]


@pytest.mark.parametrize("path", ["//u/{}", "/{}", "/mail/u/{}"])
async def test_a_link_that_was_put_together_badly_is_pressed_all_the_same(one_store: Store, path: str) -> None:
    world, path = await world_of(one_store), path.format(leave_list())
    left = await world.press(await world.get(path), "leave")
    assert "You are unsubscribed" in left.text
    await world.press(left, "again")
    assert (await world.client.post(path, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    assert await world.stopping("weekly") == [("list", "weekly")]


async def test_a_path_of_a_thousand_steps_makes_no_long_page(world: PagesWorld) -> None:
    assert len((await world.get("/u/" + "/" * 1000)).text) < 4000


@pytest.mark.parametrize("name", ["pages.css", "..%2fpages.css", "0000000000000000-logo", "%00", "../settings.py"])
async def test_no_other_file_is(world: PagesWorld, name: str) -> None:
    assert (await world.get(f"/assets/{name}")).status_code == 404


async def test_a_logo_that_is_a_program_is_not_served(one_store: Store, tmp_path: Path) -> None:
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>")
    world = await world_of(one_store, acme={"logo": str(logo)})
    assert "<img" not in (await world.get(f"/u/{leave_list()}")).text


@pytest.mark.parametrize(
    ("path", "deed"),
    [(f"/u/{leave_list()}", "leave"), (f"/s/{profile()}", "everything"), (f"/p/{profile()}", "correct")],
)
class TestAForm:
    async def test_of_another_link_is_refused(self, world: PagesWorld, path: str, deed: str) -> None:
        await world.store.put_subscribers([Subscriber(account_id="acme", key="18", address="kim@example.org")])
        door, purpose = path[:3], Purpose.profile if "p-" in path else Purpose.unsubscribe_all
        page = await world.get(f"{door}{link(purpose, key='18')}")
        answer = await world.client.post(path, data=form_of(page.text, deed)[1])
        assert answer.status_code == 400
        assert await world.facts() == []

    async def test_of_another_deed_is_refused(self, world: PagesWorld, path: str, deed: str) -> None:
        form = form_of((await world.get(path)).text, deed)[1]
        for other in ("leave", "again", "choose", "everything", "everything-again", "correct", "", "x"):
            if other != deed:
                answer = await world.client.post(path, data={**form, "do": other})
                assert answer.status_code == 400
        assert await world.facts() == []

    async def test_without_its_token_is_refused(self, world: PagesWorld, path: str, deed: str) -> None:
        for form in ("", "0" * 32, "\u00e9" * 32, "x" * 5000):
            assert (await world.client.post(path, data={"do": deed, "form": form})).status_code == 400
        assert await world.facts() == []

    async def test_that_was_open_for_days_is_shown_again(self, world: PagesWorld, path: str, deed: str) -> None:
        page = await world.get(path)
        world.now = world.clock() + timedelta(days=2)
        answer = await world.press(page, deed)
        assert answer.status_code == 400
        assert await world.facts() == []
        assert (await world.press(answer, deed)).status_code == 200


async def test_a_link_that_does_not_verify_gets_one_page_whatever_is_wrong_with_it(world: PagesWorld) -> None:
    wrong = ["x", "", "u-" + "a" * 48, leave_all(secret=bytes(32)), leave_all()[:-1], link(Purpose.bounce)]
    pages = [await world.get(f"/u/{token}") for token in wrong]
    assert {one.status_code for one in pages} == {404}
    assert len({one.text for one in pages}) == 1
    assert ADDRESS not in pages[0].text
    assert "Acme Weekly" not in pages[0].text
    assert "<form" not in pages[0].text


async def test_a_link_of_another_account_shows_that_account_and_nothing_of_ours(world: PagesWorld) -> None:
    page = await world.get(f"/u/{leave_list(secret=OTHER_SECRET)}")
    assert "Other Weekly" in page.text
    assert "Acme" not in page.text


async def test_names_of_the_settings_stay_text(one_store: Store) -> None:
    world = await world_of(one_store, acme={"name": "<b>Acme</b>\"'"})
    page = await world.get(f"/u/{leave_list()}")
    assert "<b>" not in page.text
    assert "&lt;b&gt;Acme" in page.text


@pytest.mark.parametrize("header", ["accept-language", "host", "x-forwarded-for", "cookie", "content-type"])
async def test_nothing_in_a_header_gets_into_an_answer(world: PagesWorld, header: str) -> None:
    for value in ("<script>x</script>", "x" * 5000, "\xff\xfe", "de\tX-Injected: 1", ",;q=9;;", "*"):
        answer = await world.client.get(f"/u/{leave_list()}", headers={header: value.encode("latin-1")})
        assert answer.status_code == 200
        assert "x-injected" not in answer.headers
        assert "<script" not in answer.text


class TestLimits:
    async def test_who_tries_out_links_is_put_off_and_others_are_not(self, one_store: Store) -> None:
        world = await world_of(one_store, web={"bad_links_per_minute": 3})
        answers = [(await world.get("/u/guess")).status_code for _ in range(5)]
        assert answers == [404, 404, 404, 429, 429]
        refused = await world.get("/u/guess")
        assert int(refused.headers["retry-after"]) > 0
        other = world.client_from("203.0.113.1")
        assert (await other.get("/u/guess")).status_code == 404

    async def test_who_has_a_good_link_is_let_in_whatever_neighbours_try_out(self, one_store: Store) -> None:
        world = await world_of(one_store, web={"bad_links_per_minute": 1})
        neighbour = world.client_from("198.51.100.200")
        assert [(await neighbour.get("/u/guess")).status_code for _ in range(2)] == [404, 429]
        page = await world.get(f"/u/{leave_list()}")
        assert (await world.press(page, "leave")).status_code == 200
        assert await world.said() == [(OPT_OUT, "list", "weekly")]

    async def test_a_guess_is_held_against_the_keys_of_this_host_alone(self, one_store: Store) -> None:
        world = await world_of(one_store, web={"bad_links_per_minute": 1})
        elsewhere = {"host": "elsewhere.example"}
        assert (await world.get(f"/u/{leave_list()}", **elsewhere)).status_code == 200
        await world.get("/u/guess")
        assert (await world.get(f"/u/{leave_list()}", **elsewhere)).status_code == 429

    async def test_a_proxy_that_passes_no_host_on_is_told_of_once(self, one_store: Store) -> None:
        world = await world_of(one_store)
        with capture_logs() as lines:
            for _ in range(2):
                await world.get(f"/u/{leave_list()}", host="127.0.0.1:8080")
        assert [(one["event"], one["log_level"]) for one in lines] == [("host_not_passed_on", "warning")]
        assert lines[0]["expected"] == "links.acme.example"
        assert "proxy_set_header Host $host;" in lines[0]["hint"]

    @pytest.mark.parametrize(
        ("path", "host"),
        [
            (f"/u/{leave_list()}", "links.acme.example"),
            (f"/u/{leave_list()}", "LINKS.ACME.EXAMPLE"),
            (f"/u/{leave_list(secret=OTHER_SECRET)}", "elsewhere.example"),  # an account that names no host
            ("/u/guess", "elsewhere.example"),
        ],
    )
    async def test_of_other_hosts_there_is_nothing_to_tell(self, one_store: Store, path: str, host: str) -> None:
        world = await world_of(one_store)
        with capture_logs() as lines:
            await world.get(path, host=host)
        assert [one for one in lines if one["event"] == "host_not_passed_on"] == []

    async def test_one_network_may_ask_so_much(self, one_store: Store) -> None:
        world = await world_of(one_store, web={"page_requests_per_minute": 2})
        neighbour = world.client_from("198.51.100.200")
        answers = [(await one.get(f"/u/{leave_list()}")).status_code for one in (world.client, neighbour, neighbour)]
        assert answers == [200, 200, 429]

    async def test_a_proxy_is_believed_only_where_the_settings_name_it(self, one_store: Store) -> None:
        claims = [f"203.0.113.{n * 0}, 192.0.{n}.1" for n in range(4)]
        for proxies, expected in (([], 429), (["198.51.100.0/24"], 200)):
            world = await world_of(one_store, web={"page_requests_per_minute": 3, "proxies": proxies})
            answers = [
                (await world.get(f"/u/{leave_list()}", **{"X-Forwarded-For": claim})).status_code for claim in claims
            ]
            assert answers[-1] == expected

    async def test_what_stands_before_the_proxys_own_word_is_anybodys(self, one_store: Store) -> None:
        web = {"page_requests_per_minute": 2, "proxies": ["198.51.100.0/24"]}
        world = await world_of(one_store, web=web)
        answers = [
            (await world.get(f"/u/{leave_list()}", **{"X-Forwarded-For": f"192.0.{n}.1, 203.0.113.9"})).status_code
            for n in range(3)
        ]
        assert answers == [200, 200, 429]


async def test_a_press_is_one_line_that_names_no_address(world: PagesWorld, capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("info", "json", mask_addresses=True)
    capsys.readouterr()
    await world.one_click(leave_list())
    await world.get("/u/pat@example.org")
    await asyncio.sleep(0)  # what one turn of the loop says is written at its end
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [one["event"] for one in lines] == ["pressed", "page_refused"]
    (fact,) = await world.facts()
    assert lines[0]["press"] == fact.evidence["press"]
    assert (lines[0]["door"], lines[0]["deed"], lines[0]["lists"]) == ("one_click", "leave", ["weekly"])
    assert "@" not in json.dumps(lines)
    assert b'mailproc_presses_total{deed="leave",door="one_click"} 1.0' in world.metrics.exposition()
    assert await world.said() == [(OPT_OUT, "list", "weekly")]


async def test_who_is_on_hundreds_of_lists_can_choose_among_them(one_store: Store) -> None:
    many = [MailingList(account_id="acme", id=f"list-{n}", name=f"List {n}", is_public=True) for n in range(400)]
    world = await world_of(one_store, lists=())
    await asyncio.gather(*(one_store.subscriptions.join("acme", one.id, [KEY]) for one in many))
    world.lists = many
    await world.press(await world.get(f"/s/{profile()}"), "choose", list=[one.id for one in many[1:]])
    assert await world.said() == [("opt_out", "list", "list-0")]
