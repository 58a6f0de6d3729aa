"""Courses, videos and pulls, for programs."""

from ingestion.api import courses, events, runs, videos

__all__ = ["courses", "events", "runs", "videos"]
