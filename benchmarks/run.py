"""`make bench`: the budgets as ratios of one run, absolutes beside; `--quick` for a look, `--write` for the docs."""

import argparse
import platform
import statistics
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.checking import OUT_SHARE, Checked, Speed, on_postgres, on_sqlite
from benchmarks.importing import against_bare, beside_a_listener
from benchmarks.measures import (
    Figure,
    Generator,
    deciding,
    deciding_unseen,
    generators,
    latency,
    own_generator,
    replaying,
    sink_under,
    under_load,
)
from benchmarks.senders import senders
from benchmarks.web import pairs
from benchmarks.worst import slowest_growth, worst_mails

DOCS = Path(__file__).parent.parent / "docs" / "benchmarks.md"
MARK = "<!-- figures: written by `make bench` -->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the table; `holds` None where there is no budget."""

    what: str
    figure: str
    budget: str
    holds: bool | None
    absolutes: str


def main() -> None:
    """Measure, print, and with `--write` put the table into docs/benchmarks.md. Exit 0 also when a budget is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the mails, one round")
    parser.add_argument("--only", help="one measure by its name, as the progress tells it")
    parser.add_argument("--write", action="store_true", help="write the table into docs/benchmarks.md")
    options = parser.parse_args()
    count, rounds = (800, 1) if options.quick else (6000, 3)
    console = Console(stderr=True)
    lines = []
    measures = (
        accepting, accepting_singly, roads, latencies, decidings, looked_up, worst, replays, checks, imports, web,
    )  # fmt: skip
    for measure in (one for one in measures if options.only in (None, one.__name__)):
        console.print(f"[dim]{measure.__name__} …[/]")
        lines += list(measure(count, rounds))
    _print(lines)
    if options.write:
        _write(lines)
    sys.exit(0)


def accepting(count: int, rounds: int) -> Iterator[Line]:
    """Durable accept on kept connections."""
    for load, generator in generators().items():
        ours, stock = _paired("accept-ours", "accept-stock", count, rounds, generator=generator)
        yield _cpu(f"durable accept, kept connections, {load}: CPU", ours, stock, 0.35)
        yield _speed(f"durable accept, kept connections, {load}: mails/s", ours, stock, 3)
        if sink := sink_under(generator, count):
            yield _printed(
                f"durable accept against smtp-sink (C, no disk), {load}: CPU",
                f"{ours.cpu_us / sink.cpu_us:.1f}×",
                f"{ours.cpu_us:.0f} / {sink.cpu_us:.0f} µs",
            )


def accepting_singly(count: int, rounds: int) -> Iterator[Line]:
    """Durable accept at one mail per connection."""
    for load, generator in generators().items():
        ours, stock = _paired("accept-ours", "accept-stock", count // 2, rounds, keep=False, generator=generator)
        yield _cpu(f"durable accept, one mail per connection, {load}: CPU", ours, stock, 0.55)
        yield _speed(f"durable accept, one mail per connection, {load}: mails/s", ours, stock, 2)


def roads(count: int, rounds: int) -> Iterator[Line]:
    """The whole road, hook included."""
    ours, stock = _paired("road-ours", "road-stock", count // 2, rounds)
    yield _cpu("whole road against one transaction per mail: CPU", ours, stock, 0.45)
    ours, grouped = _paired("road-ours", "road-grouped", count // 2, rounds)
    yield _cpu("whole road against stock listener, equal grouping: CPU", ours, grouped, 0.75)


def latencies(count: int, rounds: int) -> Iterator[Line]:
    """DATA→250 in an open loop."""
    seconds = count / 400
    alone = latency(400, seconds, beside_large=False)
    yield _milliseconds("DATA→250 at 400 mails/s: p50", alone.percentile(0.5), 3)
    yield _milliseconds("DATA→250 at 400 mails/s: p99", alone.percentile(0.99), None)
    beside = latency(400, seconds, beside_large=True)
    yield _milliseconds("the same while a 25 MB mail arrives each second: p50", beside.percentile(0.5), None)
    yield _milliseconds("the same while a 25 MB mail arrives each second: p99", beside.percentile(0.99), 50)


def decidings(count: int, rounds: int) -> Iterator[Line]:
    """Deciding against compat32."""
    for (name, decoded, parsed), budget in zip(deciding(), (5, 3, 3), strict=True):
        yield _at_most(
            f"deciding a {name} against parsing and decoding it (compat32): CPU",
            decoded.decide_us / decoded.compat32_us,
            budget,
            "×",
            absolutes=f"{decoded.decide_us:.0f} / {decoded.compat32_us:.0f} µs",
        )
        yield _printed(
            f"deciding a {name} against parsing it, its texts left as bytes: CPU",
            f"{parsed.decide_us / parsed.compat32_us:.2f}×",
            f"{parsed.decide_us:.0f} / {parsed.compat32_us:.0f} µs",
        )
    unseen = deciding_unseen(max(count // 15, 100))
    yield _printed(
        "deciding 2 kB replies whose words were never seen before, each once, against parsing and decoding them: CPU",
        f"{unseen.decide_us / unseen.compat32_us:.1f}×",
        f"{unseen.decide_us:.0f} / {unseen.compat32_us:.0f} µs",
    )


def looked_up(count: int, rounds: int) -> Iterator[Line]:
    """Finding out who sent a mail, against deciding it; and what other mail pays."""
    found = senders()
    yield _printed(
        "looking up who sent a signed 2 kB reply (DKIM, SPF, DMARC; answers remembered) against deciding it: CPU",
        f"{found.look_up_us / found.decide_us:.2f}×",
        f"{found.look_up_us:.0f} / {found.decide_us:.0f} µs",
    )
    yield _at_most(
        "the same where nothing hinges on who sent it: CPU",
        found.unasked_us / found.decide_us,
        0.02,
        "×",
        digits=3,
        absolutes=f"{found.unasked_us:.1f} / {found.decide_us:.0f} µs",
    )


def replays(count: int, rounds: int) -> Iterator[Line]:
    """`replay` on two processes against one."""
    mails = count * 6
    pairs = [(replaying(mails, 1), replaying(mails, 2)) for _ in range(rounds)]
    one, two = max(pairs, key=lambda pair: pair[0] / pair[1])  # whatever else runs on the two cores makes it less
    yield _at_least(
        f"replay of {mails:,} mails on two processes against one",
        one / two,
        1.7,
        "×",
        absolutes=f"{two:.1f} / {one:.1f} s",
    )


def worst(count: int, rounds: int) -> Iterator[Line]:
    """Mails that were made to be slow."""
    found = worst_mails(quick=rounds == 1)
    slowest, growing = found[0], slowest_growth(found)
    yield _at_most(
        f"the slowest of {len(found)} hostile mails: CPU",
        slowest.seconds * 1000,
        250,
        " ms",
        digits=0,
        absolutes=slowest.name,
    )
    yield _at_most("what grows most when twice as large", growing.growth, 2.5, "×", digits=1, absolutes=growing.name)


def imports(count: int, rounds: int) -> Iterator[Line]:
    """People imported, against a bare executemany of the same rows, and beside a listener."""
    people = 200_000 if rounds == 1 else 1_000_000
    ours, bare = against_bare(people)
    ratio = ours.cpu_seconds / bare.cpu_seconds
    yield _at_most(
        f"import of {people:,} people against executemany of the same rows in the order of the file: CPU",
        ratio,
        2,
        "×",
        absolutes=f"{ours.cpu_seconds / people * 1e6:.1f} / {bare.cpu_seconds / people * 1e6:.1f} µs",
    )
    yield _printed(
        "the same on the wall, from start to end",
        f"{ours.seconds / bare.seconds:.2f}×",
        f"{ours.seconds:.1f} / {bare.seconds:.1f} s",
    )
    beside, rate = beside_a_listener(people, 50), 50
    seconds = beside.seconds / people * 1e6
    yield _at_most(
        f"import of {people:,} people while {rate} mails/s come: seconds for a million",
        seconds,
        60,
        " s",
        digits=1,
        absolutes=f"{len(beside.load.latencies)} mails, {len(beside.load.refused)} refused",
    )
    yield Line(
        what="DATA→250 meanwhile: refused",
        figure=f"{len(beside.load.refused)}",
        budget="0",
        holds=not beside.load.refused,
        absolutes="",
    )
    alone = latency(rate, count / 100, beside_large=False).percentile(0.99)
    yield _milliseconds(f"DATA→250 at {rate} mails/s without an import: p99", alone, None)
    yield _milliseconds("DATA→250 meanwhile: p99", beside.load.percentile(0.99), 250)


def checks(count: int, rounds: int) -> Iterator[Line]:
    """The check before a send: the check itself, addresses in memory to verdicts; then the whole command."""
    quick = rounds == 1
    suppressed, people = (200_000, 200_000) if quick else (10_000_000, 2_000_000)
    for found in on_sqlite(suppressed, people):
        if isinstance(found, Checked):
            yield from _checked(found, "SQLite", 0.2, 2.0)
        else:
            what, per_second = found
            out = f"{OUT_SHARE:.0%} out"
            yield _printed(
                f"`{what}`, {people:,} rows of three columns, {out}, {suppressed:,} suppressed, from start to end",
                f"{per_second / 1e6:.2f} M/s",
                f"{people / per_second:.1f} s",
            )
    on_server = on_postgres(suppressed // 5, people // 5)
    if on_server is not None:
        yield from _checked(on_server, "PostgreSQL", None, None)


def web(count: int, rounds: int) -> Iterator[Line]:
    """One-click POSTs and send checks by the API, against a bare FastAPI route with one SQLite commit."""
    for what, ours, bare in pairs(count, rounds):
        against = "against a bare FastAPI route with one SQLite commit"
        absolutes = f"{ours.cpu_us:.0f} / {bare.cpu_us:.0f} µs"
        yield _printed(f"{what} {against}: CPU", f"{ours.cpu_us / bare.cpu_us:.2f}×", absolutes)
        absolutes = f"{ours.per_second:.0f} / {bare.per_second:.0f} a second"
        yield _printed(f"{what} {against}: a second", f"{ours.per_second / bare.per_second:.2f}×", absolutes)


def _checked(found: Checked, database: str, exact: float | None, memory: float | None) -> Iterator[Line]:
    against = f"{database}, {found.suppressed:,} suppressed"
    if found.bare is not None:
        yield _printed(
            f"send check by the database against the bare search in SQL, {against}: CPU",
            f"{found.bare.cpu / found.exact.cpu:.2f}×",
            f"{1e6 / found.exact.cpu:.1f} / {1e6 / found.bare.cpu:.1f} µs",
        )
    yield _addresses(f"send check by the database, {against}", found.exact, exact)
    yield _addresses(f"send check with the names in memory, {against}", found.memory, memory)
    yield _addresses(f"the same with {OUT_SHARE:.0%} out, each judged", found.memory_with_some_out, None)
    yield _printed(f"names in memory, {against}", f"{found.memory_mb:.0f} MB", f"read in {found.load_seconds:.1f} s")


def _addresses(what: str, speed: Speed, budget: float | None) -> Line:
    millions = speed.cpu / 1e6
    return Line(
        what=f"{what}: addresses a second of CPU",
        figure=f"{millions:.2f} M/s",
        budget=f"≥ {budget} M/s" if budget else "printed",
        holds=None if budget is None else millions >= budget,
        absolutes=f"{speed.wall / 1e6:.2f} M/s by the clock",
    )


def _paired(
    ours: str, theirs: str, count: int, rounds: int, *, keep: bool = True, generator: Generator = own_generator
) -> tuple[Figure, Figure]:
    """Both in turn, so that a drifting machine drifts for both; the round with the median CPU ratio counts."""
    pairs = []
    for _ in range(rounds):
        first, second = (under_load(name, count, keep=keep, generator=generator) for name in (ours, theirs))
        pairs.append((first, second))
    middle = statistics.median_low([a.cpu_us / b.cpu_us for a, b in pairs])
    return next(pair for pair in pairs if pair[0].cpu_us / pair[1].cpu_us == middle)


def _printed(what: str, figure: str, absolutes: str = "") -> Line:
    """Without a budget."""
    return Line(what=what, figure=figure, budget="printed", holds=None, absolutes=absolutes)


def _at_most(what: str, value: float, budget: float, unit: str, *, digits: int = 2, absolutes: str = "") -> Line:
    figure = f"{value:.{digits}f}{unit}"
    return Line(what=what, figure=figure, budget=f"≤ {budget}{unit}", holds=value <= budget, absolutes=absolutes)


def _at_least(what: str, value: float, budget: float, unit: str, *, digits: int = 2, absolutes: str = "") -> Line:
    figure = f"{value:.{digits}f}{unit}"
    return Line(what=what, figure=figure, budget=f"≥ {budget}{unit}", holds=value >= budget, absolutes=absolutes)


def _cpu(what: str, ours: Figure, theirs: Figure, budget: float) -> Line:
    ratio = ours.cpu_us / theirs.cpu_us
    absolutes = f"{ours.cpu_us:.0f} / {theirs.cpu_us:.0f} µs"
    return _at_most(what, ratio, budget, "×", absolutes=absolutes)


def _speed(what: str, ours: Figure, theirs: Figure, budget: float) -> Line:
    ratio = ours.per_second / theirs.per_second
    absolutes = f"{ours.per_second:.0f} / {theirs.per_second:.0f} a second"
    return _at_least(what, ratio, budget, "×", digits=1, absolutes=absolutes)


def _milliseconds(what: str, seconds: float, budget: float | None) -> Line:
    found = seconds * 1000
    holds = None if budget is None else found <= budget
    return Line(
        what=what, figure=f"{found:.1f} ms", budget=f"≤ {budget} ms" if budget else "printed", holds=holds, absolutes=""
    )


def _print(lines: list[Line]) -> None:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("measure", "figure", "budget", "", "ours / baseline"):
        table.add_column(column)
    for line in lines:
        mark = {True: "[green]holds[/]", False: "[red]missed[/]", None: ""}[line.holds]
        table.add_row(line.what, line.figure, line.budget, mark, line.absolutes)
    Console().print(table)


def _write(lines: list[Line]) -> None:
    rows = ["| measure | figure | budget | | ours / baseline |", "|---|---|---|---|---|"]
    words: Callable[[Line], str] = lambda line: {True: "holds", False: "**missed**", None: ""}[line.holds]  # noqa: E731
    rows += [f"| {line.what} | {line.figure} | {line.budget} | {words(line)} | {line.absolutes} |" for line in lines]
    said = f"{datetime.now(UTC):%Y-%m-%d}, {platform.machine()}, two cores, Python {platform.python_version()}"
    before, _, rest = DOCS.read_text(encoding="utf-8").partition(MARK)
    _, _, after = rest.partition(MARK)
    DOCS.write_text(f"{before}{MARK}\n{said}\n\n" + "\n".join(rows) + f"\n{MARK}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
