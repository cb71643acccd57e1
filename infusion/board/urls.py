"""Routes of the nurse console."""

from django.urls import path
from django.views.generic import RedirectView

from infusion.board import (
    accounts,
    adverse,
    alerts,
    cadence,
    changing,
    checkins,
    correcting,
    courses,
    deciding,
    families,
    ledger,
    muting,
    offline,
    overlays,
    people,
    pharmacy,
    readiness,
    regimens,
    reminders,
    rota,
    site_texts,
    starting,
    taking,
    toxicity,
    triage_rules,
    walk,
    watching,
)

app_name = "board"
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="board:patients"), name="home"),
    path("login", accounts.Login.as_view(), name="login"),
    path("logout", accounts.log_out, name="logout"),
    path("patients/", people.Patients.as_view(), name="patients"),
    path("patients/<uuid:patient_id>/", people.PatientPage.as_view(), name="patient"),
    path("patients/<uuid:patient_id>/order", people.Order.as_view(), name="order"),
    path(
        "patients/<uuid:patient_id>/order/entries",
        people.OrderEntries.as_view(),
        name="order_entries",
    ),
    path(
        "patients/<uuid:patient_id>/start-days",
        starting.StartDays.as_view(),
        name="start_days",
    ),
    path(
        "patients/<uuid:patient_id>/compare",
        starting.ComparePlans.as_view(),
        name="compare",
    ),
    path(
        "courses/<uuid:course_id>/check-ins",
        checkins.CheckIns.as_view(),
        name="check_ins",
    ),
    path(
        "courses/<uuid:course_id>/check-ins/enter",
        checkins.EnterUnplanned.as_view(),
        name="enter_unplanned",
    ),
    path(
        "check-ins/<uuid:check_in_id>",
        checkins.CheckInPage.as_view(),
        name="check_in",
    ),
    path(
        "check-ins/<uuid:check_in_id>/enter",
        checkins.EnterCheckIn.as_view(),
        name="enter_check_in",
    ),
    path(
        "courses/<uuid:course_id>/adverse-events",
        adverse.AdverseEvents.as_view(),
        name="adverse_events",
    ),
    path(
        "adverse-events/<uuid:adverse_event_id>",
        adverse.AdverseEventPage.as_view(),
        name="adverse_event",
    ),
    path("check-ins/", watching.Watching.as_view(), name="watching"),
    path("check-ins/rules/", triage_rules.TriageRules.as_view(), name="triage_rules"),
    path(
        "check-ins/rules/<uuid:rules_id>",
        triage_rules.TriageDocumentPage.as_view(),
        name="triage_document",
    ),
    path(
        "check-in-answers/<uuid:answers_id>/correct",
        correcting.CorrectAnswers.as_view(),
        name="correct_answers",
    ),
    path("check-ins/cadence/", cadence.CadencePage.as_view(), name="cadence"),
    path("check-ins/advice/", site_texts.SiteTexts.as_view(), name="site_texts"),
    path(
        "check-ins/advice/<uuid:advice_id>",
        site_texts.AdviceStep.as_view(),
        name="advice_step",
    ),
    path(
        "check-ins/wordings/<uuid:wording_id>",
        site_texts.WordingStep.as_view(),
        name="wording_step",
    ),
    path("my/", families.My.as_view(), name="my"),
    path("my/worker.js", offline.Worker.as_view(), name="my_worker"),
    path("my/kept", offline.KeptHome.as_view(), name="my_kept"),
    path(
        "my/check-ins/<uuid:check_in_id>/kept",
        offline.KeptCheckIn.as_view(),
        name="my_check_in_kept",
    ),
    path(
        "my/courses/<uuid:course_id>/tell/kept",
        offline.KeptTell.as_view(),
        name="my_tell_kept",
    ),
    path(
        "my/check-ins/<uuid:check_in_id>",
        families.MyCheckIn.as_view(),
        name="my_check_in",
    ),
    path(
        "my/check-ins/<uuid:check_in_id>/paper",
        families.Paper.as_view(),
        name="my_paper",
    ),
    path("my/courses/<uuid:course_id>/tell", families.Tell.as_view(), name="my_tell"),
    path("my/courses/<uuid:course_id>/ring", families.RingMe.as_view(), name="ring_me"),
    path("pharmacy/", pharmacy.PharmacyList.as_view(), name="pharmacy"),
    path("regimens/", regimens.Regimens.as_view(), name="regimens"),
    path("regimens/<slug:key>/", regimens.RegimenPage.as_view(), name="regimen"),
    path("regimens/<slug:key>/values", overlays.Overlays.as_view(), name="overlays"),
    path("alerts/", alerts.Alerts.as_view(), name="alerts"),
    path("alerts/<uuid:alert_id>", alerts.AlertPage.as_view(), name="alert"),
    path("reminders/", reminders.Reminders.as_view(), name="reminders"),
    path(
        "reminders/<uuid:document_id>",
        reminders.ReminderStep.as_view(),
        name="reminder_step",
    ),
    path("dates/<uuid:date_id>", reminders.EndCareDate.as_view(), name="end_care_date"),
    path(
        "courses/<uuid:course_id>/dates",
        reminders.CareDates.as_view(),
        name="care_dates",
    ),
    path("rota/", rota.Rota.as_view(), name="rota"),
    path("shifts/<uuid:shift_id>/hold", rota.HoldShift.as_view(), name="hold_shift"),
    path("shifts/<uuid:shift_id>/offer", rota.OfferShift.as_view(), name="offer_shift"),
    path("overlays/<uuid:overlay_id>", overlays.OverlayStep.as_view(), name="overlay"),
    path("courses/<uuid:course_id>/", courses.CoursePage.as_view(), name="course"),
    path(
        "courses/<uuid:course_id>/messages/<uuid:message_id>",
        ledger.MessagePage.as_view(),
        name="message",
    ),
    path("patients/<uuid:patient_id>/mute", muting.MutePage.as_view(), name="mute"),
    path(
        "courses/<uuid:course_id>/outlook", walk.OutlookPage.as_view(), name="outlook"
    ),
    path("courses/<uuid:course_id>/decide", deciding.Decide.as_view(), name="decide"),
    path(
        "courses/<uuid:course_id>/changes", changing.Changes.as_view(), name="changes"
    ),
    path(
        "courses/<uuid:course_id>/changes/<slug:verb>",
        changing.ChangePlan.as_view(),
        name="change",
    ),
    path(
        "courses/<uuid:course_id>/toxicity",
        toxicity.ToxicityPage.as_view(),
        name="toxicity",
    ),
    path(
        "courses/<uuid:course_id>/replace-cycle",
        toxicity.ReplaceCycle.as_view(),
        name="replace_cycle",
    ),
    path("courses/<uuid:course_id>/gate", walk.PassGate.as_view(), name="gate"),
    path("courses/<uuid:course_id>/block", walk.RecordBlock.as_view(), name="block"),
    path(
        "courses/<uuid:course_id>/regimen-version",
        walk.ChangeVersion.as_view(),
        name="version",
    ),
    path(
        "courses/<uuid:course_id>/readiness",
        readiness.ReadinessPage.as_view(),
        name="readiness",
    ),
    path(
        "courses/<uuid:course_id>/readiness/withdrawal",
        readiness.WithdrawSignature.as_view(),
        name="withdraw_signature",
    ),
    path(
        "courses/<uuid:course_id>/readiness/<slug:key>/facts",
        readiness.RecordFacts.as_view(),
        name="record_facts",
    ),
    path(
        "courses/<uuid:course_id>/readiness/<slug:key>/waive",
        readiness.Waive.as_view(),
        name="waive",
    ),
    path(
        "courses/<uuid:course_id>/handover",
        readiness.HandOverPage.as_view(),
        name="handover",
    ),
    path(
        "courses/<uuid:course_id>/on-call",
        readiness.OnCallPage.as_view(),
        name="on_call",
    ),
    path(
        "courses/<uuid:course_id>/status",
        courses.CourseStatusPart.as_view(),
        name="status",
    ),
    path(
        "courses/<uuid:course_id>/steps/<slug:key>",
        taking.TakeStep.as_view(),
        name="step",
    ),
    path(
        "courses/<uuid:course_id>/steps/<slug:key>/<uuid:target_id>",
        taking.TakeStep.as_view(),
        name="step_on",
    ),
]
