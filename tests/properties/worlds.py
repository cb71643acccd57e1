"""Random but possible facts: ledgers, bags on the pump, bags in the fridge."""

import datetime as dt
import uuid
from decimal import Decimal
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from infusion import catalogue
from infusion.domain.bags import WaitingBag
from infusion.domain.blocks import TIMELESS
from infusion.domain.clock import Event, EventKind, Ledger
from infusion.domain.doses import DosingWeight
from infusion.domain.plans import CycleFacts, HangingBag, PlanRequest
from infusion.domain.recipes import use_by
from infusion.domain.regimens import Regimen
from tests.spec.world import HOUR, START, recipes, rules

ZONES = (
    "Europe/London",
    "America/New_York",
    "Asia/Shanghai",
    "Australia/Lord_Howe",
)
MINUTE = dt.timedelta(minutes=1)
ALL = recipes()


def is_plain(regimen: Regimen) -> bool:
    """Say whether it is cycle after cycle, with a dose for anybody in every one.

    What lies between cycles, or is not known, has tests of its own.
    """
    has_doses = regimen.doses.fixed_from_kg is not None and all(
        level.fixed_mcg and level.per_m2_mcg for level in regimen.doses.levels.values()
    )
    walked = list(regimen.rounds())
    cycles = [each for each in walked if each.cycle]
    is_dense = all(each.cycle or each.block.kind in TIMELESS for each in walked)
    return (
        regimen.jurisdiction == "US"
        and regimen.is_complete
        and has_doses
        and is_dense
        and len(cycles) == regimen.max_cycles
    )


KEYS = tuple(
    key for key, regimen in catalogue.all_regimens().items() if is_plain(regimen)
)

minutes = st.integers(1, 12 * 24 * 60).map(lambda number: number * MINUTE)
adults = st.decimals("45", "150", places=2).map(lambda kg: DosingWeight(weight_kg=kg))
children = st.builds(
    lambda kg, cm: DosingWeight(weight_kg=kg, height_cm=cm),
    st.decimals("5.4", "44.99", places=2),
    st.decimals("50", "190", places=1),
)
weights = adults | children


@st.composite
def ledgers(draw, start: dt.datetime = START) -> Ledger:
    """Runs and pauses after a start; the last one is open."""
    spans = draw(st.lists(minutes, max_size=5))
    kinds = (EventKind.PAUSE, EventKind.RESUME)
    events, at = [Event(start, EventKind.START)], start
    for index, span in enumerate(spans):
        at += span
        events.append(Event(at, kinds[index % 2]))
    return Ledger.of(events)


def doses(regimen, weight, pattern) -> list[Decimal]:
    step = Decimal("0.01")
    return [regimen.doses.dose(one.level, weight, step).mcg for one in pattern.steps]


@st.composite
def hanging_bags(draw, ledger: Ledger, now: dt.datetime, mcg: list[Decimal]):
    """A bag hung at the start or when the pump ran again, expired by now or not."""
    recipe = draw(st.sampled_from(ALL))
    moments = [run.start for run in ledger.runs if run.start <= now]
    hung_at = draw(st.sampled_from(moments))
    full = use_by(recipe, hang_at=hung_at)
    early = draw(st.integers(0, recipe.room_hours * 60 - 1)) * MINUTE
    return HangingBag(
        id=uuid.UUID(int=1),
        recipe=recipe,
        daily_dose_mcg=draw(st.sampled_from(mcg)),
        hung_at=hung_at,
        use_by=full - draw(st.sampled_from([dt.timedelta(0), early])),
    )


@st.composite
def waiting_bags(draw, now: dt.datetime, mcg: list[Decimal]) -> WaitingBag:
    """A planned bag, or one made up to 16 days ago, some of it out of the cold."""
    ago = draw(st.none() | minutes)
    warm = draw(st.none() | minutes) if ago else None
    return WaitingBag(
        id=uuid.UUID(int=draw(st.integers(2, 2**60))),
        recipe=draw(st.sampled_from(ALL)),
        daily_dose_mcg=draw(st.sampled_from(mcg)),
        prepared_at=now - ago if ago else None,
        out_of_cold_at=now - min(warm, ago) if warm and ago else None,
    )


@st.composite
def running_requests(draw) -> PlanRequest:
    """A pump that runs on a bag hung when it last began to run, with drug left."""
    regimen = catalogue.get_regimen(draw(st.sampled_from(KEYS)))
    weight, number = draw(weights), draw(st.integers(1, regimen.max_cycles))
    ledger = draw(ledgers().filter(lambda one: one.is_running))
    recipe = draw(st.sampled_from(ALL))
    now = ledger.last_at + draw(st.integers(0, recipe.hours * 60 - 1)) * MINUTE
    pattern = regimen.pattern(number)
    done = ledger.delivered(ledger.last_at) // HOUR
    level = pattern.level_at(Decimal(min(done, pattern.infusion_hours - 1)))
    dose = regimen.doses.dose(level, weight, Decimal("0.01")).mcg
    bag = HangingBag(
        id=uuid.UUID(int=1),
        recipe=recipe,
        daily_dose_mcg=dose,
        hung_at=ledger.last_at,
        use_by=use_by(recipe, hang_at=ledger.last_at),
    )
    mcg = doses(regimen, weight, pattern)
    facts = CycleFacts(
        number=number,
        starts_at=START,
        weight=weight,
        ledger=ledger,
        hanging=bag,
        waiting=tuple(draw(st.lists(waiting_bags(now, mcg), max_size=2))),
    )
    return request_for(regimen, facts, now, draw(st.sampled_from(ZONES)))


@st.composite
def requests(draw, *, running: bool = False) -> PlanRequest:
    """A request for one cycle, planned or begun, with bags here and there."""
    regimen = catalogue.get_regimen(draw(st.sampled_from(KEYS)))
    weight, number = draw(weights), draw(st.integers(1, regimen.max_cycles))
    mcg = doses(regimen, weight, regimen.pattern(number))
    ledger = draw(ledgers()) if running or draw(st.booleans()) else Ledger()
    now = (ledger.last_at or START) + draw(st.just(0 * MINUTE) | minutes)
    has_bag = ledger.events and draw(st.booleans())
    facts = CycleFacts(
        number=number,
        starts_at=START,
        weight=weight,
        ledger=ledger,
        hanging=draw(hanging_bags(ledger, now, mcg)) if has_bag else None,
        waiting=tuple(
            draw(
                st.lists(
                    waiting_bags(now, mcg), max_size=4, unique_by=lambda bag: bag.id
                )
            )
        ),
    )
    return request_for(regimen, facts, now, draw(st.sampled_from(ZONES)))


def request_for(regimen, facts, now, zone="UTC", last_cycle=0) -> PlanRequest:
    return PlanRequest(
        regimen=regimen,
        recipes=ALL,
        rules=rules(),
        zone=ZoneInfo(zone),
        now=now,
        cycles=(facts,),
        last_cycle=last_cycle or facts.number,
        dose_step_mcg=Decimal("0.01"),
    )
