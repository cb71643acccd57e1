"""REST routes of the patients application."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
