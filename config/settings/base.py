"""Settings every installation shares; the environment is read in these modules and nowhere else."""

import os
from datetime import timedelta
from pathlib import Path

import django_stubs_ext
import environ
from csp import constants as csp
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from config import embedded, lakes, pipeline

BASE_DIR = Path(__file__).resolve().parents[2]

# Lets Django's generic classes take their parameter at run time, as the type checker asks.
django_stubs_ext.monkeypatch()

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")


def value(name: str, default: str) -> str:
    """Return an environment variable; an empty one counts as not set."""
    return env(name, default="") or default


def whole_number(name: str, default: int) -> int:
    """Return an environment variable that counts something."""
    text = value(name, str(default))
    if not text.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, and {text!r} is none.")
    return int(text)


def yes_or_no(name: str, default: str) -> bool:
    """Return an environment variable that is switched on or off."""
    text = value(name, default)
    if text not in {"yes", "no"}:
        raise ImproperlyConfigured(f"{name} must be yes or no, and {text!r} is neither.")
    return text == "yes"


def address(name: str, default: str) -> tuple[str, int]:
    """Return an environment variable that names a host and a port."""
    host, _, port = value(name, default).rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise ImproperlyConfigured(f"{name} must be a host and a port, as in {default}.")
    return host.strip("[]"), int(port)


# Everything written at run time lies here.
VAR_DIR = Path(value("VAR_DIR", str(BASE_DIR / "var"))).absolute()

# The web: how many processes serve it, where they listen, whom they believe about a client's address.
WEB_PROCESSES = whole_number("WEB_PROCESSES", 2)
WEB_ADDRESS = address("WEB_ADDRESS", "127.0.0.1:8000")
TRUSTED_PROXIES = value("TRUSTED_PROXIES", "127.0.0.1")
# Where people reach it; empty on a laptop.
BASE_URL = value("BASE_URL", "").rstrip("/")

INSTALLED_APPS = [
    "config.apps.LecternAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "servestatic.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "django_htmx",
    "django_filters",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "ingestion",
    "transcripts",
    "warehouse",
    "assistant",
    "config.apps.ConfigAppConfig",
]

MIDDLEWARE = [
    # Asynchronous, and therefore first: everything after it runs on one thread.
    "servestatic.middleware.ServeStaticMiddleware",
    "config.middleware.answer_health_checks",
    "config.middleware.release_connections",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.stay_on_one_thread",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.add_shell",
            ]
        },
    }
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("pt-br", "Português")]
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
SERVESTATIC_USE_FINDERS = False

# Services: what is configured wins, else the embedded ones (see config/embedded.py).

EMBEDDED_ADDRESSES = embedded.addresses(VAR_DIR)
EMBEDDED_SERVICES = frozenset(
    service
    for service, variable in {embedded.POSTGRES: "DATABASE_URL", embedded.VALKEY: "REDIS_URL"}.items()
    if not env(variable, default="")
)
DATABASE_URL = value("DATABASE_URL", EMBEDDED_ADDRESSES.database_url)
if not DATABASE_URL.startswith(("postgres://", "postgresql://")):
    raise ImproperlyConfigured(
        "DATABASE_URL must be the address of a PostgreSQL: postgresql://user:password@host/name."
    )
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
# Connections a web process shares among its requests; workers and commands hold one of their own.
DATABASE_POOL_SIZE = whole_number("DATABASE_POOL_SIZE", 0)
if DATABASE_POOL_SIZE:
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": DATABASE_POOL_SIZE,
        "timeout": 20,
    }
REDIS_URL = value("REDIS_URL", EMBEDDED_ADDRESSES.redis_url)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
        # Only throttles and the like are cached: without Redis the pages go on.
        "OPTIONS": {"IGNORE_EXCEPTIONS": True, "SOCKET_CONNECT_TIMEOUT": 1, "SOCKET_TIMEOUT": 1},
    }
}

# The lake: a folder, or a bucket of which the client's own variables (AWS_ACCESS_KEY_ID and so on) hold the keys.

LAKE_URL = value("LAKE_URL", str(VAR_DIR / "lake"))
LAKE_ENDPOINT_URL = value("LAKE_ENDPOINT_URL", "")
LAKE_REGION = value("LAKE_REGION", "")
LAKE_DIR = lakes.find_folder(LAKE_URL)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "lake": lakes.make_storage(
        LAKE_URL,
        endpoint_url=LAKE_ENDPOINT_URL,
        region=LAKE_REGION,
        addressing_style=value("LAKE_ADDRESSING_STYLE", "auto"),
    ),
}

# Where the store tells of objects: the address of a queue (SQS), and the secret of a gateway that pushes.
LAKE_EVENTS_QUEUE = value("LAKE_EVENTS_QUEUE", "")
OBJECT_EVENTS_SECRET = value("OBJECT_EVENTS_SECRET", "")
OBJECT_WAKES = pipeline.WAKES

# People: who may come in, and how. Sign-up is by invitation unless SIGN_UP says `open`.

# Built on Django's own: with both, every permission would be read twice.
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "library"
SIGN_UP = value("SIGN_UP", "invited")
if SIGN_UP not in {"invited", "open"}:
    raise ImproperlyConfigured(f"SIGN_UP must be invited or open, and {SIGN_UP!r} is neither.")
ACCOUNT_ADAPTER = "config.people.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "config.people.SocialAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
# Where anyone may sign up, an address is proved: people are put on a course's list by it.
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SIGN_UP == "open" else "none"
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
OIDC_ISSUER = value("OIDC_ISSUER", "")
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": value("OIDC_NAME", "Single sign-on"),
                "client_id": value("OIDC_CLIENT_ID", ""),
                "secret": value("OIDC_CLIENT_SECRET", ""),
                "settings": {"server_url": OIDC_ISSUER, "oauth_pkce_enabled": True},
            }
        ]
        if OIDC_ISSUER
        else []
    }
}
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Pages: nothing inline, nothing from elsewhere. The video page alone adds YouTube's player.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.SELF],
        "img-src": [csp.SELF, "data:"],
        "object-src": [csp.NONE],
        "base-uri": [csp.SELF],
        "frame-ancestors": [csp.SELF],
        # A form of ours that leads to single sign-on is redirected there.
        "form-action": [csp.SELF, *([OIDC_ISSUER] if OIDC_ISSUER else [])],
    }
}
X_FRAME_OPTIONS = "SAMEORIGIN"
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"  # YouTube refuses to play without a referrer
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"

# The REST API.

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "config.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "ingestion.paging.Pages",
    "PAGE_SIZE": 50,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "config.problems.handle_exception",
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.UserRateThrottle"],
    "DEFAULT_THROTTLE_RATES": {"user": "600/min", "ask": "20/min", "search": "120/min", "events": "600/min"},
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": timedelta(days=90),
    "TOKEN_LIMIT_PER_USER": 10,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Lectern",
    "DESCRIPTION": "Courses, lectures, transcripts, search, the tutor, marts and runs of this installation.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
}

# Celery: JSON only, late acks, one message at a time; results live in our own tables.

QUEUES = ["cpu.ingest", "cpu.default", "gpu.transcribe", "gpu.embed", "gpu.answer", "gpu.train"]
TASK_TIME_LIMIT_SECONDS = 4 * 60 * 60
VISIBILITY_TIMEOUT_SECONDS = TASK_TIME_LIMIT_SECONDS + 10 * 60

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0.1,  # a page that publishes does not wait the two seconds that are usual
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT_SECONDS
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT_SECONDS
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "cpu.default"
CELERY_TASK_ROUTES = {
    "ingestion.tasks.*": {"queue": "cpu.ingest"},
    "transcripts.tasks.run_transcription": {"queue": "gpu.transcribe"},
    "assistant.tasks.embed_video": {"queue": "gpu.embed"},
    "assistant.tasks.answer_question": {"queue": "gpu.answer"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.scheduler:SlotScheduler"

# YouTube: the country whose restrictions count, as in ISO 3166-1; empty: none does.
YOUTUBE_REGION = value("YOUTUBE_REGION", "").upper()
YOUTUBE_API_KEY = value("YOUTUBE_API_KEY", "")
YOUTUBE_API_ENDPOINT = value("YOUTUBE_API_ENDPOINT", "https://youtube.googleapis.com/").rstrip("/") + "/"
# Units a day by bucket, as the console of the key's project shows them, and the share Lectern may spend.
YOUTUBE_DAILY_UNITS = {
    "general": whole_number("YOUTUBE_DAILY_UNITS", 10_000),
    "search": whole_number("YOUTUBE_DAILY_SEARCHES", 100),
    "statistics": whole_number("YOUTUBE_DAILY_STATISTICS", 10_000),
}
YOUTUBE_SPEND_PERCENT = whole_number("YOUTUBE_SPEND_PERCENT", 100)

# Data of others: refreshed within so many days or purged, and purged so many days after it has gone; 0 for never.
RETENTION_DAYS = whole_number("RETENTION_DAYS", 30)
WITHDRAWAL_DAYS = whole_number("WITHDRAWAL_DAYS", 7)
# Whether totals of purged videos stay, under names that lead back to nobody.
KEEP_STATISTICS = yes_or_no("KEEP_STATISTICS", "no")
YOUTUBE_OWN_CHANNELS = value("YOUTUBE_OWN_CHANNELS", "").replace(",", " ").split()

# Audio, captions and, without a key, metadata come through yt-dlp.
YT_DLP_PARALLEL = whole_number("YT_DLP_PARALLEL", 1)
YT_DLP_SLEEP_SECONDS = whole_number("YT_DLP_SLEEP_SECONDS", 10)
YT_DLP_KIB_PER_SECOND = whole_number("YT_DLP_KIB_PER_SECOND", 0)
YT_DLP_COOKIES_FILE = value("YT_DLP_COOKIES_FILE", "")
YT_DLP_PROXIES = value("YT_DLP_PROXIES", "").replace(",", " ").split()
YT_DLP_LANGUAGES = value("YT_DLP_LANGUAGES", "").replace(",", " ").split()
YT_DLP_LEAST_FREE_MIB = whole_number("YT_DLP_LEAST_FREE_MIB", 2048)
# Tests let a server on this machine stand in for YouTube, in Python: an installation never does.
if "YT_DLP_LOOPBACK" in os.environ:
    raise ImproperlyConfigured("YT_DLP_LOOPBACK is for tests alone: take it out of the environment and of .env.")

# Who is told of what lasts: by mail, or by a webhook, as in https://chat.example.org/hooks/1.
ALERT_EMAIL = value("ALERT_EMAIL", "").replace(",", " ").split()
ALERT_WEBHOOK = value("ALERT_WEBHOOK", "")

# Seams: a new backend is one new file and one entry here.

SOURCES = {
    "yt_dlp_folder": {"BACKEND": "ingestion.sources.yt_dlp_folder.YtDlpFolder"},
    "reply_folder": {"BACKEND": "ingestion.sources.reply_folder.ReplyFolder"},
    "data_api": {"BACKEND": "ingestion.sources.data_api.DataApi"},
    "archived_videos": {"BACKEND": "ingestion.sources.archive.ArchivedVideos"},
    "archived_transcripts": {"BACKEND": "ingestion.sources.archive.ArchivedTranscripts"},
}

# What `ingest --replay` brings back from the lake, in this order: each app what it keeps there.
REPLAYS = ["ingestion.replay.replay_lake", "transcripts.replay.replay_transcripts"]

# Folders of the server that people may add lectures from.
INGEST_ROOTS = [
    Path(folder).absolute()
    for folder in value(
        "INGEST_ROOTS", os.pathsep.join([str(VAR_DIR / "inbox"), str(BASE_DIR / "ingestion" / "sample_course")])
    ).split(os.pathsep)
    if folder
]

MODELS_DIR = VAR_DIR / "models"
WHISPER_MODEL = value("WHISPER_MODEL", "tiny.en")
WHISPER_THREADS = whole_number("WHISPER_THREADS", 0)  # 0: as many as CTranslate2 sees fit
TRANSCRIBERS = {
    "faster_whisper": {
        "BACKEND": "transcripts.transcribers.faster_whisper.FasterWhisper",
        "OPTIONS": {"model": WHISPER_MODEL, "cpu_threads": WHISPER_THREADS},
    },
    "openai_whisper": {
        "BACKEND": "transcripts.transcribers.openai_whisper.OpenAIWhisper",
        "OPTIONS": {"model": WHISPER_MODEL},
    },
    "captions": {"BACKEND": "transcripts.transcribers.captions.Captions"},
}
TRANSCRIBER = value("TRANSCRIBER", "faster_whisper")
# A worker that died holds its recording no longer than this.
TRANSCRIPTION_LEASE_SECONDS = 30

# The assistant's models: a name the embedded weights answer to, or a folder.

EMBEDDING_MODEL = value("EMBEDDING_MODEL", "all-MiniLM-L6-v2")
CHAT_MODEL = value("CHAT_MODEL", "SmolLM2-135M-Instruct")
INFERENCE_THREADS = whole_number("INFERENCE_THREADS", 2)
# Questions that may wait; past it the tutor says that it is full.
MOST_QUESTIONS_WAITING = whole_number("MOST_QUESTIONS_WAITING", 40)
# A worker that died holds its question no longer than this.
ANSWER_LEASE_SECONDS = 10
# What has been streamed of an answer can be read again for so long.
ANSWER_STREAM_SECONDS = 60 * 60

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": value("LOG_LEVEL", "WARNING")},
}
