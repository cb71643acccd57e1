"""Photographs of answers: kept beside them, and shown."""

import uuid
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.checkin_shapes import PhotoOut
from infusion.domain.photos import LARGEST_BYTES
from infusion.selectors import checkin_pages as pages
from infusion.services.checkins_photos import add_photo
from patients.api.endpoints import Endpoint
from patients.api.fields import Input
from patients.api.parsers import BodyTooLarge

# No length has more; Python refuses to read numbers of thousands of digits.
_DIGITS = 12
# What the form around a photograph takes.
_WRAPPING = 64 * 1024


class PhotoIn(Input):
    """A photograph, and which question it answers."""

    question = serializers.CharField(max_length=120, help_text="neuro.sentence-photo")
    photo = serializers.FileField(
        allow_empty_file=True,
        use_url=False,
        help_text="JPEG, PNG or WebP, at most 5 MB",
    )


class PhotoBody(MultiPartParser):
    """A form with a photograph; a larger one is refused before it is read."""

    def parse(
        self, stream: Any, media_type: Any = None, parser_context: Any = None
    ) -> Any:
        """Read the form.

        :raises BodyTooLarge: when it is larger than any photograph that is kept.
        """
        length = str((parser_context or {})["request"].META.get("CONTENT_LENGTH") or 0)
        is_number = length.isdecimal() and len(length) < _DIGITS
        if not is_number or int(length) > LARGEST_BYTES + _WRAPPING:
            raise BodyTooLarge
        return super().parse(stream, media_type, parser_context)


class AnswerPhotos(Endpoint):
    """The photographs of some answers."""

    policy_actions = {"POST": "checkin.answer"}
    parser_classes = (PhotoBody,)  # type: ignore[assignment]

    @extend_schema(
        operation_id="add_photo",
        request={"multipart/form-data": PhotoIn},
        responses={201: PhotoOut},
    )
    def post(self, request: Request, answers_id: uuid.UUID) -> Response:
        """Keep a photograph; the same one twice is kept once. The answers stand anyway."""
        self.allow(pages.get_answers(self.actor, answers_id))
        asked = self.body(PhotoIn)
        row = add_photo(
            actor=self.actor,
            answers_id=answers_id,
            question=asked["question"],
            body=asked["photo"].read(LARGEST_BYTES + 1),
            now=self.now,
        )
        return Response(PhotoOut(row).data, status=status.HTTP_201_CREATED)


class OnePhoto(Endpoint):
    """One photograph."""

    policy_actions = {"GET": "checkin.view"}

    @extend_schema(
        operation_id="get_photo",
        responses={(200, "image/jpeg"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, photo_id: uuid.UUID) -> HttpResponseBase:
        """Return the picture, as it was kept."""
        row = pages.get_photo(self.actor, photo_id)
        self.allow(row)
        return HttpResponse(bytes(row.body), content_type=row.media_type)
