"""REST routes of the infusion application."""

from django.urls import URLPattern, path

from infusion.api import (
    adverse_events,
    advising,
    alerts,
    bags,
    care_dates,
    changes,
    checkins,
    courses,
    cycles,
    discharging,
    events,
    hanging,
    inbox,
    interruptions,
    ledger,
    messages,
    mutes,
    outlook,
    overlays,
    pharmacy,
    photos,
    placements,
    plans,
    push,
    readiness,
    regimens,
    reminders,
    reports,
    rota,
    site_texts,
    toxicity,
    versions,
    visits,
    walking,
)

_PATIENT = "patients/<uuid:patient_id>"
_COURSE = "courses/<uuid:course_id>"
_CHECK = "hang-checks/<uuid:check_id>"
_EVENT = "events/<uuid:event_id>"
_BAG = "bags/<uuid:bag_id>"
_ALERT = "alerts/<uuid:alert_id>"
_SHIFT = "shifts/<uuid:shift_id>"
_OVERLAY = "overlays/<uuid:overlay_id>"
_MESSAGE = "messages/<uuid:message_id>"
_MUTE = "mutes/<uuid:mute_id>"
_CHECK_IN = "check-ins/<uuid:check_in_id>"
_ANSWERS = "check-in-answers/<uuid:answers_id>"
_ADVERSE = "adverse-events/<uuid:adverse_event_id>"
_OWN_MESSAGE = "me/messages/<uuid:message_id>"

urlpatterns: list[URLPattern] = [
    path("regimens", regimens.Regimens.as_view(), name="regimens"),
    path("regimens/<slug:key>", regimens.OneRegimen.as_view(), name="regimen"),
    path(
        "regimens/<slug:key>/outlook",
        regimens.RegimenOutlook.as_view(),
        name="regimen_outlook",
    ),
    path(
        "sites/<uuid:site_id>/overlays",
        overlays.SiteOverlays.as_view(),
        name="site_overlays",
    ),
    path(_OVERLAY, overlays.OneOverlay.as_view(), name="overlay"),
    path(f"{_OVERLAY}/sign", overlays.SignOverlay.as_view(), name="sign_overlay"),
    path(
        f"{_OVERLAY}/withdraw",
        overlays.WithdrawOverlay.as_view(),
        name="withdraw_overlay",
    ),
    path(
        f"{_PATIENT}/courses", courses.PatientCourses.as_view(), name="patient_courses"
    ),
    path(
        f"{_PATIENT}/course-preview",
        courses.CoursePreview.as_view(),
        name="course_preview",
    ),
    path(f"{_PATIENT}/start-days", advising.StartDays.as_view(), name="start_days"),
    path(
        f"{_PATIENT}/plan-comparison",
        advising.ComparePlans.as_view(),
        name="compare_plans",
    ),
    path("courses", courses.Courses.as_view(), name="courses"),
    path(_COURSE, courses.OneCourse.as_view(), name="course"),
    path(f"{_COURSE}/plan", plans.CoursePlan.as_view(), name="course_plan"),
    path(f"{_COURSE}/ribbon.svg", plans.CourseRibbon.as_view(), name="course_ribbon"),
    path(f"{_COURSE}/dates", care_dates.CareDates.as_view(), name="care_dates"),
    path(
        "dates/<uuid:date_id>/end",
        care_dates.EndCareDate.as_view(),
        name="end_care_date",
    ),
    path(f"{_COURSE}/messages", messages.Messages.as_view(), name="course_messages"),
    path(_MESSAGE, ledger.MessageTrail.as_view(), name="message"),
    path(f"{_MESSAGE}/resend", ledger.ResendMessage.as_view(), name="resend_message"),
    path(f"{_MESSAGE}/calls", ledger.MessageCalls.as_view(), name="message_calls"),
    path(f"{_PATIENT}/mutes", mutes.PatientMutes.as_view(), name="patient_mutes"),
    path(_MUTE, mutes.OneMute.as_view(), name="mute"),
    path(f"{_MUTE}/until", mutes.MoveMuteEnd.as_view(), name="move_mute_end"),
    path(f"{_MUTE}/unmute", mutes.Unmute.as_view(), name="unmute"),
    path(f"{_COURSE}/outlook", outlook.CourseOutlook.as_view(), name="course_outlook"),
    path(
        f"{_COURSE}/decisions",
        walking.CourseDecisions.as_view(),
        name="course_decisions",
    ),
    path(f"{_COURSE}/blocks", walking.CourseBlocks.as_view(), name="course_blocks"),
    path(f"{_COURSE}/gate", walking.CourseGate.as_view(), name="course_gate"),
    path(f"{_COURSE}/stop", walking.StopCourse.as_view(), name="stop_course"),
    path(f"{_COURSE}/reentry", walking.Reentry.as_view(), name="order_reentry"),
    path(
        f"{_COURSE}/regimen-version",
        versions.RegimenVersion.as_view(),
        name="regimen_version",
    ),
    path(
        f"{_COURSE}/changes/preview",
        changes.PreviewChange.as_view(),
        name="preview_change",
    ),
    path(f"{_COURSE}/changes", changes.CourseChanges.as_view(), name="course_changes"),
    path(f"{_COURSE}/start-cycle", cycles.StartCycle.as_view(), name="start_cycle"),
    path(f"{_COURSE}/move-start", cycles.MoveStart.as_view(), name="move_start"),
    path(f"{_COURSE}/cancel-cycle", cycles.CancelCycle.as_view(), name="cancel_cycle"),
    path(f"{_COURSE}/end-cycle", cycles.EndCycle.as_view(), name="end_cycle"),
    path(f"{_COURSE}/next-cycle", cycles.NextCycle.as_view(), name="next_cycle"),
    path(
        f"{_COURSE}/toxicity/assessment",
        toxicity.AssessToxicity.as_view(),
        name="assess_toxicity",
    ),
    path(
        f"{_COURSE}/toxicity/decisions",
        toxicity.ToxicityDecisions.as_view(),
        name="toxicity_decisions",
    ),
    path(
        f"{_COURSE}/replace-cycle",
        toxicity.ReplaceCycle.as_view(),
        name="replace_cycle",
    ),
    path(f"{_COURSE}/events", events.CourseEvents.as_view(), name="course_events"),
    path(f"{_EVENT}/correction", events.CorrectEvent.as_view(), name="correct_event"),
    path(f"{_EVENT}/withdrawal", events.WithdrawEvent.as_view(), name="withdraw_event"),
    path(f"{_COURSE}/pause", interruptions.Pause.as_view(), name="pause"),
    path(f"{_COURSE}/resume", interruptions.Resume.as_view(), name="resume"),
    path(
        f"{_COURSE}/placement", placements.ChangePlacement.as_view(), name="placement"
    ),
    path(f"{_COURSE}/readiness", readiness.OneReadiness.as_view(), name="readiness"),
    path(
        f"{_COURSE}/readiness/facts",
        readiness.RecordFacts.as_view(),
        name="readiness_facts",
    ),
    path(
        f"{_COURSE}/readiness/waivers",
        readiness.Waive.as_view(),
        name="readiness_waivers",
    ),
    path(
        f"{_COURSE}/readiness/signatures",
        readiness.Sign.as_view(),
        name="readiness_signatures",
    ),
    path(
        f"{_COURSE}/readiness/signatures/withdrawal",
        readiness.WithdrawSignature.as_view(),
        name="withdraw_signature",
    ),
    path(f"{_COURSE}/discharge", discharging.Discharge.as_view(), name="discharge"),
    path(f"{_COURSE}/readmit", discharging.Readmit.as_view(), name="readmit"),
    path(f"{_COURSE}/handover", discharging.HandOverSheet.as_view(), name="handover"),
    path(f"{_COURSE}/hang", hanging.Hang.as_view(), name="hang"),
    path(_CHECK, hanging.OneCheck.as_view(), name="hang_check"),
    path(f"{_CHECK}/confirm", hanging.ConfirmCheck.as_view(), name="confirm_hang"),
    path(f"{_CHECK}/withdraw", hanging.WithdrawCheck.as_view(), name="withdraw_hang"),
    path("bag-work", pharmacy.BagWorkList.as_view(), name="bag_work"),
    path("bags", bags.Bags.as_view(), name="bags"),
    path(_BAG, bags.OneBag.as_view(), name="bag"),
    path(f"{_BAG}/order", bags.OrderBag.as_view(), name="order_bag"),
    path(f"{_BAG}/compound", bags.CompoundBag.as_view(), name="compound_bag"),
    path(f"{_BAG}/check", bags.CheckBag.as_view(), name="check_bag"),
    path(f"{_BAG}/dispatch", bags.DispatchBag.as_view(), name="dispatch_bag"),
    path(f"{_BAG}/deliver", bags.DeliverBag.as_view(), name="deliver_bag"),
    path(f"{_BAG}/discard", bags.DiscardBag.as_view(), name="discard_bag"),
    path(
        f"{_PATIENT}/check-ins",
        checkins.PatientCheckIns.as_view(),
        name="patient_check_ins",
    ),
    path(_CHECK_IN, checkins.OneCheckIn.as_view(), name="check_in"),
    path(f"{_CHECK_IN}/sheet", checkins.CheckInSheet.as_view(), name="check_in_sheet"),
    path(
        f"{_CHECK_IN}/answers",
        checkins.CheckInAnswers.as_view(),
        name="check_in_answers",
    ),
    path(f"{_CHECK_IN}/enter", checkins.EnterCheckIn.as_view(), name="enter_check_in"),
    path(f"{_CHECK_IN}/looks", checkins.LookAtCheckIn.as_view(), name="look_at"),
    path(
        f"{_COURSE}/check-in-sheet",
        checkins.CourseSheet.as_view(),
        name="course_sheet",
    ),
    path(
        f"{_COURSE}/check-ins",
        checkins.CourseCheckIns.as_view(),
        name="course_check_ins",
    ),
    path(
        f"{_COURSE}/check-ins/enter",
        checkins.EnterUnplanned.as_view(),
        name="enter_unplanned",
    ),
    path(f"{_COURSE}/call-wanted", checkins.CallWanted.as_view(), name="call_wanted"),
    path(
        f"{_ANSWERS}/correction",
        checkins.CorrectAnswers.as_view(),
        name="correct_answers",
    ),
    path(f"{_ANSWERS}/photos", photos.AnswerPhotos.as_view(), name="answer_photos"),
    path(
        f"{_COURSE}/adverse-events",
        adverse_events.CourseAdverseEvents.as_view(),
        name="adverse_events",
    ),
    path(_ADVERSE, adverse_events.OneAdverseEvent.as_view(), name="adverse_event"),
    path(
        f"{_ADVERSE}/grades",
        adverse_events.GradeAgain.as_view(),
        name="grade_adverse_event",
    ),
    path(
        f"{_ADVERSE}/resolution",
        adverse_events.ResolveAdverseEvent.as_view(),
        name="resolve_adverse_event",
    ),
    path(
        f"{_ADVERSE}/withdrawal",
        adverse_events.WithdrawAdverseEvent.as_view(),
        name="withdraw_adverse_event",
    ),
    path("photos/<uuid:photo_id>", photos.OnePhoto.as_view(), name="photo"),
    path("alerts", alerts.Alerts.as_view(), name="alerts"),
    path(_ALERT, alerts.OneAlert.as_view(), name="alert"),
    path(f"{_ALERT}/take", alerts.TakeAlert.as_view(), name="take_alert"),
    path(f"{_ALERT}/hand-over", alerts.HandOverAlert.as_view(), name="hand_over_alert"),
    path(f"{_ALERT}/resolve", alerts.ResolveAlert.as_view(), name="resolve_alert"),
    path(
        "sites/<uuid:site_id>/reminders",
        reminders.SiteReminders.as_view(),
        name="site_reminders",
    ),
    path(
        "sites/<uuid:site_id>/reminders/documents",
        reminders.ReminderDocuments.as_view(),
        name="reminder_documents",
    ),
    path(
        "sites/<uuid:site_id>/reminders/preview",
        reminders.PreviewReminders.as_view(),
        name="preview_reminders",
    ),
    path(
        "reminders/<uuid:document_id>/activate",
        reminders.ActivateReminders.as_view(),
        name="activate_reminders",
    ),
    path(
        "reminders/<uuid:document_id>/withdraw",
        reminders.WithdrawReminders.as_view(),
        name="withdraw_reminders",
    ),
    path(
        "sites/<uuid:site_id>/advice",
        site_texts.SiteAdvice.as_view(),
        name="site_advice",
    ),
    path(
        "advice/<uuid:advice_id>/approve",
        site_texts.ApproveAdvice.as_view(),
        name="approve_advice",
    ),
    path(
        "advice/<uuid:advice_id>/withdraw",
        site_texts.WithdrawAdvice.as_view(),
        name="withdraw_advice",
    ),
    path(
        "sites/<uuid:site_id>/wordings",
        site_texts.SiteWordings.as_view(),
        name="site_wordings",
    ),
    path(
        "wordings/<uuid:wording_id>/sign",
        site_texts.SignWording.as_view(),
        name="sign_wording",
    ),
    path(
        "wordings/<uuid:wording_id>/withdraw",
        site_texts.WithdrawWording.as_view(),
        name="withdraw_wording",
    ),
    path("sites/<uuid:site_id>/on-call", rota.OnCall.as_view(), name="on_call"),
    path("sites/<uuid:site_id>/shifts", rota.SiteShifts.as_view(), name="site_shifts"),
    path(f"{_SHIFT}/assign", rota.AssignShift.as_view(), name="assign_shift"),
    path(f"{_SHIFT}/remove", rota.RemoveShift.as_view(), name="remove_shift"),
    path(f"{_SHIFT}/swap", rota.OfferShift.as_view(), name="offer_shift"),
    path("swaps/<uuid:swap_id>/answer", rota.AnswerSwap.as_view(), name="answer_swap"),
    path("visits", visits.Visits.as_view(), name="visits"),
    path(
        "visits/<uuid:visit_id>/assign",
        visits.AssignVisit.as_view(),
        name="assign_visit",
    ),
    path("me/messages", inbox.Inbox.as_view(), name="inbox"),
    path(_OWN_MESSAGE, inbox.InboxMessage.as_view(), name="inbox_message"),
    path(
        f"{_OWN_MESSAGE}/acknowledge",
        inbox.AcknowledgeMessage.as_view(),
        name="acknowledge_message",
    ),
    path("me/channels", push.AccountChannels.as_view(), name="account_channels"),
    path(
        "me/channels/<str:channel>",
        push.OneAccountChannel.as_view(),
        name="account_channel",
    ),
    path("me/push-key", push.PushKey.as_view(), name="push_key"),
    path(
        "me/push-subscriptions",
        push.PushSubscriptions.as_view(),
        name="push_subscriptions",
    ),
    path(
        "me/push-subscriptions/<uuid:subscription_id>",
        push.OnePushSubscription.as_view(),
        name="push_subscription",
    ),
    path(
        "delivery-reports/<slug:provider>",
        reports.delivery_report,
        name="delivery_report",
    ),
]
