"""The rule set that decides now: read again on SIGHUP and on change; a bad file leaves the old set in force."""

import asyncio
import gc
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import structlog

from mailproc.errors import RulesError
from mailproc.metrics import Metrics
from mailproc.policy.rules.rules import RuleSet
from mailproc.rule_sets.files import fingerprint_of, load_rules

LOOK_SECONDS = 2.0


class RulesInForce:
    """A rule set and the folder it came from. `name` tells several apart in log and metrics.

    `problems` are the mistakes of what is on disk now; while there are any, `current` is an older set.
    """

    def __init__(self, rules: RuleSet, folder: Path | None, metrics: Metrics, name: str = "live") -> None:
        self.problems: tuple[str, ...] = ()
        self._folder = folder
        self._metrics = metrics
        self._name = name
        self._log = structlog.get_logger()
        self._one_at_a_time = asyncio.Lock()
        self._seen = fingerprint_of(folder)
        self._take(rules)

    async def reload(self) -> None:
        """Read the files again, in a thread; raises nothing."""
        async with self._one_at_a_time:
            self._seen = await asyncio.to_thread(fingerprint_of, self._folder)
            try:
                self._take(await asyncio.to_thread(_ready_rules, self._folder))
                self._say()
            except RulesError as error:
                self.problems = tuple(error.problems)
                self._metrics.rules_refused.labels(self._name).set(len(self.problems))
                self._log.error("rules_refused", set=self._name, problems=error.problems, in_force=self.current.digest)

    async def watch(self, look_seconds: float = LOOK_SECONDS, *, read_first: bool = False) -> None:
        """Read the files again whenever they have changed and nobody has been writing them since the last look."""
        if read_first:
            await self.reload()
        else:
            self._say()
        last = self._seen
        while True:
            await asyncio.sleep(look_seconds)
            now = await asyncio.to_thread(fingerprint_of, self._folder)
            if now == last != self._seen:
                await self.reload()
            last = now

    def as_json(self) -> dict[str, Any]:
        """What is in force, as plain values."""
        return {
            "digest": self.current.digest,
            "loaded_at": self.loaded_at.isoformat(),
            "files": len(self.current.files),
            "rules": len(self.current.rules),
            "problems": list(self.problems),
        }

    def _take(self, rules: RuleSet) -> None:
        self.current = rules
        gc.freeze()  # nothing that the garbage collector should walk through while clients wait
        self.loaded_at = datetime.now(UTC)
        self.problems = ()
        metrics, name = self._metrics, self._name
        metrics.rules.labels(name).info({"digest": rules.digest})
        metrics.rules_loaded_at.labels(name).set(self.loaded_at.timestamp())
        metrics.rules_files.labels(name).set(len(rules.files))
        metrics.rules_refused.labels(name).set(0)

    def _say(self) -> None:
        now = self.current
        self._log.info("rules_in_force", set=self._name, ruleset=now.digest, files=len(now.files), rules=len(now.rules))


def _ready_rules(folder: Path | None) -> RuleSet:
    rules = load_rules(folder)
    rules.make_ready()
    return rules
