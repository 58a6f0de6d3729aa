"""Asking a question until it is answered: each try is a call of its own in the ledger."""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from ingestion.models import ApiCall, IngestionRun
from ingestion.youtube import client, errors, quota

logger = logging.getLogger(__name__)

MOST_TRIES = 5
# The longest first wait; it doubles from try to try, and any wait up to it is as likely.
FIRST_SECONDS = 1.0
MOST_SECONDS = 60.0


@dataclass(frozen=True)
class Answer:
    """A reply, and the call it answers, whose row is still to be finished."""

    call: ApiCall
    reply: client.Reply


@dataclass
class Asker:
    """Asks the API in the name of a run."""

    api: client.Client
    clock: Callable[[], datetime] = timezone.now
    sleep: Callable[[float], None] = time.sleep
    chance: random.Random = field(default_factory=random.Random)
    most_tries: int = MOST_TRIES

    def ask(self, question: client.Question, *, run: IngestionRun, etag: str = "", keep: int = 0) -> Answer:
        """Return the answer to a question, trying again what may pass.

        Raises quota.ParkedError before a call there are no units for, and errors.YouTubeError.
        """
        for number in range(self.most_tries):
            if number:
                self.sleep(self.chance.uniform(0, min(MOST_SECONDS, FIRST_SECONDS * 2 ** (number - 1))))
            call = quota.reserve(question, run=run, now=self.clock(), keep=keep)
            try:
                return Answer(call, self.api.ask(question, etag=etag))
            except errors.YouTubeError as error:
                quota.fail(call, error=error, now=self.clock())
                logger.warning("call %s of %s for run %s: %s", call.pk, question.method, run.pk, error)
                if isinstance(error, errors.QuotaExceededError):
                    resets_at = quota.reset_after(self.clock())
                    raise quota.ParkedError(quota.bucket_of(question.method), resets_at=resets_at) from None
                if error.permanent or number + 1 == self.most_tries:
                    raise
        raise AssertionError("a try either returns or raises")
