"""The project: settings, Celery, the pipeline and the embedded services. It stands above all apps."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
