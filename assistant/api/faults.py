"""What the services refuse, as the API's errors."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status

from assistant import questions
from assistant.services import asking, conversations


class TutorFull(exceptions.APIException):
    """Sent with Retry-After."""

    status_code: int = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = _("The tutor is full.")
    default_code = "full"

    def __init__(self, error: asking.TutorFullError) -> None:
        super().__init__(str(error))
        self.wait = error.retry_after


class OwnQuestionsWait(TutorFull):
    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "throttled"


class CourseClosed(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = _("This course is no longer open to you.")
    default_code = "closed"


@contextmanager
def as_problems() -> Iterator[None]:
    """Raise what the services refuse as problems."""
    try:
        yield
    except asking.OwnQuestionsWaitError as error:
        raise OwnQuestionsWait(error) from error
    except asking.TutorFullError as error:
        raise TutorFull(error) from error
    except asking.ClosedCourseError as error:
        raise CourseClosed(str(error)) from error
    except questions.UnusableQuestionError as error:
        raise exceptions.ValidationError({"question": [str(error)]}) from error
    except conversations.UnusableTitleError as error:
        raise exceptions.ValidationError({"title": [str(error)]}) from error
