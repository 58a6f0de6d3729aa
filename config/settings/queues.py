"""Celery: JSON only, late acks, one message at a time; results live in our own tables."""

from kombu import Exchange, Queue

from config.settings.services import REDIS_URL

QUEUES = ["cpu.ingest", "cpu.default", "gpu.transcribe", "gpu.embed", "gpu.answer", "gpu.train"]
TASK_TIME_LIMIT_SECONDS = 4 * 60 * 60
VISIBILITY_TIMEOUT_SECONDS = TASK_TIME_LIMIT_SECONDS + 10 * 60

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://")
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT_SECONDS,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 1,
    "max_retries": 1,
    "interval_start": 0.1,  # a page that publishes does not wait the two seconds that are usual
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT_SECONDS
CELERY_TASK_TIME_LIMIT = TASK_TIME_LIMIT_SECONDS
CELERY_TASK_QUEUES = [Queue(name, Exchange(name), routing_key=name) for name in QUEUES]
CELERY_TASK_DEFAULT_QUEUE = "cpu.default"
CELERY_TASK_ROUTES = {
    "ingestion.tasks.*": {"queue": "cpu.ingest"},
    "transcripts.tasks.run_transcription": {"queue": "gpu.transcribe"},
    "assistant.tasks.embed_video": {"queue": "gpu.embed"},
    "assistant.tasks.answer_question": {"queue": "gpu.answer"},
}
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.scheduler:SlotScheduler"
