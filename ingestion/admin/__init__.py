"""What an operator sees of this app: the catalogue, what landed, and what people asked to be added."""

from ingestion.admin import catalogue, landing, requests

__all__ = ["catalogue", "landing", "requests"]
