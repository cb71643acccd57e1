"""Routes of the nurse console."""

from django.urls import URLPattern

app_name = "board"
urlpatterns: list[URLPattern] = []
