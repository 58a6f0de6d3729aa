"""Pages of courses, of what they follow, and of adding lectures."""

from ingestion.views import adding, courses, following

__all__ = ["adding", "courses", "following"]
