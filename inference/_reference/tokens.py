"""Makes the tokenizers' reference ids with Hugging Face's tokenizers, for inference/internal/token's tests.

    python tokens.py MODELS ../internal/token/testdata

MODELS is the folder with the program's models. The script reads strings.json and writes vectors.json (the ids of each
string under each kind of tokenizer), fuzz.crc (for 5,000 strings that the test makes again from the same seed: the lower
half of the CRC-32 of their ids under each, little-endian), unicode.crc (what BERT's normaliser makes of every character)
and two small vocabularies, trained here: words.json (byte-level BPE with whole words beyond its merges, as Llama 3 has
them) and pieces.json (SentencePiece with a space in front of a text, as Llama 2 has it).

Only tokens that text is made of are in the references' vocabularies: a product's text must never become a control token.
"""

import json
import os
import struct
import sys
import tempfile
import zlib

import gguf
import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

QWEN2 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA = QWEN2.replace(r"|\p{N}|", r"|\p{N}{1,3}|")
CASED = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+ENDING"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*ENDING"
    r"|DIGITS| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEKKEN = CASED.replace("ENDING", "").replace("DIGITS", r"\p{N}")
GPT4O = CASED.replace("ENDING", r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?").replace("DIGITS", r"\p{N}{1,3}")
FUZZ = 5000
NORMAL, USER, BYTE = 1, 4, 6


def byte_bpe(vocab, split, normalizer=None, ignore_merges=False):
    t = Tokenizer(models.BPE(vocab=vocab[0], merges=vocab[1], ignore_merges=ignore_merges))
    t.pre_tokenizer = split
    if normalizer:
        t.normalizer = normalizer
    return t


def split(pattern):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(pattern), "isolated"), byte_level])


def byte_vocabulary(path):
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    merges = [tuple(m.split(" ", 1)) for m in fields["tokenizer.ggml.merges"].contents()]
    return {t: i for i, t in enumerate(tokens) if kinds[i] == NORMAL}, merges


def derive(vocab, order):
    """Merges as transformers derives them from SentencePiece's pieces: by the merged piece, then by the parts' ids."""
    merges = []
    for piece in order:
        pairs = [(piece[:i], piece[i:]) for i in range(1, len(piece))]
        pairs = [p for p in pairs if p[0] in vocab and p[1] in vocab]
        merges += sorted(pairs, key=lambda p: (vocab[p[0]], vocab[p[1]]))
    return merges


def gemma(path):
    """Gemma's own tokenizer.json: user tokens are found in the text as it stands, all but the runs of spaces."""
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    kinds = fields["tokenizer.ggml.token_type"].contents()
    steering = {"[multimodal]", "<start_of_image>", "<end_of_image>"}
    vocab, added = {}, []
    for i, (token, kind) in enumerate(zip(tokens, kinds)):
        if kind == USER and token not in steering:
            token = token.replace(" ", "▁")
            added.append(token)
        elif kind not in (NORMAL, BYTE) and token != "<unk>":
            continue
        vocab[token] = i
    pieces = [t for t in vocab if kinds[vocab[t]] in (NORMAL, USER)]
    t = Tokenizer(models.BPE(vocab, derive(vocab, pieces), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    t.add_tokens([AddedToken(a, normalized=False) for a in added])
    return t


def train_words(corpus, folder):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = split(LLAMA)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    t.train_from_iterator(corpus, trainers.BpeTrainer(vocab_size=700, initial_alphabet=alphabet, show_progress=False))
    state = json.loads(t.to_str())["model"]
    vocab = state["vocab"]
    for word in ["Ġwaterproof", "Ġmachine", "washable", "33333", "Ġdoesn", "Ġcotton", "----------", "ä¸ĭ"]:
        vocab.setdefault(word, len(vocab))
    merges = [tuple(m) if isinstance(m, list) else tuple(m.split(" ", 1)) for m in state["merges"]]
    tokens = sorted(vocab, key=vocab.get)
    write(folder + "/words.json", {"Tokens": tokens, "Merges": [" ".join(m) for m in merges]})
    return vocab, merges


def train_pieces(corpus, trim):
    with tempfile.TemporaryDirectory() as d:
        with open(d + "/corpus", "w", encoding="utf-8") as f:
            f.write("\n".join(line for text in corpus for line in text.splitlines() if line.strip()))
        sentencepiece.SentencePieceTrainer.train(
            input=d + "/corpus", model_prefix=d + "/m", vocab_size=1400, model_type="bpe", character_coverage=0.98,
            byte_fallback=True, split_digits=True, normalization_rule_name="identity", remove_extra_whitespaces=trim,
            max_sentence_length=100000, minloglevel=2,
        )
        return sentencepiece.SentencePieceProcessor(model_file=d + "/m.model")


def pieces(corpus, folder):
    sp = train_pieces(corpus, False)
    n = sp.get_piece_size()
    tokens = [sp.id_to_piece(i) for i in range(n)]
    scores = [sp.get_score(i) for i in range(n)]
    kinds = [2 if sp.is_unknown(i) else 3 if sp.is_control(i) else BYTE if sp.is_byte(i) else NORMAL for i in range(n)]
    write(folder + "/pieces.json", {"Tokens": tokens, "Scores": scores, "Kinds": kinds})
    vocab = {t: i for i, t in enumerate(tokens) if kinds[i] != 3}
    order = sorted((t for t in vocab if kinds[vocab[t]] == NORMAL), key=lambda t: (-scores[vocab[t]], vocab[t]))
    t = Tokenizer(models.BPE(vocab, derive(vocab, order), unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return t, sp


def bert(folder):
    with open(folder + "/vocab.txt", encoding="utf-8") as f:
        vocab = {line.rstrip("\n"): i for i, line in enumerate(f)}
    t = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return t


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


def write(path, lists):
    def line(v):
        return json.dumps(v, ensure_ascii=False, separators=(",", ":"))

    with open(path, "w", encoding="utf-8") as f:
        f.write("{\n" + ",\n".join(json.dumps(name) + ": " + line(v) for name, v in lists.items()) + "\n}\n")


def write_unicode(path, t):
    """A CRC-32 for every 256 characters, over what the normaliser and the splitter make of each."""
    with open(path, "wb") as f:
        for page in range(0, 0x110000, 256):
            crc = 0
            for c in range(page, page + 256):
                if not 0xD800 <= c < 0xE000:
                    words = t.pre_tokenizer.pre_tokenize_str(t.normalizer.normalize_str("a" + chr(c) + "b"))
                    crc = zlib.crc32("\n".join(w for w, _ in words).encode() + b"\0", crc)
            f.write(struct.pack("<I", crc))


def main():
    folder, testdata = sys.argv[1:]
    with open(testdata + "/strings.json", encoding="utf-8") as f:
        given = json.load(f)
    with open(os.path.dirname(os.path.abspath(__file__)) + "/../testdata/perplexity.txt", encoding="utf-8") as f:
        corpus = f.read().split("\n") + given["texts"]
    texts = given["texts"] + [bytes.fromhex(h).decode("utf-8", "replace") for h in given["invalid"]]
    smollm2 = byte_vocabulary(folder + "/SmolLM2-135M-Instruct.Q4_1.gguf")
    qwen2 = byte_vocabulary(folder + "/qwen2.5-coder-0.5b-instruct-q4_k_m.gguf")
    byte_level = pre_tokenizers.ByteLevel
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level(add_prefix_space=False)])
    spm, original = pieces(corpus, testdata)
    wordpiece = bert(folder + "/all-MiniLM-L6-v2")
    references = {
        "gpt-2": byte_bpe(smollm2, byte_level(add_prefix_space=False)),
        "smollm": byte_bpe(smollm2, digits),
        "qwen2": byte_bpe(qwen2, split(QWEN2), normalizers.NFC()),
        "llama-bpe": byte_bpe(qwen2, split(LLAMA), ignore_merges=True),
        "llama-bpe words": byte_bpe(train_words(corpus, testdata), split(LLAMA), ignore_merges=True),
        "tekken": byte_bpe(qwen2, split(TEKKEN), ignore_merges=True),
        "gpt-4o": byte_bpe(qwen2, split(GPT4O)),
        "gemma": gemma(folder + "/gemma-3-270m-q4_k_m.gguf"),
        "pieces": spm,
        "bert": wordpiece,
    }
    vectors = {name: [t.encode(s, add_special_tokens=False).ids for s in texts] for name, t in references.items()}
    # SentencePiece itself, which merges equal pairs in another order than Hugging Face: where both agree.
    own = [original.encode(s) for s in texts]
    print("SentencePiece differs on", [s for s, a, b in zip(texts, own, vectors["pieces"]) if a != b])
    with open(testdata + "/vectors.json", "w", encoding="utf-8") as f:
        lines = [
            json.dumps(name) + ": [\n" + ",\n".join(json.dumps(v, separators=(",", ":")) for v in ids) + "\n]"
            for name, ids in vectors.items()
        ]
        f.write("{\n" + ",\n".join(lines) + "\n}\n")
    rng = Random(20261124)
    strings = [fuzz_string(rng, given["pieces"], given["ranges"]) for _ in range(FUZZ)]
    with open(testdata + "/fuzz.crc", "wb") as f:
        for t in references.values():
            for encoding in t.encode_batch(strings, add_special_tokens=False):
                crc = zlib.crc32(struct.pack("<%di" % len(encoding.ids), *encoding.ids))
                f.write(struct.pack("<H", crc & 0xFFFF))
    write_unicode(testdata + "/unicode.crc", wordpiece)


if __name__ == "__main__":
    main()
