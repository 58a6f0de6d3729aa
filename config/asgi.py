"""The web application, for any ASGI server: `uvicorn config.asgi:application`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
# A thread a request: they share their connections.
os.environ.setdefault("DATABASE_POOL_SIZE", "16")

Scope = dict[str, Any]
Message = Mapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# As many requests are worked on at once; a few connections are left for streams.
MOST_AT_ONCE = 8
PATHS_NEVER_WAITING = {"/healthz", "/readyz"}


def take_turns(application: Application, *, most: int) -> Application:
    """Let so many requests in at once and the others wait in line, until their response begins.

    Django gives each a thread of its own; a crowd of them would wait for the same few connections, and for
    each other. A stream has left the line with its first byte.
    """
    turns = asyncio.Semaphore(most)

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in PATHS_NEVER_WAITING:
            await application(scope, receive, send)
            return
        await turns.acquire()
        is_held = True

        def leave() -> None:
            nonlocal is_held
            if is_held:
                is_held = False
                turns.release()

        async def send_and_leave(message: Message) -> None:
            leave()
            await send(message)

        try:
            await application(scope, receive, send_and_leave)
        finally:
            leave()

    return wrapped


application = take_turns(get_asgi_application(), most=MOST_AT_ONCE)
