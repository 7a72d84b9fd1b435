"""An example goes into a rule file as a person would write it there; whatever cannot be added leaves the file alone."""

import tomllib
from pathlib import Path

import pytest

from mailproc.errors import RulesError
from mailproc.review.example import add_example, with_example, words_of
from mailproc.rule_sets.proven import proof_of, proven_phrases

RULE = '[[rule]]\nid = "first"\naction = "unsubscribe"\nphrases = ["stop it"]\n'
FILE = f'language = "en"\n\n{RULE}hits = ["stop it"]\nmisses = ["bus stop"]\n\n[[rule]]\nid = "second"\nhits = ["x"]\n'


def examples(text: str, rule: str = "first", key: str = "hits") -> list[str]:
    return next(list(one[key]) for one in tomllib.loads(text)["rule"] if one["id"] == rule)


@pytest.mark.parametrize(
    "written",
    [
        'hits = ["stop it"]',
        "hits = ['stop it']",
        'hits = ["stop it",]',
        'hits = [\n  "stop it",\n  "a ] b", # and a ] in a comment\n]',
        'hits = [\n  "stop it"  # why\n]',
        "hits = []",
        'hits = ["""several\nlines ] here"""]',
        "hits = ['''it's''', \"a \\\" ]\"]",
        'hits   =   [ "stop it" ]  # a comment ["',
    ],
)
def test_an_example_is_appended_and_nothing_else_changes(written: str) -> None:
    text = FILE.replace('hits = ["stop it"]', written, 1)
    changed = with_example(text, "first", "hits", 'Please "stop" it\nnow')
    assert examples(changed) == [*examples(text), 'Please "stop" it\nnow']
    for line in text.splitlines():
        if "#" in line:
            assert line.partition("#")[2] in changed
    assert changed.endswith('[[rule]]\nid = "second"\nhits = ["x"]\n')


def test_a_rule_without_such_examples_gets_its_first() -> None:
    text = FILE.replace('misses = ["bus stop"]\n', "")
    changed = with_example(text, "first", "misses", "a bus stop")
    assert examples(changed, key="misses") == ["a bus stop"]
    assert examples(changed, rule="second") == ["x"]


def test_the_last_rule_of_a_file_can_be_added_to() -> None:
    assert examples(with_example(FILE, "second", "hits", "y"), "second") == ["x", "y"]


@pytest.mark.parametrize("text", [FILE.replace("first", "other"), "", 'x = "[[rule]]"\n'])
def test_a_rule_that_is_not_there_is_refused(text: str) -> None:
    with pytest.raises(RulesError, match="no rule first"):
        with_example(text, "first", "hits", "y")


def test_what_is_written_in_a_way_that_cannot_be_added_to_is_refused() -> None:
    inline = 'rule = [{ id = "first", hits = ["x"] }]\n'
    with pytest.raises(RulesError):
        with_example(inline, "first", "hits", "y")


def test_a_file_whose_rules_would_not_load_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "10-x.toml"
    text = f'{RULE}hits = ["stop it"]\nmisses = ["bus stop"]\n'
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RulesError):
        add_example(path, "first", "hits", "nothing of the kind")
    assert path.read_text(encoding="utf-8") == text
    add_example(path, "first", "hits", "please stop it", write=False)
    assert path.read_text(encoding="utf-8") == text
    path.chmod(0o640)
    add_example(path, "first", "hits", "please stop it")
    assert examples(path.read_text(encoding="utf-8")) == ["stop it", "please stop it"]
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["10-x.toml"]


def test_what_was_tried_with_an_example_is_proven_once_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "10-x.toml"
    path.write_text(f'{RULE}hits = ["stop it"]\nmisses = ["bus stop"]\n', encoding="utf-8")
    add_example(path, "first", "hits", "now stop it", write=False)
    tried = with_example(path.read_text(encoding="utf-8"), "first", "hits", "now stop it")
    assert proven_phrases(proof_of({path.name: tried})) is not None
    assert proven_phrases(proof_of({path.name: path.read_text(encoding="utf-8")})) is None


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RulesError, match="cannot be read"):
        add_example(tmp_path / "none.toml", "first", "hits", "x")


def test_the_words_are_the_sentence_in_which_something_was_found() -> None:
    text = "Hello there. Please take me off now! Thanks"
    seen = {"rule": "r", "phrase": "take me off", "where": "body", "span": [20, 31]}
    assert words_of({"new_text": text, "evidence": [seen]}, "r") == "Please take me off now!"
    assert words_of({"new_text": text, "evidence": []}, "r") == text
    assert words_of({"new_text": None, "evidence": []}, "r") == ""
    assert words_of({"new_text": "take me off", "evidence": [{**seen, "span": [0, 11]}]}, "r") == "take me off"
