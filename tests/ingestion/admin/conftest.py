import pytest
from django.contrib.auth.models import User


@pytest.fixture
def admin(client):
    """A client whose operator may look at everything."""
    client.force_login(User.objects.create_superuser("root", "root@example.org"))
    return client
