"""REST routes of the infusion application."""

from django.urls import URLPattern, path

from patients.api.me import Me

urlpatterns: list[URLPattern] = [
    path("me", Me.as_view(), name="me"),
]
