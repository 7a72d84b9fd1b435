"""Saved mail is found in files, folders, mbox files and Maildirs, each mail with exactly its own bytes."""

import mailbox
import os
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailproc.files.mail_files import MailFile, find_mail

MAIL = b"From: pat@example.org\nSubject: one\n\nHello\n"
LINE = b"From pat@example.org Tue Mar  3 10:00:00 2026\n"


def names(*paths: Path) -> list[str]:
    return [Path(mail.name).name for mail in find_mail(paths)]


def contents(*paths: Path) -> list[bytes]:
    return [mail.read() for mail in find_mail(paths)]


def test_a_folder_gives_its_mails_and_those_below_in_the_order_of_names(tmp_path: Path) -> None:
    for name in ("b.eml", "a/z.eml", "c/y.EML", "notes.txt", "a/picture.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(MAIL)
    assert names(tmp_path) == ["z.eml", "b.eml", "y.EML"]


def test_files_are_given_in_the_order_they_are_named_whatever_they_are_called(tmp_path: Path) -> None:
    (tmp_path / "b.txt").write_bytes(MAIL)
    (tmp_path / "a.eml").write_bytes(MAIL)
    assert names(tmp_path / "b.txt", tmp_path / "a.eml") == ["b.txt", "a.eml"]


def test_an_mbox_gives_every_mail_numbered_and_without_its_separator(tmp_path: Path) -> None:
    second = MAIL.replace(b"one", b"two")
    (tmp_path / "saved.mbox").write_bytes(LINE + MAIL + b"\n" + LINE + second + b"\n")
    assert names(tmp_path) == ["saved.mbox#1", "saved.mbox#2"]
    assert contents(tmp_path) == [MAIL, second]


def test_an_mbox_with_line_ends_of_the_wire_keeps_them(tmp_path: Path) -> None:
    wire = MAIL.replace(b"\n", b"\r\n")
    (tmp_path / "saved.mbox").write_bytes((LINE + MAIL + b"\n").replace(b"\n", b"\r\n") * 2)
    assert contents(tmp_path) == [wire, wire]


def test_an_mbox_may_be_called_anything_when_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "Inbox").write_bytes((LINE + MAIL + b"\n") * 3)
    assert len(contents(tmp_path / "Inbox")) == 3
    assert contents(tmp_path) == []


@pytest.mark.parametrize(
    "text", ["From here on it is easy\n", "\nFrom: nobody\n", "\nFrom Monday to Friday\n", ">From x\n"]
)
def test_a_line_that_begins_with_from_is_no_separator(tmp_path: Path, text: str) -> None:
    (tmp_path / "saved.mbox").write_bytes(LINE + MAIL + text.encode() + b"\n" + LINE + MAIL)
    assert len(contents(tmp_path)) == 2


def test_what_mbox_quotes_is_unquoted_once(tmp_path: Path) -> None:
    (tmp_path / "saved.mbox").write_bytes(LINE + b"Subject: x\n\n>From me\n>>From you\n> From them\n")
    assert contents(tmp_path) == [b"Subject: x\n\nFrom me\n>From you\n> From them\n"]


def test_an_eml_with_an_mbox_line_above_it_is_one_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(LINE + MAIL)
    assert contents(tmp_path) == [LINE + MAIL]


@given(bodies=st.lists(st.text(st.characters(codec="ascii"), max_size=60), min_size=1, max_size=5))
def test_whatever_pythons_own_mbox_writes_is_found_again(
    bodies: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("box") / "x.mbox"
    box = mailbox.mbox(path)
    for number, body in enumerate(bodies):
        message = EmailMessage()
        message["Subject"] = str(number)
        message.set_content(body)
        box.add(message)
    box.close()
    found = [mail.read() for mail in find_mail([path])]
    assert [one.split(b"Subject: ")[1].split(b"\n")[0] for one in found] == [
        str(n).encode() for n in range(len(bodies))
    ]


def test_a_maildir_gives_what_was_delivered_also_in_its_folders(tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "Maildir")
    box.add(MAIL)
    key = box.add(MAIL.replace(b"one", b"seen"))
    seen = box.get_message(key)
    seen.set_subdir("cur")
    seen.set_flags("S")
    box[key] = seen
    box.add_folder("Archive").add(MAIL.replace(b"one", b"archived"))
    (tmp_path / "Maildir" / "tmp" / "1.half").write_bytes(MAIL)
    (tmp_path / "Maildir" / "cur" / ".hidden").write_bytes(MAIL)
    subjects = sorted(content.split(b"Subject: ")[1].split(b"\n")[0] for content in contents(tmp_path))
    assert subjects == [b"archived", b"one", b"seen"]


@pytest.mark.parametrize("name", ["empty.mbox", "empty.eml", "empty"])
def test_an_empty_file_is_an_empty_mail(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert contents(tmp_path / name) == [b""]


def test_what_is_not_there_is_given_so_that_reading_it_can_tell(tmp_path: Path) -> None:
    (mail,) = find_mail([tmp_path / "none.eml"])
    with pytest.raises(FileNotFoundError):
        mail.read()


def test_nothing_is_found_in_an_empty_folder(tmp_path: Path) -> None:
    assert contents(tmp_path) == []


def test_folders_that_link_to_each_other_are_walked_once(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.eml").write_bytes(MAIL)
    os.symlink(tmp_path, tmp_path / "a" / "again")
    assert names(tmp_path) == ["x.eml"]


def test_a_mail_knows_when_its_file_was_written(tmp_path: Path) -> None:
    (tmp_path / "x.eml").write_bytes(MAIL)
    os.utime(tmp_path / "x.eml", (1_700_000_000, 1_700_000_000))
    assert MailFile(str(tmp_path / "x.eml")).written_at().timestamp() == 1_700_000_000
