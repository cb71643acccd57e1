"""Every URL prefix of the service."""

from django.contrib import admin
from django.urls import include, path

from config import documents, health, metrics

urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("api/v1/", include("infusion.api.urls")),
    path("api/v1/", include("infusion.fhir.urls")),
    path("api/v1/", include("patients.api.urls")),
    path("api/v1/schema", documents.Schema.as_view(), name="schema"),
    path("auth/", include("patients.api.session")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("infusion.board.urls")),
]

handler400 = "config.problems.bad_request"
handler404 = "config.problems.not_found"
handler500 = "config.problems.server_error"
