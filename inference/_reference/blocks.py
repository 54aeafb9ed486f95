"""Makes the reference blocks of inference/internal/quant's tests: random blocks of every type, dequantised by the gguf package.

    python blocks.py > ../internal/quant/testdata/blocks.json

Codes are random bytes; the binary16 scales are ordinary numbers, one of them subnormal.
"""

import base64
import json
import sys

import gguf
import numpy as np

TYPES = "F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_NL IQ4_XS".split()

# Where a block's binary16 numbers stand.
SCALES = {
    "F16": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2], "Q8_0": [0], "Q2_K": [80, 82], "Q3_K": [108],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208], "IQ4_NL": [0], "IQ4_XS": [0],
}

WEIGHTS = 512


def main():
    rng = np.random.default_rng(20261124)
    vectors = []
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        elems, size = gguf.GGML_QUANT_SIZES[kind]
        blocks = rng.integers(0, 256, (WEIGHTS // elems, size), dtype=np.uint8)
        for offset in SCALES.get(name, []):
            scales = rng.normal(0, 0.02, len(blocks)).astype(np.float16)
            scales[0] = 3e-7
            blocks[:, offset : offset + 2] = scales.view(np.uint8).reshape(-1, 2)
        if name == "BF16":
            values = rng.normal(0, 1, WEIGHTS).astype(np.float32)
            blocks = np.ascontiguousarray(values.view(np.uint8).reshape(-1, 4)[:, 2:])
        weights = gguf.quants.dequantize(blocks.reshape(-1), kind).astype("<f4").reshape(-1)
        assert weights.size == WEIGHTS and np.isfinite(weights).all()
        vectors.append({
            "type": name, "id": int(kind), "elems": elems, "bytes": size,
            "blocks": base64.b64encode(blocks.tobytes()).decode(),
            "weights": base64.b64encode(weights.tobytes()).decode(),
        })
    json.dump(vectors, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
