"""Peppers: what stands for a forgotten address, and that no address can be written like it."""

import pytest

from mailproc.policy.address_key import normalise_address
from mailproc.policy.standing.pepper import NO_PEPPERS, Peppers, is_forgotten_name, pepper_id_of

OLD, NEW = b"pepper-v1" * 4, b"another pepper of enough bytes.."


def test_the_hash_is_hmac_sha256_of_the_address_as_it_is_compared() -> None:
    vector = "1fdf710c698e75d313c4f61fba3c046b6e002bc5c00b304526e5882dd742c22f"
    assert Peppers({"v1": OLD}).hash_of("v1", "user@example.com") == vector
    assert Peppers({"v1": OLD}).hash_of("v1", normalise_address(" User@EXAMPLE.com ")) == vector


def test_another_address_or_another_pepper_gives_another_hash() -> None:
    peppers = Peppers({"1": OLD, "2": NEW})
    hashes = [peppers.hash_of(kid, at) for kid in ("1", "2") for at in ("pat@example.org", "pat+x@example.org")]
    assert len(set(hashes)) == 4


def test_the_pepper_that_sorts_last_makes_new_names_and_every_one_is_looked_up() -> None:
    both, old = Peppers({"2026": NEW, "2025": OLD}), Peppers({"2025": OLD})
    assert pepper_id_of(both.name_of("pat@example.org")) == "2026"
    assert old.name_of("pat@example.org") in both.names_of("pat@example.org")
    assert both.addresses_by_name(["pat@example.org"]) == dict.fromkeys(
        both.names_of("pat@example.org"), "pat@example.org"
    )


def test_without_a_pepper_nobody_is_looked_for_and_nothing_is_hashed() -> None:
    assert not NO_PEPPERS
    assert NO_PEPPERS.addresses_by_name(["pat@example.org"]) == {}
    with pytest.raises(LookupError):
        NO_PEPPERS.name_of("pat@example.org")


def test_no_address_is_taken_for_what_stands_for_a_forgotten_one() -> None:
    name = Peppers({"1": OLD}).name_of("pat@example.org")
    assert is_forgotten_name(name)
    assert "pat" not in name.lower()
    assert not is_forgotten_name(normalise_address(name))
    assert not is_forgotten_name(None)


def test_a_pepper_shows_that_it_is_the_same_without_showing_itself() -> None:
    proofs = Peppers({"1": OLD}).proofs
    assert proofs["1"] != Peppers({"1": NEW}).proofs["1"]
    assert proofs["1"] == Peppers({"1": OLD, "2": NEW}).proofs["1"]
