"""A list holds exactly the rows that can be opened one by one."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infusion import models as infusion_models
from patients import models, policy
from patients.policy import Actor
from tests.factories import patients as people
from tests.factories.wards import ward

ACTIONS = {
    models.Site: "site.view",
    models.Patient: "patient.view",
    infusion_models.Course: "course.view",
}


@dataclass
class World:
    """Sites with patients; everybody else is drawn."""

    account: models.User
    sites: Sequence[models.Site]
    patients: Sequence[models.Patient]

    def actors(self) -> st.SearchStrategy[Actor]:
        roles = some_of(models.Role.values)
        patients = [one.id for one in self.patients]
        return st.builds(
            Actor,
            user_id=st.just(self.account.id),
            site_roles=st.fixed_dictionaries({one.id: roles for one in self.sites}).map(
                _without_empty
            ),
            own_patient_id=st.sampled_from([None, *patients]),
            cared_patient_ids=some_of(patients),
            assigned_patient_ids=some_of(patients),
        )


def some_of(values: Sequence[object]) -> st.SearchStrategy[frozenset[object]]:
    return st.lists(st.sampled_from(values), max_size=3).map(frozenset)


def _without_empty(site_roles: dict[object, frozenset[object]]) -> dict:
    return {site_id: roles for site_id, roles in site_roles.items() if roles}


@pytest.fixture
def world() -> World:
    wards = [ward(), ward()]
    for one in wards:
        one.order()
        people.PatientFactory(site=one.site)
    patients = list(models.Patient.objects.all())
    return World(people.UserFactory(), [one.site for one in wards], patients)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_list_holds_what_can_be_opened(world, data):
    actor = data.draw(world.actors())

    for model, action in ACTIONS.items():
        rows = model.objects.all()
        opened = {row.pk for row in rows if policy.can(actor, action, row)}

        assert {row.pk for row in policy.scope(rows, actor)} == opened


def test_an_assignment_left_over_at_another_site_shows_nothing(world):
    here, _ = world.sites
    actor = Actor(
        user_id=world.account.id,
        site_roles={here.id: frozenset({policy.HOME_NURSE})},
        assigned_patient_ids=frozenset(one.id for one in world.patients),
    )

    seen = policy.scope(models.Patient.objects.all(), actor)

    assert {row.site_id for row in seen} == {here.id}
