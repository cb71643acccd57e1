"""Print the whole plan of a FHIR patient without saving anything."""

import datetime as dt
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError, CommandParser

from infusion import catalogue
from infusion.domain.doses import DosingWeight, WeightMissing, dosing_surface_m2
from infusion.domain.instants import in_utc, zone
from infusion.domain.plan_json import plan_as_json
from infusion.domain.plans import CycleFacts, PlanRequest, make_plan
from infusion.domain.quantities import Unit, read_positive
from infusion.domain.refusals import Refusal
from infusion.domain.regimens import CycleNotInRegimen, Regimen
from infusion.domain.ribbon import labels_in, ribbon_of_preview
from infusion.domain.ribbon.stacking import draw_all
from infusion.selectors.planning import unsigned_policy
from infusion.wording import explain
from patients import clock
from patients.domain.refusals import Refusal as PeopleRefusal
from patients.fhir.mapping import read_patient

# The command reads no site: the same key as in the preview of a patient says so.
_NOTHING_KNOWN = {"knows_hours": False, "knows_holidays": False, "unsure_years": []}
_NO_SITE = (
    "no visit hours, holidays or stock of a site are known: every hour of every day "
    "counts as fitting"
)


class StartNotRead(Refusal):
    """The start is not an ISO 8601 instant."""

    code = "start_not_read"


class Command(BaseCommand):
    """Plan a course for a patient of a FHIR file: the main job in one command."""

    help = __doc__
    # Needs no database, so nothing about one is checked.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        add = parser.add_argument
        add(
            "--patient",
            required=True,
            type=Path,
            help="FHIR R4 Patient: JSON, NDJSON or Bundle; the first patient counts",
        )
        add("--regimen", required=True, help=", ".join(catalogue.all_regimens()))
        add("--start", required=True, help="ISO 8601 with an offset from UTC")
        add("--zone", required=True, help="IANA time zone, such as Asia/Shanghai")
        add("--weight-kg", help="dosing weight in kg")
        add("--height-cm", help="needed below 45 kg")
        add("--cycles", type=int, help="how many; all of the regimen when left out")
        add("--language", default="en", choices=["en", "zh-hans"])
        out = parser.add_mutually_exclusive_group()
        out.add_argument("--json", action="store_true", help="print JSON")
        out.add_argument("--svg", type=Path, metavar="F", help="write the ribbon to F")

    def handle(self, *_args: object, **options: Any) -> None:
        """Print the plan, or say which field is wrong and why."""
        try:
            body = self._plan(options)
        except (Refusal, PeopleRefusal) as refusal:
            said = explain(refusal)
            # What a record is refused for without a field is about the file.
            whole = "patient" if isinstance(refusal, PeopleRefusal) else "plan"
            message = f"{said.field or whole}: {said.detail} [{said.code}]"
            raise CommandError(message) from None
        if options["json"]:
            self.stdout.write(json.dumps(body, ensure_ascii=False, indent=2))
        elif options["svg"]:
            self._write_svg(body, options)
        else:
            self.stdout.write("\n".join(_table(body, zone(options["zone"]))))

    def _plan(self, options: dict[str, Any]) -> dict[str, Any]:
        now = clock.now()
        patient = read_patient(options["patient"], now=now)
        regimen = catalogue.get_regimen(options["regimen"])
        request = _request(regimen, options)
        if patient.is_deceased:
            self._note("the record says that this patient has died")
        if request.now < now:
            self._note("the start is in the past; an order would be refused")
        self._note(_NO_SITE)
        return {**plan_as_json(make_plan(request), regimen), "calendar": _NOTHING_KNOWN}

    def _note(self, text: str) -> None:
        self.stderr.write(f"note: {text}")

    def _write_svg(self, body: dict[str, Any], options: dict[str, Any]) -> None:
        where, labels = zone(options["zone"]), labels_in(options["language"])
        ribbons = [
            ribbon_of_preview(cycle, zone=where, labels=labels)
            for cycle in body["cycles"]
        ]
        try:
            options["svg"].write_text(draw_all(ribbons), encoding="utf-8")
        except OSError as error:
            message = f"svg: {error.strerror}"
            raise CommandError(message) from None
        self.stdout.write(f"wrote {options['svg']}")


def _request(regimen: Regimen, options: dict[str, Any]) -> PlanRequest:
    policy = catalogue.site_policy({})
    start = _start(options["start"])
    weight = _weight(options, policy)
    dosing_surface_m2(regimen.doses, weight)
    return PlanRequest(
        regimen=regimen,
        recipes=catalogue.recipes_of(regimen),
        rules=catalogue.reminder_rules(policy),
        zone=zone(options["zone"]),
        now=start,
        cycles=(CycleFacts(number=1, starts_at=start, weight=weight),),
        last_cycle=_count(regimen, options["cycles"]),
        dose_step_mcg=policy.number("dose_rounding_mcg"),
        unsigned=unsigned_policy(policy, regimen, [weight]),
    )


def _start(text: str) -> dt.datetime:
    try:
        start = dt.datetime.fromisoformat(text)
    except ValueError:
        raise StartNotRead(field="start") from None
    return in_utc(start, field="start")


def _weight(options: dict[str, Any], policy: catalogue.SitePolicy) -> DosingWeight:
    if not options["weight_kg"]:
        raise WeightMissing(field="weight_kg")
    height = options["height_cm"]
    return DosingWeight(
        weight_kg=read_positive(options["weight_kg"], Unit.KG, field="weight_kg").value,
        height_cm=read_positive(height, Unit.CM, field="height_cm").value
        if height
        else None,
        formula=policy.surface_formula,
    )


def _count(regimen: Regimen, cycles: int | None) -> int:
    count = regimen.max_cycles if cycles is None else cycles
    if not 1 <= count <= regimen.max_cycles:
        raise CycleNotInRegimen(field="cycles", max_cycles=regimen.max_cycles)
    return count


def _table(body: dict[str, Any], where: ZoneInfo) -> list[str]:
    """Return the plan as plain lines, wall clocks in the zone."""
    label = f" · label {body['label_revision']}" if body["label_revision"] else ""
    lines = [f"{body['regimen']}{label} · {where.key}"]
    for cycle in body["cycles"]:
        lines.append("")
        lines.append(
            f"Cycle {cycle['number']} ({cycle['block']}): {_local(cycle['starts_at'], where)} to "
            f"{_local(cycle['infusion_ends_at'], where)}, free until {cycle['ends_on'] or 'not known'}"
        )
        if cycle["inpatient_until"]:
            until = _local(cycle["inpatient_until"], where)
            lines.append(f"  in hospital until {until}")
        lines.extend(
            f"  {_local(bag['hang_at'], where)}  {bag['recipe']:<7} {bag['hours']:>5} h "
            f"{bag['daily_dose_mcg']:>6} ug/d  {bag['rate_ml_h']:>4} mL/h  "
            f"use by {_local(bag['use_by'], where)}"
            for bag in cycle["bags"]
        )
        lines.append(f"  {len(cycle['messages'])} reminders")
    lines.append("")
    lines.extend(f"NOT MET: {reason['code']}" for reason in body["unmet"])
    lines.extend(
        f"needs local sign-off [{one['mark']}] {one['path']} = {one['value']}"
        for one in body["unverified"]
    )
    return lines


def _local(instant: str, where: ZoneInfo) -> str:
    at = dt.datetime.fromisoformat(instant).astimezone(where)
    return at.strftime("%a %Y-%m-%d %H:%M")
