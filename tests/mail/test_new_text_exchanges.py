"""New text between quotes: odd marks, wrapped quotes, a console's lines, answers that bear the writer's name."""

import pytest
from written_mail import html_mail, mail_of

from mailproc.mail.text.new_text import find_new_text

LEAD = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:"
OUTLOOK = (
    "-----Original Message-----\nFrom: Desk <desk@example.net>\nSent: Tuesday, 3 March 2026 09:12\n"
    "To: Pat Lee Roe <pat@example.org>\nSubject: Two questions\n\n"
)


def new_text(body: str, **fields: str) -> str:
    return find_new_text(mail_of(body, **fields)).text


@pytest.mark.parametrize("sign", ["}", "%", ":", "]"])
@pytest.mark.parametrize("space", [" ", ""])
@pytest.mark.parametrize("lead", [LEAD, "Quoting Acme News <news@acme.example>:"])
def test_a_quote_is_known_by_any_sign_at_its_lines_below_what_introduces_it(sign: str, space: str, lead: str) -> None:
    mark = sign + space
    body = f"{lead}\n\n{mark}Is it there?\n{mark}And is it whole?\n\nYes.\n\n{mark}Since when?\n\nSince noon.\n"
    assert new_text(body) == "Yes.\nSince noon."
    assert new_text(f"{lead}\n{mark}There?\n\nYes.\n\n{mark}Since when?\n\nSince noon.\n") == "Yes.\nSince noon."


@pytest.mark.parametrize("quoted", ["% limits\n% of both\nx = 3", "} else {\n  y();\n}", ":-)\nHello subscriber"])
def test_a_quote_without_marks_may_begin_with_such_a_sign(quoted: str) -> None:
    assert new_text(f"No.\n\n{LEAD}\n\n{quoted}\n\nHello subscriber\n") == "No."


def test_a_single_line_is_quoted_by_a_bar_like_those_above_it() -> None:
    body = "P. Winter <pw@example.net> writes:\n\n| One card.\n| Two cards.\n\nOne.\n\n| Which?\n\nThe blue one.\n"
    assert new_text(body) == "One.\nThe blue one."
    assert new_text(f"{LEAD}\n\n| Which?\n\nThe blue one.\n") == "The blue one."


def test_what_was_left_over_at_the_end_of_a_wrapped_quote_is_quoted() -> None:
    wrapped = "> We see a lag of about forty seconds on the second standby, but only\nduring\n"
    last = "> without any trouble at all. Is there anything that we could look\nat?\n"
    assert new_text(f"{LEAD}\n{wrapped}{wrapped}{last}\nThe disks.\n") == "The disks."
    assert new_text(f"{LEAD}\n{last}\nThe disks.\n") == "at?\n\nThe disks."  # nothing shows that it was wrapped


@pytest.mark.parametrize(
    "lead",
    [
        "[Pat Roe <pat@example.org>, 2026-03-03 07:31:16 +0000]",
        "[Pat Roe <pat@example.org>, 2026-03-03 07:31:16\n+0000]",
        "[Pat Roe, Tuesday 3 March 2026 07:31]",
    ],
)
def test_an_attribution_may_stand_in_brackets(lead: str) -> None:
    assert new_text(f"{lead}\n> Who has it?\n\nI do.\n") == "I do."
    assert new_text(f"See pat@example.org [2026-03-03]\nand me\n\n{LEAD}\n> Who?\n").startswith("See pat@")


@pytest.mark.parametrize(
    "shown",
    [
        '> x <- c("a-b", "d")\n> sub("-", " ", x)\n[1] "a b" "d"\n> data.frame(x)\n    x\n1 a-b\n2   d',
        "> x\n[1] 3\n> 0.2*25 - (1-0.8)*25\n[1] 8.881784e-16\n> ## see the manual",
        "> library(MASS)\n> head(cats, 1)\n  Sex Bwt Hwt\n1   F   2 7.0",
        "> str(d)\n'data.frame':   2 obs. of  1 variable:\n $ a: int  1 2",
        ">> a = [1 2];\n>> cumsum (a, 2)\nans =\n\n   1   3",
        ">> a = 3\na = 3",
        "> plot(x,\n+      y)\nError in plot(x, y) : object 'y' not found",
    ],
)
def test_what_a_person_shows_of_a_console_is_new(shown: str) -> None:
    body = f"{LEAD}\n> How?\n\nLike this:\n\n{shown}\n\n> Is it fast?\nYes.\n"
    assert new_text(body) == f"Like this:\n\n{shown}\nYes."
    quoted = "> " + shown.replace("\n", "\n> ")
    assert new_text(f"{LEAD}\n> How?\n>\n{quoted}\n\nI see.\n") == "I see."


@pytest.mark.parametrize(
    "quoted",
    [
        "> Is it fast (or not)?\n[1] is not.",
        "> Which of them do you mean\n[1] and",
        "> Yes, two:\n[1] 2",
        "> f(x) <- 3\nis wrong.",
        ">> a = 3\nb = 4 is right.",
    ],
)
def test_a_question_is_no_console(quoted: str) -> None:
    assert new_text(f"{LEAD}\n{quoted}\n") == quoted.partition("\n")[2]


@pytest.mark.parametrize("mark", ["[Pat]", "[PLR:]", "[Pat Lee Roe]", "[[Roe, Pat]]", "[plr]", "[RP]", "*[Pat]*"])
def test_answers_below_a_quoted_mail_that_bear_the_writers_name_are_new(mark: str) -> None:
    answered = f"Is the door wide?\n{mark} No.\n\nWhich colour?\n{mark} White.\n\nRegards\nDesk\n"
    body = f"Hello,\n\nplease see below.\n\n{OUTLOOK}{answered}"
    assert new_text(body, From="Pat Lee Roe <pat@example.org>") == (
        f"Hello,\n\nplease see below.\n{mark} No.\n{mark} White."
    )


def test_answers_go_on_where_the_line_was_wrapped() -> None:
    long = "[Pat] It is seventy eight centimetres without its frame, so you would\nhave to take that out."
    body = f"See below.\n\n{OUTLOOK}Is the door wide?\n{long}\nWhich colour?\n"
    assert new_text(body, From="Pat <pat@example.org>") == f"See below.\n{long}"
    body = f"See below.\n\n{OUTLOOK}Is the door wide?\n{long}\n\nWhich colour?\n"
    assert new_text(body, From="Pat <pat@example.org>") == f"See below.\n{long}"


def test_a_mark_that_the_writer_tells_of_is_his() -> None:
    body = f"My answers are marked [GR].\n\n{OUTLOOK}Is the door wide?\n[GR] No.\n[AB] I measured it.\n"
    assert new_text(body, From="pat@example.org") == "My answers are marked [GR].\n[GR] No."


def test_marks_of_others_and_of_older_mails_are_quoted() -> None:
    older = OUTLOOK.replace("Two questions", "One question")
    body = f"Fine.\n\n{OUTLOOK}Thank you.\n[Desk] We measure it.\n[image: logo]\n\n{older}Wide?\n[Pat] No.\n"
    assert new_text(body, From="Pat Lee Roe <pat@example.org>") == "Fine."


def test_answers_with_a_name_are_found_in_what_outlook_makes_of_html() -> None:
    body = (
        "<p class=MsoNormal>See below in red.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'>"
        "<p class=MsoNormal><b>From:</b> Desk &lt;desk@example.net&gt;<br><b>Sent:</b> Friday, February 6, 2026<br>"
        "<b>To:</b> Pat<br><b>Subject:</b> Monitor</p></div><p class=MsoNormal>Was it cracked?</p>"
        "<p class=MsoNormal><span style='color:red'>[Pat:] No.</span></p><p class=MsoNormal>Another one?</p>"
    )
    mail = html_mail(body, From="Pat Lee Roe <pat@example.org>")
    assert find_new_text(mail).text == "See below in red.\n[Pat:] No."


@pytest.mark.parametrize("said", ["Sent from Leeds to Leeds! Five days!", "Sent by rail, really?"])
def test_an_exclamation_that_names_no_device_is_said(said: str) -> None:
    assert new_text(f"It came.\n\n{said}\n\n{LEAD}\n> Did it?\n") == f"It came.\n\n{said}"


@pytest.mark.parametrize(
    "banner",
    [
        "[External email: do not click links or open attachments unless you know the sender.]",
        "CAUTION: External sender. Do not open attachments unless you recognize the sender.",
        "Warning: This came from outside of your organization. Be careful with links.",
        "ACHTUNG: Diese E-Mail stammt von einem externen Absender.",
        "ATTENTION : ce courriel provient de l'extérieur de votre organisation.",
    ],
)
def test_what_a_mail_server_warns_of_at_the_top_is_not_new(banner: str) -> None:
    assert new_text(f"{banner}\n\nTen seats.\n\n{LEAD}\n> How many?\n") == "Ten seats."


@pytest.mark.parametrize(
    "said",
    [
        "Warning: do not open the file of yesterday, it was the wrong one.",
        "Attention: the door of the hall is outside, not inside.",
        "Achtung: Diese Mail kommt nicht bei allen an.",
    ],
)
def test_what_a_person_warns_of_is_new(said: str) -> None:
    assert new_text(f"{said}\n\nTen seats.\n\n{LEAD}\n> How many?\n") == f"{said}\n\nTen seats."


@pytest.mark.parametrize("edge", ["+----+------+", "|----|------|", "+====+======+"])
def test_the_last_line_of_a_drawn_table_belongs_to_it(edge: str) -> None:
    table = f"{edge}\n| id | name |\n{edge}\n|  1 | gzip |\n{edge}"
    assert new_text(f"See:\n\n{table}\n\n{LEAD}\n> Which?\n") == f"See:\n\n{table}"
    assert new_text(f"Gzip.\n\n{edge}\n\n{LEAD}\n> Which?\n") == "Gzip."


def test_a_quote_marked_by_indentation_alone_stays_below_a_salutation_rather_than_the_answer_is_lost() -> None:
    quoted = f"{LEAD}\n\n    Is it there?\n\nYes.\n"
    assert new_text(f"Hi,\n\n{quoted}").endswith("Yes.")
    assert new_text(f"Hi, I thank you.\n\n{quoted}") == "Hi, I thank you."


@pytest.mark.parametrize(
    "said", ["Oh, and the tables are in our barn.", "btw the door sticks", "Ach ja, die Tür klemmt"]
)
def test_what_occurs_to_the_writer_below_dashes_is_said(said: str) -> None:
    assert new_text(f"Yes.\n\n--\n{said}\n\n{LEAD}\n> Who?\n") == f"Yes.\n\n--\n{said}"
    assert new_text(f"Yes.\n\n--\nOh Sung-min\n\n{LEAD}\n> Who?\n") == "Yes."
