"""Properties of the new text: any text has one, it maps to the body, and quoting changes nothing in it."""

from hypothesis import given, settings
from hypothesis import strategies as st
from test_attribution import ATTRIBUTIONS, marked
from test_header_block import DIVIDERS, FORWARDS, LABELS, block
from test_html_text import CLIENTS
from test_new_text import assert_maps_to_body
from written_mail import html_mail, mail_of

from mailproc.mail.reading.message import Message, Part
from mailproc.mail.text.new_text import find_new_text

FOOTER = "You get this mail because you subscribed.\nTo unsubscribe click here: https://acme.example/u\nUnsubscribe"
QUOTED = f"Hello subscriber,\n\nhere are our offers of this week.\n\n{FOOTER}"

ANSWERS = [
    "unsubscribe",
    "No, thank you.",
    "Hello,\n\nplease take me off your list.\n\nBest regards\nPat Smith",
    "Ist das Angebot noch gültig?\nIch möchte zwei davon.",
    "STOP",
    "請不要再發郵件給我",
    "I wrote to you: no more mail\n- ever\n- never",
    "> is greater than\nbut this is mine",
]
# What lines of mail are made of, so that the search meets quotes, headers and signatures often.
LINE_PIECES = [
    "", " ", ">", "> ", ">>", "On Tue, 3 Mar 2026 ", "wrote:", " wrote:", "schrieb:", "<", ">", "news@acme.example",
    "From: ", "To: ", "Subject: x", "Sent: 3/3/2026", "-----Original Message-----", "-- ", "--", "____", "text", ":",
    "Sent from my iPhone", "unsubscribe", "Begin forwarded message:", "\u200b", "\u202b", "\xa0", "*", "Cc", "JD> ",
    "2026-03-03 9:12", "This e-mail is confidential", "-----BEGIN PGP SIGNATURE-----", "<div>", "</blockquote>",
    "<blockquote>", "<br>", "\ue000", "\ue003", "&gt;", "\r", "\0", "<div class=gmail_quote>", "</div>", "<pre>",
    "<hr id=stopSpelling>", "<p style='display:none'>", "\ud800",
]  # fmt: skip
LINES = st.lists(st.lists(st.sampled_from(LINE_PIECES), max_size=4).map("".join) | st.text(max_size=20), max_size=25)


@given(
    lines=LINES, kind=st.sampled_from(["text/plain", "text/html"]), footers=st.lists(st.text(max_size=60), max_size=2)
)
@settings(max_examples=6000, deadline=None)
def test_any_text_has_a_new_text_that_maps_to_its_body(lines: list[str], kind: str, footers: list[str]) -> None:
    message = Message(headers=mail_of("").headers, root=Part(content_type=kind, text="\n".join(lines)))
    found = find_new_text(message, tuple(footers))
    assert_maps_to_body(found)
    assert found.text.strip("\n") == found.text or found.text.strip()
    assert find_new_text(message, tuple(footers)) == found


@given(
    answer=st.sampled_from(ANSWERS[:-1]),
    introduction=st.sampled_from(
        [
            *ATTRIBUTIONS,
            *DIVIDERS,
            *FORWARDS,
            *[block(labels) for labels in LABELS],
            *[block(labels, mark="*") for labels in LABELS],
        ]
    ),
    gap=st.sampled_from(["", "\n", "\n\n"]),
    is_marked=st.booleans(),
    trailer=st.sampled_from(["", "\n\n", "\n-- \nPat Smith\n", "\n\nSent from my iPhone\n"]),
)
@settings(max_examples=600, deadline=None)
def test_quoting_our_own_mail_below_an_answer_changes_nothing_in_its_text(
    answer: str, introduction: str, gap: str, is_marked: bool, trailer: str
) -> None:
    quoted = marked(QUOTED) if is_marked else QUOTED + "\n"
    found = find_new_text(mail_of(f"{answer}\n\n{introduction}\n{gap}{quoted}{trailer}"), (FOOTER,))
    assert found.text == find_new_text(mail_of(answer + "\n")).text == answer


@given(answer=st.sampled_from(ANSWERS), client=st.sampled_from(sorted(CLIENTS)))
@settings(max_examples=150, deadline=None)
def test_quoting_our_own_mail_in_html_changes_nothing_in_the_text_of_an_answer(answer: str, client: str) -> None:
    written = answer.replace(">", "&gt;").replace("\n", "<br>")
    alone = find_new_text(html_mail(f"<div>{written}</div>")).text
    assert find_new_text(html_mail(CLIENTS[client].format(written)), (FOOTER,)).text == alone


@given(
    answer=st.sampled_from(ANSWERS[:-1]), footer=st.sampled_from([FOOTER, FOOTER.upper(), FOOTER.replace(" ", "  ")])
)
def test_our_own_footer_left_unquoted_below_an_answer_changes_nothing_in_its_text(answer: str, footer: str) -> None:
    assert find_new_text(mail_of(f"{answer}\n\n{footer}\n"), (FOOTER,)).text == answer


@given(
    unit=st.sampled_from(["> a\n", "a: b@c.d:\n", "From: a@b\n", "On 3 Mar 2026 <\n", "--\n", "wrote:\n", "\n", "<b>"])
)
@settings(max_examples=8, deadline=None)
def test_work_is_bounded_however_long_the_mail_is(unit: str) -> None:
    short, long = (find_new_text(mail_of(unit * count)) for count in (60_000, 120_000))
    assert len(long.pieces) + len(long.cuts) <= len(short.pieces) + len(short.cuts) + 8
