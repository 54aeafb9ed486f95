"""Makes the reference of inference/internal/quant's quantisers: rows of weights and the bytes that the gguf package makes.

    python quantise.py > ../internal/quant/testdata/quantised.json

Rows are ordinary weights, ones with outliers, halves of steps, constants, zeros, and numbers too small for a scale.
"""

import base64
import json
import sys

import gguf
import numpy as np

TYPES = "F16 BF16 Q8_0 Q4_0 Q4_1".split()


def rows():
    rng = np.random.default_rng(20261125)
    yield from rng.normal(0, 0.02, (8, 32))
    yield from rng.standard_t(2, (8, 32))
    yield from np.round(rng.normal(0, 40, (4, 32))) / 2
    yield np.arange(-16, 16)
    yield -np.arange(32.0)
    yield np.full(32, 0.37)
    yield np.zeros(32)
    yield rng.normal(0, 1e-6, 32)
    yield np.concatenate([[1e4], rng.normal(0, 1e-3, 31)])
    yield np.concatenate([[-3.0, 3.0], np.zeros(30)])


def text(a):
    return base64.b64encode(a.tobytes()).decode()


def main():
    x = np.array(list(rows()), dtype="<f4")
    out = {"weights": text(x), "blocks": {}}
    for name in TYPES:
        out["blocks"][name] = text(np.ascontiguousarray(gguf.quants.quantize(x, gguf.GGMLQuantizationType[name])))
    json.dump(out, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
