"""How much waits in a queue: what is pending lies in tables, so a queue need hold only what comes next."""

from typing import Any

import redis
from celery import Task, current_app
from django.conf import settings

# A tick adds nothing while more than this waits: told again every time, a long backlog would fill the broker.
MOST_WAITING = 20
TIMEOUT_SECONDS = 2


def has_room_for(task: "Task[..., Any]") -> bool:
    """Return whether a tick may publish a task to the queue it is routed to. Raises RedisError."""
    return has_room(task.name)


def has_room(task_name: str) -> bool:
    """Return the same of a task that another app declares."""
    queue = current_app.amqp.router.route({}, task_name)["queue"].name
    options = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS}
    with redis.Redis.from_url(settings.REDIS_URL, **options) as client:
        return int(client.llen(queue)) <= MOST_WAITING
