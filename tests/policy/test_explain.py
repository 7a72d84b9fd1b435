import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from posted import bounce_mail, decided, examined, reply_mail, report_mail

from mailproc.policy.explaining.explain import Section, explain, explanation_as_json

QUOTED = "Please unsubscribe me\n\nOn Mon, 2 Mar 2026 at 08:00, Acme <n@news.acme.example> wrote:\n> Unsubscribe here\n"


def section(sections: tuple[Section, ...], title: str) -> Section:
    return next(one for one in sections if one.title == title)


def text_of(one: Section) -> str:
    return "\n".join(f"{entry.label} {entry.text} {entry.where}" for entry in one.entries)


def test_it_tells_everything_in_order():
    titles = [one.title for one in explain(examined(reply_mail(QUOTED)), ["recipient was guessed"])]
    assert titles == [
        "Assumed",
        "What it is",
        "Who sent it",
        "Who is meant",
        "New text",
        "Rules",
        "What is done",
        "Digests",
    ]


def test_the_new_text_is_shown_with_what_was_cut_and_why():
    stretches = section(explain(examined(reply_mail(QUOTED))), "New text").stretches
    assert (stretches[0].text.strip(), stretches[0].cut) == ("Please unsubscribe me", None)
    assert {"attribution", "quote"} & {one.cut for one in stretches}


def test_every_rule_that_hit_is_shown_with_span_and_place():
    said = text_of(section(explain(examined(reply_mail(QUOTED))), "Rules"))
    assert "en-unsubscribe-me" in said
    assert "decides" in said
    assert "body 7–21, 10-en.toml:" in said


def test_what_a_guard_took_out_is_told():
    said = text_of(
        section(explain(examined(reply_mail("You can unsubscribe me at any time by clicking here"))), "Rules")
    )
    assert "(guard talk), takes its sentence out" in said
    assert "(unsubscribe), held back by “" in said


def test_that_no_rule_hit_is_told():
    assert "no rule was found" in text_of(section(explain(examined(reply_mail("Good morning"))), "Rules"))


@pytest.mark.parametrize("content", [report_mail(), bounce_mail(), reply_mail("unsubscribe"), "", "\x00"])
def test_it_can_be_written_as_json(content: str):
    json.dumps(explanation_as_json(explain(examined(content)))).encode("utf-8")


def test_it_is_about_the_decision_that_is_made():
    said = text_of(section(explain(examined(report_mail())), "What is done"))
    decision = decided(report_mail())
    assert decision.reason in said
    assert "complaint of" in said or "fact" in said


@given(st.text(max_size=300))
def test_any_reply_can_be_explained(text: str):
    json.dumps(explanation_as_json(explain(examined(reply_mail(text))))).encode("utf-8")
