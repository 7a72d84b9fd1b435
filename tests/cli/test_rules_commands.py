"""`rules check`, `try`, `diff`, `stats`: what an operator sees before a rule goes live."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import REQUEST, Shell

from mailproc.settings.settings import StoreSettings
from mailproc.store.road.archive import ShadowDecision
from mailproc.store.store import Store

RULES = """
language = "en"
courtesy = ["please"]
[[rule]]
id = "x-off"
action = "unsubscribe"
phrases = ["unsubscribe me"]
hits = ["please unsubscribe me"]
misses = ["subscribe me"]
"""
GUARD = """
[[rule]]
id = "x-talk"
guard = "talk"
phrases = ["please unsubscribe"]
hits = ["please unsubscribe here"]
misses = ["unsubscribe here"]
"""
PRAISE_IS_ONE = """
[[rule]]
id = "x-praise"
action = "unsubscribe"
phrases = ["lovely pictures"]
hits = ["lovely pictures"]
misses = ["lovely people"]
"""


@pytest.fixture
def rules(shell: Shell) -> Shell:
    """Rule folders beside the mails: `old`, and `new` in which praise is a request, and a request is talk."""
    shell.write("old/10-x.toml", RULES)
    shell.write("new/10-x.toml", RULES.replace('hits = ["please unsubscribe me"]', 'hits = ["unsubscribe me"]'))
    shell.write("new/20-y.toml", GUARD + PRAISE_IS_ONE)
    return shell


def test_check_counts_what_it_read(rules: Shell) -> None:
    found = rules.json("rules", "check", "old", "--against", "none")
    assert isinstance(found, dict)
    assert (found["files"], found["rules"], found["phrases"], found["examples"]) == (1, 1, 1, 2)
    assert found["languages"] == ["en"]


def test_check_tells_every_mistake_with_file_and_line_and_is_exit_78(shell: Shell) -> None:
    shell.write("bad/10-x.toml", 'colour = 1\n[[rule]]\nid = "xy"\nacton = "unsubscribe"\nmax_words = 0\n')
    shell.write("bad/20-y.toml", "[[rule]\n")
    run = shell.run("rules", "check", "bad")
    assert run.returncode == 78
    places = [line.split(": ")[1] for line in run.stderr.splitlines() if ".toml:" in line]
    assert places[:3] == ["10-x.toml:1", "10-x.toml:2", "10-x.toml:2"]
    assert {"10-x.toml:4", "10-x.toml:5", "20-y.toml:1"} <= set(places)
    assert "a running service keeps the rules that it has" in run.stderr


def test_check_tells_mistakes_as_json_too(shell: Shell) -> None:
    shell.write("bad/10-x.toml", "= 1")
    run = shell.run("rules", "check", "bad", "--json")
    assert run.returncode == 78
    assert json.loads(run.stdout)["problems"][0].startswith("10-x.toml:1: is not TOML")


def test_check_tells_a_phrase_that_a_guard_always_takes_out(shell: Shell) -> None:
    phrases = RULES.replace('["unsubscribe me"]', '["unsubscribe me", "please unsubscribe us"]')
    shell.write("dead/10-x.toml", phrases.replace('["please unsubscribe me"]', '["unsubscribe me"]') + GUARD)
    found = shell.json("rules", "check", "dead", "--against", "none")
    assert isinstance(found, dict)
    assert [(one["phrase"], one["by"]) for one in found["never_count"]] == [("please unsubscribe us", "x-talk")]


def test_check_tells_a_phrase_that_another_one_makes_superfluous(shell: Shell) -> None:
    shell.write("twice/10-x.toml", RULES.replace('["unsubscribe me"]', '["unsubscribe me", "unsubscribe me now"]'))
    run = shell.run("rules", "check", "twice", "--against", "none")
    assert run.returncode == 0
    assert "1 phrases are superfluous: --all lists them" in run.stdout
    assert "“unsubscribe me now”" not in run.stdout
    assert "“unsubscribe me now”" in shell.run("rules", "check", "twice", "--against", "none", "--all").stdout


def test_brackets_of_a_phrase_are_shown_as_written(shell: Shell) -> None:
    shell.write("twice/10-x.toml", RULES.replace('["unsubscribe me"]', '["unsubscribe me", "unsubscribe me [red]"]'))
    assert "“unsubscribe me [red]”" in shell.run("rules", "check", "twice", "--against", "none", "--all").stdout


def test_check_tells_a_footer_of_the_account_that_would_be_taken_for_a_request(rules: Shell) -> None:
    footers = 'footers = ["Reply with unsubscribe me to leave", "Acme Ltd"]'
    settings = (rules.folder / "mailproc.toml").read_text(encoding="utf-8")
    rules.write("mailproc.toml", settings.replace("sends_from", f"{footers}\nsends_from"))
    run = rules.run("rules", "check", "old", "--against", "none")
    assert run.returncode == 1
    assert "“Reply with unsubscribe me to leave” would be read as unsubscribe" in run.stdout
    assert "Acme Ltd" not in run.stdout


def test_check_shows_every_saved_mail_that_the_rules_in_force_decide_otherwise(rules: Shell) -> None:
    run = rules.run("rules", "check", "new", "--against", "mails", MAILPROC_RULES="old")
    assert run.returncode == 1
    assert "2 of 2 saved mails would be decided differently" in run.stdout
    assert "forward → unsubscribe" in run.stdout
    assert "+ “Lovely pictures”  x-praise" in run.stdout


def test_check_compares_with_the_golden_decision_beside_a_mail(rules: Shell) -> None:
    decided = json.loads(rules.run("replay", "--jsonl", "mails/request.eml", "--rules", "old").stdout)
    rules.write("mails/request.decision.json", json.dumps(decided))
    rules.write("mails/praise.decision.json", json.dumps({**decided, "action": "review"}))
    found = json.loads(rules.run("rules", "check", "old", "--against", "mails", "--json", MAILPROC_RULES="old").stdout)
    assert found["compared"] == 2
    assert [Path(one["file"]).name for one in found["changed"]] == ["praise.eml"]
    assert found["changed"][0]["changes"]["action"] == ["review", "forward"]


def test_check_says_that_mail_without_an_earlier_decision_was_not_compared(rules: Shell) -> None:
    run = rules.run("rules", "check", "old", "--against", "mails", MAILPROC_RULES="old")
    assert run.returncode == 0
    assert "2 more have no earlier decision to compare with" in run.stdout


def test_check_tells_mail_that_cannot_be_read_and_is_exit_65(rules: Shell) -> None:
    run = rules.run("rules", "check", "old", "--against", "nowhere.eml")
    assert run.returncode == 65
    assert "nowhere.eml: No such file" in run.stderr


def test_check_decides_the_stored_mail_again(either: Shell) -> None:
    either.run("db", "migrate")
    either.run("replay", "--apply", "mails")
    assert either.run("rules", "check", "--against", "none", "--stored").returncode == 0
    either.write(
        "old/10-x.toml", RULES.replace("unsubscribe me", "subscribe us").replace("please subscribe us", "subscribe us")
    )
    run = either.run("rules", "check", "old", "--against", "none", "--stored")
    assert run.returncode == 1
    assert "1 of 2 saved mails would be decided differently" in run.stdout
    assert "unsubscribe → forward" in run.stdout


def test_stats_of_what_is_not_there_is_exit_66(rules: Shell) -> None:
    for path in ("nowhere", "none"):
        run = rules.run("rules", "stats", path, "--rules", "old")
        assert (run.returncode, "no mail there" in run.stderr, run.stdout) == (66, True, "")


def test_no_mail_is_decided_unless_it_is_named(rules: Shell) -> None:
    run = rules.run("rules", "check", "old")
    assert run.returncode == 0
    assert "no mail was decided: name some with --against" in run.stdout
    assert rules.json("rules", "check", "old")["compared"] == 0  # type: ignore[index]


def test_the_shipped_rules_pass_their_own_check_against_all_fixtures(shell: Shell) -> None:
    found = shell.json("rules", "check", "--fixtures")
    assert isinstance(found, dict)
    assert found["never_count"] == []
    assert found["changed"] == []
    assert found["compared"] >= 200


def test_try_shows_the_words_the_guard_that_held_them_back_and_the_decision(rules: Shell) -> None:
    run = rules.run("rules", "try", "Please unsubscribe me", "--rules", "new")
    assert run.stdout.startswith("FORWARD")
    assert "“unsubscribe me” in the body: unsubscribe, held back by “Please unsubscribe” (x-talk)" in run.stdout
    assert "“Please unsubscribe” in the body: guard talk, takes its sentence out" in run.stdout


def test_try_tells_under_which_condition_a_rule_would_have_counted(shell: Shell) -> None:
    run = shell.run("rules", "try", "The remove of the roof costs too much")
    near = "not “remove” (en-bare-command, unsubscribe): it counts only at the beginning and end of a sentence"
    assert near in run.stdout


def test_try_tells_what_a_text_reads_like_and_by_which_words(shell: Shell) -> None:
    text = "Sold the boat, so your weekly newsletter is no use to me these days."
    shown = shell.run("rules", "try", text).stdout
    assert shown.startswith("REVIEW")
    assert "like a request: " in shown
    assert "mail “newsletter”" in shown
    told = json.loads(shell.run("rules", "try", text, "--json").stdout)["reads_like"]
    assert told["points"] >= told["review_from"]
    assert {"what", "points", "words"} == set(told["shares"][0])
    assert (
        "not like a request: "
        in shell.run("rules", "try", "When does the shop open on Saturday? We want to come by.").stdout
    )


def test_a_doubted_request_tells_how_few_points_its_words_have(shell: Shell) -> None:
    text = "The word you want is unsubscribe, in German abbestellen; austragen is used for mailing lists, I'd say."
    shown = shell.run("rules", "try", text)
    assert "keyword among words that speak of other things" in " ".join(shown.stdout.split())
    told = json.loads(shell.run("rules", "try", text, "--json").stdout)["reads_like"]
    assert told["points"] <= told["doubt_until"]
    assert f"up to {told['doubt_until']} at a longer request, too" in " ".join(shown.stdout.split())


def test_try_takes_a_text_a_file_of_text_a_mail_or_standard_input(shell: Shell) -> None:
    shell.write("words.txt", "Take me off your list!\n")
    for words, typed in (
        (("unsubscribe me",), b""),
        (("words.txt",), b""),
        (("mails/request.eml",), b""),
        (("-",), b"unsubscribe me"),
        (("-",), REQUEST),
    ):
        run = shell.run("rules", "try", *words, typed=typed)
        assert run.stdout.startswith("UNSUBSCRIBE"), (words, run.stdout)


def test_try_takes_the_name_of_a_mail_that_is_not_there_for_a_slip(shell: Shell) -> None:
    run = shell.run("rules", "try", "mails/requets.eml")
    assert run.returncode == 66
    assert "there is no such file" in run.stderr


def test_try_knows_subject_and_mailbox(shell: Shell) -> None:
    assert shell.run("rules", "try", "", "--subject", "unsubscribe").stdout.startswith("UNSUBSCRIBE")
    assert shell.run("rules", "try", "Hello there", "--mailbox", "unsubscribe").stdout.startswith("UNSUBSCRIBE")
    assert shell.run("rules", "try", "Hello there").stdout.startswith("FORWARD")


@pytest.mark.parametrize("text", ["", "\0", "a" * 5000, "\ud800", "Subject: x"])
def test_try_answers_to_any_text(shell: Shell, text: str) -> None:
    assert shell.run("rules", "try", text, "--json").returncode == 0


def test_try_shows_spans_in_colour_on_a_terminal_that_has_it(shell: Shell) -> None:
    coloured = shell.process("rules", "try", "Well, unsubscribe me", FORCE_COLOR="1").stdout
    assert "\x1b[1;30;41munsubscribe me\x1b[0m" in coloured


def test_diff_shows_each_mail_that_differs_with_the_words_and_is_exit_1(rules: Shell) -> None:
    run = rules.run("rules", "diff", "old", "new", "mails")
    assert run.returncode == 1
    assert "2 of 2 mails are decided differently" in run.stdout
    assert "+ “Please unsubscribe”  x-talk (guard talk), body, only new" in run.stdout
    assert "unsubscribe → forward" in run.stdout


def test_diff_of_sets_that_decide_the_same_is_exit_0(rules: Shell) -> None:
    rules.write("same/10-x.toml", "# a comment\n" + RULES)
    run = rules.run("rules", "diff", "old", "same", "mails")
    assert run.returncode == 0
    assert "0 of 2" in run.stdout


def test_diff_as_json_on_two_processes_says_the_same(rules: Shell) -> None:
    one, two = (
        json.loads(rules.run("rules", "diff", "old", "new", "mails", "--json", "--jobs", jobs).stdout)
        for jobs in ("1", "2")
    )
    assert one == two
    assert {Path(row["file"]).stem for row in one["different"]} == {"praise", "request"}


def test_diff_tells_a_mail_that_cannot_be_read_and_is_exit_65_unless_some_differ(rules: Shell) -> None:
    run = rules.run("rules", "diff", "old", "old", "mails", "nowhere.eml")
    assert run.returncode == 65
    assert "nowhere.eml" in run.stderr
    assert rules.run("rules", "diff", "old", "new", "mails", "nowhere.eml").returncode == 1


def test_diff_with_a_bad_set_is_exit_78_and_of_no_mail_66(rules: Shell) -> None:
    rules.write("bad/10-x.toml", "= 1")
    (rules.folder / "empty").mkdir()
    assert rules.run("rules", "diff", "old", "bad", "mails").returncode == 78
    assert rules.run("rules", "diff", "old", "new", "empty").returncode == 66


def test_stats_count_the_rules_in_saved_mail_and_name_those_that_never_fired(rules: Shell) -> None:
    found = rules.json("rules", "stats", "mails", "--rules", "new")
    assert isinstance(found, dict)
    counts = {row["rule"]: (row["hits"], row["held_back"], row["decided"]) for row in found["rules"]}
    assert counts == {"x-off": (1, 1, 0), "x-talk": (1, 0, 0), "x-praise": (1, 0, 1)}
    assert "never fired (1):\n  x-praise" in rules.run("rules", "stats", "mails/request.eml", "--rules", "new").stdout


def test_stats_count_the_rules_in_the_stored_mail(either: Shell) -> None:
    either.run("db", "migrate")
    either.run("replay", "--apply", "mails")
    found = either.json("rules", "stats")
    assert isinstance(found, dict)
    assert found["mails"] == 2
    assert {"en-unsubscribe-me"} <= {row["rule"] for row in found["rules"] if row["decided"] == 1}


async def differing(url: str) -> None:
    store = await Store.open(url, StoreSettings())
    for number, (before, after) in enumerate(
        [("forward", "unsubscribe"), ("forward", "unsubscribe"), ("review", "record")]
    ):
        words = [{"only": "new", "rule": "x-off", "phrase": "enough", "where": "body", "does": after}]
        found = {"changes": {"action": [before, after]}, "reason": ["nothing", "keyword"], "words": words}
        await store.archive.keep_shadow([
            ShadowDecision(
                account_id="acme", mail_id=f"m{number}", live_ruleset="sha256:live", difference=found,
                ruleset="sha256:old" if number == 0 else "sha256:new", decided_at=datetime.now(UTC),
            )
        ])  # fmt: skip
    await store.close()


@pytest.fixture
def shadowed(either: Shell, database_url: str) -> Shell:
    """A database with differing decisions: one of an earlier second set, two of the present one."""
    asyncio.run(differing(database_url))
    return either


def test_shadow_shows_what_would_have_changed_by_which_words_and_sums_up(shadowed: Shell) -> None:
    shown = shadowed.run("rules", "shadow").stdout
    assert "+ “enough”  x-off (unsubscribe), body, only shadow" in shown
    assert "     1  forward → unsubscribe" in shown
    assert "     1  review → record" in shown
    assert "1 more are of earlier versions" in shown
    assert "     2  forward → unsubscribe" in shadowed.run("rules", "shadow", "--older").stdout


def test_shadow_as_json_and_cleared(shadowed: Shell) -> None:
    found = shadowed.json("rules", "shadow")
    assert isinstance(found, dict)
    assert found["kept"] == 3
    assert [one["changes"]["action"] for one in found["different"]] == [
        ["review", "record"],
        ["forward", "unsubscribe"],
    ]
    assert "3 differing decisions forgotten" in shadowed.run("rules", "shadow", "--clear").stdout
    shadowed.write("next/10-x.toml", RULES)
    assert "no second rule set" in shadowed.run("rules", "shadow").stdout
    assert "no mail was decided differently" in shadowed.run("rules", "shadow", MAILPROC_SHADOW_RULES="next").stdout
