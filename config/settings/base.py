"""Settings every installation shares; the environment is read in these modules and nowhere else."""

from pathlib import Path

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from kombu import Exchange, Queue

from config import embedded

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


# Everything written at run time lies here.
VAR_DIR = Path(value("VAR_DIR", str(BASE_DIR / "var"))).absolute()

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_celery_beat",
    "ingestion",
    "transcripts",
    "warehouse",
    "assistant",
    "config",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
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
            ]
        },
    }
]

ROOT_URLCONF = "config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"

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
REDIS_URL = value("REDIS_URL", EMBEDDED_ADDRESSES.redis_url)

# The lake: a folder, reached through the storage API so that a bucket can take its place.

LAKE_URL = value("LAKE_URL", str(VAR_DIR / "lake"))
if "://" in LAKE_URL.removeprefix("file://"):
    raise ImproperlyConfigured(f"LAKE_URL must name a folder, and {LAKE_URL} is none.")
LAKE_DIR = Path(LAKE_URL.removeprefix("file://")).absolute()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "lake": {
        "BACKEND": "ingestion.lake.FolderStorage",
        "OPTIONS": {"location": LAKE_DIR},
    },
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
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT_SECONDS
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT_SECONDS
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "cpu.default"
CELERY_TASK_ROUTES = {
    "ingestion.tasks.*": {"queue": "cpu.ingest"},
    "transcripts.tasks.run_transcription": {"queue": "gpu.transcribe"},
    "assistant.tasks.embed_*": {"queue": "gpu.embed"},
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
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"

# Seams: a new backend is one new file and one entry here.

SOURCES = {
    "yt_dlp_folder": {"BACKEND": "ingestion.sources.yt_dlp_folder.YtDlpFolder"},
    "reply_folder": {"BACKEND": "ingestion.sources.reply_folder.ReplyFolder"},
}

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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": value("LOG_LEVEL", "WARNING")},
}
