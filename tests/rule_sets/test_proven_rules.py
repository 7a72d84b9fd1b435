"""What was seen to hold is not tried again, and only that: the memory of examples between processes."""

import os
import zlib
from pathlib import Path

import pytest

from mailproc.errors import RulesError
from mailproc.policy.rules.phrase import read_phrase
from mailproc.policy.rules.rules import read_rules
from mailproc.rule_sets.files import load_rules
from mailproc.rule_sets.proven import proof_of, proven_phrases, remember

RULE = """
[[rule]]
id = "x-rule"
action = "unsubscribe"
phrases = ["take me off"]
hits = ["please take me off"]
misses = ["{miss}"]
"""
GOOD, BAD = RULE.format(miss="take it"), RULE.format(miss="take me off")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "mailproc" / "proven-rules"


def is_proven(proof: str) -> bool:
    return proven_phrases(proof) is not None


def folder_with(tmp_path: Path, rules: str) -> Path:
    folder = tmp_path / "rules"
    folder.mkdir(exist_ok=True)
    (folder / "10-x.toml").write_text(rules)
    return folder


def test_a_proof_is_of_these_texts_under_these_names() -> None:
    proofs = [proof_of(one) for one in ({}, {"a": GOOD}, {"b": GOOD}, {"a": BAD}, {"a": GOOD, "b": ""}, {"a": GOOD})]
    assert proofs[1] == proofs[-1]
    assert len(set(proofs)) == 5


def test_what_was_loaded_is_proven_for_the_next_process(tmp_path: Path) -> None:
    proof = proof_of({"10-x.toml": GOOD})
    assert not is_proven(proof)
    load_rules(folder_with(tmp_path, GOOD))
    assert is_proven(proof)


def test_a_file_whose_examples_fail_is_refused_each_time_anew(tmp_path: Path, cache: Path) -> None:
    folder = folder_with(tmp_path, BAD)
    for _ in range(2):
        with pytest.raises(RulesError, match="hits its counter-example 'take me off'"):
            load_rules(folder)
    assert not cache.exists()


def test_a_change_of_a_proven_file_is_tried(tmp_path: Path) -> None:
    load_rules(folder_with(tmp_path, GOOD))
    with pytest.raises(RulesError):
        load_rules(folder_with(tmp_path, BAD))


def test_what_is_proven_is_not_tried_again() -> None:
    assert [rule.id for rule in read_rules({"10-x.toml": BAD}, proven={}).rules] == ["x-rule"]


def test_a_proof_says_nothing_for_what_cannot_be_read() -> None:
    with pytest.raises(RulesError, match="needs phrases"):
        read_rules({"10-x.toml": GOOD.replace("phrases", "# ")}, proven={})


def test_phrases_come_back_as_they_were_read() -> None:
    texts = ("take me off", "^stop* (it|this) [now] ... {mail}$", "退订 ... 邮件", "(take me off|leave) … list")
    phrases = {text: read_phrase(text, {"mail": ("mail*", "news letter")}) for text in texts}
    remember("one", phrases.values())
    found = proven_phrases("one")
    assert found == phrases
    for text, phrase in phrases.items():  # which comparing passes over
        assert [one.literals for one in found[text].segments] == [one.literals for one in phrase.segments]


def test_phrases_of_a_proof_are_not_read_again() -> None:
    phrase = read_phrase("leave me out")
    rules = read_rules({"10-x.toml": GOOD}, proven={"take me off": phrase})
    assert rules.rules[0].phrases == (phrase,)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", zlib.compress(b"{"), zlib.compress(b"[]"), zlib.compress(b'{"groups": [], "segments": [[1]]}')],
    ids=["empty", "not packed", "cut off", "a list", "half of it"],
)
def test_a_proof_that_cannot_be_read_is_none(cache: Path, tmp_path: Path, content: bytes) -> None:
    proof = proof_of({"10-x.toml": GOOD})
    folder = folder_with(tmp_path, GOOD)
    load_rules(folder)
    (cache / proof).write_bytes(content)
    assert not is_proven(proof)
    assert load_rules(folder).rules
    assert is_proven(proof)


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_what_somebody_else_may_have_written_is_not_believed(cache: Path, mode: int) -> None:
    remember("one", [])
    assert is_proven("one")
    (cache / "one").chmod(mode)
    assert not is_proven("one")


@pytest.mark.parametrize("below", ["file", f"file/{'x' * 5000}"])
def test_who_cannot_remember_loads_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str) -> None:
    """The system says why not, in one way or another: the second as it would of a folder that is somebody else's."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / below))
    assert load_rules(folder_with(tmp_path, GOOD)).rules
    assert not is_proven(proof_of({"10-x.toml": GOOD}))


def test_a_cache_that_is_not_named_in_full_is_the_one_of_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    monkeypatch.setenv("HOME", str(tmp_path))
    remember("one", [])
    assert (tmp_path / ".cache" / "mailproc" / "proven-rules" / "one").is_file()


def test_the_oldest_proofs_go(cache: Path) -> None:
    for number in range(25):
        remember(f"{number}", [])
        os.utime(cache / f"{number}", (number, number))
    assert len(list(cache.iterdir())) == 20
    assert not is_proven("4")
    assert is_proven("24")


def test_a_proof_that_is_needed_stays_however_many_come_after_it(cache: Path) -> None:
    for number in range(20):
        remember(f"{number}", [])
        os.utime(cache / f"{number}", (number, number))
    assert is_proven("0")
    remember("one more", [])
    assert is_proven("0")
    assert not is_proven("1")


def test_others_cannot_write_there(cache: Path) -> None:
    remember("one", [])
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o707])
def test_nothing_is_kept_or_believed_in_a_folder_where_others_can_write(cache: Path, mode: int) -> None:
    remember("one", [])
    cache.chmod(mode)
    remember("two", [])
    assert not is_proven("one")
    assert [path.name for path in cache.iterdir()] == ["one"]
