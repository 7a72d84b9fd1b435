"""Lines that look like quotes and are what a person shows: prompts, differences of files."""

import pytest
from written_mail import mail_of

from mailproc.mail.text.new_text import find_new_text

ATTRIBUTION = "On Tue, 3 Mar 2026 at 09:12, Acme News <news@acme.example> wrote:"


def new_text(body: str) -> str:
    return find_new_text(mail_of(body)).text


@pytest.mark.parametrize(
    "shown",
    [
        "$ cat > motd <<END\n> welcome\n> END\n$ wc -l motd",
        "    $ for f in *.c; do\n    > cc -c $f\n    > done\n    ok",
        "root@host:~# echo one \\\n> two\none two",
        "12c12\n< Schiffahrt\n---\n> Schifffahrt\n88a89,90\n> Stillleben\n> Bettuch\n\nShall I commit?",
        ">>> from decimal import Decimal\n>>> Decimal(2.675)\nDecimal('2.67499')",
        ">>> x = 3\n>>> x\n3",
    ],
)
def test_what_a_person_shows_of_a_shell_and_of_files_is_new(shown: str) -> None:
    assert new_text(f"{ATTRIBUTION}\n> How?\n\nLike this:\n\n{shown}\n") == f"Like this:\n\n{shown}"


@pytest.mark.parametrize(
    "quoted",
    [
        "> $ cat > motd <<END\n> > welcome\n> > END",
        ">>> take me off\n>> no\n> yes",
        ">>> from here on it is slow\n>>> I see",
        "> a\n>>> print the page",
        "> 12c12\n> ---\n> > Schifffahrt",
        ">>> if that helps\n\n>> it does",
        ">>> \n>>> expression(a, b)\n>>> \n>> \n>> no\n> yes",
        ">>> expression(a, b)\n>>> plot(a)\n>> no",
    ],
)
def test_a_quote_that_resembles_a_prompt_is_cut(quoted: str) -> None:
    assert new_text(f"Yes.\n\n{ATTRIBUTION}\n{quoted}\n\nNo.\n") == "Yes.\nNo."


def test_an_answer_right_above_a_quoted_line_does_not_make_it_new() -> None:
    assert new_text(f"{ATTRIBUTION}\n> First?\nYes, $5 <<\n> Second?\nno #1 \\\n> Third?\n") == "Yes, $5 <<\nno #1 \\"


def test_a_comment_of_dashes_is_no_delimiter_of_a_signature() -> None:
    shown = "Try this:\n\n-- statistics first\nANALYZE orders;\n--\n-- then the plan\nEXPLAIN SELECT 1;"
    assert new_text(shown + "\n") == shown
    assert new_text("Try this.\n\n-- \nPat\n") == "Try this."


def test_quotes_by_capital_initials_are_known_across_the_answers() -> None:
    body = "MB> What is left when cold?\n\nAbout 0.02 mm.\n\nMB> Does it sing?\n\nNo.\n"
    assert new_text(body) == "About 0.02 mm.\nNo."
    assert new_text(body.replace("MB>", "    Ola>")) == "About 0.02 mm.\nNo."
    prompts = "PS> Get-Item a\n\nworks, and\n\nPS> Get-Item b\n\ndoes not"
    assert new_text(prompts + "\n") == prompts


@pytest.mark.parametrize(
    "shown",
    [
        ".\n|-- src\n|   |-- a.c\n|   `-- b.c\n|-- doc",
        "| relay | 1\n| coil | 2",
        "Prelude> 1 + 1\nPrelude> :q",
        "sqlite> .tables\nsqlite> .quit",
        "    std::cin >> a\n             >> b;",
    ],
)
def test_drawings_prompts_and_code_are_new(shown: str) -> None:
    text = f"This is what I have:\n\n{shown}\n\nWhy?"
    assert new_text(text + "\n") == text


def test_a_drawn_face_among_quoted_lines_is_quoted() -> None:
    body = f"No.\n\n{ATTRIBUTION}\n>I am patient\n>:-)\n>\n>Patience, truth\n\nYes.\n>:-(\n"
    assert new_text(body) == "No.\nYes.\n>:-("


@pytest.mark.parametrize(
    "shown",
    [
        "Signed-off-by: Pat <pat@example.org>\n---\n foo.c | 2 +-\n 1 file changed\n\ndiff --git a/foo.c b/foo.c",
        "Subject: [PATCH] foo\n\nText.\n---\nv2: tabs\n\n--- a/foo.c\n+++ b/foo.c\n@@ -1 +1 @@\n-a\n+b",
        "---\nname: x\nlist:\n  - a\n  - b\nstate: present\n\nDoes that help?",
        "---\n- hosts: all\n  tasks:\n    - ping:\n\nDoes that help?",
    ],
)
def test_dashes_above_a_patch_or_a_yaml_document_are_no_delimiter(shown: str) -> None:
    assert new_text(f"{ATTRIBUTION}\n> How?\n\nLike this:\n\n{shown}\n") == f"Like this:\n\n{shown}"
    assert new_text(f"{ATTRIBUTION}\n> How?\n\nLike this:\n\n{shown}\n-- \n2.30.2\n") == f"Like this:\n\n{shown}"


@pytest.mark.parametrize(
    "signature",
    ["Pat Roe\nmail: pat@example.org\ntel: 555", "mail: pat@example.org\ntel: 555", "- Pat", "Pat | Acme | 5"],
)
def test_dashes_above_a_name_or_ways_to_reach_one_are_a_delimiter(signature: str) -> None:
    assert new_text(f"Yes.\n\n---\n{signature}\n\n{ATTRIBUTION}\n> How?\n") == "Yes."
