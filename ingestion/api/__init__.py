"""Courses, videos and pulls, for programs."""

from ingestion.api import courses, runs, videos

__all__ = ["courses", "runs", "videos"]
