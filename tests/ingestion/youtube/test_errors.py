import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.youtube import errors


def body(*reasons, message="Words.", **more):
    return json.dumps({"error": {"errors": [{"reason": each} for each in reasons], "message": message, **more}})


@pytest.mark.parametrize(
    ("status", "content", "expected", "reason"),
    [
        (403, body("quotaExceeded"), errors.QuotaExceededError, "quotaExceeded"),
        (403, body("dailyLimitExceeded"), errors.QuotaExceededError, "dailyLimitExceeded"),
        (
            429,
            body("rateLimitExceeded", message="Quota exceeded for limit 'Search Queries per day'", status="X"),
            errors.QuotaExceededError,
            "rateLimitExceeded",
        ),
        (403, body("rateLimitExceeded"), errors.TransientError, "rateLimitExceeded"),
        (403, body("userRateLimitExceeded"), errors.TransientError, "userRateLimitExceeded"),
        (429, "", errors.TransientError, "HTTP 429"),
        (500, body("backendError"), errors.TransientError, "backendError"),
        (503, "<html>Service Unavailable</html>", errors.TransientError, "HTTP 503"),
        (400, body("keyInvalid"), errors.KeyRefusedError, "keyInvalid"),
        (
            400,
            body("badRequest", status="INVALID_ARGUMENT", details=[{"reason": "API_KEY_INVALID"}]),
            errors.KeyRefusedError,
            "API_KEY_INVALID",
        ),
        (403, body("accessNotConfigured"), errors.KeyRefusedError, "accessNotConfigured"),
        (403, body("forbidden", status="PERMISSION_DENIED"), errors.KeyRefusedError, "PERMISSION_DENIED"),
        (401, body("authError"), errors.KeyRefusedError, "authError"),
        (403, body("commentsDisabled"), errors.NothingThereError, "commentsDisabled"),
        (404, body("videoNotFound"), errors.NothingThereError, "videoNotFound"),
        (404, body("playlistNotFound"), errors.NothingThereError, "playlistNotFound"),
        (404, body("channelNotFound"), errors.NothingThereError, "channelNotFound"),
        (400, body("invalidPageToken"), errors.PageTokenError, "invalidPageToken"),
        (404, "<html>Not Found</html>", errors.UnknownMethodError, "unknownMethod"),
        (404, body("notFound"), errors.UnknownMethodError, "unknownMethod"),
        (400, body("missingRequiredParameter"), errors.RefusedError, "missingRequiredParameter"),
        (403, '{"error": "access_denied"}', errors.RefusedError, "access_denied"),
    ],
)
def test_it_knows_what_an_error_means(status, content, expected, reason):
    error = errors.read_error(status=status, content=content.encode())
    assert type(error) is expected
    assert error.reason == reason


def test_what_may_pass_is_not_permanent():
    transient = {errors.TransientError, errors.QuotaExceededError}
    assert not errors.UnreachableError.permanent
    assert all(not kind.permanent for kind in transient)
    assert all(kind.permanent for kind in set(errors.YouTubeError.__subclasses__()) - transient)


def test_recorded_errors_of_others_are_understood(shared_data):
    folder = shared_data / "youtube_api"
    denied = (folder / "responses" / "error_permission_resp.json").read_bytes()
    absent = (folder / "odd" / "debatewatch2015_errors_channel_not_found.json").read_bytes()
    unfit = (folder / "odd" / "debatewatch2015_errors_no_filter_selected.json").read_bytes()
    assert type(errors.read_error(status=403, content=denied)) is errors.KeyRefusedError
    assert type(errors.read_error(status=404, content=absent)) is errors.NothingThereError
    assert type(errors.read_error(status=400, content=unfit)) is errors.RefusedError


def test_markup_in_a_message_does_not_survive():
    error = errors.read_error(
        status=403, content=body("quotaExceeded", message="Your <a href='/x'>quota</a>.").encode()
    )
    assert str(error) == "quotaExceeded: Your quota."


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(st.text(), each),
)
ODD = st.dictionaries(st.sampled_from(["errors", "details", "status", "message", "code"]), JSON)


@given(st.integers(400, 599), st.binary() | ODD.map(lambda odd: json.dumps({"error": odd}).encode()))
def test_no_body_is_too_odd(status, content):
    assert isinstance(errors.read_error(status=status, content=content), errors.YouTubeError)
