"""A Llama-type GGUF file as a CTranslate2 `Generator`, with its tokenizer and chat template."""

from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

CONTROL_TOKEN = 3  # The GGUF token type of <|im_start|> and its like.
QUANTIZATION = "int8"

Tensors = dict[str, np.ndarray]
Fields = dict[str, Any]


def convert(source: Path, target: Path) -> None:
    """Write the model in int8, `tokenizer.json` and `chat_template.jinja` of the file `source` into `target`."""
    fields, tensors = _read(source)
    spec = _make_spec(fields)
    _set_decoder(spec.decoder, tensors)
    _describe(spec, fields)
    spec.validate()
    spec.optimize(quantization=QUANTIZATION)
    spec.save(str(target))
    _make_tokenizer(fields).save(str(target / "tokenizer.json"))
    (target / "chat_template.jinja").write_text(fields["tokenizer.chat_template"], encoding="utf-8")


def _read(source: Path) -> tuple[Fields, Tensors]:
    import gguf

    reader = gguf.GGUFReader(source)
    fields = {name: f.contents() for name, f in reader.fields.items() if not name.startswith("GGUF.")}
    tensors = {
        tensor.name: np.ascontiguousarray(gguf.dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        for tensor in reader.tensors
    }
    return fields, tensors


def _make_spec(fields: Fields) -> Any:
    from ctranslate2.specs import common_spec, transformer_spec

    return transformer_spec.TransformerDecoderModelSpec.from_config(
        fields["llama.block_count"],
        fields["llama.attention.head_count"],
        num_heads_kv=fields["llama.attention.head_count_kv"],
        activation=common_spec.Activation.SWISH,
        pre_norm=True,
        ffn_glu=True,
        rms_norm=True,
        rotary_dim=0,
        rotary_base=fields["llama.rope.freq_base"],
        rotary_interleave=True,  # A GGUF keeps the query and key rows of Llama models interleaved.
    )


def _set_decoder(decoder: Any, tensors: Tensors) -> None:
    decoder.scale_embeddings = False
    decoder.embeddings.weight = tensors["token_embd.weight"]
    decoder.layer_norm.gamma = tensors["output_norm.weight"]
    # A model with tied embeddings has no projection of its own.
    decoder.projection.weight = tensors.get("output.weight", tensors["token_embd.weight"])
    for index, layer in enumerate(decoder.layer):
        prefix = f"blk.{index}."
        _set_layer(layer, {n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})


def _set_layer(layer: Any, tensors: Tensors) -> None:
    attention = layer.self_attention
    attention.layer_norm.gamma = tensors["attn_norm.weight"]
    attention.linear[0].weight = np.concatenate([tensors[f"attn_{part}.weight"] for part in "qkv"])
    attention.linear[1].weight = tensors["attn_output.weight"]
    layer.ffn.layer_norm.gamma = tensors["ffn_norm.weight"]
    layer.ffn.linear_0.weight = tensors["ffn_gate.weight"]
    layer.ffn.linear_0_noact.weight = tensors["ffn_up.weight"]
    layer.ffn.linear_1.weight = tensors["ffn_down.weight"]


def _describe(spec: Any, fields: Fields) -> None:
    tokens = fields["tokenizer.ggml.tokens"]
    spec.register_vocabulary(tokens)
    spec.config.bos_token = tokens[fields["tokenizer.ggml.bos_token_id"]]
    spec.config.eos_token = tokens[fields["tokenizer.ggml.eos_token_id"]]
    spec.config.unk_token = tokens[fields["tokenizer.ggml.unknown_token_id"]]
    spec.config.layer_norm_epsilon = fields["llama.attention.layer_norm_rms_epsilon"]


def _make_tokenizer(fields: Fields) -> Tokenizer:
    tokens = fields["tokenizer.ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    kinds = fields["tokenizer.ggml.token_type"]
    control = [token for token, kind in zip(tokens, kinds, strict=True) if kind == CONTROL_TOKEN]
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in control])
    return tokenizer
