"""What can be measured from outside: counters and gauges for Prometheus, all of them in this one file."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, generate_latest


class Metrics:
    """The process's own registry; one per service, so that several can live in one process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.accepted = self._counter("mails_accepted", "Mails answered with 250 after the commit that holds them")
        self.resent = self._counter("mails_resent", "Mails that were there already: resends")
        self.decided = self._counter("mails_decided", "Decisions by kind and action", ("kind", "action"))
        self.feedback = self._counter(
            "feedback_reports", "Feedback reports by type, known source and whose they are", ("type", "source", "ours")
        )
        self.unattributed = self._counter("feedback_unattributed", "Reports of ours in which no person could be found")
        self.crashed = self._counter(
            "deciding_failed", "Mails whose deciding raised, or that crashed the reader", ("how",)
        )
        self.verified = self._counter("senders_looked_up", "Mails whose sender was looked up, by outcome", ("outcome",))
        self.delivered = self._counter("hook_deliveries", "Outcomes of deliveries", ("hook", "outcome"))
        self.held = self._counter("breaker_held", "Decisions that the breaker holds for review", ("account",))
        self._add_pages()
        self.alarms_raised = self._counter("alarms_raised", "Alarms raised", ("kind",))
        self.alarms_open = self._gauge("alarms_open", "Alarms that are not over", ("kind",))
        self.undecided = self._gauge("mails_undecided", "Accepted mails that wait for their decision")
        self.undecided_age = self._gauge("mails_undecided_age_seconds", "Age of the oldest undecided mail")
        self.waiting = self._gauge("mails_waiting", "Undecided mails that wait for an answer about their sender")
        self.waiting_age = self._gauge("mails_waiting_age_seconds", "Age of the oldest of them")
        self.outbox = self._gauge("outbox_entries", "Events by hook and state", ("hook", "state"))
        self.reviews = self._gauge("reviews_open", "Mails that wait for a person")
        self.why_answers = self._gauge(
            "why_answers", "How often `why` was asked, by the step that answered", ("account", "step")
        )
        self.dropped = self._counter("mails_dropped", "Mails whose raw content was dropped after retention_days")
        self.reviews_due_soon = self._gauge("reviews_due_soon", "Mails that wait for a person and are due in two days")
        self.reviews_overdue = self._gauge("reviews_overdue", "Mails that waited for a person for too long")
        self.requests_unmet = self._gauge(
            "requests_unmet",
            "Requests older than a day, or past due, of which a hook was not told (event), that wait for a person "
            "(review), or that are undecided (mail)",
            ("account", "what", "urgency"),
        )
        self._add_rules()
        self.deciding = Histogram(
            "mailproc_deciding_seconds",
            "Time to decide one mail",
            buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1),
            registry=self.registry,
        )

    def _add_pages(self) -> None:
        self.presses = self._counter("presses", "What people did by their links, by door and deed", ("door", "deed"))
        self.pages_refused = self._counter("pages_refused", "Requests that got no page, by what was wrong", ("why",))

    def _add_rules(self) -> None:
        self.rules = Info("mailproc_rules", "The rule set in force", ("set",), registry=self.registry)
        self.rules_loaded_at = self._gauge("rules_loaded_timestamp_seconds", "When it was loaded", ("set",))
        self.rules_files = self._gauge("rules_files", "Files that it was read from", ("set",))
        self.rules_refused = self._gauge(
            "rules_mistakes", "Mistakes that keep the files on disk from being in force; 0: they are", ("set",)
        )
        self.shadow_compared = self._counter("shadow_compared", "Mails that the second rule set has decided, too")
        self.shadow_differing = self._counter("shadow_differing", "Mails that it would have decided differently")
        self.shadow_skipped = self._counter("shadow_skipped", "Mails that it had no time for, or failed at")

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(f"mailproc_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        return Gauge(f"mailproc_{name}", text, labels, registry=self.registry)

    def exposition(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)
