"""Makes the reference of label scores with transformers, for inference's tests.

    python score.py FOLDER ../testdata/score.json

FOLDER is the folder that models.py --folders wrote for the random model "llama". Prompt and labels are random tokens; some
labels begin alike, one is another's beginning, one is longer than a pass computes at once. A label's score is the
log-probability of each of its tokens, in float32.
"""

import json
import random
import sys

import torch
from transformers import AutoModelForCausalLM


def main():
    model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype=torch.float32).eval()
    rng = random.Random(4)
    n = model.config.vocab_size

    def tokens(k):
        return [rng.randrange(n) for _ in range(k)]

    prompt = tokens(70)
    head, longer = tokens(3), tokens(40)
    labels = [tokens(1), tokens(4), head, head + tokens(2), head + tokens(1), head[:2] + tokens(3), longer, longer[:35] + tokens(4)]
    logs = []
    with torch.no_grad():
        for label in labels:
            out = model(torch.tensor([prompt + label])).logits[0].log_softmax(-1)
            logs.append([round(out[len(prompt) + i - 1, t].item(), 6) for i, t in enumerate(label)])
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        json.dump({"prompt": prompt, "labels": labels, "logs": logs}, file, separators=(",", ":"))


main()
