"""Pages of courses, and of adding lectures."""

from ingestion.views import adding, courses

__all__ = ["adding", "courses"]
