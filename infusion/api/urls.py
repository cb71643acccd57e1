"""REST routes of the infusion application."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
