"""`clerk catalogue hints`: what a person, or each firm of a licence library, is likely entitled to, and why."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clerk_app.cli.catalogue_options import add_catalogue_options, catalogue_of
from clerk_app.errors import BadAnswers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from clerk_app.domain.hints import Hint, Told
    from clerk_app.services.firms_to_notify import Firm, LibraryLicence

_LEADS = {"matter": "事项", "package": "一件事", "benefit": "惠企政策"}


def add_verb(verbs: argparse._SubParsersAction[Any]) -> None:
    """Add `hints` to `clerk catalogue`."""
    hints = verbs.add_parser("hints", help="政策提示：一个人或一批企业可能还能办什么，为什么")
    add_catalogue_options(hints)
    source = hints.add_mutually_exclusive_group(required=True)
    source.add_argument("--answers", type=Path, metavar="FILE", help="一个人的已知情况，JSON：代码到回答")
    source.add_argument("--firms", type=Path, metavar="FILE", help="证照库导出的证照（TOML）：列出要告知的企业")
    hints.add_argument("--json", action="store_true")
    hints.set_defaults(run=_run, show=_show)


def read_answers(path: Path) -> dict[str, str]:
    """A JSON object from code to answer; raise `BadAnswers` for anything else."""
    try:
        answers = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadAnswers(file=path.name) from error
    if not isinstance(answers, dict) or not all(isinstance(answer, str) for answer in answers.values()):
        raise BadAnswers(file=path.name)
    return answers


def _run(args: argparse.Namespace) -> dict[str, Any]:
    from clerk_app.domain.civil import civil_date
    from clerk_app.domain.hints import hints, told
    from clerk_app.seams import SystemClock
    from clerk_app.services.firms_to_notify import firms_to_notify

    catalogue = catalogue_of(args)
    today = civil_date(SystemClock().now_ms())
    head = {"version": catalogue.version, "label": catalogue.label, "today": today.isoformat()}
    if args.answers:
        return {**head, **_told(told(hints(read_answers(args.answers), catalogue.hints, today)))}
    count, firms = firms_to_notify(catalogue, _library(args.firms, today), today)
    return {**head, "looked_at": count, "firms": [_firm(firm) for firm in firms]}


def _library(path: Path, today: date) -> Iterator[LibraryLicence]:
    from clerk_app.domain.licences import LicenceFinding
    from clerk_app.services.firms_to_notify import LibraryLicence
    from sync.hub.licences.load import read_licences

    for one in read_licences(path):
        state = one.state_on(today)
        finding = LicenceFinding(state)
        if state == "valid":
            finding = LicenceFinding(
                state, one.number, one.name, one.issuer, one.valid_from, one.valid_until, one.fields
            )
        yield LibraryLicence(one.holder, one.type, finding)


def _firm(firm: Firm) -> dict[str, Any]:
    return {"holder": firm.holder, "name": firm.name, **_told(firm.told)}


def _told(shown: Told) -> dict[str, Any]:
    return {"hints": [_hint(hint) for hint in shown.open], "closed": shown.closed}


def _hint(hint: Hint) -> dict[str, Any]:
    lead = hint.lead
    return {
        "code": hint.code,
        "text": hint.text,
        "leads_to": {"kind": lead.kind, "code": lead.code, "name": lead.name, "where": lead.where},
        "reason": hint.reason,
        "grounds": dict(hint.grounds),
        "sources": list(hint.sources),
    }


def _show(result: dict[str, Any]) -> str:
    label = f"（{result['label']}）" if result["label"] else ""
    if "firms" not in result:
        return "\n".join(_lines(result)) or f"按已知情况没有可提示的{label}"
    head = f"看了 {result['looked_at']} 家企业，要告知 {len(result['firms'])} 家{label}"
    lines = [head]
    for firm in result["firms"]:
        lines += [f"{firm['holder']} {firm['name']}", *(f"  {line}" for line in _lines(firm))]
    return "\n".join(lines)


def _lines(result: dict[str, Any]) -> list[str]:
    lines = []
    for hint in result["hints"]:
        lead = hint["leads_to"]
        where = f"　{lead['where']}" if lead["where"] else ""
        lines.append(f"{hint['text']}：{hint['reason']}　→ {_LEADS[lead['kind']]} {lead['code']} {lead['name']}{where}")
        lines.append(f"  依据 {'；'.join(hint['sources'])}")
    if result["closed"]:
        lines.append(f"另有 {result['closed']} 项涉及隐私，在窗口由本人同意后打开")
    return lines
