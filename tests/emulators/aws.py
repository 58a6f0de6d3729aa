"""Amazon's object store and queues, as moto serves them over HTTP, and a proxy that loses replies."""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import boto3
from moto.server import ThreadedMotoServer

REGION = "us-east-1"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@dataclass(frozen=True)
class Aws:
    """A place that answers as Amazon does."""

    url: str

    @cached_property
    def s3(self) -> Any:
        return boto3.client("s3", endpoint_url=self.url, region_name=REGION, **KEYS)

    @cached_property
    def sqs(self) -> Any:
        return boto3.client("sqs", endpoint_url=self.url, region_name=REGION, **KEYS)

    def make_bucket(self) -> str:
        name = f"lake-{uuid.uuid4().hex}"
        self.s3.create_bucket(Bucket=name)
        return name

    def make_lake(self, bucket: str, *, prefix: str = "lectern", url: str = "") -> dict[str, Any]:
        """Return the entry of `STORAGES` for a bucket."""
        options = {"bucket_name": bucket, "location": prefix, "endpoint_url": url or self.url}
        options |= {"addressing_style": "path", "region_name": REGION, "access_key": "test", "secret_key": "test"}
        return {"BACKEND": "ingestion.bucket.BucketStorage", "OPTIONS": options}

    def make_queue(self, bucket: str, *, most_receives: int = 3) -> tuple[str, str]:
        """Return the addresses of a queue that hears of a bucket's objects, and of its dead letters."""
        dead_url, dead_arn = self._make_queue({})
        redrive = f'{{"deadLetterTargetArn": "{dead_arn}", "maxReceiveCount": "{most_receives}"}}'
        url, arn = self._make_queue({"RedrivePolicy": redrive, "VisibilityTimeout": "1"})
        self.s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                "QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}]
            },
        )
        return url, dead_url

    def _make_queue(self, attributes: dict[str, str]) -> tuple[str, str]:
        url = self.sqs.create_queue(QueueName=uuid.uuid4().hex, Attributes=attributes)["QueueUrl"]
        known = self.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, known["Attributes"]["QueueArn"]


@contextmanager
def serve() -> Iterator[Aws]:
    """Serve until the block ends."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # not a line for each call
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield Aws(f"http://{host}:{port}")
    finally:
        server.stop()


@dataclass
class Lossy:
    """A proxy: what passes through it is done, and the first replies to a method are lost on the way back."""

    aim: str
    method: str
    loss_count: int
    passed: list[str] = field(default_factory=list)
    url: str = ""


@contextmanager
def lose_replies(aim: str, *, method: str, count: int) -> Iterator[Lossy]:
    """Serve such a proxy until the block ends."""
    lossy = Lossy(aim, method, count)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            request = Request(lossy.aim + self.path, data=body or None, method=self.command)  # noqa: S310
            for name, value in self.headers.items():
                request.add_header(name, value)
            try:
                reply = urlopen(request)  # noqa: S310
            except HTTPError as error:
                reply = error
            with reply:
                content = reply.read()
            lossy.passed.append(f"{self.command} {self.path}")
            if self.command == lossy.method and lossy.loss_count > 0:
                lossy.loss_count -= 1
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                if name.lower() not in {"connection", "transfer-encoding", "content-length", "server", "date"}:
                    self.send_header(name, value)
            is_head = self.command == "HEAD"
            length = reply.headers.get("Content-Length", "0") if is_head else str(len(content))
            self.send_header("Content-Length", length)
            self.end_headers()
            if not is_head:
                self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    lossy.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield lossy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
