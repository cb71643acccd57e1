"""Patients are found as nurses look for them; messages reach whom they may."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from patients import models
from patients.domain.refusals import NotFound
from patients.selectors.actors import get_actor
from patients.selectors.assignments import ids_assigned_staff
from patients.selectors.people import get_patient, get_recipients, list_patients
from patients.selectors.recipients import list_accounts_to_tell
from patients.selectors.search import search_patients
from patients.selectors.sites import get_site, list_sites, site_zone
from tests.factories.patients import (
    CareAssignmentFactory,
    CaregiverLinkFactory,
    ConsentFactory,
    ContactPointFactory,
    MembershipFactory,
    PatientFactory,
    SiteFactory,
    UserFactory,
    staff_actor,
)

NOW = dt.datetime(2026, 6, 1, 12, tzinfo=dt.UTC)
TODAY = NOW.date()


class TestSearching:
    @pytest.fixture(autouse=True)
    def _people(self):
        site = SiteFactory()
        for mrn, family, given in [
            ("A-100", "张", "三"),
            ("A-200", "单", "雄信"),
            ("B-100", "Müller", "Jürgen"),
            ("B-200", "O'Keefe", "Karena Ann"),
            ("C_1%", "Smith", "Jane"),
        ]:
            PatientFactory(site=site, mrn=mrn, family_name=family, given_name=given)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("zhang san", "A-100"),
            ("zhangsan", "A-100"),
            ("ZHANG", "A-100"),
            ("san zhang", "A-100"),
            ("张三", "A-100"),
            ("张", "A-100"),
            ("三", "A-100"),
            ("zs", "A-100"),
            ("ZS", "A-100"),
            ("a-1", "A-100"),
            ("shan", "A-200"),
            ("单雄信", "A-200"),
            ("sxx", "A-200"),
            ("muller", "B-100"),
            ("Müller", "B-100"),
            ("jürgen müller", "B-100"),
            ("o'keefe", "B-200"),
            ("karena o", "B-200"),
            ("C_1%", "C_1%"),
            ("  jane   smith ", "C_1%"),
        ],
    )
    def test_one_patient_is_found(self, text, found):
        rows = search_patients(models.Patient.objects.all(), text)

        assert [row.mrn for row in rows] == [found]

    @pytest.mark.parametrize(
        "text", ["nobody", "%", "_", "zhang smith", "\x00", "张 smith", "\\"]
    )
    def test_nobody_is_found(self, text):
        assert not search_patients(models.Patient.objects.all(), text)

    def test_an_empty_text_finds_everybody(self):
        assert search_patients(models.Patient.objects.all(), "  ").count() == 5

    def test_indexes_are_used(self):
        rows = search_patients(models.Patient.objects.all(), "zhangsan")
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            plan = rows.explain()

        for index in (
            "patient_name_search",
            "patient_initials_search",
            "patient_mrn_search",
        ):
            assert index in plan


class TestReach:
    def test_staff_see_their_site_in_the_order_of_names(self):
        site = SiteFactory()
        for family in ("张", "Adams", "单"):
            PatientFactory(site=site, family_name=family, given_name="")
        PatientFactory()

        rows = list_patients(staff_actor(site))
        assert [row.family_name for row in rows] == ["Adams", "单", "张"]

    def test_home_nurses_and_family_see_their_patients(self):
        site = SiteFactory()
        mine, _ = PatientFactory(site=site), PatientFactory(site=site)
        nurse = MembershipFactory(site=site, role="HOME_NURSE").user
        CareAssignmentFactory(patient=mine, user=nurse)
        caregiver = CaregiverLinkFactory(patient=mine).user

        for user in (nurse, caregiver):
            assert list(list_patients(get_actor(user.id, TODAY))) == [mine]
        assert list(list_sites(get_actor(caregiver.id, TODAY))) == [site]

    def test_the_list_is_narrowed(self):
        site = SiteFactory()
        PatientFactory(site=site, is_active=False)
        actor = staff_actor(site)

        assert list_patients(actor, is_active=True).count() == 0
        assert list_patients(actor, site_id=uuid.uuid4()).count() == 0
        assert list_patients(actor, "doe", site_id=site.id).count() == 1

    def test_the_unknown_is_not_found(self):
        for call in (get_patient, get_site, site_zone):
            with pytest.raises(NotFound):
                call(uuid.uuid4())

    def test_a_site_has_a_zone(self):
        assert site_zone(SiteFactory(time_zone="Asia/Shanghai").id).key == (
            "Asia/Shanghai"
        )


class TestRecipients:
    @pytest.fixture
    def patient(self):
        site = SiteFactory(time_zone="Europe/London")
        return PatientFactory(
            site=site, time_zone="Asia/Shanghai", given_name="三", language="zh-hans"
        )

    def named(self, patient, *staff, now=NOW):
        return get_recipients(patient.id, now, [user.id for user in staff])

    def test_patient_caregiver_and_staff_are_named(self, patient):
        ContactPointFactory(patient=patient, value="me@example.org", rank=2)
        ContactPointFactory(patient=patient, channel="SMS", value="+12024561111")
        link = CaregiverLinkFactory(patient=patient)
        nurse = MembershipFactory(site=patient.site, user__first_name="Ngozi").user

        me, carer, staff = self.named(patient, nurse)
        assert (me.kind, me.given_name, me.language) == ("PATIENT", "三", "zh-hans")
        assert [each.value for each in me.addresses] == [
            "+12024561111",
            "me@example.org",
        ]
        assert (carer.kind, carer.user_id) == ("CAREGIVER", link.user_id)
        assert carer.addresses[0].value == link.user.email
        assert (staff.kind, staff.given_name) == ("STAFF", "Ngozi")
        zones = [me.time_zone, carer.time_zone, staff.time_zone]
        assert zones == ["Asia/Shanghai", "Asia/Shanghai", "Europe/London"]
        assert {each.patient_id for each in (me, carer, staff)} == {patient.id}

    @pytest.mark.parametrize(
        "change",
        [
            {"state": "PENDING"},
            {"state": "REVOKED"},
            {"starts_on": dt.date(2026, 6, 2)},
            {"starts_on": dt.date(2026, 1, 1), "ends_on": dt.date(2026, 5, 31)},
        ],
    )
    def test_caregivers_count_while_their_link_stands(self, patient, change):
        CaregiverLinkFactory(patient=patient, **change)

        assert [person.kind for person in self.named(patient)] == ["PATIENT"]

    def test_a_link_begins_with_the_day_of_the_patient(self, patient):
        CaregiverLinkFactory(patient=patient, starts_on=dt.date(2026, 6, 2))
        second_of_june = dt.datetime(2026, 6, 1, 16, tzinfo=dt.UTC)

        assert len(self.named(patient, now=second_of_june)) == 2

    def test_disabled_accounts_are_not_named(self, patient):
        CaregiverLinkFactory(patient=patient, user__is_active=False)

        left = MembershipFactory(site=patient.site, user__is_active=False).user
        assert len(self.named(patient, left)) == 1

    @pytest.mark.parametrize("is_active", [True, False])
    def test_staff_count_while_they_have_a_role_at_the_site(self, patient, is_active):
        MembershipFactory(site=patient.site)
        there = MembershipFactory(site=patient.site, is_active=is_active).user
        elsewhere = MembershipFactory().user

        kinds = [one.kind for one in self.named(patient, there, elsewhere)]
        assert kinds == ["PATIENT", "STAFF"][: 1 + is_active]

    def test_who_is_told_is_the_same_for_one_patient_and_for_many(self, patient):
        other = PatientFactory()
        for one in (patient, other):
            CaregiverLinkFactory(patient=one)
            CaregiverLinkFactory(patient=one, starts_on=dt.date(2026, 6, 2))
            CaregiverLinkFactory(patient=one, state="PENDING")
            CareAssignmentFactory(patient=one)
            nurse = MembershipFactory(site=one.site).user
            CareAssignmentFactory(patient=one, user=nurse)
            CaregiverLinkFactory(patient=one, user=nurse)
        visitor = MembershipFactory(site=patient.site).user
        extra = {patient.id: {visitor.id}, other.id: {visitor.id}}

        told = list_accounts_to_tell([patient.id, other.id], NOW, extra)

        for one in (patient, other):
            staff = set(extra[one.id]) | ids_assigned_staff(one.id, TODAY)
            _, *named = get_recipients(one.id, NOW, staff)
            assert told[one.id] == {(each.kind, each.user_id) for each in named}

    def test_staff_who_are_caregivers_are_named_once(self, patient):
        link = CaregiverLinkFactory(patient=patient)
        MembershipFactory(site=patient.site, user=link.user)

        assert [person.kind for person in self.named(patient, link.user)] == [
            "PATIENT",
            "STAFF",
        ]

    @pytest.mark.parametrize(
        "change",
        [
            {"opted_out_at": NOW},
            {"channel": "PHONE", "value": "+12024561111"},
            {"channel": "SMS", "value": "555-810-7203"},
        ],
    )
    def test_addresses_that_may_not_or_can_not_be_used_are_left_out(
        self, patient, change
    ):
        patient.user = UserFactory()
        patient.save()
        ContactPointFactory(patient=patient, **change)

        # An account with an entry is not reached behind the back of that entry.
        assert self.named(patient)[0].addresses == ()

    def test_a_number_to_ring_does_not_silence_what_is_written_to_staff(self, patient):
        nurse = MembershipFactory(site=patient.site).user
        ContactPointFactory(
            patient=None, user=nurse, channel="PHONE", value="+12024561111"
        )

        (address,) = self.named(patient, nurse)[-1].addresses

        assert (address.channel, address.value) == ("EMAIL", nurse.email)

    def test_who_withdrew_from_reminders_gets_none_and_staff_still_do(self, patient):
        ContactPointFactory(patient=patient)
        CaregiverLinkFactory(patient=patient)
        ConsentFactory(patient=patient, withdrawn_at=NOW)

        nurse = MembershipFactory(site=patient.site).user
        me, carer, staff = self.named(patient, nurse)
        assert (me.addresses, carer.addresses) == ((), ())
        assert staff.addresses
        ConsentFactory(patient=patient, given_at=NOW + dt.timedelta(days=1))
        later = NOW + dt.timedelta(days=2)
        assert self.named(patient, now=later)[0].addresses

    def test_quiet_hours_come_along(self, patient):
        ContactPointFactory(
            patient=patient, quiet_from=dt.time(22), quiet_to=dt.time(7)
        )

        address = self.named(patient)[0].addresses[0]
        assert (address.quiet_from, address.quiet_to) == (dt.time(22), dt.time(7))

    def test_few_queries_for_many_people(self, patient):
        for _ in range(5):
            CaregiverLinkFactory(patient=patient)
        staff = [MembershipFactory(site=patient.site).user for _ in range(5)]

        with CaptureQueriesContext(connection) as asked:
            found = self.named(patient, *staff)

        assert len(found) == 11
        assert len(asked) <= 6
