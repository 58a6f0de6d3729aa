"""A bucket of S3, or of a store that speaks as S3 does, as a lake."""

import errno
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from botocore import config, exceptions
from django.core.files.base import File
from storages.backends import s3

from ingestion.lake import LakeStorage, StoredObject

BLOCK_BYTES = 256 * 1024
# A connection that breaks so often without a byte in between will break again.
MOST_BREAKS = 5
BROKEN = (exceptions.ReadTimeoutError, exceptions.ResponseStreamingError, exceptions.IncompleteReadError)


class BucketStorage(s3.S3Storage, LakeStorage):  # type: ignore[misc]
    """A bucket as a lake. An object is read from where its reader stands, never whole before its first byte."""

    names_versions: ClassVar[bool] = True

    def __init__(self, *, addressing_style: str = "auto", **options: Any) -> None:
        client_config = config.Config(
            s3={"addressing_style": addressing_style},  # type: ignore[arg-type]
            signature_version="s3v4",
            connect_timeout=5,
            read_timeout=60,
            # A key is written whole or not at all, and the same bytes each time: any call may be repeated.
            retries={"mode": "standard", "total_max_attempts": 5},
            # Other stores than Amazon's do not know its newer checksums.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=client_config, file_overwrite=True, **options)

    def list_objects(self, folder: str) -> Iterator[StoredObject]:
        prefix = f"{self._normalize_name(folder).rstrip('/')}/".lstrip("/")
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket_name, Prefix=prefix)
        with self._told_plainly(folder):
            for page in pages:
                for entry in page.get("Contents", ()):
                    key = entry["Key"].removeprefix(self.location).lstrip("/")
                    if not key.endswith("/") and not any(part.startswith(".") for part in key.split("/")):
                        yield StoredObject(key, entry["ETag"].strip('"'), entry["Size"], entry["LastModified"])

    def find_object(self, key: str) -> StoredObject | None:
        try:
            head = self._head(key)
        except FileNotFoundError:
            return None
        return StoredObject(key, head["ETag"].strip('"'), head["ContentLength"], head["LastModified"])

    def exists(self, name: str) -> bool:
        return self.find_object(name) is not None

    def delete(self, name: str) -> None:
        with self._told_plainly(name):
            super().delete(name)

    def get_object_parameters(self, name: str) -> dict[str, Any]:
        # Told by its name to be compressed text, an object would reach some readers unpacked.
        return {"ContentType": "application/gzip"} if name.endswith(".gz") else {}

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise ValueError("Objects are read from a bucket; they are written by saving them.")
        head = self._head(name)
        raw = ObjectReader(self, name, etag=head["ETag"], byte_count=head["ContentLength"])
        return File(io.BufferedReader(raw, BLOCK_BYTES), name)

    def _save(self, name: str, content: File[bytes]) -> str:
        with self._told_plainly(name):
            return str(super()._save(name, content))

    def _head(self, name: str) -> dict[str, Any]:
        with self._told_plainly(name):
            return dict(self._client.head_object(Bucket=self.bucket_name, Key=self._normalize_name(name)))

    def read_from(self, name: str, position: int, *, etag: str) -> Any:
        """Return the stream of an object's bytes from a position on. Raises OSError where it was replaced."""
        with self._told_plainly(name):
            reply = self._client.get_object(
                Bucket=self.bucket_name,
                Key=self._normalize_name(name),
                Range=f"bytes={position}-",
                IfMatch=etag,
            )
        return reply["Body"]

    @property
    def _client(self) -> Any:
        return self.connection.meta.client

    @contextmanager
    def _told_plainly(self, name: str) -> Iterator[None]:
        """Turn the errors of the store into those a folder would raise."""
        place = f"s3://{self.bucket_name}/{self._normalize_name(name)}"
        try:
            yield
        except exceptions.ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                raise FileNotFoundError(errno.ENOENT, "There is no such object or bucket", place) from None
            raise OSError(errno.EIO, str(error), place) from error
        except exceptions.BotoCoreError as error:
            raise OSError(errno.EIO, str(error), place) from error


class ObjectReader(io.RawIOBase):
    """One version of an object: a request at the first byte wanted, another after a jump or a break."""

    def __init__(self, storage: BucketStorage, name: str, *, etag: str, byte_count: int) -> None:
        self.storage, self.name, self.etag, self.byte_count = storage, name, etag, byte_count
        self.position = 0
        self.stream: Any = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.position, io.SEEK_END: self.byte_count}[whence]
        if start + offset != self.position:
            self.position = max(0, start + offset)
            self._hang_up()
        return self.position

    def readinto(self, buffer: Any) -> int:
        if self.position >= self.byte_count:
            return 0
        block = self._read(len(buffer))
        buffer[: len(block)] = block
        self.position += len(block)
        return len(block)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _read(self, most_bytes: int) -> bytes:
        for break_count in range(1, MOST_BREAKS + 1):
            try:
                if self.stream is None:
                    self.stream = self.storage.read_from(self.name, self.position, etag=self.etag)
                return bytes(self.stream.read(most_bytes))
            except BROKEN as error:
                self._hang_up()
                if break_count == MOST_BREAKS:
                    raise OSError(errno.EIO, str(error), self.name) from error
        raise AssertionError("the loop above returns or raises")

    def _hang_up(self) -> None:
        if self.stream is not None:
            self.stream.close()
            self.stream = None
