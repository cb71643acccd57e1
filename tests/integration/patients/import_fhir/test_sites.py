"""To which site an imported record belongs."""

import pytest
from django.core.management import CommandError

from patients import models
from tests.factories.patients import SiteFactory
from tests.integration.patients.import_fhir.runs import DATA, patient, run, totals


class TestWhichSite:
    def test_the_named_one(self, site, write):
        other = SiteFactory(code="other")
        run(write(patient("a")), site="other")

        assert models.Patient.objects.get().site == other

    def test_the_one_of_the_organisation(self, site):
        run(DATA / "family.ndjson", site="main")
        models.Patient.objects.update(mrn="moved", source_id="moved")
        hospital = SiteFactory(organization=models.Organization.objects.get())
        run(DATA / "family.ndjson")

        assert models.Patient.objects.get(source_id="pat-1").site == hospital

    @pytest.mark.parametrize("others", [0, 2])
    def test_a_waiting_one_when_nothing_tells(self, others, write):
        SiteFactory.create_batch(others)
        path = write(patient("a"))
        first, second = run(path), run(path)

        assert (first[0], second[0]) == (0, 0)
        assert totals(first[1])["Patient"] == [1, 0, 0, 0, 0]
        assert totals(second[1])["Patient"] == [0, 0, 1, 0, 0]
        stored = models.Patient.objects.get()
        assert (stored.site.code, stored.time_zone) == ("unassigned", "UTC")
        assert not stored.site.memberships.exists()

    def test_one_who_waited_comes_to_the_named_site(self, write):
        path = write(patient("a"))
        run(path)
        SiteFactory(code="main", time_zone="America/New_York")
        status, output, errors = run(path, site="main")

        assert (status, errors) == (0, "")
        assert totals(output)["Patient"] == [0, 1, 0, 0, 0]
        stored = models.Patient.objects.get()
        assert (stored.site.code, stored.time_zone) == ("main", "America/New_York")

    def test_one_who_has_a_site_keeps_it_when_nothing_tells(self, site, write):
        path = write(patient("a"))
        run(path)
        SiteFactory()
        status, _, errors = run(path)

        assert (status, errors) == (0, "")
        assert models.Patient.objects.get().site == site

    def test_none_when_the_organisation_has_several(self, site):
        run(DATA / "family.ndjson", site="main")
        models.Patient.objects.update(mrn="moved", source_id="moved")
        SiteFactory.create_batch(2, organization=models.Organization.objects.get())
        status, _, errors = run(DATA / "family.ndjson")

        assert status == 1
        assert "managingOrganization: site_unknown" in errors

    def test_a_dry_run_leaves_no_waiting_site(self, write):
        run(write(patient("a")), dry_run=True)

        assert not models.Site.objects.exists()

    def test_an_import_never_moves_a_patient(self, site, write):
        path = write(patient("a"))
        run(path)
        SiteFactory(code="other")
        status, _, errors = run(path, site="other")

        assert status == 1
        assert "other_site" in errors
        assert models.Patient.objects.get().site == site

    def test_an_unknown_code_stops_before_anything_is_read(self, write):
        with pytest.raises(CommandError):
            run(write(patient("a")), site="nowhere")
