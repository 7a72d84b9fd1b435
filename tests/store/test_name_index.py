"""Names in memory: what is in is found and nothing else; many names at once have the forms that each has alone."""

import random
import threading

from hypothesis import given, settings
from hypothesis import strategies as st

from mailproc.policy.address import why_no_address
from mailproc.store.engine.columns import address_key_of, storable
from mailproc.store.people.name_batch import address_keys_of, storable_keys_of
from mailproc.store.sends import name_index
from mailproc.store.sends.name_index import NameIndex

ODD = [
    "", " ", "@", "a@", "@b", "a@b@c", "A@B.example", " a@b.example\t", "a b@c.example", "a@b.example\n", "a\x00@b.c",
    "zoë@bücher.example", "İ@example.org", "x" * 400 + "@b.example", "x" * 319 + "@b", '"a"@b', "a,b@c", "\ud800@b",
    "ß@b.example", "a@b.example\u2028", "a\x1f@b", "+@-", "a@b..c", "a@b.", "a@b.. .", "é@b.", "a@.",
]  # fmt: skip
PLAIN = st.from_regex(r"[a-z0-9.+_-]{1,8}@[a-z0-9.-]{1,8}", fullmatch=True)
ADDRESSES = st.lists(
    st.one_of(PLAIN, PLAIN, PLAIN.map(str.upper), st.sampled_from(ODD), st.text(max_size=6)), max_size=40
)


def one_by_one(address: str) -> tuple[str, str | None]:
    bare = address.strip()
    problem = why_no_address(bare)
    return ("" if problem else address_key_of(bare), problem)


@settings(max_examples=500)
@given(ADDRESSES)
def test_many_addresses_have_the_forms_and_problems_that_each_has_alone(addresses: list[str]) -> None:
    keys, problems = address_keys_of(addresses)
    assert [(key, problems.get(place)) for place, key in enumerate(keys)] == [one_by_one(one) for one in addresses]


@settings(max_examples=500)
@given(st.lists(st.one_of(st.text("ab1 \x00\ud800é", max_size=4), st.just("k" * 500)), max_size=10))
def test_many_keys_have_the_forms_that_each_has_alone(keys: list[str]) -> None:
    assert list(storable_keys_of(keys)) == [storable(key.strip()) for key in keys]


def test_one_strange_address_among_many_changes_nothing_for_the_others() -> None:
    addresses = [f"p{number}@example.org" for number in range(3000)]
    addresses[1500] = " P1500@Example.ORG"
    addresses[2500] = "nobody"
    keys, problems = address_keys_of(addresses)
    assert problems == {2500: "no @ in the address"}
    assert [key for place, key in enumerate(keys) if place != 2500] == [
        f"p{number}@example.org" for number in range(3000) if number != 2500
    ]


@settings(max_examples=200)
@given(st.sets(st.text(max_size=3)), st.sets(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_exactly_the_names_that_were_given_are_found(loaded: set[str], added: set[str], asked: list[str]) -> None:
    index = NameIndex()
    index.load(sorted(loaded))
    index.settle()
    index.add(added)
    assert index.places_of(asked) == [place for place, one in enumerate(asked) if one in loaded | added]
    assert len(index) == len(loaded | added)
    index.settle()
    assert index.places_of(asked) == [place for place, one in enumerate(asked) if one in loaded | added]


def test_names_that_come_late_are_sorted_in_when_there_are_many() -> None:
    index = NameIndex()
    names = [f"p{number}@example.org" for number in range(name_index._MOST_LATECOMERS + 10)]
    index.add(names[:10])
    index.add(names)
    assert index.places_of(names) == list(range(len(names)))
    assert len(index) == len(names)


def test_a_name_costs_some_twelve_bytes() -> None:
    index = NameIndex()
    index.load([f"p{number}@example.org" for number in range(200_000)])
    index.settle()
    assert index.memory_bytes <= 12.1 * 200_000


def test_hashes_that_fall_together_in_the_bit_table_are_told_apart() -> None:
    index = NameIndex()
    index.load(["a"])
    index.settle()
    index._table.bits[:] = 255
    numbers = [str(random.Random(1).random()) for _ in range(100)]
    assert index.places_of([*numbers, "a"]) == [100]


def test_whoever_asks_while_names_are_sorted_in_finds_them_all() -> None:
    index = NameIndex()
    names = [f"p{number}@example.org" for number in range(20_000)]
    index.add(names)
    stop = threading.Event()

    def sort() -> None:
        while not stop.is_set():
            index.settle()
            index.add([str(random.random())])

    sorting = threading.Thread(target=sort)
    sorting.start()
    try:
        for _ in range(200):
            assert len(index.places_of(names)) == len(names)
    finally:
        stop.set()
        sorting.join()
