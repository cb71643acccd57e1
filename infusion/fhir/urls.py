"""Routes of the FHIR facade."""

from django.urls import URLPattern, path

from infusion.fhir import views

urlpatterns: list[URLPattern] = [
    path(
        "regimens/<slug:key>/plan-definition",
        views.RegimenPlanDefinition.as_view(),
        name="plan_definition",
    ),
    path(
        "fhir/Questionnaire",
        views.FhirQuestionnaires.as_view(),
        name="fhir_questionnaires",
    ),
    path(
        "fhir/Questionnaire/<slug:key>",
        views.OneFhirQuestionnaire.as_view(),
        name="fhir_questionnaire",
    ),
    path(
        "fhir/AdverseEvent",
        views.FhirAdverseEvents.as_view(),
        name="fhir_adverse_events",
    ),
    path(
        "fhir/AdverseEvent/<uuid:adverse_event_id>",
        views.OneFhirAdverseEvent.as_view(),
        name="fhir_adverse_event",
    ),
]
