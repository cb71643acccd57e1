"""What the start-day adviser says in words: reasons, differences, what is in the way."""

import datetime as dt
import zoneinfo
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from infusion import catalogue
from infusion.domain.adviser import Criterion, Moment, Reason, StartOption
from infusion.domain.courses import HintState
from infusion.domain.planner import Lift, Relaxation
from infusion.domain.ribbon import labels_in

_MINUTE = dt.timedelta(minutes=1)

# Criterion -> what is said of none at all, and of the fewest.
REASONS: Mapping[Criterion, tuple[Promise, Promise]] = {
    Criterion.OUTSIDE: (
        _("No visit is outside visit hours."),
        _("Fewest visits outside visit hours: %(number)s."),
    ),
    Criterion.OFF_DAYS: (
        _("No visit is on a weekend or holiday."),
        _("Fewest visits on weekends and holidays: %(number)s."),
    ),
    Criterion.CHANGES: (
        _("There is nothing to hang."),
        _("Fewest bags: %(number)s."),
    ),
    Criterion.VIALS: (
        _("No vial is needed."),
        _("Fewest vials: at least %(number)s."),
    ),
    Criterion.WASTE: (
        _("No drug is thrown away."),
        _("Least drug thrown away: %(number)s min of infusion."),
    ),
    Criterion.UNSTEADY: (
        _("Every change is at the hour of the start."),
        _("Changes stay closest to the hour of the start."),
    ),
    Criterion.UNALIGNED: (
        _("The port needle can be changed with a bag every week."),
        _("Most often the port needle can be changed with a bag."),
    ),
    Criterion.EARLIEST: (_("The earliest of equals."), _("The earliest of equals.")),
    Criterion.WEIGHTS: (
        _("It is best by the weights the site has set."),
        _("It is best by the weights the site has set."),
    ),
}
UNMET: Mapping[str, Promise] = {
    "no_recipe_fits": _("From %(when)s no allowed bag fills the hours."),
    "no_bag_in_time": _("No bag can be made in time for %(when)s."),
    "visit_outside_window": _("%(when)s: a visit outside visit hours is needed."),
}
LIFTS: Mapping[Lift, Promise] = {
    Lift.VISIT_OUTSIDE: _("%(when)s: nobody works at this hour."),
    Lift.OFF_DAY_VISIT: _("%(when)s: a visit on a weekend or holiday."),
    Lift.NEEDS_RECIPE: _("Fewer such visits with %(recipe)s from %(when)s in stock."),
    Lift.COLD_LIMIT: _(
        "%(when)s: no bag made by then would keep, or none can be made in time."
    ),
    Lift.GAP: _("From %(when)s nothing can run."),
}


@dataclass(frozen=True)
class Row:
    """One line of a comparison; ``better`` is "A", "B" or empty."""

    name: str
    first: str
    second: str
    better: str = ""


def reasons(found: Iterable[Reason]) -> list[str]:
    """Return in words why a plan is the best."""
    return [
        str(REASONS[one.criterion][bool(one.value)]) % {"number": one.value}
        for one in found
    ]


def notes(option: StartOption, zone: zoneinfo.ZoneInfo) -> list[str]:
    """Return in words what stands in the way of a plan, or would help it."""
    unmet = [
        str(UNMET.get(one.code, UNMET["no_recipe_fits"]))
        % {"when": _when(dict(one.params).get("at", option.start.at), zone)}
        for one in option.unmet
    ]
    return list(dict.fromkeys(unmet + [_lift(one, zone) for one in option.relaxations]))


def hint(one: HintState, zone: zoneinfo.ZoneInfo) -> str:
    """Return in words what a plan in force lacks, or what would help it."""
    found = Relaxation(
        code=Lift(one.code), at=one.at, to=one.to, recipe_key=one.recipe_key
    )
    return _lift(found, zone)


def _lift(one: Relaxation, zone: zoneinfo.ZoneInfo) -> str:
    return str(LIFTS[one.code]) % {
        "when": _when(one.at, zone),
        "recipe": _recipe(one.recipe_key),
    }


def _recipe(key: str) -> str:
    recipe = catalogue.all_recipes().get(key)
    return recipe.title.in_language(get_language() or "en") if recipe else key


def _when(at: str | dt.datetime, zone: zoneinfo.ZoneInfo) -> str:
    instant = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at)
    return labels_in(get_language() or "en").instant_of(instant, zone)


_NUMBERS: Sequence[tuple[Promise, Callable[[StartOption], int]]] = (
    (_("Visits outside visit hours"), lambda one: one.score.outside),
    (_("Visits on weekends and holidays"), lambda one: one.score.off_days),
    (_("Bags"), lambda one: one.score.changes),
    (_("Vials, at least"), lambda one: one.score.vials),
    (
        _("Infusion thrown away (min)"),
        lambda one: one.score.waste // _MINUTE,
    ),
    (
        _("Off the hour of the start, all changes (min)"),
        lambda one: one.score.unsteady // _MINUTE,
    ),
    (
        _("Weeks without a change on a port-needle day"),
        lambda one: one.score.unaligned,
    ),
)


def comparison(
    first: StartOption, second: StartOption, zone: zoneinfo.ZoneInfo
) -> list[Row]:
    """Return two plans line by line; fewer is better in every number."""
    rows = [_instants(_("Start"), [first.start], [second.start], zone)]
    for name, measure in _NUMBERS:
        one, two = measure(first), measure(second)
        better = "" if one == two else "A" if one < two else "B"
        rows.append(Row(str(name), str(one), str(two), better))
    if first.steps or second.steps:
        rows.append(_instants(_("New dose"), first.steps, second.steps, zone))
    ends = _instants(_("Disconnect"), [first.disconnect], [second.disconnect], zone)
    return [*rows, ends]


def _instants(
    name: Promise,
    first: Iterable[Moment],
    second: Iterable[Moment],
    zone: zoneinfo.ZoneInfo,
) -> Row:
    return Row(str(name), _moments(first, zone), _moments(second, zone))


def _moments(moments: Iterable[Moment], zone: zoneinfo.ZoneInfo) -> str:
    return "; ".join(_moment(one, zone) for one in moments) or "–"


def _moment(moment: Moment, zone: zoneinfo.ZoneInfo) -> str:
    text = _when(moment.at, zone)
    if moment.off_day:
        return gettext("%(when)s (day off)") % {"when": text}
    if moment.outside:
        return gettext("%(when)s (outside visit hours)") % {"when": text}
    return text
