"""The cheapest chain of one stretch: the bag on the pump, bags that exist, new bags.

Each kind is a layer over the same road: a way goes through them in this order and takes
of the bags that exist as many as it likes, in the order given.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from operator import sub

from infusion.domain.bags import OnPump, Stretch, WaitingBag
from infusion.domain.planner.outcomes import Lift
from infusion.domain.planner.patterns import sweep_pattern
from infusion.domain.planner.road import BLOCKED, NEVER, Road, on_grid, road
from infusion.domain.planner.setting import Setting
from infusion.domain.planner.sweep import Costs, Limits, Option, sweep
from infusion.domain.recipes import Recipe

# What a broken rule costs in the search for the nearest chain: more than all wishes.
LIFT_PRICES = {Lift.NEEDS_RECIPE: 1 << 150, Lift.COLD_LIMIT: 1 << 160}


@dataclass(frozen=True, kw_only=True)
class Leg:
    """One stretch on the axis, with the bags that exist for its dose, by their place."""

    stretch: Stretch
    start: int
    end: int
    waiting: tuple[tuple[int, WaitingBag], ...] = ()
    is_first: bool = False
    is_last: bool = False


@dataclass(frozen=True, kw_only=True)
class Hop:
    """One bag from the instant it is hung to the instant it comes down."""

    hang: int
    down: int
    option: Option


@dataclass(frozen=True, kw_only=True)
class Found:
    """The cheapest chain of a leg; ``begins`` is where its first bag is hung."""

    cost: int
    begins: int
    hops: tuple[Hop, ...]
    ends: int


@dataclass(frozen=True)
class Choice:
    """Which recipes may be hung new, and what of that is a rule relaxed."""

    recipes: tuple[Recipe, ...]
    out_of_stock: tuple[Recipe, ...] = ()
    is_supply_relaxed: bool = False


def search(setting: Setting, leg: Leg, choice: Choice) -> Found | None:
    """Return the cheapest chain of a leg, or None when there is none.

    Only the last leg may end early, and only if that saves a bag.
    """
    way = road(setting, leg.start, leg.end, _fixed(setting, leg), _since(setting, leg))
    options = _new(setting, leg.stretch, choice, way)
    found = _chain(setting, leg, way, options, way.last)
    tolerance = setting.axis.span(setting.request.end_tolerance)
    if not (found and tolerance and leg.is_last):
        return found
    earliest = max(leg.end - tolerance, way.floor[way.last])
    for place in range(way.last - 1, 0, -1):
        if way.at[place] < earliest:
            break
        early = _chain(setting, leg, way, options, place)
        if early and len(early.hops) < len(found.hops) and early.cost < found.cost:
            found = early
    return found


def _chain(
    setting: Setting, leg: Leg, way: Road, options: Sequence[Option], last: int
) -> Found | None:
    """Return the cheapest chain that ends at a place."""
    layers, limits = [_entry(setting, leg, way)], _limits(setting, leg)
    for number, bag in leg.waiting:
        before = layers[-1]
        used = _with_bag(setting, way, before, number, bag, last, limits=limits)
        layers.append(used)
    if options:
        layers.append(_with_new(setting, way, layers[-1], options, last, limits=limits))
    cost = layers[-1].cost[last]
    return _trace(way, layers, last) if cost < NEVER else None


def _entry(setting: Setting, leg: Leg, way: Road) -> Costs:
    """Return where the first bag of the leg may be hung.

    That is at its start; while a bag is on the pump, wherever it may come down.
    """
    cost = [NEVER] * len(way.at)
    hanging = setting.request.hanging if leg.is_first else None
    if hanging is None:
        # What a change costs at a step is counted where the stretch before it ends.
        cost[0] = way.toll[0] if leg.is_first else 0
    else:
        _take_down(setting, hanging, way, cost)
    return Costs(cost, [None] * len(way.at))


def _take_down(setting: Setting, hanging: OnPump, way: Road, cost: list[int]) -> None:
    """Enter what it costs to take the bag on the pump down, wherever that may be.

    Before ``free_from`` that is where the plan in force has a visit, where the bag is dry
    or spoiled, and where its dose or the infusion ends: that is not early. It hangs as
    long as nothing is better for taking it down.
    """
    prices, tick = setting.prices, setting.axis.tick
    latest, dry = tick(hanging.latest), tick(hanging.dry_at)
    free = setting.axis.first_from(hanging.free_from)
    for place, at in enumerate(way.at):
        is_due = at == latest or place == way.last
        is_open = is_due or at >= free or setting.off_plan(at) is not None
        is_open = (is_open or place in way.musts) and way.floor[place] == way.at[0]
        if at <= latest and is_open and way.toll[place] < BLOCKED:
            missed = way.over[place] * prices.unaligned
            thrown = (dry - at) * prices.waste_tick
            cost[place] = way.toll[place] + thrown + missed + (latest - at)


def _with_bag(
    setting: Setting,
    way: Road,
    before: Costs,
    number: int,
    bag: WaitingBag,
    last: int,
    *,
    limits: Limits,
) -> Costs:
    """Return the layer in which a bag that exists is used or thrown away."""
    prices, content = setting.prices, setting.content(bag.recipe)
    spoiled = spoils(setting, bag)
    thrown = prices.discarded + prices.waste_tick * content
    cost = [one + thrown if one < NEVER else NEVER for one in before.cost]
    if spoiled is not None and spoiled <= way.at[0]:
        return Costs(cost, [None] * len(cost))
    option = _waiting(setting, way, number, bag, spoiled)
    until = last
    if spoiled is not None and spoiled < way.at[last]:
        until = way.index[spoiled]
    used = sweep(way, [option], before, limits=limits, last=until, onward=False)
    for place, other in enumerate(used.cost):
        if other < cost[place]:
            cost[place] = other
        else:
            used.way[place] = None
    return Costs(cost, used.way)


def _waiting(
    setting: Setting, way: Road, number: int, bag: WaitingBag, spoiled: int | None
) -> Option:
    """Return a bag that exists as something to hang, from when it is made until it spoils."""
    prices, content = setting.prices, setting.content(bag.recipe)
    ready = setting.axis.first_from(bag.prepared_at) if bag.prepared_at else 0
    return Option(
        recipe=bag.recipe,
        price=prices.change + prices.waste_tick * content,
        reach=_reach(setting, bag.recipe),
        limits=[
            -1 if tick < ready else min(tick + content, spoiled or tick + content)
            for tick in way.at
        ],
        stops=tuple(map(setting.hours, bag.recipe.run_hours)),
        waiting=number,
        bans=setting.bans(bag.recipe),
    )


def _with_new(
    setting: Setting,
    way: Road,
    before: Costs,
    options: Sequence[Option],
    last: int,
    *,
    limits: Limits,
) -> Costs:
    if setting.pattern:
        return sweep_pattern(
            way,
            options,
            before,
            pattern=setting.pattern,
            limits=limits,
            last=last,
        )
    return sweep(way, options, before, limits=limits, last=last)


def _limits(setting: Setting, leg: Leg) -> Limits:
    return Limits(
        shortest=setting.shortest,
        least=_least(setting, leg),
        missed=setting.prices.unaligned,
    )


def _least(setting: Setting, leg: Leg) -> int:
    """Return the shortest run of a bag that something cuts short: a step of the grid.

    Where the bag on the pump leaves less than that, and nobody can come early to leave
    more, the minutes are a bag all the same.
    """
    hanging, grid = setting.request.hanging, setting.grid
    if hanging is None or not leg.is_first:
        return grid
    left = leg.end - setting.axis.tick(hanging.latest)
    is_free = setting.axis.first_from(hanging.free_from) <= leg.end - grid
    return grid if is_free or left <= 0 else min(grid, left)


def spoils(setting: Setting, bag: WaitingBag) -> int | None:
    """Return by when a bag that exists must be down, however late it is hung."""
    limits = []
    if bag.prepared_at:
        limits.append(setting.axis.tick(bag.prepared_at + bag.recipe.cold_limit))
    if bag.out_of_cold_at:
        limits.append(setting.axis.tick(bag.out_of_cold_at + bag.recipe.room_limit))
    return min(limits, default=None)


def _reach(setting: Setting, recipe: Recipe) -> int:
    return setting.hours(max(recipe.run_hours, default=recipe.hours))


def _fixed(setting: Setting, leg: Leg) -> list[int]:
    """Return the instants of a leg that its bags make mean something.

    They are the use-by limits, from when the bags are there, and the last instants from
    which a run that is cut short is still long enough to be one.
    """
    spoiled = [spoils(setting, bag) for _, bag in leg.waiting]
    found = [one for one in spoiled if one is not None]
    prices = setting.prices
    musts = [one for one in setting.musts if leg.start < one < leg.end]
    if leg.waiting or prices.change <= prices.unaligned:
        found += [one - setting.grid for one in (*found, leg.end)]
    found += [*musts, *_bounds_of_rules(setting)]
    found += [
        setting.axis.first_from(bag.prepared_at)
        for _, bag in leg.waiting
        if bag.prepared_at
    ]
    hanging = setting.request.hanging
    if leg.is_first and hanging:
        found.append(setting.axis.tick(hanging.latest))
        found.append(setting.axis.first_from(hanging.free_from))
    return [one for one in found if leg.start <= one < leg.end]


def _bounds_of_rules(setting: Setting) -> Iterator[int]:
    """Return the first instant on either side of where a recipe begins or ends to rule."""
    for rule in setting.request.recipe_rules:
        for at in (rule.from_at, rule.until):
            tick = setting.axis.tick(at)
            yield from (tick, on_grid(setting, tick - 1))


def _since(setting: Setting, leg: Leg) -> int:
    """Return when the last change before the leg was."""
    if leg.is_first and setting.request.hanging:
        return setting.axis.tick(setting.request.hanging.hung_at)
    return leg.start


def _new(
    setting: Setting, stretch: Stretch, choice: Choice, way: Road
) -> tuple[Option, ...]:
    """Return the kinds of new bags, and those that a relaxed rule would allow."""
    made = _made(setting, way.at) if setting.is_supply_limited else []
    kinds = [
        *(_fresh(setting, stretch, one, made, way) for one in choice.recipes),
        *(
            _relaxed(_fresh(setting, stretch, one, made, way), Lift.NEEDS_RECIPE)
            for one in choice.out_of_stock
        ),
    ]
    if choice.is_supply_relaxed and made:
        # Whoever hangs one of these hangs a bag that nobody can have made.
        kinds += [replace(_relaxed(one, Lift.COLD_LIMIT), limits=()) for one in kinds]
    return tuple(kinds)


def _relaxed(option: Option, lift: Lift) -> Option:
    return replace(
        option, price=option.price + LIFT_PRICES[lift], lifts=(*option.lifts, lift)
    )


def _fresh(
    setting: Setting, stretch: Stretch, recipe: Recipe, made: Sequence[int], way: Road
) -> Option:
    prices = setting.prices
    vials = recipe.vials(stretch.daily_dose_mcg)
    waste = prices.waste_tick * setting.content(recipe)
    return Option(
        recipe=recipe,
        price=prices.change + prices.vial * vials + waste,
        reach=_reach(setting, recipe),
        limits=_supplied(setting, recipe, made, way.at),
        stops=tuple(map(setting.hours, recipe.run_hours)),
        bans=setting.bans(recipe),
    )


def _supplied(
    setting: Setting, recipe: Recipe, made: Sequence[int], at: Sequence[int]
) -> tuple[int, ...]:
    """Return until when a bag hung at each instant keeps; nothing where it always does."""
    content, cold = setting.content(recipe), setting.hours(recipe.cold_hours)
    if content + max(map(sub, at, made), default=0) <= cold:
        return ()
    return tuple(
        min(tick + content, slot + cold) for tick, slot in zip(at, made, strict=True)
    )


def _made(setting: Setting, at: Sequence[int]) -> list[int]:
    """Return when a bag hung at each instant was made; long ago where none can be."""
    slots, lead = setting.slots, setting.lead
    ends = [*(bisect_left(at, slot + lead) for slot in slots), len(at)]
    made = [-NEVER] * ends[0]
    for slot, end in zip(slots, ends[1:], strict=True):
        made.extend([slot] * (end - len(made)))
    return made


def made_in(setting: Setting, tick: int) -> int | None:
    """Return the slot in which a bag hung at a tick was made."""
    slots = setting.slots
    place = bisect_right(slots, tick - setting.lead)
    return slots[place - 1] if place else None


def _trace(way: Road, layers: Sequence[Costs], last: int) -> Found:
    """Follow the last ways back through the layers."""
    hops: list[Hop] = []
    place = last
    for layer in reversed(layers):
        # A layer of one bag that exists is left after it, one of new bags when it ends.
        while (step := layer.way[place]) is not None:
            first, option = step
            hop = Hop(hang=way.at[first], down=way.at[place], option=option)
            hops.append(hop)
            place = first
            if option.waiting is not None:
                break
    return Found(
        cost=layers[-1].cost[last],
        begins=way.at[place],
        hops=tuple(reversed(hops)),
        ends=way.at[last],
    )
