"""Objects that the database knows and the lake lacks: where LAKE_URL leads elsewhere, all of them."""

from django.conf import settings
from django.utils.translation import gettext as _

from ingestion.lake import lake
from ingestion.models import RawObservation

# Of the lake only the newest objects are looked for: a bucket may hang for minutes.
OBJECTS_SAMPLED = 3


class OtherLakeError(Exception):
    """The lake is not the one that the database has written to."""

    permanent = True


def count() -> int:
    """Return how many of the newest objects the lake lacks. Raises OSError where it does not answer."""
    return sum(lake().find_object(key) is None for key in _list_newest_keys())


def refuse_other_lake() -> None:
    """Raise OtherLakeError where the lake answers and has none of the newest objects."""
    keys = _list_newest_keys()
    try:
        is_other = bool(keys) and all(lake().find_object(key) is None for key in keys)
    except OSError:
        return
    if is_other:
        place = {"place": settings.LAKE_URL}
        raise OtherLakeError(
            _("The lake at %(place)s lacks the newest objects that the database knows: see where LAKE_URL leads.")
            % place
        )


def _list_newest_keys() -> list[str]:
    """Return the newest objects' keys, each found past all sightings of the ones before it."""
    keys: list[str] = []
    for _place in range(OBJECTS_SAMPLED):
        older = RawObservation.objects.exclude(lake_key__in=keys).order_by("-pk")
        keys += older.values_list("lake_key", flat=True)[:1]
    return keys
