"""`feedback arm`: what a genuine report proves of its source, and the lines that make its reports act."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from mailproc.authenticity.authenticator import build_verifier
from mailproc.authenticity.border import Border
from mailproc.cli.shell.context import ConfigOption, JsonOption, account_named, settings_of
from mailproc.cli.shell.terminal import EX_DATAERR, EX_NOINPUT, err, out, print_json
from mailproc.errors import SettingsError
from mailproc.files.replay import saved_mail
from mailproc.mail.arrival.authentication import Authentication, MethodResult
from mailproc.mail.arrival.envelope import Envelope, InboundMail
from mailproc.mail.kind import kind_of
from mailproc.mail.reading.message import read_message
from mailproc.policy.account import AccountPolicy, Accounts
from mailproc.policy.sources.arming import Sample, Step, entry_text, read_sample
from mailproc.policy.sources.source_file import read_source_file
from mailproc.policy.who.redaction import is_redacted
from mailproc.settings.account_policies import load_sources, policies_of
from mailproc.settings.settings import AuthenticitySettings, Settings

_COLOURS = {"pass": "green", "unchecked": "yellow"}


def arm(
    sample: Annotated[Path, typer.Argument(help="A genuine feedback report (.eml), or `-` for standard input.")],
    account: Annotated[str | None, typer.Option("--account", "-a", help="Whose reports; the only account.")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="Look up DKIM and DMARC in DNS, 5 s at most.")] = False,
    apply: Annotated[bool, typer.Option("--apply", help="Add the entry to the settings' file of sources.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """Say what a genuine report proves of its source, and print what to add so that its reports act.

    Take a report that you know to be genuine: the entry believes whoever signed this one. Exit 65 when the file is no
    feedback report.

    Examples: `mailproc feedback arm report.eml` · `mailproc feedback arm report.eml --verify --apply`
    """
    settings = settings_of(config)
    policy = _policy(settings, account)
    mail = _read(sample, policy)
    message = read_message(mail.content)
    report = kind_of(message, mail.envelope).report
    if report is None:
        err.print(f"mailproc: {sample}: is no feedback report; `mailproc explain` says what it is", markup=False)
        raise typer.Exit(EX_DATAERR)
    border = Border(settings.smtp.relays)
    told = asyncio.run(_verified(mail, settings.authenticity)) if verify else border.authenticate(mail, policy)
    from_address = next(iter(message.from_addresses), None)
    found = read_sample(report, message.headers, from_address, told, policy)
    if as_json:
        print_json(_as_json(found))
    else:
        _print(found, policy, verify=verify)
    if apply and found.proposed is not None:
        _add(settings, found)


def _policy(settings: Settings, account: str | None) -> AccountPolicy:
    name = account_named(settings, account)
    return next(policy for policy in policies_of(settings) if policy.id == name)


def _read(sample: Path, policy: AccountPolicy) -> InboundMail:
    try:
        content = sys.stdin.buffer.read() if str(sample) == "-" else sample.read_bytes()
    except OSError as error:
        err.print(f"mailproc: {sample}: {error.strerror}", markup=False)
        raise typer.Exit(EX_NOINPUT) from None
    return saved_mail(content, Accounts([policy])).mail


async def _verified(mail: InboundMail, settings: AuthenticitySettings) -> Authentication:
    """What DNS says; SPF cannot be told of a saved mail, whose client is not known."""
    verifier = build_verifier(settings)
    try:
        envelope = Envelope(mail_from=mail.envelope.mail_from, rcpt_tos=mail.envelope.rcpt_tos)
        plain = InboundMail(
            id=mail.id,
            account_id=mail.account_id,
            envelope=envelope,
            content=mail.content,
            received_at=mail.received_at,
        )
        return await verifier.verify(plain, None)
    finally:
        await verifier.close()


def _print(found: Sample, policy: AccountPolicy, *, verify: bool) -> None:
    known = f"known as {found.known.id}" if found.known else "not known yet"
    _line("from", f"{found.from_address or 'nobody'} ({known})")
    _line("report", f"{found.feedback_type}, {found.format}")
    for one in found.signed_by:
        _line("signed by", *_verdict(one))
    if not found.signed_by:
        _line("signed by", "nobody", "red")
    if found.sent_by is not None:
        _line("sent by", *_verdict(found.sent_by))
    _line("about", f"your mail ({found.ours})" if found.ours else "mail that is not yours", "" if found.ours else "red")
    named = ", ".join(f"{one} (redacted)" if is_redacted(one) else one for one in found.named[:5])
    named = named or "nobody by address"
    _line("names", f"{named}; a token of yours tells who it is" if found.token else named)
    out.print()
    _print_step(found, policy, verify=verify)


def _line(label: str, text: str, style: str = "") -> None:
    out.print(Text.assemble((f"{label:<10} ", "dim"), (text, style)))


def _verdict(one: MethodResult) -> tuple[str, str]:
    aligned = ", aligned with From" if one.aligned else ""
    return f"{one.domain}: {one.result}{aligned}", _COLOURS.get(one.result, "red")


def _print_step(found: Sample, policy: AccountPolicy, *, verify: bool) -> None:
    if found.step is Step.nothing and found.known:
        out.print(f"[green]{found.known.id} is trusted, and this report is as its entry says: nothing to do[/]")
        return
    if found.step is Step.trust and found.known:
        out.print("Its entry fits. To have its reports act, in the settings:")
        _print_trust(policy, found.known.id)
        return
    if found.proposed is None:
        out.print("[red]From is no address: nothing can be proposed[/]")
        return
    if not found.proposed.auth_domains:
        out.print("[red]Nothing proves who sent it: its reports could never act by an entry[/]")
    elif not found.proposed.verified:
        look = "" if verify else "; try --verify"
        out.print(f"[yellow]The signature was not verified: make sure that this report is genuine{look}[/]")
    where = "in the file of feedback sources (setting `feedback_sources`):"
    out.print(f"Change its entry {where}" if found.step is Step.amend else f"Add {where}")
    out.print(f"\n{entry_text(found.proposed)}", markup=False, style="cyan")
    out.print("and in the settings:")
    _print_trust(policy, found.proposed.id)


def _print_trust(policy: AccountPolicy, source: str) -> None:
    trusted = ", ".join(f'"{name}"' for name in dict.fromkeys((*policy.trusted_sources, source)))
    out.print(f'\n[[account]]\nid = "{policy.id}"\ntrusted_sources = [{trusted}]', markup=False, style="cyan")
    out.print(f"\nthen restart, and `mailproc feedback release --source {source}`", markup=False)


def _add(settings: Settings, found: Sample) -> None:
    """Append the entry to the operator's own file; nothing is written when the file would not be valid with it."""
    path = settings.feedback_sources
    if path is None or found.proposed is None:
        raise SettingsError(["--apply needs a file of your own: copy the shipped one, and name it as feedback_sources"])
    if found.step is Step.amend:
        raise SettingsError([f"{path}: has the entry {found.proposed.id} already: change it there yourself"])
    load_sources(path)
    text = path.read_text(encoding="utf-8")
    longer = f"{text.rstrip()}\n\n{entry_text(found.proposed)}"
    _, problems = read_source_file(str(path), longer)
    if problems:
        raise SettingsError(problems)
    beside = path.with_name(f"{path.name}.new")
    beside.write_text(longer, encoding="utf-8")
    os.replace(beside, path)
    out.print(f"added to {path}", markup=False, style="green")


def _as_json(found: Sample) -> dict[str, object]:
    return {
        "from": found.from_address,
        "known": found.known.id if found.known else None,
        "format": found.format,
        "type": found.feedback_type,
        "signed_by": [_result_as_json(one) for one in found.signed_by],
        "sent_by": found.sent_by and _result_as_json(found.sent_by),
        "ours": found.ours,
        "named": list(found.named),
        "token": found.token,
        "step": found.step.value,
        "entry": entry_text(found.proposed) if found.proposed else None,
    }


def _result_as_json(one: MethodResult) -> dict[str, object]:
    return {"domain": one.domain, "result": one.result, "aligned": one.aligned}
