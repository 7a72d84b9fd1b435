"""The texts of the pages and their catalogues; as a program (`make messages`) it brings every catalogue up to date."""

from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

PAGES = Path(__file__).parents[2] / "mailproc" / "web" / "pages"
LOCALES = PAGES / "locale"
_METHODS = [("**.html", "jinja2"), ("**.py", "python")]
_OPTIONS = {"**.html": {"silent": "false", "trim_blocks": "true", "lstrip_blocks": "true"}}
_HEADER = """msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""


def extracted() -> Catalog:
    """Every text that the pages say, with the comments for translators."""
    found = Catalog()
    texts = extract_from_dir(PAGES, _METHODS, _OPTIONS, comment_tags=("L10N:",), strip_comment_tags=True)
    for _, _, message, comments, context in texts:
        found.add(message, auto_comments=comments, context=context)
    return found


def catalogue_of(path: Path) -> Catalog:
    """A catalogue as it is in its file."""
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name)


def catalogue_files() -> list[Path]:
    """All of them, by language."""
    return sorted(LOCALES.glob("*/LC_MESSAGES/pages.po"))


def write_catalogue(path: Path, catalogue: Catalog) -> None:
    """Write it without dates and places, so that a difference is always one of texts."""
    written = BytesIO()
    write_po(written, catalogue, width=120, no_location=True, omit_header=True, ignore_obsolete=True)
    language = path.parent.parent.name
    header = _HEADER.format(language=language, plurals=Catalog(locale=language).plural_forms)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + written.getvalue().lstrip(b"\n"))


def main() -> None:
    """New texts get an empty place, those that are gone go; what is to translate is told."""
    texts = extracted()
    for path in catalogue_files():
        catalogue = catalogue_of(path)
        catalogue.update(texts, no_fuzzy_matching=True)
        write_catalogue(path, catalogue)
        missing = [one.id for one in catalogue if one.id and not one.string]
        print(f"{path.parent.parent.name}: {len(missing)} to translate", *missing, sep="\n  ")


if __name__ == "__main__":
    main()
