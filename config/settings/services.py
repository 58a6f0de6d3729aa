"""Database, broker and lake: what is configured wins, else the embedded ones (see config/embedded)."""

from django.core.exceptions import ImproperlyConfigured

from config import embedded, lakes, pipeline
from config.settings.environment import VAR_DIR, env, value, whole_number

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
