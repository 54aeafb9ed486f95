"""Makes the Hugging Face folders of inference's folder tests: the random models of models.py as transformers saves them, each
with a tokenizer in the style of its family. Weights are the same as in models.py, so its logits serve both.

    python folders.py ../testdata/folders ../internal/hf/testdata

Weight files are compressed; the tests unpack them. The second folder gets tokenizer.json files with trained vocabularies, in
the styles that the hub has, and the ids that Hugging Face's tokenizers gives for some texts.
"""

import gzip
import json
import os
import shutil
import sys

import torch
import transformers as tf
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from models import BYTES, CONTROLS, MODELS, VOCAB, letters, randomise, wordpieces

# As the families publish them.
DTYPES = {"gpt2": torch.float32, "bert": torch.float32, "qwen3": torch.float16}
SHARDS = {"qwen2": "60KB"}
PIECES = ("mistral", "gemma3", "phi3")  # have SentencePiece tokenizers

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN2 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def split(pattern):
    return pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])


def byte_level(name):
    """Byte-level BPE over all bytes and one merge, with the words of the family."""
    tokens = letters()
    merges = [("\u0120", "t")]
    vocab = {t: i for i, t in enumerate(tokens)} | {"\u0120t": BYTES}
    t = Tokenizer(models.BPE(vocab=vocab, merges=merges, ignore_merges=name == "llama"))
    t.pre_tokenizer = {
        "llama": lambda: split(LLAMA3), "smollm3": lambda: split(LLAMA3),
        "qwen2": lambda: split(QWEN2), "qwen3": lambda: split(QWEN2),
    }.get(name, lambda: pre_tokenizers.ByteLevel(add_prefix_space=False))()
    if name.startswith("qwen"):
        t.normalizer = normalizers.NFC()
    t.decoder = decoders.ByteLevel()
    t.add_special_tokens(CONTROLS)
    if name == "llama":
        t.post_processor = processors.TemplateProcessing(single="<|endoftext|> $A", pair="<|endoftext|> $A <|endoftext|> $B",
                                                         special_tokens=[("<|endoftext|>", BYTES + 1)])
    return t


def sentence_piece(name):
    """SentencePiece as the hub's converters write it: BPE over characters, bytes as the last resort."""
    vocab = {}
    for token in ["<pad>" if name == "gemma3" else "<unk>", "<s>", "</s>", "<unk>" if name == "gemma3" else "<pad>"]:
        vocab[token] = len(vocab)
    # The models have room for a few tokens beside the bytes.
    for b in range(256):
        vocab[f"<0x{b:02X}>"] = len(vocab)
    for token in ["\u2581", "t", "\u2581t", "e"]:
        vocab[token] = len(vocab)
    assert len(vocab) <= VOCAB
    t = Tokenizer(models.BPE(vocab=vocab, merges=[("\u2581", "t")], unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    replace = normalizers.Replace(" ", "\u2581")
    t.normalizer = replace if name == "gemma3" else normalizers.Sequence([normalizers.Prepend("\u2581"), replace])
    t.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    t.add_special_tokens([AddedToken(x, normalized=False) for x in vocab if x[0] == "<" and x[1] != "0"])
    t.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return t


def word_piece():
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(wordpieces())}, unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer(lowercase=True)
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.decoder = decoders.WordPiece()
    return t


def tokenizer(name):
    if name == "bert":
        return tf.PreTrainedTokenizerFast(tokenizer_object=word_piece(), unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
                                          pad_token="[PAD]", mask_token="[MASK]")
    if name in PIECES:
        return tf.PreTrainedTokenizerFast(tokenizer_object=sentence_piece(name), unk_token="<unk>", bos_token="<s>", eos_token="</s>",
                                          pad_token="<pad>", chat_template="{{ messages[0]['content'] }}")
    return tf.PreTrainedTokenizerFast(tokenizer_object=byte_level(name), bos_token="<|endoftext|>", eos_token="<|im_end|>",
                                      chat_template="{{ messages[0]['content'] }}")


def styles():
    """Tokenizers as the hub has them, by family; trained later."""
    cased = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+%s"
             r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*%s"
             r"|%s| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
    endings = "(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), level])
    for name, words, options in [
        ("gpt2", level, {}), ("smollm", digits, {}), ("qwen2", split(QWEN2), {}),
        ("llama3", split(LLAMA3), {"ignore_merges": True}), ("smollm3", split(LLAMA3), {}),
        ("nemo", split(cased % ("", "", r"\p{N}")), {"ignore_merges": True}),
        ("phi4-mini", split(cased % (endings, endings, r"\p{N}{1,3}")), {}),
    ]:
        t = Tokenizer(models.BPE(**options))
        t.pre_tokenizer = words
        if name == "qwen2":
            t.normalizer = normalizers.NFC()
        t.decoder = decoders.ByteLevel()
        yield name, t, {"initial_alphabet": pre_tokenizers.ByteLevel.alphabet(), "special_tokens": ["<|endoftext|>"]}
    replace = normalizers.Replace(" ", "\u2581")
    for name, normalizer, words in [
        ("llama2", normalizers.Sequence([normalizers.Prepend("\u2581"), replace]), None),
        ("gemma", replace, pre_tokenizers.Split(" ", "merged_with_previous")),
        ("mistral", None, pre_tokenizers.Metaspace(prepend_scheme="always", split=False)),
    ]:
        t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
        if normalizer:
            t.normalizer = normalizer
        if words:
            t.pre_tokenizer = words
        yield name, t, {"special_tokens": ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in range(256)], "limit_alphabet": 200}
    for name, lower in [("bert", True), ("bert-cased", False)]:
        t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        t.normalizer = normalizers.BertNormalizer(lowercase=lower)
        t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        yield name, t, {"special_tokens": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]}


def train(target):
    here = os.path.dirname(os.path.abspath(__file__))
    with open(here + "/../internal/token/testdata/strings.json", encoding="utf-8") as f:
        texts = json.load(f)["texts"]
    with open(here + "/../testdata/perplexity.txt", encoding="utf-8") as f:
        # Lines, because pieces may hold spaces and whole texts would become tokens.
        corpus = [line[i : i + 60] for line in f.read().split("\n") + texts for i in range(0, len(line), 60)]
    os.makedirs(target, exist_ok=True)
    texts = texts[::3]
    vectors = {"texts": texts, "ids": {}}
    for name, t, options in styles():
        kind = trainers.WordPieceTrainer if name.startswith("bert") else trainers.BpeTrainer
        t.train_from_iterator(corpus, kind(vocab_size=700, show_progress=False, **options))
        state = json.loads(t.to_str())
        if name in ("gpt2", "llama2"):  # as the first versions wrote them
            state["model"]["merges"] = [m if isinstance(m, str) else " ".join(m) for m in state["model"]["merges"]]
        if name == "gpt2":
            del state["model"]["type"]
        if "<0x0A>" in state["model"]["vocab"]:  # on the hub these are no added tokens
            state["added_tokens"] = [a for a in state["added_tokens"] if not a["content"].startswith("<0x")]
        text = json.dumps(state, ensure_ascii=False)
        t = Tokenizer.from_str(text)
        with gzip.GzipFile(os.path.join(target, name + ".json.gz"), "wb", 9, mtime=0) as z:
            z.write(text.encode())
        vectors["ids"][name] = [t.encode(s, add_special_tokens=False).ids for s in texts]
    with open(os.path.join(target, "ids.json"), "w", encoding="utf-8") as f:
        lines = [json.dumps(k) + ":" + json.dumps(v, separators=(",", ":")) for k, v in vectors["ids"].items()]
        f.write('{"texts":%s,\n"ids":{\n%s\n}}\n' % (json.dumps(texts, ensure_ascii=False), ",\n".join(lines)))


def pack(folder):
    for file in os.listdir(folder):
        path = os.path.join(folder, file)
        if file.endswith(".safetensors"):
            with open(path, "rb") as f, gzip.GzipFile(path + ".gz", "wb", 9, mtime=0) as z:
                shutil.copyfileobj(f, z)
            os.remove(path)


def main():
    target = sys.argv[1]
    train(sys.argv[2])
    tf.logging.set_verbosity_error()
    for i, (name, make) in enumerate(MODELS.items()):
        folder = os.path.join(target, name)
        shutil.rmtree(folder, ignore_errors=True)
        model = randomise(make(64), i).to(DTYPES.get(name, torch.bfloat16))
        if model.can_generate():
            model.generation_config.eos_token_id = [2] if name in PIECES else [BYTES + 3, BYTES + 1]
        model.save_pretrained(folder, max_shard_size=SHARDS.get(name, "5GB"))
        tokenizer(name).save_pretrained(folder)
        if name == "bert":
            sentence_transformers(folder)
        pack(folder)


def sentence_transformers(folder):
    """What that library adds to an encoder's folder."""
    def put(path, value):
        path = os.path.join(folder, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            json.dump(value, f, indent=1)

    put("modules.json", [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ])
    put("1_Pooling/config.json", {"word_embedding_dimension": 64, "pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True})


if __name__ == "__main__":
    main()
