"""A slow, plain planner: every instant of the grid, every bag, every pair of changes.

It shares no code with the planner. Rules are written down once more here, in minutes, and
ratings are asked of the calendar one instant at a time.
"""

import datetime as dt
import itertools

from infusion.domain.planner import ChainRequest

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
DAY = 24 * 60


def minutes(at: dt.datetime) -> int:
    assert (at - EPOCH) % MINUTE == dt.timedelta(0)
    return (at - EPOCH) // MINUTE


def instant(minute: int) -> dt.datetime:
    return EPOCH + minute * MINUTE


def off_hour(request: ChainRequest, minute: int) -> int:
    """Return how many minutes a wall clock is away from the usual hour."""
    if request.steady_at is None:
        return 0
    clock = instant(minute).astimezone(request.calendar.zone)
    late = (clock.hour * 60 + clock.minute) - (
        request.steady_at.hour * 60 + request.steady_at.minute
    )
    return min(late % DAY, -late % DAY)


class Oracle:
    """The best cost of a request, found by trying everything on its grid."""

    def __init__(self, request: ChainRequest) -> None:
        self.request = request
        self.weights, self.rules = request.weights, request.rules
        slots = request.supply.ready_slots
        self.slots = None if slots is None else [minutes(slot) for slot in slots]
        self.lead = request.supply.lead // MINUTE
        self.shortest = self.rules.shortest_run // MINUTE
        self.kept = {minutes(at) for at in request.kept}
        self.musts = {minutes(at) for at in request.must_change}
        self.ruled = [
            (minutes(one.from_at), minutes(one.until), one.recipe_key)
            for one in request.recipe_rules
        ]
        self.needles = [(minutes(a), minutes(b)) for a, b in request.needle_windows]

    def best(self) -> int | None:
        """Return the least cost, or None when nothing covers every hour."""
        recipes = self.request.recipes
        groups = [recipes]
        if self.rules.one_rate:
            rates = {one.rate_ml_h for one in recipes}
            groups = [[r for r in recipes if r.rate_ml_h == rate] for rate in rates]
        totals = [self.total(group) for group in groups]
        return min((one for one in totals if one is not None), default=None)

    def total(self, recipes) -> int | None:
        doses = {stretch.daily_dose_mcg for stretch in self.request.stretches}
        total = sum(
            self.weights.discarded + self.weights.waste_minute * bag.recipe.hours * 60
            for bag in self.request.waiting
            if bag.prepared_at and bag.daily_dose_mcg not in doses
        )
        for number, stretch in enumerate(self.request.stretches):
            cost = Trial(self, stretch, recipes, is_first=number == 0).best()
            if cost is None:
                return None
            total += cost
        return total

    def grid(self, start: int, end: int, extra: set[int]) -> list[int]:
        """Return every instant at which a change is thinkable."""
        step = self.request.grid // MINUTE
        ahead = instant(start).astimezone(self.request.calendar.zone).utcoffset()
        shift = ahead // MINUTE
        inside = {t for t in range(start, end) if (t + shift) % step == 0}
        nodes = {t for t in inside | extra if start < t < end}
        if self.rules.strict_windows:
            rates = self.request.calendar.rates
            nodes = {t for t in nodes if not rates(instant(t)).outside}
        musts = {t for t in self.musts if start < t < end}
        return sorted(nodes | musts | {start, end})

    def spans(self, here: int, then: int) -> bool:
        """Say whether something must be changed between two instants."""
        return any(here < must < then for must in self.musts)

    def may_hang(self, recipe, here: int) -> bool:
        """Say whether no rule asks for another recipe at an instant."""
        return all(
            key == recipe.key or not first <= here < until
            for first, until, key in self.ruled
        )

    def move(self, minute: int) -> int:
        """Return what it costs that a visit is not one of the plan in force."""
        if not self.kept:
            return 0
        if not self.is_kept(minute):
            return self.weights.moved
        return self.weights.moved // 4096 * self.off_plan(minute)

    def off_plan(self, minute: int) -> int:
        return min((abs(minute - visit) for visit in self.kept), default=0)

    def is_kept(self, minute: int) -> bool:
        """Say whether a visit is one of the plan in force, a step away at the most."""
        step = self.request.grid // MINUTE
        return any(abs(minute - visit) <= step for visit in self.kept)

    def toll(self, minute: int) -> int:
        """Return what a visit costs."""
        rating = self.request.calendar.rates(instant(minute))
        return (
            self.weights.outside * rating.outside
            + self.weights.off_day * rating.off_day
            + self.move(minute)
            + self.weights.unsteady_minute * off_hour(self.request, minute)
        )

    def missed(self, since: int, until: int) -> int:
        """Return what needle windows cost that lie between two changes."""
        return self.weights.unaligned * sum(
            since < first and last < until for first, last in self.needles
        )

    def thrown(self, recipe, run: int) -> int:
        """Return what it costs to stop a bag after so many minutes."""
        return self.weights.waste_minute * (recipe.hours * 60 - run)

    def limit(self, bag) -> int:
        """Return when a bag that exists spoils."""
        ends = [minutes(bag.prepared_at) + bag.recipe.cold_hours * 60]
        if bag.out_of_cold_at:
            ends.append(minutes(bag.out_of_cold_at) + bag.recipe.room_hours * 60)
        return min(ends)

    def made(self, here: int) -> int | None:
        """Return when a new bag hung at a minute was made."""
        if self.slots is None:
            return here
        made = [slot for slot in self.slots if slot <= here - self.lead]
        return made[-1] if made else None


class Trial:
    """One stretch, tried out: a state is an instant, bags dealt with, turn of the circle.

    The turn is None until the first new bag is allowed.
    """

    def __init__(self, oracle: Oracle, stretch, recipes, *, is_first: bool) -> None:
        request = oracle.request
        self.oracle, self.recipes, self.dose = oracle, recipes, stretch.daily_dose_mcg
        self.start = minutes(request.line.instant(stretch.start))
        self.end = minutes(request.line.instant(stretch.end))
        self.waiting = [
            bag
            for bag in request.waiting
            if bag.prepared_at and bag.daily_dose_mcg == self.dose
        ]
        self.hanging = request.hanging if is_first else None
        self.pays_start = is_first
        self.pattern = [hours * 60 for hours in oracle.rules.run_pattern_hours]
        extra = {oracle.limit(bag) for bag in self.waiting}
        if self.hanging:
            extra.add(minutes(self.hanging.latest))
        self.nodes = oracle.grid(self.start, self.end, extra)
        self.tolls = {node: oracle.toll(node) for node in self.nodes}

    def best(self) -> int | None:
        """Go through every state in order of time, and try every way on."""
        costs: dict[tuple, int] = dict(self.begins())
        for here in self.nodes:
            for layer in range(len(self.waiting) + 1):
                for turn in (None, *range(max(1, len(self.pattern)))):
                    if (here, layer, turn) not in costs:
                        continue
                    cost = costs[here, layer, turn]
                    for state, more in self.ways(here, layer, turn):
                        costs[state] = min(costs.get(state, cost + more), cost + more)
        ends = [cost for state, cost in costs.items() if self.is_end(state)]
        return min(ends, default=None)

    def is_end(self, state) -> bool:
        return state[0] == self.end and state[1] == len(self.waiting)

    def begins(self):
        """Yield where the first bag may be hung, and what that costs."""
        if not self.hanging:
            toll = self.tolls[self.start] if self.pays_start else 0
            yield (self.start, 0, None), toll
            return
        hung, weights = minutes(self.hanging.hung_at), self.oracle.weights
        for down in self.nodes:
            if self.oracle.spans(self.start, down):
                return
            if down <= minutes(self.hanging.latest) and self.may_come_down(down):
                missed = sum(
                    hung < first and self.start <= last < down
                    for first, last in self.oracle.needles
                )
                left = minutes(self.hanging.dry_at) - down
                yield (
                    (down, 0, None),
                    self.tolls[down]
                    + weights.waste_minute * left
                    + weights.unaligned * missed,
                )

    def may_come_down(self, down: int) -> bool:
        latest = minutes(self.hanging.latest)
        is_visit = down == latest or self.oracle.is_kept(down)
        is_visit = is_visit or down in self.oracle.musts
        # Where its dose or the infusion ends it comes down in any case.
        is_visit = is_visit or down == self.end
        return is_visit or down >= minutes(self.hanging.free_from)

    def ways(self, here, layer, turn):
        """Yield every state after one, and what it costs to go there."""
        if turn is not None:
            for recipe in self.recipes:
                yield from self.new(recipe, here, turn)
        elif layer < len(self.waiting):
            bag, weights = self.waiting[layer], self.oracle.weights
            thrown = self.oracle.thrown(bag.recipe, 0)
            yield (here, layer + 1, None), weights.discarded + thrown
            yield from self.use(bag, here, layer)
        else:
            for first in range(max(1, len(self.pattern))):
                yield (here, layer, first), 0

    def use(self, bag, here, layer):
        """Hang a bag that exists."""
        limit = self.oracle.limit(bag)
        cuts = {self.end, limit}
        if here < minutes(bag.prepared_at):
            return
        for then in self.onward(bag.recipe, here):
            if then <= limit and self.may_run(
                bag.recipe, then - here, is_cut=then in cuts, is_fixed=self.fixed(then)
            ):
                more = self.edge(bag.recipe, here, then)
                yield (then, layer + 1, None), more

    def onward(self, recipe, here):
        """Return where a bag hung here may come down, for all that people fixed."""
        if not self.oracle.may_hang(recipe, here):
            return []
        # Nobody hangs a bag for minutes, unless minutes are all there is.
        least = self.least() if here > self.start else 1
        return [
            then
            for then in self.nodes
            if then >= here + least and not self.oracle.spans(here, then)
        ]

    def least(self) -> int:
        """Return the shortest run; less where the bag on the pump leaves no more."""
        grid = self.oracle.request.grid // MINUTE
        if not self.hanging or minutes(self.hanging.free_from) <= self.end - grid:
            return grid
        left = self.end - minutes(self.hanging.latest)
        return left if 0 < left < grid else grid

    def new(self, recipe, here, turn):
        """Hang a bag to be made."""
        made = self.oracle.made(here)
        if made is None:
            return
        vials = self.oracle.weights.vial * recipe.vials(self.dose)
        after = (turn + 1) % len(self.pattern) if self.pattern else turn
        cuts = {self.end}
        for then in self.onward(recipe, here):
            if then > made + recipe.cold_hours * 60:
                continue
            if self.may_be_new(
                recipe,
                then - here,
                turn,
                is_cut=then in cuts,
                is_fixed=self.fixed(then),
            ):
                more = vials + self.edge(recipe, here, then)
                yield (then, len(self.waiting), after), more

    def fixed(self, then: int) -> bool:
        return then in self.oracle.musts

    def may_be_new(
        self, recipe, run: int, turn: int, *, is_cut: bool, is_fixed: bool
    ) -> bool:
        if not self.pattern:
            return self.may_run(recipe, run, is_cut=is_cut, is_fixed=is_fixed)
        longest = max(recipe.run_hours, default=recipe.hours) * 60
        wanted = self.pattern[turn]
        is_cut = is_cut or (is_fixed and run >= self.oracle.shortest)
        return run <= longest and (run == wanted or (is_cut and run <= wanted))

    def may_run(self, recipe, run: int, *, is_cut: bool, is_fixed: bool) -> bool:
        stops = [hours * 60 for hours in recipe.run_hours]
        long_enough = is_cut or run >= self.oracle.shortest
        if stops:
            is_cut = is_cut or (is_fixed and long_enough)
            return run in stops or (is_cut and run <= max(stops))
        return long_enough and run <= recipe.hours * 60

    def edge(self, recipe, here: int, then: int) -> int:
        """Return what one bag between two changes costs, the second included."""
        return (
            self.oracle.weights.change
            + self.oracle.thrown(recipe, then - here)
            + self.oracle.missed(here, then)
            + self.tolls[then]
        )


def bill(request: ChainRequest, bags) -> int:
    """Return what a chain costs, counted bag by bag and visit by visit."""
    oracle, weights = Oracle(request), request.weights
    made = {bag.id: bag for bag in request.waiting if bag.prepared_at}
    used = {bag.id for bag in bags}
    visits = [minutes(bag.hang_at) for bag in bags if not bag.is_hanging]
    visits.append(minutes(bags[-1].take_down_at))
    total = sum(map(oracle.toll, visits))
    for bag in bags:
        dry_at = bag.hang_at + bag.recipe.life
        if bag.is_hanging:
            dry_at = request.hanging.dry_at
        total += weights.waste_minute * ((dry_at - bag.take_down_at) // MINUTE)
        if not bag.is_hanging:
            total += weights.change
            if bag.id not in made:
                total += weights.vial * bag.recipe.vials(bag.daily_dose_mcg)
    for bag in made.values():
        if bag.id not in used:
            total += weights.discarded + weights.waste_minute * bag.recipe.hours * 60
    return total + weights.unaligned * _missed(request, bags, visits)


def _missed(request, bags, visits) -> int:
    begins = minutes(request.line.instant(request.stretches[0].start))
    changes = [minutes(bags[0].hang_at), *visits]
    missed = 0
    for since, until in itertools.pairwise(changes):
        for first, last in request.needle_windows:
            inside = since < minutes(first) and minutes(last) < until
            missed += inside and minutes(last) >= begins
    return missed
