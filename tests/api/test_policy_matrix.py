"""Every route x method x person x patient: who gets in, who is told no, who sees nothing.

A route without a row in ``ROUTES`` fails the test, so nobody can add a door unnoticed.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice, product
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, reverse

from patients.policy import ACTIONS
from tests.api.doors import (
    KNOWN,
    LINKED,
    METHODS,
    PLACES,
    ROUTES,
    STAFF_ONLY,
    Api,
    Console,
    Family,
)
from tests.api.targets import targets_of
from tests.api.world import KINDS, STAFF
from tests.factories.patients import (
    MembershipFactory,
)


def routes(resolver: Any = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Walk every route of the project; the admin's own are one door, tried apart."""
    for each in (resolver or get_resolver()).url_patterns:
        if isinstance(each, URLPattern):
            yield f"{space}{each.name}", each
        elif each.namespace != "admin":
            yield from routes(
                each,
                f"{space}{each.namespace or ''}".rstrip(":") + ":"
                if each.namespace
                else space,
            )


def test_every_route_has_a_row():
    found = {name for name, _ in routes()}

    assert found == set(ROUTES)


def test_every_action_of_the_table_is_used():
    rows = [row for each in ROUTES.values() for row in _rows(each)]
    used = {action for row in rows for action in row.needs.values()}

    # These are steps without a route of their own.
    apart = {
        "cycle.complete_short",
        "consent.give",
        "consent.withdraw",
        "assignment.change",
        "placement.override",
        "site.change_days",
        # Looked at in the service: tests/integration/checkins/test_triage_rules.py.
        "triage.sign",
    }
    assert set(ACTIONS) - used == apart


def _rows(row: Any) -> list[Any]:
    if isinstance(row, str):
        return []
    return row if isinstance(row, list) else [row]


# --- What must come out -----------------------------------------------------------


def roles_for(action: str) -> frozenset[str]:
    return STAFF_ONLY[action] if action in STAFF_ONLY else ACTIONS[action]


def in_reach(kind: str, place: str, of: str = "patient") -> bool:
    if of == "site":
        # Own and neighbour are of one site; only who works there reaches it.
        return place != "stranger" and kind in STAFF
    return place == "own" or (place == "neighbour" and kind not in LINKED)


def expected(row: Api, method: str, kind: str, place: str, *, named: bool) -> str:
    """Say what a REST route must answer."""
    if kind == "ANONYMOUS":
        return "401"
    if method not in row.needs:
        return "405"
    if kind not in roles_for(row.needs[method]):
        return "403"
    if named and not in_reach(kind, place, row.of):
        return "404"
    return "in"


def expected_page(
    row: Console, method: str, kind: str, place: str, *, named: bool
) -> str:
    """Say what a console page must answer."""
    if kind == "ANONYMOUS":
        return "login"
    if kind not in STAFF:
        return "403"
    if method not in row.needs:
        return "405"
    if named and not in_reach(kind, place, row.of):
        return "404"
    return "in" if kind in roles_for(row.needs[method]) else "404"


def expected_at_home(
    row: Family, method: str, kind: str, place: str, *, named: bool
) -> str:
    """Say what a page of a family must answer."""
    if kind == "ANONYMOUS":
        return "login"
    if kind not in {"PATIENT", "CAREGIVER"}:
        return "403"
    if method not in row.needs:
        return "405"
    return "404" if named and place != "own" else "in"


EXPECTED = {Api: expected, Console: expected_page, Family: expected_at_home}


def outcome(response: Any) -> str:
    """Put a response into the words of the table."""
    status = response.status_code
    if status == 302 and "login" in response.headers["Location"]:
        return "login"
    return str(status) if status in {401, 403, 404, 405} else "in"


# --- The world ----------------------------------------------------------------------


@pytest.fixture
def targets(world):
    """Return, for each place, the id of everything a route may name."""
    other = world.actor("PHYSICIAN")
    stranger = MembershipFactory(site=world.other_site, role="PHYSICIAN").user
    found = {}
    for place, patient in (
        ("own", world.patient),
        ("neighbour", world.neighbour),
        ("stranger", world.stranger),
    ):
        if place == "stranger":
            world.people["OTHER"] = stranger
            other = world.actor("OTHER")
        found[place] = targets_of(world, patient, other)
    return found


@pytest.fixture
def _no_log():
    """Leave the log out: a thousand requests write a thousand lines."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


QUERIES = {"bags": "?code=NOSUCH", "regimen_outlook": "?start=2027-03-01"}


def _path(name: str, pattern: URLPattern, row: Any, ids: dict[str, Any]) -> str:
    wanted = pattern.pattern.converters
    known = {
        **ids,
        "verb": getattr(row, "key", ""),
        "key": getattr(row, "key", "us-label-rr"),
        "target_id": ids.get(f"{getattr(row, 'of', '')}_id"),
    }
    query = QUERIES.get(name, "")
    return reverse(name, kwargs={each: known[each] for each in wanted}) + query


def _ask(api: Any, row: Any, method: str, path: str, ids: dict[str, Any]) -> Any:
    if isinstance(row, Console | Family):
        return api.client.generic(method, path)
    body = {key: value.format(**ids) for key, value in (row.body or {}).items()}
    text = json.dumps(body)
    return api.raw(method, path, text if method != "GET" else "")


def _apis(world) -> dict[str, Any]:
    apis = {kind: world.api(kind) for kind in KINDS}
    for kind, user in world.people.items():
        if kind in apis:
            apis[kind].client.force_login(
                user, "django.contrib.auth.backends.ModelBackend"
            )
    return apis


@dataclass(frozen=True)
class Case:
    """One question: may this person do this to this?"""

    name: str
    pattern: URLPattern
    row: Any
    method: str
    kind: str
    place: str

    @property
    def is_named(self) -> bool:
        """Say whether the address or the body names something of a patient."""
        # A key alone names a regimen, which belongs to nobody.
        in_path = bool(set(self.pattern.pattern.converters) - {"key"})
        body = getattr(self.row, "body", None)
        return in_path or (body is not None and self.method == "POST")

    @property
    def must(self) -> str:
        """Return what must come out."""
        rule: Any = EXPECTED[type(self.row)]
        return rule(self.row, self.method, self.kind, self.place, named=self.is_named)


def cases() -> Iterator[Case]:
    for name, pattern in routes():
        for row, method in product(_rows(ROUTES[name]), METHODS):
            is_offered = method in row.needs
            # A method that is not offered is refused before anything is looked up.
            kinds = KINDS if is_offered else ("NURSE", "ANONYMOUS")
            for kind in kinds:
                first = Case(name, pattern, row, method, kind, "own")
                yield first
                # Who may not do it at home is refused before a place is looked up.
                if (
                    is_offered
                    and first.is_named
                    and kind in roles_for(row.needs[method])
                ):
                    for place in PLACES[1:]:
                        yield replace(first, place=place)


# Thousands of requests: shared between the processes of a run.
SHARES = 6


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.usefixtures("_no_log")
def test_everybody_gets_what_the_table_says(world, targets, share):
    apis, wrong = _apis(world), []
    for case in islice(cases(), share, None, SHARES):
        ids = targets[case.place]
        path = _path(case.name, case.pattern, case.row, ids)
        got = outcome(_ask(apis[case.kind], case.row, case.method, path, ids))
        if got != case.must:
            key = getattr(case.row, "key", "")
            where = f"{case.method} {case.name} {key} {case.kind} {case.place}"
            wrong.append(f"{where}: {got}, not {case.must}")

    assert not wrong, "\n".join(wrong)


def test_only_accounts_of_the_back_office_enter_the_admin(world):
    apis = _apis(world)

    for kind, api in apis.items():
        assert outcome(api.client.get(reverse("admin:index"))) == "login", kind


@pytest.mark.parametrize("name", [n for n, row in ROUTES.items() if row == KNOWN])
def test_a_route_for_everybody_who_is_known(world, name):
    for kind, api in _apis(world).items():
        status = api.raw("GET", reverse(name)).status_code
        assert status == (401 if kind == "ANONYMOUS" else 200)


def test_a_list_holds_only_what_is_in_reach(world, targets):
    for kind, api in _apis(world).items():
        if kind in {"ANONYMOUS", "NOBODY"}:
            continue
        reach = {place for place in PLACES if in_reach(kind, place)}
        for path, field in (("patients", "patient_id"), ("courses", "course_id")):
            found = {row["id"] for row in api.get(path).json()["results"]}
            others = {
                str(ids[field]) for place, ids in targets.items() if place not in reach
            }
            assert {str(targets[place][field]) for place in reach} <= found
            assert not found & others
        for row in api.get("visits").json()["results"]:
            reached = {str(targets[place]["patient_id"]) for place in reach}
            assert row["patient_id"] in reached
