"""Courses, what they follow, videos and pulls, for programs."""

from ingestion.api import courses, events, runs, subscriptions, videos

__all__ = ["courses", "events", "runs", "subscriptions", "videos"]
