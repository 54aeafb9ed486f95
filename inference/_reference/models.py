"""Makes the small random models of inference's architecture tests: for each one a GGUF file as llama.cpp's converter would
write it, and what transformers computes in float32 from the same weights.

    python models.py ../testdata/arch              # all of them, compressed
    python models.py FOLDER --only gemma3 --width 256 --plain   # a wider one for other tools, not compressed
    python models.py FOLDER --only bert --folders               # as a Hugging Face folder too

Weights have five significant bits, so that half precision holds them exactly and they compress well. Logits are of a few
positions of each sequence. A sequence's "context" is what the model has to be opened with: networks with two lists of
rotation factors choose by it.
"""

import argparse
import gzip
import io
import json
import math
import os
import tempfile

import gguf
import numpy as np
import tokenizers
import torch
import transformers as tf

BYTES = 256
MERGES = ["Ġ t", "h e", "Ġt he", "i n", "e r", "a n"]
CONTROLS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
VOCAB = BYTES + len(MERGES) + len(CONTROLS)  # not a multiple of 16
CONTEXT = 256


def llama(width):
    """Llama 3: grouped heads, stretched rotation, a head of its own."""
    return tf.LlamaForCausalLM(tf.LlamaConfig(
        **shape(width), tie_word_embeddings=False,
        rope_parameters={"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0,
                         "high_freq_factor": 4.0, "original_max_position_embeddings": 64}))


def mistral(width):
    """Mistral: llama with a window."""
    return tf.MistralForCausalLM(tf.MistralConfig(**shape(width), tie_word_embeddings=False, sliding_window=48,
                                                  rope_parameters=plain(10000.0)))


def qwen2(width):
    """Qwen 2: biases, halves turn, tied head, YaRN."""
    return tf.Qwen2ForCausalLM(tf.Qwen2Config(
        **shape(width), tie_word_embeddings=True,
        rope_parameters={"rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 64}))


def qwen3(width):
    """Qwen 3: normed queries and keys, heads wider than the width's share."""
    return tf.Qwen3ForCausalLM(tf.Qwen3Config(**shape(width), head_dim=width // 2, tie_word_embeddings=False,
                                              rope_parameters=plain(1e6)))


def gemma3(width):
    """Gemma 3: norms around, windows in five of six layers, two rotations, one of them stretched, bounded logits."""
    return tf.Gemma3ForCausalLM(tf.Gemma3TextConfig(
        **shape(width, layers=6, hidden=width), head_dim=width // 2, query_pre_attn_scalar=width // 2,
        sliding_window=40, final_logit_softcapping=30.0, tie_word_embeddings=True,
        rope_parameters={"full_attention": {"rope_type": "linear", "rope_theta": 1e6, "factor": 8.0},
                         "sliding_attention": plain(10000.0)}))


def phi3(width):
    """Phi 3: fused matrices, three quarters of a head turn, two lists of factors, a window."""
    pairs = width // 2 * 3 // 4 // 2
    return tf.Phi3ForCausalLM(tf.Phi3Config(
        **(shape(width) | {"num_attention_heads": 2, "num_key_value_heads": 1}), tie_word_embeddings=False, pad_token_id=0,
        sliding_window=100, original_max_position_embeddings=64, partial_rotary_factor=0.75,
        rope_parameters={"rope_type": "longrope", "rope_theta": 10000.0, "partial_rotary_factor": 0.75,
                         "original_max_position_embeddings": 64,
                         "short_factor": [1 + 0.02 * i for i in range(pairs)],
                         "long_factor": [1 + 0.4 * i for i in range(pairs)]}))


def smollm3(width):
    """SmolLM3: each fourth layer doesn't turn."""
    return tf.SmolLM3ForCausalLM(tf.SmolLM3Config(**shape(width, layers=4, hidden=width), pad_token_id=0,
                                                  tie_word_embeddings=True, rope_parameters=plain(5e4)))


def gpt2(width):
    """GPT-2: learned positions, LayerNorm, biases, no gate."""
    return tf.GPT2LMHeadModel(tf.GPT2Config(vocab_size=VOCAB, n_positions=CONTEXT, n_embd=width, n_layer=2, n_head=4))


def bert(width):
    """BERT: sees both sides, norms behind, ends in vectors."""
    return tf.BertModel(tf.BertConfig(
        vocab_size=len(wordpieces()), hidden_size=width, num_hidden_layers=2, num_attention_heads=4,
        intermediate_size=2 * width, max_position_embeddings=CONTEXT, hidden_act="gelu"), add_pooling_layer=False)


MODELS = {f.__name__: f for f in (llama, mistral, qwen2, qwen3, gemma3, phi3, smollm3, gpt2, bert)}
ARCHS = {"mistral": "llama"}


def shape(width, layers=2, hidden=None):
    return dict(vocab_size=VOCAB, hidden_size=width, intermediate_size=hidden or 2 * width, num_hidden_layers=layers,
                num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=CONTEXT)


def plain(base):
    return {"rope_type": "default", "rope_theta": base}


def rounded(x, bits=5):
    """x with so many significant bits."""
    mantissa, exponent = torch.frexp(x)
    return torch.ldexp(torch.round(mantissa * 2**bits) / 2**bits, exponent)


def randomise(model, seed):
    """Gives every parameter a random value of a size that lets positions, heads and layers all matter."""
    random = torch.Generator().manual_seed(seed)
    for name, p in model.named_parameters():
        x = torch.randn(p.shape, generator=random)
        if "embed" in name or "wte" in name or "wpe" in name:
            x *= 0.3 if "position" in name or "wpe" in name else 1
        elif "norm" in name.lower() or ".ln_" in name:
            x = 0.1 * x + (1 if name.endswith("weight") and "Gemma" not in type(model).__name__ else 0)
        elif p.dim() == 1:
            x *= 0.2
        else:
            fan = p.shape[0] if "GPT2" in type(model).__name__ and "lm_head" not in name else p.shape[1]
            x *= (2.5 if "lm_head" in name else 1.3) / math.sqrt(fan)
        if "Gemma" in type(model).__name__ and name == "model.norm.weight":
            x += 3
        p.data = rounded(x)
    if model.get_output_embeddings() is not None and model.config.tie_word_embeddings:
        table = model.get_input_embeddings().weight
        gain = 0.8 if "Gemma" in type(model).__name__ else 2.5  # it scales them up where they come in
        table.data = rounded(table.data * gain / math.sqrt(table.shape[1]))
    return model.eval()


def permuted(w, heads):
    """The converter's order of a head's rows, in which pairs that turn together are neighbours."""
    return w.reshape(heads, 2, w.shape[0] // heads // 2, *w.shape[1:]).swapaxes(1, 2).reshape(w.shape)


def tensors(name, model):
    """The model's tensors, by their names in a GGUF file."""
    arch, config = ARCHS.get(name, name), model.config
    kind = next(k for k, v in gguf.MODEL_ARCH_NAMES.items() if v == arch)
    names = gguf.get_tensor_name_map(kind, config.num_hidden_layers)
    for key, value in model.state_dict().items():
        w = value.numpy()
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if name == "bert" and "position_ids" in key:
            continue
        target = names.get_name(key, try_suffixes=(".weight", ".bias"))
        if arch in ("llama", "smollm3") and key.endswith(("q_proj.weight", "k_proj.weight")):
            w = permuted(w, config.num_attention_heads if "q_proj" in key else config.num_key_value_heads)
        if arch == "gpt2" and w.ndim == 2 and "wte" not in key and "wpe" not in key:
            w = w.T
        if arch == "gemma3" and key.endswith("norm.weight"):
            w = w + 1
        half = w.ndim == 2 and not target.startswith(("position_embd", "token_types"))
        yield target, np.ascontiguousarray(w.astype(np.float16 if half else np.float32))
    rope = config.to_dict().get("rope_parameters") or {}
    if rope.get("rope_type") == "llama3":
        yield "rope_freqs.weight", llama3_factors(rope, config.hidden_size // config.num_attention_heads)
    if rope.get("rope_type") == "longrope":
        yield "rope_factors_long.weight", np.array(rope["long_factor"], np.float32)
        yield "rope_factors_short.weight", np.array(rope["short_factor"], np.float32)


def llama3_factors(rope, dim):
    """What divides each frequency, as Llama 3.1 defines it."""
    wave = 2 * np.pi * rope["rope_theta"] ** (np.arange(0, dim, 2) / dim)
    turns = rope["original_max_position_embeddings"] / wave
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((turns - low) / (high - low), 0, 1)
    return (1 / ((1 - smooth) / rope["factor"] + smooth)).astype(np.float32)


def describe(w, name, model):
    """Writes the hyper-parameters."""
    c, arch = model.config, ARCHS.get(name, name)
    w.add_name("Random " + name.replace("phi3", "phi 3"))  # llama.cpp looks for tokens by that name
    w.add_block_count(c.num_hidden_layers)
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_head_count(c.num_attention_heads)
    w.add_vocab_size(c.vocab_size)
    if arch in ("gpt2", "bert"):
        w.add_layer_norm_eps(c.layer_norm_epsilon if arch == "gpt2" else c.layer_norm_eps)
        w.add_feed_forward_length(4 * c.hidden_size if arch == "gpt2" else c.intermediate_size)
        if arch == "bert":
            w.add_causal_attention(False)
            w.add_pooling_type(gguf.PoolingType.MEAN)
            w.add_token_type_count(2)
        return
    w.add_feed_forward_length(c.intermediate_size)
    w.add_head_count_kv(c.num_key_value_heads)
    w.add_layer_norm_rms_eps(c.rms_norm_eps)
    dim = getattr(c, "head_dim", None) or c.hidden_size // c.num_attention_heads
    if arch in ("qwen3", "gemma3"):
        w.add_key_length(dim)
        w.add_value_length(dim)
    rope = c.rope_parameters
    if arch == "gemma3":
        w.add_rope_freq_base_swa(rope["sliding_attention"]["rope_theta"])
        w.add_final_logit_softcapping(c.final_logit_softcapping)
        rope = rope["full_attention"]
    w.add_rope_freq_base(rope["rope_theta"])
    w.add_rope_dimension_count(int(dim * rope.get("partial_rotary_factor", 1)))
    if getattr(c, "sliding_window", None):
        w.add_sliding_window(c.sliding_window)
    if rope["rope_type"] in ("linear", "yarn"):
        w.add_rope_scaling_type(gguf.RopeScalingType(rope["rope_type"]))
        w.add_rope_scaling_factor(rope["factor"])
    if rope["rope_type"] == "longrope":
        stretch = c.max_position_embeddings / rope["original_max_position_embeddings"]
        w.add_rope_scaling_type(gguf.RopeScalingType.LONGROPE)
        w.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(stretch) / math.log(rope["original_max_position_embeddings"])))
    if rope["rope_type"] in ("longrope", "yarn"):
        w.add_rope_scaling_orig_ctx_len(rope["original_max_position_embeddings"])


def letters():
    """What stands for each byte in the vocabularies of byte-level tokenizers."""
    shown = [*range(33, 127), *range(161, 173), *range(174, 256)]
    hidden = [b for b in range(256) if b not in shown]
    return [chr(b) if b in shown else chr(256 + hidden.index(b)) for b in range(256)]


def wordpieces():
    words = ["the", "a", "of", "and", "steel", "bottle", "water", "cold", "keep", "##s", "##ing", "##ed", "bamboo", "board", "for",
             "your", "kitchen", "light", "night", "shoe", "run", "##ner", "blue", "red", "big", "small", "with", "without", "lid",
             "不", "锈", "钢", "保", "温", "杯", "竹", "板", ",", ".", "!"]
    single = [chr(c) for c in range(ord("a"), ord("z") + 1)] + [str(d) for d in range(10)]
    return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words + [s for s in single if s not in words] + ["##" + s for s in single if "##" + s not in words]


def vocabulary(w, name):
    """Writes a tokenizer: of bytes, or of words and their pieces."""
    if name == "bert":
        words = wordpieces()
        w.add_tokenizer_model("bert")
        w.add_tokenizer_pre("jina-v2-en")
        w.add_token_list([t if t[0] == "[" else t[2:] if t[:2] == "##" else "\u2581" + t for t in words])
        w.add_token_types([3 if t[0] == "[" else 1 for t in words])
        w.add_pad_token_id(0)
        w.add_unk_token_id(1)
        w.add_bos_token_id(2)
        w.add_sep_token_id(3)
        w.add_eos_token_id(3)
        w.add_mask_token_id(4)
        return
    tokens = letters() + [m.replace(" ", "") for m in MERGES] + CONTROLS
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre("smollm")
    w.add_token_list(tokens)
    w.add_token_types([1] * (VOCAB - len(CONTROLS)) + [3] * len(CONTROLS))
    w.add_token_merges(MERGES)
    w.add_bos_token_id(VOCAB - 3)
    w.add_eos_token_id(VOCAB - 1)
    w.add_add_bos_token(False)


def write(name, model):
    """The bytes of the GGUF file."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.gguf")
        w = gguf.GGUFWriter(path, ARCHS.get(name, name))
        describe(w, name, model)
        vocabulary(w, name)
        for key, value in tensors(name, model):
            w.add_tensor(key, value)
        w.write_header_to_file()
        w.write_kv_data_to_file()
        w.write_tensors_to_file()
        w.close()
        return open(path, "rb").read()


def reference(name, model):
    """Logits at some positions of sequences: shorter than a page of keys, and longer than it and than any window."""
    out = []
    for i, (length, context) in enumerate([(9, 64), (61, 64), (150, CONTEXT), (200, CONTEXT)]):
        if context == 64 and name not in ("phi3", "llama"):
            context = CONTEXT
        ids = [(j * j * 7 + j * 3 + i * 31) % 253 for j in range(length)]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0]
        at = sorted({0, length // 3, 64, 65, 101, 127, 128, length - 2, length - 1} & set(range(length)))
        out.append({"context": context, "ids": ids, "at": at, "logits": [[float(f"{x:.6g}") for x in logits[p].tolist()] for p in at]})
    return {"sequences": out}


TEXTS = [
    "steel bottle", "the water bottle keeps your water cold", "bamboo board for your kitchen, big and small!",
    "不锈钢保温杯", "不 锈 钢 bottle with lid.", "", "running runners run", "zebra 42 quiz",
    " ".join(["a big red steel bottle without lid and a small blue light for the night"] * 8),
    " ".join(["the cold water of the bamboo kitchen"] * 60),
]


def embeddings(model):
    """The texts' vectors: means of the last layer, of length 1. Each text's tokens are those of the reference tokenizer."""
    words = tokenizer("bert")
    words.enable_truncation(CONTEXT)
    out = []
    for text in TEXTS:
        ids = words.encode(text).ids
        with torch.no_grad():
            v = model(torch.tensor([ids])).last_hidden_state[0].mean(0)
        v = v / v.norm()
        out.append({"text": text, "ids": ids, "vector": [float(f"{x:.6g}") for x in v.tolist()]})
    return {"texts": out}


def tokenizer(name):
    """The same vocabulary as a tokenizer of Hugging Face's."""
    if name == "bert":
        return tokenizers.BertWordPieceTokenizer({t: i for i, t in enumerate(wordpieces())})
    tokens = letters() + [m.replace(" ", "") for m in MERGES] + CONTROLS
    t = tokenizers.Tokenizer(tokenizers.models.BPE(
        {t: i for i, t in enumerate(tokens)}, [tuple(m.split()) for m in MERGES], byte_fallback=False))
    t.pre_tokenizer = tokenizers.pre_tokenizers.Sequence([
        tokenizers.pre_tokenizers.Digits(individual_digits=True), tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)])
    t.decoder = tokenizers.decoders.ByteLevel()
    t.add_special_tokens(CONTROLS)
    return t


def publish(folder, name, model):
    """Writes the model as its author would publish it: a folder with config.json, model.safetensors and tokenizer.json."""
    model.config.bos_token_id, model.config.eos_token_id = (2, 3) if name == "bert" else (VOCAB - 3, VOCAB - 1)
    if getattr(model, "generation_config", None):
        model.generation_config = tf.GenerationConfig(bos_token_id=VOCAB - 3, eos_token_id=VOCAB - 1)
    model.to(torch.float32 if name == "bert" else torch.float16).save_pretrained(folder)
    special = dict(unk_token="[UNK]", pad_token="[PAD]", cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]") if name == "bert" else dict(
        bos_token=CONTROLS[0], eos_token=CONTROLS[2])
    t = tokenizer(name)
    tf.PreTrainedTokenizerFast(tokenizer_object=getattr(t, "_tokenizer", t), **special).save_pretrained(folder)


def save(path, data, compress):
    if not compress:
        open(path, "wb").write(data)
        return
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as z:
        z.write(data)
    open(path + ".gz", "wb").write(packed.getvalue())


def main():
    args = argparse.ArgumentParser()
    args.add_argument("folder")
    args.add_argument("--only", choices=MODELS)
    args.add_argument("--width", type=int, default=64)
    args.add_argument("--plain", action="store_true")
    args.add_argument("--folders", action="store_true", help="Hugging Face folders too")
    args = args.parse_args()
    tf.logging.set_verbosity_error()
    os.makedirs(args.folder, exist_ok=True)
    for i, (name, make) in enumerate(MODELS.items()):
        if args.only not in (None, name):
            continue
        model = randomise(make(args.width), i)
        found = embeddings(model) if name == "bert" else reference(name, model)
        path = os.path.join(args.folder, name)
        save(path + ".gguf", write(name, model), not args.plain)
        if args.folders:
            publish(path, name, model)
        save(path + ".json", json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode(), not args.plain)


if __name__ == "__main__":
    main()
