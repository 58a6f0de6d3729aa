"""The web application, for any ASGI server: `uvicorn config.asgi:application`."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
# A thread a request: they share their connections.
os.environ.setdefault("DATABASE_POOL_SIZE", "16")

application = get_asgi_application()
