"""What staff and family may do around a patient, and what they may not."""

import dataclasses
import datetime as dt
import threading
import uuid
from decimal import Decimal

import pytest
from django.db import connection

from patients import models, policy
from patients.domain.profiles import PatientProfile
from patients.domain.refusals import Refusal
from patients.selectors.actors import get_actor
from patients.selectors.people import latest_measurement
from patients.services.assignments import assign_staff, end_assignment
from patients.services.caregivers import (
    confirm_caregiver,
    deny_caregiver,
    expire_caregivers,
    link_caregiver,
    revoke_caregiver,
)
from patients.services.consents import give_consent, withdraw_consent
from patients.services.contacts import (
    add_contact_point,
    opt_out,
    verify_contact_point,
)
from patients.services.measurements import record_measurement
from patients.services.patients import amend_patient, profile_of, register_patient
from tests.factories.patients import (
    CaregiverLinkFactory,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
    staff_actor,
)

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


def code_of(call, **kwargs) -> str:
    with pytest.raises(Refusal) as caught:
        call(**kwargs)
    return str(caught.value)


@pytest.fixture
def site():
    return SiteFactory(country="US", time_zone="America/New_York")


@pytest.fixture
def nurse(site):
    return staff_actor(site)


@pytest.fixture
def patient(site):
    return PatientFactory(site=site)


def profile(**change) -> PatientProfile:
    base = {"mrn": "A1", "family_name": "张", "given_name": "三"}
    return PatientProfile(**{**base, "time_zone": "Asia/Shanghai", **change})


class TestRegistering:
    def test_a_patient_is_filed_by_pinyin_and_the_nurse_is_named(self, nurse, site):
        row = register_patient(actor=nurse, site=site, profile=profile(), now=NOW)

        assert (row.sort_key, row.initials, row.version) == ("zhang san", "zs", 1)
        event = row.events.get()
        assert event.pgh_context.metadata == {"actor": str(nurse.user_id)}

    def test_a_record_number_is_given_once_a_site(self, nurse, site, patient):
        taken = profile(mrn=patient.mrn)
        code = code_of(register_patient, actor=nurse, site=site, profile=taken, now=NOW)

        assert code == "mrn_taken"
        other = SiteFactory()
        other_nurse = staff_actor(other)
        assert register_patient(actor=other_nurse, site=other, profile=taken, now=NOW)

    def test_nobody_is_born_tomorrow_in_their_own_zone(self, nurse, site):
        late = dt.datetime(2026, 6, 1, 20, tzinfo=dt.UTC)  # 2 June in Shanghai
        born = profile(birth_date=dt.date(2026, 6, 2))

        assert register_patient(actor=nurse, site=site, profile=born, now=late)
        code = code_of(
            register_patient,
            actor=nurse,
            site=site,
            profile=dataclasses.replace(born, mrn="A2", time_zone="America/New_York"),
            now=late,
        )
        assert code == "birth_in_the_future"

    @pytest.mark.parametrize("role", ["PHARMACIST", "AUDITOR", "HOME_NURSE"])
    def test_other_roles_may_not(self, site, role):
        with pytest.raises(policy.NotAllowed):
            register_patient(
                actor=staff_actor(site, role), site=site, profile=profile(), now=NOW
            )

    def test_staff_of_another_site_may_not(self, site):
        with pytest.raises(policy.NotAllowed):
            register_patient(
                actor=staff_actor(SiteFactory()), site=site, profile=profile(), now=NOW
            )


class TestAmending:
    def amend(self, actor, patient, version=1, **change):
        return amend_patient(
            actor=actor,
            patient_id=patient.id,
            expected_version=version,
            profile=dataclasses.replace(profile_of(patient), **change),
            now=NOW,
        )

    def test_a_change_is_a_new_version(self, nurse, patient):
        row = self.amend(nurse, patient, family_name="曾", given_name="国藩")

        assert (row.version, row.sort_key) == (2, "zeng guo fan")

    def test_no_change_is_no_new_version(self, nurse, patient):
        assert self.amend(nurse, patient).version == 1
        assert patient.events.count() == 1

    def test_an_old_version_is_refused(self, nurse, patient):
        self.amend(nurse, patient, given_name="B")
        code = code_of(self.amend, actor=nurse, patient=patient, given_name="C")

        assert code == "version_stale"

    def test_a_taken_record_number_changes_nothing(self, nurse, patient, site):
        other = PatientFactory(site=site)
        code = code_of(self.amend, actor=nurse, patient=patient, mrn=other.mrn)

        patient.refresh_from_db()
        assert (code, patient.version) == ("mrn_taken", 1)

    def test_an_unknown_patient_is_not_found(self, nurse, patient):
        assert (
            code_of(
                amend_patient,
                actor=nurse,
                patient_id=uuid.uuid4(),
                expected_version=1,
                profile=profile(),
                now=NOW,
            )
            == "not_found"
        )


@pytest.mark.django_db(transaction=True)
def test_of_two_nurses_at_once_one_is_told_to_look_again():
    site = SiteFactory()
    patient = PatientFactory(site=site)
    nurses = [staff_actor(site), staff_actor(site)]
    results = []

    def work(actor):
        try:
            amend_patient(
                actor=actor,
                patient_id=patient.id,
                expected_version=1,
                profile=profile(given_name=str(actor.user_id)),
                now=NOW,
            )
            results.append("done")
        except Refusal as refusal:
            results.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(nurse,)) for nurse in nurses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(results) == ["done", "version_stale"]


class TestMeasuring:
    def record(self, actor, patient, value="70.5", at=NOW, **more):
        return record_measurement(
            actor=actor,
            patient_id=patient.id,
            kind="WEIGHT_KG",
            value=value,
            taken_at=at,
            now=NOW,
            **more,
        )

    def test_the_later_recorded_of_one_instant_counts(self, nurse, patient):
        self.record(nurse, patient, "705")
        self.record(nurse, patient, "70.5")
        self.record(nurse, patient, "69", at=NOW - dt.timedelta(days=1))

        found = latest_measurement(patient.id, "WEIGHT_KG", NOW)
        assert (found.value, found.taken_by_id) == (Decimal("70.50"), nurse.user_id)
        assert latest_measurement(patient.id, "HEIGHT_CM", NOW) is None
        before = NOW - dt.timedelta(days=1)
        assert latest_measurement(patient.id, "WEIGHT_KG", before).value == 69

    def test_pounds_are_refused(self, nurse, patient):
        assert code_of(
            self.record, actor=nurse, patient=patient, value="154", unit="[lb_av]"
        ) == ("unit_not_supported")
        assert not models.Measurement.objects.exists()

    def test_a_signed_range_of_the_site_is_kept(self, nurse, patient):
        models.Site.objects.update(policy={"weight_kg_range": {"value": [2, 300]}})

        assert code_of(self.record, actor=nurse, patient=patient, value="301") == (
            "outside_site_range"
        )
        assert self.record(nurse, patient, "300")

    def test_a_home_nurse_measures_assigned_patients_only(self, site, nurse, patient):
        user = MembershipFactory(site=site, role="HOME_NURSE").user
        with pytest.raises(policy.NotAllowed):
            self.record(get_actor(user.id, TODAY), patient)

        assign_staff(
            actor=nurse, patient_id=patient.id, user_id=user.id, starts_on=TODAY
        )
        assert self.record(get_actor(user.id, TODAY), patient)


class TestCaregivers:
    def invite(self, actor, patient, user=None, **more):
        return link_caregiver(
            actor=actor,
            patient_id=patient.id,
            user_id=(user or UserFactory()).id,
            kind="PARTNER",
            starts_on=TODAY,
            **more,
        )

    def test_an_invitation_counts_once_confirmed(self, nurse, patient):
        link = self.invite(nurse, patient)
        before = get_actor(link.user_id, TODAY).cared_patient_ids
        confirm_caregiver(actor=nurse, link_id=link.id)
        confirm_caregiver(actor=nurse, link_id=link.id)

        assert (before, get_actor(link.user_id, TODAY).cared_patient_ids) == (
            frozenset(),
            {patient.id},
        )

    def test_one_open_link_a_person(self, nurse, patient):
        user = UserFactory()
        link = self.invite(nurse, patient, user)

        again = {"actor": nurse, "patient": patient, "user": user}
        assert code_of(self.invite, **again) == "already_linked"
        revoke_caregiver(actor=nurse, link_id=link.id)
        assert self.invite(nurse, patient, user).state == "PENDING"

    def test_nonsense_is_refused(self, nurse, patient):
        yesterday = TODAY - dt.timedelta(days=1)
        reversed_ = {"actor": nurse, "patient": patient, "ends_on": yesterday}
        assert code_of(self.invite, **reversed_) == "dates_reversed"
        patient.user = UserFactory()
        patient.save()
        own = {"actor": nurse, "patient": patient, "user": patient.user}
        assert code_of(self.invite, **own) == "own_caregiver"
        gone = {"user": UserFactory(is_active=False)}
        assert code_of(self.invite, actor=nurse, patient=patient, **gone) == "not_found"

    def test_a_caregiver_can_not_confirm_themselves(self, patient, site):
        member = MembershipFactory(site=site)
        nurse = get_actor(member.user_id, TODAY)
        link = CaregiverLinkFactory(patient=patient, user=member.user, state="PENDING")

        code = code_of(confirm_caregiver, actor=nurse, link_id=link.id)
        assert code == "own_confirmation"

    def test_a_caregiver_ends_their_own_link_and_no_other(self, patient):
        mine, other = (CaregiverLinkFactory(patient=patient) for _ in range(2))
        me = get_actor(mine.user_id, TODAY)

        with pytest.raises(policy.NotAllowed):
            revoke_caregiver(actor=me, link_id=other.id)
        assert revoke_caregiver(actor=me, link_id=mine.id).state == "REVOKED"

    def test_an_ended_link_stays_ended(self, nurse, patient):
        link = self.invite(nurse, patient)
        deny_caregiver(actor=nurse, link_id=link.id)

        code = code_of(confirm_caregiver, actor=nurse, link_id=link.id)
        assert code == "link_move_refused"

    def test_links_expire_after_their_last_day_in_the_patients_zone(self, patient):
        PatientFactory(site=patient.site)
        last = dt.date(2026, 6, 1)
        CaregiverLinkFactory(patient=patient, ends_on=last)
        system = policy.Actor(user_id=uuid.uuid4())
        evening = dt.datetime(2026, 6, 2, 3, 59, tzinfo=dt.UTC)  # 23:59 in New York

        assert expire_caregivers(actor=system, now=evening) == 0
        midnight = evening + dt.timedelta(minutes=1)
        assert expire_caregivers(actor=system, now=midnight) == 1
        assert expire_caregivers(actor=system, now=midnight) == 0


class TestAddresses:
    def add(self, actor, patient, channel="SMS", value="(202) 456-1111", **more):
        return add_contact_point(
            actor=actor, patient_id=patient.id, channel=channel, value=value, **more
        )

    def test_a_number_is_read_in_the_sites_country(self, nurse, patient):
        assert self.add(nurse, patient).value == "+12024561111"
        abroad = self.add(nurse, patient, value="+86 138 0013 8000")
        assert abroad.value == "+8613800138000"

    @pytest.mark.parametrize(
        ("more", "code"),
        [
            ({"value": "555-0100"}, "phone_invalid"),
            ({"value": "call me"}, "phone_invalid"),
            ({"channel": "EMAIL", "value": "not an address"}, "email_invalid"),
            ({"channel": "CONSOLE"}, "not_supported"),
            ({"quiet_from": dt.time(22)}, "quiet_hours_incomplete"),
        ],
    )
    def test_what_reaches_nobody_is_refused(self, nurse, patient, more, code):
        assert code_of(self.add, actor=nurse, patient=patient, **more) == code

    def test_the_same_number_written_otherwise_is_the_same(self, nurse, patient):
        self.add(nurse, patient)
        again = {"actor": nurse, "patient": patient, "value": "+1 202 456 1111"}

        assert code_of(self.add, **again) == "contact_taken"

    def test_the_first_verification_and_opt_out_count(self, nurse, patient):
        point = self.add(nurse, patient)
        later = NOW + dt.timedelta(days=1)
        for moment in (NOW, later):
            verify_contact_point(actor=nurse, contact_id=point.id, now=moment)
            opt_out(actor=nurse, contact_id=point.id, now=moment)

        point.refresh_from_db()
        assert (point.verified_at, point.opted_out_at) == (NOW, NOW)


class TestConsent:
    def test_consent_is_given_once_and_taken_back_once(self, nurse, patient):
        asked = {"actor": nurse, "patient_id": patient.id, "scope": "REMINDERS"}
        first = give_consent(**asked, now=NOW)

        assert give_consent(**asked, now=NOW).id == first.id
        assert withdraw_consent(**asked, now=NOW).withdrawn_at == NOW
        assert code_of(withdraw_consent, **asked, now=NOW) == "no_consent"
        assert code_of(give_consent, **{**asked, "scope": "ALL"}, now=NOW) == (
            "not_supported"
        )

    def test_without_consent_caregivers_lose_access_at_once(self, nurse, patient):
        link = CaregiverLinkFactory(patient=patient)
        asked = {"actor": nurse, "patient_id": patient.id, "scope": "CAREGIVER_ACCESS"}
        give_consent(**asked, now=NOW)
        withdraw_consent(**asked, now=NOW)

        link.refresh_from_db()
        assert link.state == "REVOKED"


class TestAssigning:
    def test_staff_of_the_site_are_assigned_once(self, nurse, patient, site):
        user = MembershipFactory(site=site, role="HOME_NURSE").user
        asked = {"actor": nurse, "patient_id": patient.id, "user_id": user.id}

        first = assign_staff(**asked, starts_on=TODAY)
        assert assign_staff(**asked, starts_on=TODAY).id == first.id
        assert end_assignment(**asked, ends_on=TODAY) == 1
        assert end_assignment(**asked, ends_on=TODAY) == 0

    def test_strangers_are_not(self, nurse, patient):
        user = MembershipFactory(role="HOME_NURSE").user
        asked = {"actor": nurse, "patient_id": patient.id, "user_id": user.id}

        assert code_of(assign_staff, **asked, starts_on=TODAY) == "not_on_staff"
