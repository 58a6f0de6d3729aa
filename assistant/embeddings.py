"""Sentence embeddings from a CTranslate2 encoder, behind LangChain's `Embeddings`."""

import functools
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from langchain_core.embeddings import Embeddings
from tokenizers import Tokenizer

from assistant.weights import store

BATCH_SIZE = 32
MAX_TOKEN_COUNT = 256  # What all-MiniLM-L6-v2 was trained on.


class EncoderEmbeddings(Embeddings):
    """Mean of the last hidden state over a text's tokens, scaled to length one."""

    def __init__(self, folder: Path, *, threads: int) -> None:
        import ctranslate2

        self._encoder = ctranslate2.Encoder(str(folder), device="auto", intra_threads=threads)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MAX_TOKEN_COUNT)
        self._tokenizer.no_padding()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Return one vector of length one per text, in order."""
        return [vector.tolist() for vector in self.embed_array(texts)]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def embed_array(self, texts: list[str]) -> np.ndarray:
        """Return the vectors as one float32 array of shape (texts, dimensions)."""
        ids = [encoding.ids for encoding in self._tokenizer.encode_batch(texts)]
        # Neighbours in length share a batch, so that little of it is padding.
        order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
        vectors: dict[int, np.ndarray] = {}
        for start in range(0, len(order), BATCH_SIZE):
            batch = order[start : start + BATCH_SIZE]
            vectors.update(zip(batch, self._embed_batch([ids[index] for index in batch]), strict=True))
        return np.array([vectors[index] for index in range(len(ids))], dtype=np.float32)

    def _embed_batch(self, ids: list[list[int]]) -> np.ndarray:
        import ctranslate2

        output: Any = self._encoder.forward_batch(ids).last_hidden_state
        hidden = np.array(output.to_device(ctranslate2.Device.cpu))  # (batch, tokens, dimensions)
        lengths = np.array([len(row) for row in ids])
        is_token = np.arange(hidden.shape[1]) < lengths[:, None]
        means = (hidden * is_token[:, :, None]).sum(axis=1) / lengths[:, None]
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True))


@functools.cache
def get_embeddings() -> EncoderEmbeddings:
    """Return the encoder `EMBEDDING_MODEL` names, loaded at its first use in this process."""
    folder = store.find_folder(settings.EMBEDDING_MODEL)
    return EncoderEmbeddings(folder, threads=settings.INFERENCE_THREADS)
