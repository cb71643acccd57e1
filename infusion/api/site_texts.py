"""Texts of a site: what families are told, and the questions it words itself.

One person drafts, another approves; both languages are needed.
"""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from infusion.api.shapes import TextOut
from infusion.api.ways import named
from infusion.domain.checkins import AdviceKind
from infusion.domain.evidence import Mark
from infusion.domain.states import OverlayStatus
from infusion.selectors import site_texts as reads
from infusion.services import advice, wordings
from patients.api.concurrency import etag_of
from patients.api.endpoints import Endpoint
from patients.api.fields import Input, InstantField, Output, TextField
from patients.selectors.sites import get_visible_site

_LONGEST = 500


class SiteTextIn(Input):
    """Words in both languages."""

    en = TextField(max_length=_LONGEST, allow_blank=True)
    zh_hans = TextField(max_length=_LONGEST, allow_blank=True)


class AdviceIn(SiteTextIn):
    """What families are told after answers of a colour."""

    kind = serializers.ChoiceField(choices=named(AdviceKind))


class WordingIn(SiteTextIn):
    """The words of a question; the answers to choose stay as they ship."""

    question = TextField(max_length=90, help_text="neuro.place")


class NoWordsIn(Input):
    """Nothing is asked."""


class SiteTextOut(Output):
    """A text of a site, and where it stands."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=named(OverlayStatus))
    en = serializers.CharField()
    zh_hans = serializers.CharField(source="zh")
    drafted_by_id = serializers.UUIDField()
    drafted_at = InstantField()
    approved_by_id = serializers.UUIDField(allow_null=True)
    approved_at = InstantField(allow_null=True)


class TextStateOut(Output):
    """What counts at a site about one thing."""

    about = serializers.CharField(help_text="A colour, or a question: neuro.place")
    text = TextOut(allow_null=True, help_text="What counts; null: it is not asked")
    is_signed = serializers.BooleanField(
        help_text="False: the words ship, and need local sign-off"
    )
    mark = serializers.ChoiceField(
        choices=named(Mark), help_text="How well the shipped words are known"
    )
    in_force = SiteTextOut(allow_null=True)
    draft = SiteTextOut(allow_null=True)
    earlier = SiteTextOut(many=True)


class SiteTextsOut(Output):
    """The texts of a site."""

    site_id = serializers.UUIDField()
    texts = TextStateOut(many=True)


class TextsEndpoint(Endpoint):
    """What endpoints of texts do alike."""

    def shown(self, site_id: uuid.UUID, states: list[reads.TextState]) -> Response:
        """Answer with all texts."""
        found = {"site_id": site_id, "texts": states}
        return Response(SiteTextsOut(found).data)

    def step(self, row: reads.SiteText, take: Callable[..., Any]) -> HttpResponseBase:
        """Take a step of a text once."""
        self.allow(row)
        version = self.expected_version()
        self.body(NoWordsIn)
        return self.once(
            lambda: _reply(
                take(actor=self.actor, expected_version=version, now=self.now)
            )
        )


class SiteAdvice(TextsEndpoint):
    """What families are told after their answers."""

    policy_actions = {"GET": "advice.view", "POST": "advice.change"}
    keyed_methods = ("POST",)

    @extend_schema(operation_id="list_advice", responses={200: SiteTextsOut})
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """List what families are told, by colour; until it is signed, shipped words."""
        self.allow(get_visible_site(self.actor, site_id))
        return self.shown(site_id, reads.advice_states(site_id))

    @extend_schema(
        operation_id="draft_advice", request=AdviceIn, responses={201: SiteTextOut}
    )
    def post(self, request: Request, site_id: uuid.UUID) -> HttpResponseBase:
        """Draft a text; one that waits about the same is withdrawn."""
        self.allow(get_visible_site(self.actor, site_id))
        asked = self.body(AdviceIn)
        return self.once(
            lambda: _reply(
                advice.draft_advice(
                    actor=self.actor,
                    site_id=site_id,
                    kind=AdviceKind(asked["kind"]),
                    en=asked["en"],
                    zh=asked["zh_hans"],
                    now=self.now,
                ),
                status.HTTP_201_CREATED,
            )
        )


class SiteWordings(TextsEndpoint):
    """Questions that a site words itself."""

    policy_actions = {"GET": "advice.view", "POST": "advice.change"}
    keyed_methods = ("POST",)

    @extend_schema(operation_id="list_wordings", responses={200: SiteTextsOut})
    def get(self, request: Request, site_id: uuid.UUID) -> Response:
        """List them; what has no signed words is not asked."""
        self.allow(get_visible_site(self.actor, site_id))
        return self.shown(site_id, reads.wording_states(site_id))

    @extend_schema(
        operation_id="draft_wording", request=WordingIn, responses={201: SiteTextOut}
    )
    def post(self, request: Request, site_id: uuid.UUID) -> HttpResponseBase:
        """Draft the words of a question; a draft of it that waits is withdrawn."""
        self.allow(get_visible_site(self.actor, site_id))
        asked = self.body(WordingIn)
        return self.once(
            lambda: _reply(
                wordings.draft_wording(
                    actor=self.actor,
                    site_id=site_id,
                    question=asked["question"],
                    en=asked["en"],
                    zh=asked["zh_hans"],
                    now=self.now,
                ),
                status.HTTP_201_CREATED,
            )
        )


class AdviceStep(TextsEndpoint):
    """A step of a text about a colour."""

    policy_actions = {"POST": "advice.change"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, advice_id: uuid.UUID, service: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step."""
        row = reads.get_advice(self.actor, advice_id)
        return self.step(row, lambda **given: service(advice_id=advice_id, **given))


class ApproveAdvice(AdviceStep):
    """A text comes in force."""

    @extend_schema(
        operation_id="approve_advice", request=NoWordsIn, responses={200: SiteTextOut}
    )
    def post(self, request: Request, advice_id: uuid.UUID) -> HttpResponseBase:
        """Approve what another person wrote."""
        return self.take(advice_id, advice.approve_advice)


class WithdrawAdvice(AdviceStep):
    """A text ends."""

    @extend_schema(
        operation_id="withdraw_advice", request=NoWordsIn, responses={200: SiteTextOut}
    )
    def post(self, request: Request, advice_id: uuid.UUID) -> HttpResponseBase:
        """Take a text back; the shipped words count again."""
        return self.take(advice_id, advice.withdraw_advice)


class WordingStep(TextsEndpoint):
    """A step of the words of a question."""

    policy_actions = {"POST": "advice.change"}
    keyed_methods = ("POST",)
    versioned_methods = ("POST",)

    def take(
        self, wording_id: uuid.UUID, service: Callable[..., Any]
    ) -> HttpResponseBase:
        """Take the step."""
        row = reads.get_wording(self.actor, wording_id)
        return self.step(row, lambda **given: service(wording_id=wording_id, **given))


class SignWording(WordingStep):
    """A question is asked from now on."""

    @extend_schema(
        operation_id="sign_wording", request=NoWordsIn, responses={200: SiteTextOut}
    )
    def post(self, request: Request, wording_id: uuid.UUID) -> HttpResponseBase:
        """Sign what another person wrote."""
        return self.take(wording_id, wordings.sign_wording)


class WithdrawWording(WordingStep):
    """A question is asked no more."""

    @extend_schema(
        operation_id="withdraw_wording", request=NoWordsIn, responses={200: SiteTextOut}
    )
    def post(self, request: Request, wording_id: uuid.UUID) -> HttpResponseBase:
        """Take the words back; what was answered stays."""
        return self.take(wording_id, wordings.withdraw_wording)


def _reply(row: Any, code: int = status.HTTP_200_OK) -> Response:
    return Response(
        SiteTextOut(row).data, status=code, headers={"ETag": etag_of(row.version)}
    )
