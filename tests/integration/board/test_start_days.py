"""A nurse looks for a start that needs nobody at night or on a Sunday."""

import re
from zoneinfo import ZoneInfo

import pytest

from infusion import models
from infusion.selectors.courses import read_course
from patients import clock
from patients.models import Site, SiteDay
from tests.factories.patients import PatientFactory

NEW_YORK = ZoneInfo("America/New_York")
HOURS = {str(day): [["08:00", "17:00"]] for day in range(5)}
TOKEN = {"token": "t1"}


@pytest.fixture
def base(ward):
    site = {"working_hours": HOURS, "holiday_calendar": "US"}
    Site.objects.filter(id=ward.site.id).update(**site)
    return f"/patients/{ward.patient.pk}"


@pytest.fixture
def asked(ward, base, browser_of):
    """Ask for the starts of one regimen; the rest is as the form proposes it."""

    def ask(actor=None, regimen: str = "us-label-mrd", **change: str):
        client = browser_of(actor or ward.nurse)
        form = client.get(f"{base}/start-days").text
        cycle = re.search(rf'value="({regimen}/[^"]+)"', form)
        body = {**TOKEN, "cycle": cycle[1], "first_day": "2026-06-02", "hour": ""}
        return client, client.post(f"{base}/start-days", body | change)

    return ask


def fields_of(page: str, number: int = 0) -> dict[str, str]:
    """Return what the n-th small form of the page sends on."""
    form = re.findall(r'<form class="inline".*?</form>', page, re.DOTALL)[number]
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', form))


def test_the_best_start_is_marked_with_its_reasons(asked):
    _client, answer = asked()

    assert answer.status_code == 200
    assert "Best start" in answer.text
    assert "No visit is outside visit hours." in answer.text
    assert answer.text.count('class="current"') == 1
    assert answer.text.count("★") == 1
    # One row a day: the best hour of each.
    assert len(re.findall(r'<th scope="row"><strong>', answer.text)) == 14
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert models.Course.objects.count() == 0


def test_from_the_best_start_to_the_order(ward, base, asked):
    client, answer = asked(ward.physician)
    start = fields_of(answer.text)

    preview = client.post(f"{base}/order", start)
    assert preview.status_code == 200
    assert "The plan, not yet ordered" in preview.text
    form = {key: start[key] for key in start if key in {"token", "regimen_key"}}
    times = {f"start_at_{n}": start[f"start_at_{n}"] for n in range(3)}
    ordered = client.post(f"{base}/order", form | times | {"order": "1"})
    assert ordered.status_code == 302
    cycle = models.Cycle.objects.get()
    local = cycle.planned_start_at.astimezone(NEW_YORK)
    assert f"{local:%Y-%m-%d %H:%M}" == f"{start['start_at_0']} {start['start_at_1']}"


def test_a_row_is_compared_with_the_best(base, asked):
    client, answer = asked()
    both = client.post(f"{base}/compare", fields_of(answer.text, 5))

    assert both.status_code == 200
    assert both.text.count("<svg") == 2
    assert 'id="plan-a-title"' in both.text
    assert 'id="plan-b-title"' in both.text
    assert "Visits on weekends and holidays" in both.text


def test_other_bags_and_one_rate_are_compared(base, asked):
    client, answer = asked()
    body = fields_of(answer.text) | {"b_recipes": ["us-24h"], "a_rate": "YES"}
    both = client.post(f"{base}/compare", body)

    assert both.status_code == 200
    assert "Plan A is better by the settings of the site." in both.text
    assert re.search(r"<th scope=\"row\">Bags</th>.*?<td>28</td>", both.text)


def test_the_regimen_of_an_order_is_taken_over(ward, base, browser_of):
    client = browser_of(ward.nurse)
    page = client.post(f"{base}/start-days", {"regimen_key": "us-label-rr"})

    assert page.status_code == 200
    assert re.search(r'value="us-label-rr/[^"]+" selected', page.text)
    assert "Best start" not in page.text


def test_a_comparison_leads_back_to_its_cycle(base, asked):
    client, answer = asked(regimen="us-label-rr")
    fields = fields_of(answer.text)
    page = client.post(f"{base}/start-days", {"cycle": fields["cycle"]})

    assert f'value="{fields["cycle"]}" selected' in page.text


def test_a_later_cycle_is_not_offered_as_an_order(base, asked):
    client, answer = asked(regimen="us-label-rr")
    cycles = re.findall(r'value="(us-label-rr/[^"]+)"', answer.text)
    body = {**TOKEN, "cycle": cycles[1], "first_day": "2026-06-02"}
    later = client.post(f"{base}/start-days", body)

    assert later.status_code == 200
    assert 'name="preview"' in answer.text
    assert 'name="preview"' not in later.text


def test_one_hour_may_be_shown(asked):
    _client, answer = asked(hour="12:00")

    starts = re.findall(r'<th scope="row"><strong><time[^>]*>([^<]+)<', answer.text)
    assert len(starts) == 14
    assert all(start.endswith("12:00") for start in starts)


def test_a_holiday_of_the_site_counts(ward, asked):
    before = asked(hour="10:00")[1].text
    SiteDay.objects.create(site=ward.site, date="2026-06-03", kind="HOLIDAY")
    after = asked(hour="10:00")[1].text

    row = r"Wed 3 Jun 10:00</time></strong>(.*?)</th>"
    assert "day off" not in re.search(row, before, re.DOTALL)[1]
    assert "day off" in re.search(row, after, re.DOTALL)[1]


def test_what_the_calendar_lacks_is_said(ward, asked):
    Site.objects.filter(id=ward.site.id).update(working_hours={}, holiday_calendar="")
    text = asked()[1].text

    assert "no working hours" in text
    assert "no holiday calendar" in text


def test_a_year_that_is_not_announced_is_named(ward, asked):
    Site.objects.filter(id=ward.site.id).update(holiday_calendar="ATLANTIS")

    assert "make-up workdays of 2026 are not all known" in asked()[1].text


def test_values_nobody_signed_are_listed(asked):
    text = asked()[1].text

    assert "values need local sign-off" in text
    assert "site policy: importance_outside" in text


def test_a_patient_without_a_weight_is_told_so(ward, base, asked):
    patient = PatientFactory(site=ward.site)
    client, answer = asked()
    body = {**TOKEN, "cycle": fields_of(answer.text)["cycle"]}
    path = f"/patients/{patient.pk}/start-days"
    refused = client.post(path, body | {"first_day": "2026-06-02"})

    assert refused.status_code == 422
    assert "There is no weight of this patient to dose by." in refused.text


def test_a_day_that_is_not_offered_is_refused(asked):
    assert asked(first_day="2020-01-01")[1].status_code == 422


def test_the_dose_step_has_a_column_only_where_there_is_one(asked):
    assert "New dose" in asked(regimen="us-label-rr")[1].text
    assert "New dose" not in asked(regimen="us-label-mrd")[1].text


def test_both_pages_speak_chinese(base, asked):
    client, answer = asked()
    body = {**TOKEN, "cycle": fields_of(answer.text)["cycle"]}
    chinese = {"accept-language": "zh-hans"}
    page = client.post(
        f"{base}/start-days", body | {"first_day": "2026-06-02"}, headers=chinese
    )

    assert "最佳开始时间" in page.text
    both = client.post(f"{base}/compare", fields_of(page.text, 3), headers=chinese)
    assert "比较两个计划" in both.text


def test_an_unknown_cycle_is_refused(base, asked):
    client, _answer = asked()
    body = TOKEN | {"cycle": "no/such", "first_day": "2026-06-02"}

    assert client.post(f"{base}/start-days", body).status_code == 422
    assert (
        client.post(f"{base}/compare", TOKEN | {"cycle": "no/such"}).status_code == 422
    )


def test_the_patient_page_and_the_order_lead_here(ward, base, browser_of):
    assert f'href="{base}/start-days"' in browser_of(ward.nurse).get(f"{base}/").text
    order = browser_of(ward.physician).get(f"{base}/order").text
    assert f'formaction="{base}/start-days"' in order


def test_the_course_says_what_its_bags_cost(ward, base, browser_of):
    course = ward.running()
    client = browser_of(ward.nurse)

    page = client.get(f"/courses/{course.pk}/").text

    bill = page[page.index("Bags still to come") :]
    vials = read_course(course.id, clock.now()).current_cycle.bill.vials
    assert vials > 0
    assert f"<dd>{vials}</dd>" in bill
