"""Makes the reference of inference's adapter test: an adapter for the random llama of models.py, as llama.cpp's converter
writes it, and the logits that transformers computes with the adapter's products added to the weights.

    python lora.py ../testdata/lora

The adapter has rank 4 and alpha 6. It changes one layer's queries (whose rows GGUF orders otherwise), keys and values, the
other layer's feed-forward network, the embedding and the output.
"""

import gzip
import json
import math
import os
import sys

import gguf
import numpy as np
import torch

from models import MODELS, permuted, randomise, reference, rounded

RANK, ALPHA = 4, 6.0
CHANGED = {
    "model.embed_tokens": "token_embd", "lm_head": "output", "model.layers.0.self_attn.q_proj": "blk.0.attn_q",
    "model.layers.0.self_attn.k_proj": "blk.0.attn_k", "model.layers.0.self_attn.v_proj": "blk.0.attn_v",
    "model.layers.1.mlp.gate_proj": "blk.1.ffn_gate", "model.layers.1.mlp.down_proj": "blk.1.ffn_down",
}


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    model = randomise(MODELS["llama"](64), list(MODELS).index("llama"))
    plain = reference("llama", model)
    random = torch.Generator().manual_seed(99)
    w = gguf.GGUFWriter(os.path.join(folder, "llama.gguf"), "llama")
    w.add_type(gguf.GGUFType.ADAPTER)
    w.add_string(gguf.Keys.Adapter.TYPE, "lora")
    w.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    for source, target in CHANGED.items():
        weight = model.get_submodule(source).weight
        rows, cols = weight.shape
        a = rounded(torch.randn(RANK, cols, generator=random) / math.sqrt(cols))
        b = rounded(torch.randn(rows, RANK, generator=random) * (0.3 if "embed" not in source else 1))
        weight.data += ALPHA / RANK * b @ a
        b = b.numpy()
        if source.endswith(("q_proj", "k_proj")):
            c = model.config
            b = permuted(b, c.num_attention_heads if source.endswith("q_proj") else c.num_key_value_heads)
        if source.endswith("embed_tokens"):
            a, b = b, a.T.numpy()
        w.add_tensor(target + ".weight.lora_a", np.ascontiguousarray(np.asarray(a), np.float32))
        w.add_tensor(target + ".weight.lora_b", np.ascontiguousarray(np.asarray(b), np.float32))
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()
    changed = reference("llama", model)
    for out, old in zip(changed["sequences"], plain["sequences"]):
        p, q = (torch.log_softmax(torch.tensor(s["logits"]).double(), -1) for s in (out, old))
        print("KL to the model without it:", (p.exp() * (p - q)).sum(-1).mean().item())
    with gzip.GzipFile(os.path.join(folder, "llama.json.gz"), "wb", 9, mtime=0) as z:
        z.write(json.dumps(changed, separators=(",", ":")).encode())


if __name__ == "__main__":
    main()
