"""Combinations of settings that would go wrong later, said at the start."""

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db import connection

from transcripts import transcribers
from transcripts.transcribers.base import TASKS, translates_nothing

SHORTEST_KEY = 40
SHORTEST_SECRET = 32
LONGEST_RETENTION_DAYS = 30
LEAST_POSTGRES = 160000
LEAST_PGVECTOR = (0, 8)
# Those that yt-dlp can use without another library.
PROXY_SCHEMES = {"http", "socks4", "socks4a", "socks5", "socks5h"}


@checks.register(checks.Tags.security)
def check_base_url(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse an address that is none, and plain http beyond this machine."""
    if not settings.BASE_URL:
        return []
    url = urlsplit(settings.BASE_URL)
    if url.scheme not in {"http", "https"} or not url.hostname or url.path or url.query:
        hint = "Set BASE_URL to a scheme and a host, as in https://lectern.example.org."
        return [
            checks.Error(f"BASE_URL is {settings.BASE_URL!r}, which is no address.", hint=hint, id="config.E001")
        ]
    if url.scheme == "http" and not _is_loopback(url.hostname):
        return [
            checks.Error(
                "BASE_URL is plain http: passwords would cross the network unencrypted.",
                hint="Put a proxy with a certificate before Lectern and set BASE_URL to its https address.",
                id="config.E002",
            )
        ]
    return []


@checks.register(checks.Tags.security)
def check_secret_key(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse a key that can be guessed, where more than a laptop stands behind it."""
    if not settings.BASE_URL or len(settings.SECRET_KEY) >= SHORTEST_KEY:
        return []
    hint = 'python -c "import secrets; print(secrets.token_urlsafe(50))" makes one.'
    return [checks.Error(f"SECRET_KEY has fewer than {SHORTEST_KEY} characters.", hint=hint, id="config.E003")]


@checks.register(checks.Tags.security)
def check_single_sign_on(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse half of what single sign-on needs."""
    apps = settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"]
    if all(app["client_id"] and app["secret"] for app in apps):
        return []
    hint = "Set OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or leave OIDC_ISSUER empty."
    return [checks.Error("OIDC_ISSUER is set, what it knows Lectern by is not.", hint=hint, id="config.E004")]


@checks.register(checks.Tags.security)
def check_object_events(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse a secret that can be guessed, and a queue that is none."""
    messages: list[checks.CheckMessage] = []
    if settings.OBJECT_EVENTS_SECRET and len(settings.OBJECT_EVENTS_SECRET) < SHORTEST_SECRET:
        hint = 'python -c "import secrets; print(secrets.token_urlsafe(50))" makes one.'
        text = f"OBJECT_EVENTS_SECRET has fewer than {SHORTEST_SECRET} characters."
        messages.append(checks.Error(text, hint=hint, id="config.E020"))
    if settings.LAKE_EVENTS_QUEUE and not urlsplit(settings.LAKE_EVENTS_QUEUE).hostname:
        hint = "It is https://sqs.REGION.amazonaws.com/ACCOUNT/NAME, as its console shows."
        messages.append(checks.Error("LAKE_EVENTS_QUEUE is no address.", hint=hint, id="config.E021"))
    return messages


@checks.register(checks.Tags.compatibility)
def check_retention(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Warn where data of others would be kept longer than YouTube's terms allow."""
    if settings.RETENTION_DAYS <= LONGEST_RETENTION_DAYS:
        return []
    hint = "https://developers.google.com/youtube/terms/developer-policies, III.E.4."
    text = f"RETENTION_DAYS is more than {LONGEST_RETENTION_DAYS}: YouTube's terms allow no longer."
    return [checks.Warning(text, hint=hint, id="config.W010")]


@checks.register(checks.Tags.security)
def check_alerts(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse an address that would carry alerts unencrypted, and two ways of telling the same."""
    messages: list[checks.CheckMessage] = []
    url = urlsplit(settings.ALERT_WEBHOOK)
    is_safe = url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname or ""))
    if settings.ALERT_WEBHOOK and not (url.hostname and is_safe):
        hint = "Set it to an address that begins with https."
        messages.append(checks.Error("ALERT_WEBHOOK is no https address.", hint=hint, id="config.E030"))
    if settings.ALERT_WEBHOOK and settings.ALERT_EMAIL:
        hint = "Leave one of ALERT_EMAIL and ALERT_WEBHOOK empty."
        messages.append(checks.Error("Alerts are sent by mail or to a webhook.", hint=hint, id="config.E031"))
    if not all("@" in address for address in settings.ALERT_EMAIL):
        hint = "Write addresses as in ops@example.org, comma-separated."
        messages.append(checks.Error("ALERT_EMAIL holds what is no address.", hint=hint, id="config.E032"))
    return messages


@checks.register(checks.Tags.compatibility)
def check_mail(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Warn where people cannot get back in by themselves."""
    if not settings.BASE_URL or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return []
    hint = "Set EMAIL_URL, as in smtp+tls://user:password@host:587."
    return [
        checks.Warning("Mails, such as new passwords, are written into a folder.", hint=hint, id="config.W001")
    ]


@checks.register(checks.Tags.security)
def check_youtube(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse an address that would carry the key unencrypted, and a share that is none."""
    messages: list[checks.CheckMessage] = []
    url = urlsplit(settings.YOUTUBE_API_ENDPOINT)
    if not url.hostname or (url.scheme != "https" and not (url.scheme == "http" and _is_loopback(url.hostname))):
        hint = "Leave it empty: Lectern knows where YouTube is."
        messages.append(checks.Error("YOUTUBE_API_ENDPOINT is no https address.", hint=hint, id="config.E007"))
    if not 1 <= settings.YOUTUBE_SPEND_PERCENT <= 100:
        hint = "Set it to a number from 1 to 100, or leave it empty to spend all."
        messages.append(checks.Error("YOUTUBE_SPEND_PERCENT is no share.", hint=hint, id="config.E008"))
    return messages


@checks.register(checks.Tags.security)
def check_yt_dlp(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse a stand-in for YouTube and a proxy that yt-dlp cannot use; warn of cookies that are missing."""
    messages: list[checks.CheckMessage] = []
    if getattr(settings, "YT_DLP_LOOPBACK", ""):
        hint = "Take YT_DLP_LOOPBACK out of the settings."
        messages.append(checks.Error("YT_DLP_LOOPBACK is for tests alone.", hint=hint, id="config.E010"))
    if any(urlsplit(proxy).scheme not in PROXY_SCHEMES for proxy in settings.YT_DLP_PROXIES):
        hint = f"A proxy is an address that begins with {', '.join(sorted(PROXY_SCHEMES))}."
        messages.append(checks.Error("YT_DLP_PROXIES holds what is no proxy.", hint=hint, id="config.E011"))
    if settings.YT_DLP_COOKIES_FILE and not Path(settings.YT_DLP_COOKIES_FILE).is_file():
        hint = "No audio is fetched until YT_DLP_COOKIES_FILE is there, or no longer set."
        messages.append(checks.Warning("The cookies file of yt-dlp is missing.", hint=hint, id="config.W003"))
    return messages


@checks.register(checks.Tags.compatibility)
def check_transcribers(app_configs: Sequence[AppConfig] | None, **options: Any) -> list[checks.CheckMessage]:
    """Refuse an engine and a task that are not there, and a second model that nothing would hear with."""
    messages: list[checks.CheckMessage] = []
    is_known = settings.TRANSCRIBER in settings.TRANSCRIBERS
    if not is_known:
        hint = f"Set it to one of {', '.join(sorted(settings.TRANSCRIBERS))}."
        text = f"TRANSCRIBER is {settings.TRANSCRIBER!r}, which is no engine."
        messages.append(checks.Error(text, hint=hint, id="config.E040"))
    if settings.WHISPER_TASK not in TASKS:
        hint = f"Set it to one of {', '.join(TASKS)}."
        text = f"WHISPER_TASK is {settings.WHISPER_TASK!r}, which is no task."
        messages.append(checks.Error(text, hint=hint, id="config.E041"))
    for name in sorted({settings.TRANSCRIBER, transcribers.SECOND_ENGINE} & settings.TRANSCRIBERS.keys()):
        options = settings.TRANSCRIBERS[name].get("OPTIONS", {})
        if translates_nothing(task=options.get("task", ""), model=options.get("model", "")):
            hint = "Name a model that hears other languages, or set WHISPER_TASK to transcribe."
            text = f"WHISPER_TASK is translate, and {options['model']} hears English only."
            messages.append(checks.Error(text, hint=hint, id="config.E044"))
    if is_known and settings.SECOND_WHISPER_MODEL and transcribers.SECOND_ENGINE not in settings.TRANSCRIBERS:
        hint = "Leave SECOND_WHISPER_MODEL empty, or set TRANSCRIBER to an engine that has a model."
        text = f"SECOND_WHISPER_MODEL is set, and {settings.TRANSCRIBER!r} hears with no model."
        messages.append(checks.Error(text, hint=hint, id="config.E042"))
    if settings.SECOND_WHISPER_MODEL and settings.SECOND_WHISPER_MODEL == settings.WHISPER_MODEL:
        hint = "Set SECOND_WHISPER_MODEL to a larger one, or leave it empty."
        text = "SECOND_WHISPER_MODEL is the first: it would hear nothing else."
        messages.append(checks.Error(text, hint=hint, id="config.E043"))
    return messages


@checks.register(checks.Tags.database)
def check_database(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **options: Any
) -> list[checks.CheckMessage]:
    """Refuse a PostgreSQL that lacks what the tutor searches with; asked only where the database is meant."""
    if not databases:
        return []
    server, vector = _read_versions()
    if server < LEAST_POSTGRES:
        return [
            checks.Error("PostgreSQL is older than 16.", hint="Set DATABASE_URL to another.", id="config.E005")
        ]
    if vector is None or tuple(map(int, vector.split(".")[:2])) < LEAST_PGVECTOR:
        hint = "Install pgvector 0.8 or newer on the database server."
        return [checks.Error(f"pgvector is {vector or 'missing'}.", hint=hint, id="config.E006")]
    return []


def _read_versions() -> tuple[int, str | None]:
    """Return the number of the database server, and the pgvector it could have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, "
            "(SELECT default_version FROM pg_available_extensions WHERE name = 'vector')"
        )
        server, vector = cursor.fetchone()
    return server, vector


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
