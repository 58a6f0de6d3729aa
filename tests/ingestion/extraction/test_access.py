import os
from datetime import UTC, datetime

import pytest

from ingestion.extraction import access


def test_each_attempt_takes_the_next_proxy(settings):
    settings.YT_DLP_PROXIES = ["http://a:1", "http://b:1"]
    assert [access.make(attempt=attempt).proxy for attempt in (0, 1, 2)] == [
        "http://a:1",
        "http://b:1",
        "http://a:1",
    ]


def test_without_proxies_none_is_taken(settings):
    settings.YT_DLP_PROXIES = []
    assert access.make(attempt=3).proxy == ""


def test_the_rate_is_told_in_bytes(settings):
    settings.YT_DLP_KIB_PER_SECOND = 500
    assert access.make().bytes_per_second == 512_000


def test_cookies_are_read_each_time_and_their_file_is_left_alone(settings, tmp_path):
    path = tmp_path / "cookies.txt"
    path.write_text("# Netscape")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    settings.YT_DLP_COOKIES_FILE = str(path)
    assert access.make().cookies == "# Netscape"
    assert access.cookies_written_at() == datetime.fromtimestamp(1_700_000_000, tz=UTC)


def test_a_cookies_file_that_is_missing_is_an_error_with_a_sentence(settings, tmp_path):
    settings.YT_DLP_COOKIES_FILE = str(tmp_path / "cookies.txt")
    assert access.cookies_written_at() is None
    with pytest.raises(
        access.CookiesError, match=r"^The cookies file cannot be read: No such file or directory\.$"
    ):
        access.make()


def test_without_a_cookies_file_there_are_no_cookies(settings):
    settings.YT_DLP_COOKIES_FILE = ""
    assert (access.make().cookies, access.cookies_written_at()) == ("", None)
