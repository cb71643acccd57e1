"""One settings file; every value comes from the environment and is safe when unset."""

from pathlib import Path

import django_stubs_ext
from csp.constants import NONE, SELF

from config import env, logs

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# --- Mode -------------------------------------------------------------------

DEBUG = env.flag("DEBUG")
DEMO_MODE = env.flag("DEMO_MODE")
SECRET_KEY = env.text("SECRET_KEY")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1")
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
PUBLIC_URL = env.text("PUBLIC_URL", "http://127.0.0.1:8000")
# Moves the clock of every process of a demo or a journey test; see patients.clock.
CLOCK_FILE = env.text("CLOCK_FILE")

# --- Applications -----------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.admin",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "drf_standardized_errors",
    "allauth",
    "allauth.account",
    "allauth.headless",
    "csp",
    "django_htmx",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "patients",
    "infusion",
    "infusion.board",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    # Before the account is known: it would fix request.user, and the app's own
    # session could not take its place.
    "config.request_log.RequestLog",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
            ],
        },
    },
]

# --- Data -------------------------------------------------------------------

DATABASES = {"default": env.database("postgresql://localhost:5432/infusion")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "patients.User"
REDIS_URL = env.text("REDIS_URL", "redis://localhost:6379/0")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "infusion",
        # A store that does not answer costs a request seconds, never a worker.
        "OPTIONS": {"socket_connect_timeout": 2, "socket_timeout": 2},
    },
}

# --- People who log in ------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_VALIDATION = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": f"{_VALIDATION}.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": f"{_VALIDATION}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_VALIDATION}.CommonPasswordValidator"},
]
LOGIN_URL = "board:login"
LOGIN_REDIRECT_URL = "board:patients"
LOGOUT_REDIRECT_URL = "board:login"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "patients.api.accounts.ClosedAccountAdapter"
# A ward shares one address behind a router: many logins from one address are normal.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    "login_failed": "60/m/ip,5/5m/key",
}
HEADLESS_ONLY = True
HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = False
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("TRUSTED_PROXY_COUNT", 0)

# --- Web safety -------------------------------------------------------------

_SECURE = PUBLIC_URL.startswith("https://")
SECURE_SSL_REDIRECT = _SECURE
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _SECURE
SECURE_HSTS_PRELOAD = _SECURE
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = _SECURE
SESSION_COOKIE_NAME = "__Host-session" if _SECURE else "session"
SESSION_COOKIE_AGE = env.number("SESSION_SECONDS", 12 * 3600)
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _SECURE
CSRF_COOKIE_NAME = "__Host-csrf" if _SECURE else "csrf"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# --- Language and time ------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files -----------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_ROOT", str(BASE_DIR / ".local" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}

# --- REST -------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "patients.api.authentication.SessionToken",
        "patients.api.authentication.ConsoleSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["patients.api.permissions.PolicyPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "patients.api.schema.EndpointSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": env.text("API_THROTTLE", "600/min")},
    "EXCEPTION_HANDLER": "config.problems.handle",
    "DEFAULT_VERSIONING_CLASS": None,
    "UNAUTHENTICATED_USER": None,
    "DATETIME_FORMAT": "%Y-%m-%dT%H:%M:%S.%fZ",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
# Where patients.api keeps the answers to keyed requests.
REPLY_STORE = "infusion.services.replies.answer_once"
REPLY_DAYS = env.number("REPLY_DAYS", 14)
SPECTACULAR_SETTINGS = {
    "TITLE": "Home infusion API",
    "DESCRIPTION": "Courses, bags, visits and reminders of a home infusion service.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "ENUM_NAME_OVERRIDES": {
        "CourseStatus": "infusion.domain.states.CourseStatus",
        "CycleStatus": "infusion.domain.states.CycleStatus",
        "BagStatus": "infusion.domain.states.BagStatus",
        "DiscardReason": "infusion.domain.bag_life.DiscardReason",
        "PharmacyWork": "infusion.domain.bag_life.PharmacyWork",
        "OverlayStatus": "infusion.domain.states.OverlayStatus",
        "RoundStatus": "infusion.domain.walks.RoundStatus",
        "BranchVerdict": "infusion.domain.walks.Verdict",
        "BlockKind": "infusion.domain.blocks.BlockKind",
        "FactKind": "infusion.domain.conditions.FactKind",
        "VisitStatus": "infusion.domain.states.VisitStatus",
        "VisitTiming": "infusion.domain.timing.VisitTiming",
        "MessageStatus": "infusion.domain.states.MessageStatus",
        "ReadinessState": "infusion.domain.readiness.State",
        "ReadinessVerdict": "infusion.domain.readiness.Verdict",
        "SignOffStatus": "infusion.domain.states.SignOffStatus",
        "RestartRule": "infusion.domain.restarts.RestartRule",
        "EvidenceMark": "infusion.domain.evidence.Mark",
        "SignRole": "infusion.domain.overlays.SignRole",
        "CheckInStatus": "infusion.domain.states.CheckInStatus",
        "CheckInKind": "infusion.domain.checkins.CheckInKind",
        "AnswerWay": "infusion.domain.checkins.Way",
        "LookOutcome": "infusion.domain.checkins.Look",
        "TriageColour": "infusion.domain.triage.Colour",
        "FindingCode": "infusion.domain.findings_kinds.Code",
        "FindingSource": "infusion.domain.findings.Source",
        "QuestionForm": "infusion.domain.questionnaires.Form",
        "GradedTerm": "infusion.domain.grading.Term",
        "GradeVerdict": "infusion.domain.grading.Verdict",
        "AdverseRelation": "infusion.domain.adverse_events.Relation",
        "AdverseSeriousness": "infusion.domain.adverse_events.Seriousness",
        "AdverseEventStatus": "infusion.domain.states.AdverseEventStatus",
        "AdverseEntry": "infusion.domain.adverse_events.EntryKind",
        "RecordedFrom": "infusion.domain.adverse_events.RecordedFrom",
        "AlertCause": "infusion.domain.alerts.Cause",
        "AlertOutcome": "infusion.domain.alerts.Outcome",
        "AlertStepKind": "infusion.domain.alerts.AlertStepKind",
        "AlertStatus": "infusion.domain.states.AlertStatus",
        "AlertSeverity": "infusion.domain.ladders.Severity",
        "OnCallRole": "infusion.domain.rota.OnCallRole",
        "MuteReason": "infusion.domain.muting.MuteReason",
        "MuteEnd": "infusion.domain.muting.MuteEnd",
        "TryOutcome": "infusion.domain.delivery.Outcome",
        "CareDateStatus": "infusion.domain.states.CareDateStatus",
        "CareDateKind": "infusion.domain.care_dates.CareDateKind",
        "ReminderEvent": "infusion.domain.reminders.events.Event",
        "ReminderSubject": "infusion.domain.reminders.events.Subject",
        "SwapStatus": "infusion.domain.states.SwapStatus",
        "PlacementKind": "infusion.domain.states.PlacementKind",
        "MessageKind": "infusion.domain.messages.MessageKind",
        "ChangeVerb": "infusion.domain.changes.Verb",
        "ChangeScope": "infusion.domain.changes.Scope",
        "ChangeFate": "infusion.domain.previews.Fate",
        "PauseReason": "infusion.domain.clock.PauseReason",
        "Happening": "infusion.domain.events.Happening",
        "ToxicityEvent": "infusion.domain.toxicity.ToxicityEvent",
        "ToxicityVerdict": "infusion.domain.toxicity.Verdict",
        "ToxicityChoice": "infusion.domain.toxicity.Choice",
        "CaregiverKind": "patients.models.CaregiverKind.values",
        "MeasurementKind": "patients.models.MeasurementKind.values",
    },
}

# --- Background -------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "infusion.deliver_messages": {"queue": "messages"},
    # A queue of their own: what is urgent does not stand behind a flood.
    "infusion.deliver_urgent": {"queue": "urgent"},
}
BEAT_SECONDS = env.number("BEAT_SECONDS", 15)
# Who is told when the scheduler has stopped; the administrators of the sites without.
ALARM_EMAILS = env.words("ALARM_EMAILS")
# Without one there is no page of metrics.
METRICS_TOKEN = env.text("METRICS_TOKEN")

# --- Outward ----------------------------------------------------------------

_EMAIL = env.email("smtp://localhost:25")
globals().update(_EMAIL)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "home-infusion@localhost")
# The file of text message routes; without one no text message is sent.
SMS_ROUTES = env.text("SMS_ROUTES")
# Signs push messages; without it none is sent. Who runs the service, for push services.
VAPID_PRIVATE_KEY = env.text("VAPID_PRIVATE_KEY")
VAPID_SUBJECT = env.text("VAPID_SUBJECT", PUBLIC_URL)
# Nobody else is ever posted to: a browser says its own address, and may lie.
PUSH_SERVICES = env.words(
    "PUSH_SERVICES",
    "fcm.googleapis.com,updates.push.services.mozilla.com,web.push.apple.com,"
    "*.push.apple.com,*.notify.windows.com",
)
# The file of the WeChat official account; without one nothing is sent there.
WECHAT_ACCOUNT = env.text("WECHAT_ACCOUNT")
# Reads what stands as ${NAME} in it.
SECRET_READER = env.text

# --- Logs -------------------------------------------------------------------

LOGGING = logs.configuration(env.text("LOG_LEVEL", "INFO"))
