"""Makes the tokenizer's reference ids with Hugging Face's tokenizers, for inference/internal/token's tests.

    python tokens.py SMOLLM2.gguf QWEN2.gguf ../internal/token/testdata

reads strings.json there and writes vectors.json (the ids of each string under each pattern) and fuzz.crc (for 5,000 strings
that the test makes again from the same seed: the CRC-32 of their ids under each pattern, little-endian).
The vocabularies and merges are those of the model files: SmolLM2's for smollm and gpt-2, Qwen's for qwen2 and llama-bpe.
"""

import json
import struct
import sys
import zlib

import gguf
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
FUZZ = 5000


def vocabulary(path):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ", 1)) for m in fields["tokenizer.ggml.merges"].contents()]
    # Only text tokens: a product's text must never become a control token.
    return {t: i for i, t in enumerate(tokens) if kinds[i] == 1}, merges


def tokenizers(smollm2, qwen2):
    byte_level = pre_tokenizers.ByteLevel

    def make(vocab, split, normalizer=None, ignore_merges=False):
        t = Tokenizer(models.BPE(vocab=vocab[0], merges=vocab[1], ignore_merges=ignore_merges))
        t.pre_tokenizer = split
        if normalizer:
            t.normalizer = normalizer
        return t

    def split(pattern):
        parts = [pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level(add_prefix_space=False, use_regex=False)]
        return pre_tokenizers.Sequence(parts)

    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(add_prefix_space=False)])
    return {
        "gpt-2": make(smollm2, byte_level(add_prefix_space=False)),
        "smollm": make(smollm2, digits),
        "qwen2": make(qwen2, split(QWEN2), normalizers.NFC()),
        "llama-bpe": make(qwen2, split(LLAMA), ignore_merges=True),
    }


class Random:
    """The 64-bit linear congruential generator of Knuth's MMIX; the test has the same."""

    def __init__(self, seed):
        self.state = seed

    def below(self, n):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 33) % n


def fuzz_string(rng, pieces, ranges):
    out = []
    for _ in range(1 + rng.below(24)):
        kind = rng.below(10)
        if kind < 6:
            out.append(pieces[rng.below(len(pieces))] * (1 + (rng.below(12) if rng.below(6) == 0 else 0)))
        else:
            lo, hi = ranges[rng.below(len(ranges))]
            for _ in range(1 + rng.below(4)):
                out.append(chr(lo + rng.below(hi - lo + 1)))
    return "".join(out)


def main():
    smollm2, qwen2, folder = sys.argv[1:]
    all_tokenizers = tokenizers(vocabulary(smollm2), vocabulary(qwen2))
    with open(folder + "/strings.json", encoding="utf-8") as f:
        given = json.load(f)
    texts = given["texts"] + [bytes.fromhex(h).decode("utf-8", "replace") for h in given["invalid"]]
    vectors = {
        name: [t.encode(text, add_special_tokens=False).ids for text in texts] for name, t in all_tokenizers.items()
    }
    with open(folder + "/vectors.json", "w", encoding="utf-8") as f:
        lines = [
            json.dumps(name) + ": [\n" + ",\n".join(json.dumps(v, separators=(",", ":")) for v in ids) + "\n]"
            for name, ids in vectors.items()
        ]
        f.write("{\n" + ",\n".join(lines) + "\n}\n")
    rng = Random(20261124)
    strings = [fuzz_string(rng, given["pieces"], given["ranges"]) for _ in range(FUZZ)]
    with open(folder + "/fuzz.crc", "wb") as f:
        for name in ["gpt-2", "smollm", "qwen2", "llama-bpe"]:
            for encoding in all_tokenizers[name].encode_batch(strings, add_special_tokens=False):
                f.write(struct.pack("<I", zlib.crc32(struct.pack("<%di" % len(encoding.ids), *encoding.ids))))


if __name__ == "__main__":
    main()
