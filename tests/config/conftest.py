import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_attempts_yet() -> None:
    """Forget what other tests counted: limits of attempts and of requests are kept in the cache."""
    cache.delete_pattern("*")
