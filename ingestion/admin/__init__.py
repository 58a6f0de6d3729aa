"""What an operator sees of this app, a module for each module of its tables."""

from ingestion.admin import catalogue, following, keeping, landing, requests

__all__ = ["catalogue", "following", "keeping", "landing", "requests"]
