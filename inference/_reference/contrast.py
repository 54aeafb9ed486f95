"""Makes the reference of inference's contrast test: transformers in float32 over a GGUF file's dequantised weights.

    python contrast.py MODEL.gguf > ../testdata/contrast-NAME.json

A text is read behind a prompt and again behind a contrast. Of the second reading only some tokens are computed; the keys
and values of the others are the first reading's, the keys turned to where they stand in the second. For every token that
is computed: the 64 largest logits behind it with their ids, and the logarithm of the sum of all exponentials; and how far
the distribution is from the one behind a contrast that computes all tokens, as a divergence in nats.
"""

import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, DynamicCache

TOP = 64

# A prompt, its contrast, the text.
TEXTS = [
    (
        "Write what the shop says about its product, and nothing that isn't known.\n\nProduct: mug. Stoneware, 350 ml, blue "
        "glaze, dishwasher safe, made in Portugal.\nDescription:",
        "Write what the shop says about its product, and nothing that isn't known.\n\nProduct: mug.\nDescription:",
        " This blue mug is made in Portugal from stoneware and holds 350 ml. It can go into the dishwasher, so that it is clean "
        "again for the next tea.",
    ),
    (
        "Product: two person tent. Moss green, 2.4 kg, two porches, aluminium poles, warranty of three years.\nDescription:",
        "Product: two person tent.\nDescription:",
        " A moss green tent for two people with a porch on each side. Its poles are made of aluminium, and it weighs 2.4 kg with "
        "its bag.",
    ),
]


def turned(keys, by, frequencies):
    """Keys (1, heads, 1, dim) turned by a number of positions."""
    angle = torch.cat([frequencies, frequencies]) * by
    half = keys.shape[-1] // 2
    other = torch.cat([-keys[..., half:], keys[..., :half]], dim=-1)
    return keys * angle.cos() + other * angle.sin()


def read(model, cache, ids):
    at = cache.get_seq_length()
    places = torch.arange(at, at + len(ids))
    out = model(torch.tensor([ids]), past_key_values=cache, position_ids=places[None], cache_position=places, use_cache=True)
    return out.logits[0].double()


def layer(cache, i):
    return cache.layers[i].keys, cache.layers[i].values


def main():
    folder, name = os.path.split(os.path.abspath(sys.argv[1]))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    model.eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    frequencies = model.model.rotary_emb.inv_freq.float()
    texts = []
    with torch.no_grad():
        for three in TEXTS:
            prompt, contrast, answer = (tokenizer(t, add_special_tokens=False)["input_ids"] for t in three)
            own = [i for i in range(len(answer)) if i % 3 == 1 or i == len(answer) - 1]
            first, second, whole = DynamicCache(), DynamicCache(), DynamicCache()
            read(model, first, prompt + answer)
            read(model, second, contrast)
            true = torch.log_softmax(read(model, whole, contrast + answer), dim=-1)
            places = []
            for i, token in enumerate(answer):
                if i not in own:
                    for number in range(model.config.num_hidden_layers):
                        keys, values = layer(first, number)
                        at = slice(len(prompt) + i, len(prompt) + i + 1)
                        second.update(turned(keys[:, :, at], len(contrast) - len(prompt), frequencies), values[:, :, at], number)
                    continue
                logits = read(model, second, [token])[0]
                top = torch.topk(logits, TOP)
                log = torch.log_softmax(logits, dim=-1)
                places.append({
                    "at": i,
                    "ids": top.indices.tolist(),
                    "logits": [round(x, 4) for x in top.values.tolist()],
                    "lse": round(torch.logsumexp(logits, dim=-1).item(), 4),
                    "apart": round((log.exp() * (log - true[len(contrast) + i])).sum().item(), 5),
                })
            texts.append({"prompt": prompt, "contrast": contrast, "answer": answer, "own": own, "places": places})
    json.dump({"file": name, "texts": texts}, sys.stdout)


if __name__ == "__main__":
    main()
