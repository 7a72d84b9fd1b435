"""`review resolve|example`: a person's answer, and what rules learn from it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from mailproc.cli.people.people import ListOption
from mailproc.cli.people.person import STANDING_COLOURS
from mailproc.cli.shell.context import ConfigOption, JsonOption, operator, settings_with_lists
from mailproc.cli.shell.storage import open_store, run
from mailproc.cli.shell.terminal import EX_DATAERR, EX_NOPERM, EX_USAGE, err, out, print_json
from mailproc.cli.stored_mail.together import ByOption
from mailproc.errands.given import check_list, named
from mailproc.errors import RulesError
from mailproc.policy.deciding.review import Answer
from mailproc.policy.standing.facts import Fact, Level
from mailproc.review.answer import WhoIsMeant, answer_review, consented_since, facts_of_answer
from mailproc.review.example import add_example, words_of
from mailproc.settings.settings import Settings
from mailproc.shapes.review import answered_as_json
from mailproc.store.results import Answered, ReviewItem

IdArgument = Annotated[str, typer.Argument(help="Id of the review, as `review list` shows it.", show_default=False)]


def resolve(
    review_id: IdArgument,
    answer: Annotated[Answer, typer.Option("--as", help="The answer.", show_default=False)],
    level: Annotated[
        Level | None, typer.Option(help="How far an unsubscribe reaches; else as far as the mail asks.")
    ] = None,
    list_id: ListOption = None,
    person: Annotated[
        list[str] | None, typer.Option("--person", help="Who is meant, where the mail does not say; may be repeated.")
    ] = None,
    by: ByOption = "",
    note: Annotated[str, typer.Option(help="Why, in a few words; kept with the answer.")] = "",
    example: Annotated[
        str | None, typer.Option(help="Write the words into a rule as an example: FILE.toml:RULE-ID.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Answer a review. `unsubscribe` takes the person off as of when the mail came, and the hooks are told.

    It reaches as far as the mail asks (`review show` says how far), or as `--level` and `--list` say.

    Of two answers the first counts; a second one changes nothing, and exits 65 when it says something else.

    Examples: `mailproc review resolve ID --as unsubscribe` · `mailproc review resolve ID --as not-a-request --by kim`
    """
    if level is Level.global_:
        err.print("mailproc: no mail sets a global opt-out; an operator does: mailproc unsubscribe … --level global")
        raise typer.Exit(EX_NOPERM)
    if (level is Level.list) != (list_id is not None):
        err.print("mailproc: --level list and --list NAME belong together")
        raise typer.Exit(EX_USAGE)
    people = [address or key or "" for address, key in map(named, person or ())]
    settings = settings_with_lists(config)
    work = _resolve(settings, review_id, answer, level, list_id, people, operator(by), note, example)
    try:
        answered, consented, learnt = run(work)
    except WhoIsMeant as error:
        err.print(f"mailproc: {error}", markup=False)
        raise typer.Exit(EX_USAGE) from None
    if as_json:
        print_json({**answered_as_json(answered), "consented_since": consented})
    else:
        _print_answered(review_id, answered, consented)
        if learnt:
            out.print(f"  {learnt}", markup=False)
    if not answered.applied and answered.resolution != answer.value:
        raise typer.Exit(EX_DATAERR)


def example(
    review_id: IdArgument,
    rule: Annotated[str, typer.Option(help="The rule: FILE.toml:RULE-ID.")],
    miss: Annotated[bool, typer.Option("--miss/--hit", help="Must the rule leave these words alone, or find them?")],
    text: Annotated[str | None, typer.Option(help="Other words than those of the mail.")] = None,
    write: Annotated[bool, typer.Option("--write", help="Write it into the file; else it is only tried.")] = False,
    config: ConfigOption = None,
) -> None:
    """Make the words of a mail an example of a rule, once all rules still load with it. Exit 78 when they do not.

    Example: `mailproc review example ID --rule rules/10-en.toml:en-one-word --miss --write`
    """
    settings = settings_with_lists(config)
    path, rule_id = rule_named(settings, rule)
    words = text or run(_words(settings, review_id, rule_id))
    key = "misses" if miss else "hits"
    add_example(path, rule_id, key, words, write=write)
    told = _lesson_told(path, rule_id, key, words)
    out.print(told if write else f"{told.replace(' += ', ' would get ', 1)} (with --write)", markup=False)


async def _resolve(
    settings: Settings,
    review_id: str,
    answer: Answer,
    level: Level | None,
    list_id: str | None,
    persons: list[str],
    by: str,
    note: str,
    example: str | None,
) -> tuple[Answered, list[str] | None, str | None]:
    """What the answer did, who is mailed all the same, and what a rule has learnt from it."""
    async with open_store(settings) as store:
        item = await store.desk.review(review_id)
        check_list(settings, item.account_id, list_id)
        facts: list[Fact] = []
        if answer is Answer.unsubscribe:
            facts = facts_of_answer(item, level=level, list_id=list_id, persons=persons, by=by, note=note)
        lesson = _lesson(settings, item, answer, example) if example is not None and item.state == "open" else None
        answered = await answer_review(
            store, item, answer, by=by, note=note, level=level, list_id=list_id, persons=persons
        )
        consented = await consented_since(store, facts) if answered.applied else []
        if lesson is None or not answered.applied:
            return answered, consented, None
        add_example(*lesson)
        return answered, consented, _lesson_told(*lesson)


def _lesson(settings: Settings, item: ReviewItem, answer: Answer, example: str) -> tuple[Path, str, str, str]:
    """File, rule, key and words of the example, when it can be written. Raises RulesError."""
    file, rule = rule_named(settings, example)
    lesson = (file, rule, "hits" if answer is Answer.unsubscribe else "misses", words_for(item, rule))
    add_example(*lesson, write=False)
    return lesson


def _lesson_told(path: Path, rule_id: str, key: str, words: str) -> str:
    return f"{path}: rule {rule_id}: {key} += {words!r}"


def rule_named(settings: Settings, named_as: str) -> tuple[Path, str]:
    """`FILE.toml:RULE-ID` as a path and an id; the file as given, else in the folder of rules. Raises RulesError."""
    file, colon, rule = named_as.rpartition(":")
    if not colon or not file or not rule:
        raise RulesError([f"{named_as}: write FILE.toml:RULE-ID"])
    path = Path(file)
    if not path.is_file() and settings.rules is not None:
        path = settings.rules / file
    if not path.is_file():
        raise RulesError([f"{file}: there is no such rule file"])
    return path, rule


def words_for(item: ReviewItem, rule: str) -> str:
    """The words of a review's mail that make an example. Raises RulesError when it has none."""
    words = words_of(item.decision.decision, rule) if item.decision else ""
    if not words:
        raise RulesError([f"review {item.id}: the mail has no words for an example: give some with --text"])
    return words


def _print_answered(review_id: str, answered: Answered, consented: Sequence[str] | None) -> None:
    if not answered.applied:
        at = f"{answered.at:%Y-%m-%d %H:%M} UTC"
        out.print(
            f"{review_id}: was answered before: {answered.resolution} by {answered.by}, {at}; nothing was changed"
        )
        return
    out.print(f"{review_id}: {answered.resolution}", markup=False)
    for change in answered.changes or ():
        who = change.address or f"key {change.key}"
        said = f"  {who}: now [{STANDING_COLOURS[change.status.value]}]{change.status.value}[/]"
        left = {block.list_id for block in change.after.blocks} - {block.list_id for block in change.before.blocks}
        out.print(said + "".join(f"; off list {escape(one)}" for one in sorted(one for one in left if one)))
    if answered.unclear:
        said = f"  {answered.unclear}: it waits again; say who is meant with --person KEY"
        out.print(said, markup=False, style="yellow")
    if consented is None:
        out.print("  whether somebody is NOT off, by a newer consent, cannot be read now: see mailproc why PERSON")
    for name in consented or ():
        out.print(
            f"  {name} is NOT off: a newer consent stands. If they want out all the same: "
            f"mailproc unsubscribe {shlex.quote(name)}",  # the name is a stranger's, and a shell may be given the line
            markup=False,
        )
    if answered.resolution == Answer.unsubscribe and answered.changes == () and consented == []:
        out.print("  nobody's standing changed: it was so already")


async def _words(settings: Settings, review_id: str, rule_id: str) -> str:
    async with open_store(settings) as store:
        return words_for(await store.desk.review(review_id), rule_id)
