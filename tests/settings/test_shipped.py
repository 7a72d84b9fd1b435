"""What comes with mailproc is found in a checkout and where it was installed, and nobody else's is taken for it."""

from pathlib import Path

from mailproc.settings.shipped import shipped


def test_in_a_checkout_it_stands_beside_the_package() -> None:
    assert (shipped("rules") / "10-en.toml").is_file()
    assert shipped("feedback-sources.toml").is_file()


def test_where_it_was_installed_a_folder_of_that_name_beside_the_package_is_not_ours(tmp_path: Path) -> None:
    packages = tmp_path / "lib" / "site-packages"
    (packages / "mailproc").mkdir(parents=True)
    (packages / "rules").mkdir()
    assert shipped("rules", package=packages / "mailproc", prefix=tmp_path) == tmp_path / "share" / "mailproc" / "rules"
