"""The same problem in the words of a constraint solver: OR-Tools CP-SAT.

Written without the planner and without the oracle's loops: bags are variables, rules are
constraints, and the solver finds and proves the optimum.
"""

import itertools

from ortools.sat.python import cp_model

from infusion.domain.planner import ChainRequest
from tests.properties.planner_oracle import MINUTE, Oracle, instant, minutes, off_hour


def best_cost(
    request: ChainRequest, seconds: float = 60, most_bags: int | None = None
) -> int | None:
    """Return the proven least cost, or None when the solver proves there is no chain.

    Bags on the pump and circles of runs are not modelled. ``most_bags`` new bags in a
    stretch are more than the best chain has: knowing that helps the solver.
    """
    assert request.hanging is None
    assert not request.rules.run_pattern_hours
    groups = [request.recipes]
    if request.rules.one_rate:
        rates = {one.rate_ml_h for one in request.recipes}
        groups = [
            tuple(one for one in request.recipes if one.rate_ml_h == rate)
            for rate in rates
        ]
    totals = [_total(request, group, seconds, most_bags) for group in groups]
    return min((one for one in totals if one is not None), default=None)


def _total(request: ChainRequest, recipes, seconds, most_bags) -> int | None:
    oracle, total = Oracle(request), 0
    doses = {stretch.daily_dose_mcg for stretch in request.stretches}
    for bag in request.waiting:
        if bag.prepared_at and bag.daily_dose_mcg not in doses:
            total += oracle.weights.discarded + oracle.thrown(bag.recipe, 0)
    for number, stretch in enumerate(request.stretches):
        model = Model(
            oracle, stretch, recipes, is_first=number == 0, most_bags=most_bags
        )
        cost = model.solve(seconds)
        if cost is None:
            return None
        total += cost
    return total


class Model:
    """One stretch: a place for each bag, in the order of the rules."""

    def __init__(
        self, oracle: Oracle, stretch, recipes, *, is_first: bool, most_bags: int | None
    ) -> None:
        self.oracle, self.request = oracle, oracle.request
        self.recipes, self.dose = recipes, stretch.daily_dose_mcg
        self.step = self.request.grid // MINUTE
        self.start = minutes(self.request.line.instant(stretch.start))
        self.end = minutes(self.request.line.instant(stretch.end))
        self.span = (self.end - self.start) // self.step
        self.is_first, self.most_bags = is_first, most_bags
        self.fixed = [
            (one - self.start) // self.step
            for one in sorted(oracle.musts)
            if self.start < one < self.end
        ]
        self.model = cp_model.CpModel()
        self.cost: list = []
        self.hangs: list = []
        self.tables = self._tables()
        at = self.model.new_constant(0)
        for bag in self.request.waiting:
            if bag.prepared_at and bag.daily_dose_mcg == self.dose:
                at = self._made(bag, at)
        at = self._new_bags(at)
        self.model.add(at == self.span)
        self._needles()
        self._musts()
        self.cost.append(oracle.toll(self.end))

    def solve(self, seconds: float) -> int | None:
        self.model.minimize(sum(self.cost))
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_time_in_seconds = seconds
        status = solver.solve(self.model)
        if status == cp_model.INFEASIBLE:
            return None
        assert status == cp_model.OPTIMAL, solver.status_name(status)
        return round(solver.value(sum(self.cost)))

    def _tables(self) -> dict[str, list[int]]:
        """Return what each instant of the grid is rated, wish by wish."""
        ticks = [self.start + n * self.step for n in range(self.span + 1)]
        ratings = [self.request.calendar.rates(instant(tick)) for tick in ticks]
        return {
            "outside": [int(one.outside) for one in ratings],
            "off_day": [int(one.off_day) for one in ratings],
            "moved": [
                int(bool(self.oracle.kept) and not self.oracle.is_kept(tick))
                for tick in ticks
            ],
            "nudged_minute": [
                self.oracle.off_plan(tick) * self.oracle.is_kept(tick) for tick in ticks
            ],
            "unsteady_minute": [off_hour(self.request, tick) for tick in ticks],
        }

    def _musts(self) -> None:
        """At each of these instants some bag is hung."""
        for place in self.fixed:
            hits = []
            for at, used in self.hangs:
                hit = self.model.new_bool_var("fixed")
                self.model.add(at == place).only_enforce_if(hit)
                self.model.add_implication(hit, used)
                hits.append(hit)
            self.model.add_bool_or(hits)

    def _landed(self, down, run):
        """Return the ways in which a bag comes down where one must be changed."""
        shortest = -(-self.oracle.shortest // self.step)
        for place in self.fixed:
            cut = self.model.new_bool_var("landed")
            self.model.add(down == place).only_enforce_if(cut)
            self.model.add(run >= shortest).only_enforce_if(cut)
            yield cut

    def _ruled(self, at, recipe, used) -> None:
        """Keep a bag out of the hours in which another recipe is asked for."""
        for first, until, key in self.oracle.ruled:
            if key == recipe.key:
                continue
            before = self.model.new_bool_var("before")
            low = -(-(first - self.start) // self.step)
            high = -(-(until - self.start) // self.step)
            self.model.add(at < low).only_enforce_if([used, before])
            self.model.add(at >= high).only_enforce_if([used, before.negated()])

    def _steps(self, count: int) -> int:
        """Return minutes as whole steps of the grid, rounded down."""
        return count // self.step

    def _made(self, bag, at):
        """A bag that exists: hung here for a while, or thrown away."""
        model, oracle = self.model, self.oracle
        used = model.new_bool_var("used")
        life = self._steps(bag.recipe.hours * 60)
        limit = self._steps(oracle.limit(bag) - self.start)
        run = model.new_int_var(0, life, "run")
        down = model.new_int_var(0, self.span, "down")
        model.add(down == at + run)
        model.add(run == 0).only_enforce_if(used.negated())
        model.add(run >= 1).only_enforce_if(used)
        model.add(down <= limit).only_enforce_if(used)
        ready = minutes(bag.prepared_at) - self.start
        model.add(at * self.step >= ready).only_enforce_if(used)
        self._ruled(at, bag.recipe, used)
        cuts = [*self._cuts(down, limit), *self._landed(down, run)]
        self._shortest(bag.recipe, run, used, cuts)
        self._hang(at, used, bag.recipe, run, vials=0)
        lost = oracle.weights.discarded + oracle.thrown(bag.recipe, 0)
        self.cost.append(lost * used.negated())
        return down

    def _cuts(self, down, limit: int):
        """Return the ways in which a bag that exists may come down early."""
        for instant_ in (self.span, limit):
            cut = self.model.new_bool_var("cut")
            self.model.add(down == instant_).only_enforce_if(cut)
            yield cut

    def _shortest(self, recipe, run, used, cuts) -> None:
        """A run is one of the stops, or long enough, unless something cuts it short."""
        model, cuts = self.model, list(cuts)
        stops = [self._steps(hours * 60) for hours in recipe.run_hours]
        full = model.new_bool_var("full")
        if stops:
            allowed = cp_model.Domain.from_values(stops)
            model.add_linear_expression_in_domain(run, allowed).only_enforce_if(full)
            model.add(run <= max(stops)).only_enforce_if(used)
        else:
            shortest = -(-self.oracle.shortest // self.step)
            model.add(run >= shortest).only_enforce_if(full)
        model.add_bool_or([full, *cuts]).only_enforce_if(used)

    def _new_bags(self, at):
        """As many new bags as there is room for, each of one recipe."""
        model = self.model
        least = min(
            [self.oracle.shortest, *(min(r.run_hours, default=99) * 60
                                     for r in self.recipes)]
        )  # fmt: skip
        room = (self.end - self.start) // least + 1 + len(self.fixed)
        room = min(room, self.most_bags or room)
        active = [model.new_bool_var(f"bag{n}") for n in range(room)]
        for one, other in itertools.pairwise(active):
            model.add_implication(other, one)
        for number, used in enumerate(active):
            last = [used] if number + 1 == room else [active[number + 1].negated()]
            at = self._new(at, used, last)
        return at

    def _new(self, at, used, last):
        model = self.model
        down = model.new_int_var(0, self.span, "down")
        run = model.new_int_var(0, self.span, "run")
        model.add(down == at + run)
        model.add(run == 0).only_enforce_if(used.negated())
        model.add(run >= 1).only_enforce_if(used)
        made = self._made_in(at, used)
        chosen = []
        for recipe in self.recipes:
            is_it = model.new_bool_var(recipe.key)
            chosen.append(is_it)
            life = self._steps(recipe.hours * 60)
            model.add(run <= life).only_enforce_if(is_it)
            for slot, from_slot in made:
                spoils = self._steps(slot + recipe.cold_hours * 60 - self.start)
                model.add(down <= spoils).only_enforce_if([is_it, from_slot])
            self._ruled(at, recipe, is_it)
            self._shortest(recipe, run, is_it, [*last, *self._landed(down, run)])
            self.cost.append(
                self.oracle.weights.vial * recipe.vials(self.dose) * is_it
                + self.oracle.weights.waste_minute * recipe.hours * 60 * is_it
            )
        model.add(sum(chosen) == used)
        self.cost.append(-self.oracle.weights.waste_minute * self.step * run)
        self._visit(at, used)
        return down

    def _made_in(self, at, used):
        """Choose the slot of the pharmacy in which a bag was made."""
        if self.oracle.slots is None:
            return []
        made = [
            (slot, self.model.new_bool_var("slot"))
            for slot in self.oracle.slots
        ]  # fmt: skip
        for slot, chosen in made:
            ready = slot + self.oracle.lead - self.start
            self.model.add(at * self.step >= ready).only_enforce_if(chosen)
        self.model.add(sum(one for _, one in made) == used)
        return made

    def _hang(self, at, used, recipe, run, *, vials: int) -> None:
        weights = self.oracle.weights
        self.cost.append((weights.vial * vials + self.oracle.thrown(recipe, 0)) * used)
        self.cost.append(-weights.waste_minute * self.step * run)
        self._visit(at, used)

    def _visit(self, at, used) -> None:
        """Count what a visit costs, where a bag is hung at all."""
        model, weights = self.model, self.oracle.weights
        self.hangs.append((at, used))
        self.cost.append(weights.change * used)
        later = None
        if not self.is_first:
            # The change at a step is paid where the stretch before it ends.
            later = model.new_bool_var("later")
            model.add(at >= 1).only_enforce_if(later)
            model.add(at == 0).only_enforce_if(later.negated())
        for name, table in self.tables.items():
            price = getattr(weights, name)
            if not price or not any(table):
                continue
            rated = model.new_int_var(0, max(table), name)
            paid = model.new_int_var(0, max(table), name)
            model.add_element(at, table, rated)
            counts = [used] if later is None else [used, later]
            model.add(paid >= rated).only_enforce_if(counts)
            self.cost.append(price * paid)
        if self.oracle.rules.strict_windows and any(self.tables["outside"]):
            inside = [
                n
                for n, bad in enumerate(self.tables["outside"])
                if not bad or n in {0, self.span, *self.fixed}
            ]
            domain = cp_model.Domain.from_values(inside)
            model.add_linear_expression_in_domain(at, domain).only_enforce_if(used)

    def _needles(self) -> None:
        """A needle window is missed unless a change falls in it."""
        for first, last in self.oracle.needles:
            if not (self.start < first and last < self.end):
                continue
            low = -(-(first - self.start) // self.step)
            high = self._steps(last - self.start)
            missed = self.model.new_bool_var("missed")
            hits = [missed]
            for at, used in self.hangs:
                hit = self.model.new_bool_var("hit")
                self.model.add(at >= low).only_enforce_if(hit)
                self.model.add(at <= high).only_enforce_if(hit)
                self.model.add_implication(hit, used)
                hits.append(hit)
            self.model.add_bool_or(hits)
            self.cost.append(self.oracle.weights.unaligned * missed)
