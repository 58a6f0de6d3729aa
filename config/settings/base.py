"""Settings every installation shares: the pages here, each other subject in a module of its own beside it."""

import os
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp import constants as csp

from config.settings.api import *  # noqa: F403
from config.settings.environment import BASE_DIR, VAR_DIR, address, value, whole_number, yes_or_no
from config.settings.people import *  # noqa: F403
from config.settings.people import OIDC_ISSUER
from config.settings.queues import *  # noqa: F403
from config.settings.services import *  # noqa: F403
from config.settings.youtube import *  # noqa: F403

# Lets Django's generic classes take their parameter at run time, as the type checker asks.
django_stubs_ext.monkeypatch()

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
WHISPER_TASK = value("WHISPER_TASK", "transcribe")
# Whether an engine is told the terms of each lecture.
WHISPER_TERMS = yes_or_no("WHISPER_TERMS", "no")
WHISPER_OPTIONS = {"model": WHISPER_MODEL, "task": WHISPER_TASK, "expects_terms": WHISPER_TERMS}
WHISPER_THREADS = whole_number("WHISPER_THREADS", 0)  # 0: one for each core
TRANSCRIBERS: dict[str, dict[str, Any]] = {
    "faster_whisper": {
        "BACKEND": "transcripts.transcribers.faster_whisper.FasterWhisper",
        "OPTIONS": WHISPER_OPTIONS | {"cpu_threads": WHISPER_THREADS},
    },
    "openai_whisper": {
        "BACKEND": "transcripts.transcribers.openai_whisper.OpenAIWhisper",
        "OPTIONS": WHISPER_OPTIONS,
    },
    "endpoint": {
        "BACKEND": "transcripts.transcribers.endpoint.Endpoint",
        "OPTIONS": WHISPER_OPTIONS
        | {"url": value("TRANSCRIPTION_URL", ""), "key": value("TRANSCRIPTION_KEY", "")},
    },
    "captions": {"BACKEND": "transcripts.transcribers.captions.Captions"},
}
TRANSCRIBER = value("TRANSCRIBER", "faster_whisper")
# A larger model, by which what was heard with doubt is heard once more; empty: it is left at that.
SECOND_WHISPER_MODEL = value("SECOND_WHISPER_MODEL", "")
first = TRANSCRIBERS.get(TRANSCRIBER, {})
if SECOND_WHISPER_MODEL and "OPTIONS" in first:
    TRANSCRIBERS["second_pass"] = first | {"OPTIONS": first["OPTIONS"] | {"model": SECOND_WHISPER_MODEL}}
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
