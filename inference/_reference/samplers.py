"""Makes the samplers' reference distributions with llama.cpp, for inference/internal/sample's tests.

    python samplers.py LIBLLAMA ../internal/sample/testdata/samplers.json

LIBLLAMA is llama.cpp's shared library, whose samplers are called through ctypes. A case is a set of logits (in 64ths), the
tokens written before (those that hold a DRY breaker are 1 and 2) and the parameters; its result is what the chain of
samplers leaves before the draw: tokens and probabilities.
Mirostat's draws are its own: a case has the share that it drew, from which its bound moves, and what it leaves next time.
"""

import ctypes as c
import json
import math
import random
import sys

lib = c.CDLL(sys.argv[1])


class Data(c.Structure):
    _fields_ = [("id", c.c_int32), ("logit", c.c_float), ("p", c.c_float)]


class Array(c.Structure):
    _fields_ = [("data", c.POINTER(Data)), ("size", c.c_size_t), ("selected", c.c_int64), ("sorted", c.c_bool)]


class Bias(c.Structure):
    _fields_ = [("token", c.c_int32), ("bias", c.c_float)]


class Vector(c.Structure):  # std::vector
    _fields_ = [("begin", c.c_void_p), ("end", c.c_void_p), ("room", c.c_void_p)]


BREAKERS = (1, 2)
DRY = "_Z30llama_sampler_init_dry_testingffiiRKSt6vectorIS_IiSaIiEESaIS1_EE"


def function(name, *types):
    f = getattr(lib, name)
    f.restype, f.argtypes = c.c_void_p, types
    return f


def sampler(name, *args):
    types = [c.c_float if isinstance(a, float) else c.c_size_t for a in args]
    return function("llama_sampler_init_" + name, *types)(*args)


def dry(multiplier, base, allowed, last):
    inner = (Vector * len(BREAKERS))()
    keep = []
    for i, token in enumerate(BREAKERS):
        cell = c.c_int32(token)
        keep.append(cell)
        at = c.addressof(cell)
        inner[i] = Vector(at, at + 4, at + 4)
    at = c.addressof(inner)
    outer = Vector(at, at + c.sizeof(inner), at + c.sizeof(inner))
    f = function(DRY, c.c_float, c.c_float, c.c_int32, c.c_int32, c.POINTER(Vector))
    return f(multiplier, base, allowed, last, c.byref(outer))


def chain(p, vocabulary):
    """The samplers of p, in the order of common_params_sampling."""
    list = []
    if "bias" in p:
        biases = (Bias * len(p["bias"]))(*[Bias(t, b) for t, b in p["bias"]])
        list.append(function("llama_sampler_init_logit_bias", c.c_int32, c.c_int32, c.c_void_p)(vocabulary, len(biases), biases))
    if "repeat" in p or "frequency" in p or "presence" in p:
        f = function("llama_sampler_init_penalties", c.c_int32, c.c_int32, c.c_float, c.c_float, c.c_float)
        list.append(f(vocabulary, p["last"], p.get("repeat", 1.0), p.get("frequency", 0.0), p.get("presence", 0.0)))
    if "dry" in p:
        list.append(dry(*p["dry"]))
    if "sigma" in p:
        list.append(sampler("top_n_sigma", p["sigma"]))
    if "top_k" in p:
        list.append(function("llama_sampler_init_top_k", c.c_int32)(p["top_k"]))
    if "typical" in p:
        list.append(sampler("typical", p["typical"], 1))
    if "top_p" in p:
        list.append(sampler("top_p", p["top_p"], 1))
    if "min_p" in p:
        list.append(sampler("min_p", p["min_p"], 1))
    if "xtc" in p:
        list.append(function("llama_sampler_init_xtc", c.c_float, c.c_float, c.c_size_t, c.c_uint32)(*p["xtc"], 1, 7))
    list.append(sampler("temp", p["temperature"]))
    return list


accept = function("llama_sampler_accept", c.c_void_p, c.c_int32)
apply = function("llama_sampler_apply", c.c_void_p, c.c_void_p)


def array(logits):
    data = (Data * len(logits))(*[Data(i, l / 64, 0) for i, l in enumerate(logits)])
    return data, Array(data, len(logits), -1, False)


def left(cur):
    rows = [(cur.data[i].id, cur.data[i].logit) for i in range(cur.size) if cur.data[i].logit > -math.inf]
    top = max(l for _, l in rows)
    total = sum(math.exp(l - top) for _, l in rows)
    return [[t, round(math.exp(l - top) / total, 7)] for t, l in sorted(rows)]


def distribution(case):
    data, cur = array(case["logits"])
    for s in chain(case["params"], len(case["logits"])):
        for token in case["written"]:
            accept(s, token)
        apply(s, c.byref(cur))
    return left(cur)


def mirostat(case):
    tau, eta = case["params"]["mirostat"]
    s = function("llama_sampler_init_mirostat_v2", c.c_uint32, c.c_float, c.c_float)(5, tau, eta)
    steps = []
    for _ in range(4):
        data, cur = array(case["logits"])
        apply(sampler("temp", case["params"]["temperature"]), c.byref(cur))
        apply(s, c.byref(cur))
        steps.append({"left": left(cur), "share": cur.data[cur.selected].p})
    return steps


def main():
    rng = random.Random(20)
    cases = []

    def add(n, spread, params, alphabet=12):
        logits = []
        while len(logits) < n:
            l = round(rng.gauss(0, spread) * 64)
            if l not in logits:  # equal ones have no order
                logits.append(l)
        written = [rng.randrange(alphabet) if rng.random() < 0.7 else rng.randrange(3, 6) for _ in range(40)]
        if "dry" in params:
            written += written[20:26]
        case = {"logits": logits, "written": written, "params": {"temperature": 1.0, **params}}
        if "mirostat" in params:
            case["steps"] = mirostat(case)
        else:
            case["left"] = distribution(case)
        cases.append(case)

    for p in [
        {}, {"temperature": 0.6}, {"temperature": 2.0},
        {"bias": [[3, 2.5], [7, -3.0]]},
        {"repeat": 1.3, "last": 16}, {"frequency": 0.4, "last": 64}, {"presence": 0.7, "last": 10},
        {"repeat": 1.1, "frequency": 0.2, "presence": 0.3, "last": 32},
        {"dry": [0.8, 1.75, 2, 64]}, {"dry": [1.2, 2.0, 1, 20]}, {"dry": [0.5, 1.5, 3, 64]}, {"dry": [2.0, 1.75, 2, 40]},
        {"sigma": 1.0}, {"sigma": 2.2}, {"top_k": 5}, {"top_k": 40}, {"typical": 0.5}, {"typical": 0.9},
        {"top_p": 0.5}, {"top_p": 0.95}, {"min_p": 0.05}, {"min_p": 0.3}, {"xtc": [1.0, 0.1]}, {"xtc": [1.0, 0.02]},
        {"top_k": 40, "top_p": 0.95, "min_p": 0.05, "temperature": 0.8},
        {"sigma": 1.8, "top_k": 20, "typical": 0.8, "top_p": 0.9, "min_p": 0.1, "xtc": [1.0, 0.08], "temperature": 1.3},
        {"typical": 0.7, "min_p": 0.2, "temperature": 0.9}, {"typical": 0.6, "top_p": 0.8},
        {"bias": [[0, 4.0]], "repeat": 1.2, "last": 20, "dry": [1.0, 1.75, 2, 64], "top_k": 12, "xtc": [1.0, 0.05]},
        {"mirostat": [3.0, 0.1]}, {"mirostat": [2.0, 0.4], "temperature": 0.7}, {"mirostat": [5.0, 0.2], "temperature": 1.5},
    ]:
        for n, spread in (16, 2.5), (200, 1.5):
            add(n, spread, p, alphabet=12 if "dry" not in p else 7)
    with open(sys.argv[2], "w", encoding="utf-8") as out:
        json.dump(cases, out, separators=(",", ":"))


main()
