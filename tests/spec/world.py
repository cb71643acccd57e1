"""The smallest valid things the clinical core works on; a test states what matters."""

import datetime as dt
import uuid
from collections.abc import Iterable
from decimal import Decimal
from zoneinfo import ZoneInfo

from infusion import catalogue
from infusion.domain.clock import Event, EventKind, Ledger
from infusion.domain.doses import DosingWeight
from infusion.domain.messages import ReminderRule
from infusion.domain.plans import CycleFacts, HangingBag, PlanRequest
from infusion.domain.recipes import Recipe, use_by
from infusion.domain.visits import Whereabouts

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
ZERO = dt.timedelta(0)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
CYCLE = dt.timedelta(hours=672)
KINDS = {kind.value.lower(): kind for kind in EventKind}


def instant(text: str, zone: str = "UTC") -> dt.datetime:
    """Read "2026-03-02 10:00" on the wall clock of a zone."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def clock(at: dt.datetime, zone: str) -> str:
    """Write an instant on the wall clock of a zone."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def hours(number: float) -> dt.timedelta:
    return dt.timedelta(hours=number)


def minutes(text: str) -> dt.timedelta:
    """Read "3:59" as hours and minutes."""
    whole, _, part = text.partition(":")
    return dt.timedelta(hours=int(whole), minutes=int(part or 0))


def ledger(text: str, start: dt.datetime = START) -> Ledger:
    """Read "start 0, pause 10:00, resume 12:30": hours and minutes after the start."""
    return Ledger.of(events(text, start))


def events(text: str, start: dt.datetime = START) -> list[Event]:
    parts = [part.split() for part in text.split(",") if part.strip()]
    return [Event(start + minutes(at), KINDS[kind]) for kind, at in parts]


def recipe(key: str) -> Recipe:
    return catalogue.get_recipe(key)


def recipes(*keys: str) -> tuple[Recipe, ...]:
    """Return recipes by key, or all of the US label."""
    every = catalogue.recipes_of(catalogue.get_regimen("us-label-rr"))
    return tuple(one for one in every if not keys or one.key in keys)


def rules() -> tuple[ReminderRule, ...]:
    return catalogue.reminder_rules(catalogue.site_policy({}))


def weight(kg: str = "70", cm: str | None = None) -> DosingWeight:
    return DosingWeight(weight_kg=Decimal(kg), height_cm=Decimal(cm) if cm else None)


def facts(
    number: int = 1, starts_at: dt.datetime = START, **more: object
) -> CycleFacts:
    values: dict[str, object] = {"weight": weight(), **more}
    return CycleFacts(number=number, starts_at=starts_at, **values)  # type: ignore[arg-type]


def hanging(
    key: str, dose: str, hung_at: dt.datetime = START, **more: object
) -> HangingBag:
    values: dict[str, object] = {
        "use_by": use_by(recipe(key), hang_at=hung_at),
        "id": uuid.UUID(int=1),
        **more,
    }
    return HangingBag(
        recipe=recipe(key),
        daily_dose_mcg=Decimal(dose),
        hung_at=hung_at,
        **values,  # type: ignore[arg-type]
    )


def request(
    regimen: str = "us-label-rr",
    *,
    cycles: Iterable[CycleFacts] = (),
    zone: str = "UTC",
    now: dt.datetime = START - DAY,
    last_cycle: int = 1,
    bags: tuple[Recipe, ...] | None = None,
    places: tuple[Whereabouts, ...] = (),
    dose_step: str = "0.01",
) -> PlanRequest:
    return PlanRequest(
        regimen=catalogue.get_regimen(regimen),
        recipes=recipes() if bags is None else bags,
        rules=rules(),
        zone=ZoneInfo(zone),
        now=now,
        cycles=tuple(cycles) or (facts(),),
        last_cycle=last_cycle,
        dose_step_mcg=Decimal(dose_step),
        places=places,
    )
