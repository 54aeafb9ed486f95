"""Makes the reference logits of inference's parity test: transformers in float32 over a GGUF file's dequantised weights.

    python logits.py MODEL.gguf > ../testdata/logits-NAME.json

For each prompt and three positions in it: the 64 largest logits with their ids, and the logarithm of the sum of all
exponentials, so that the test can compute the distribution and its divergence.
"""

import json
import os
import sys

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOP = 64

PROMPTS = [
    "The stainless steel bottle keeps drinks",
    "Bamboo cutting board with juice groove, 38 × 25 cm. A sturdy companion for",
    "Title: Men's waterproof hiking boots\nDescription: These boots",
    "1, 1, 2, 3, 5, 8, 13, 21,",
    "def area(width, height):\n    return width *",
    "The capital of France is Paris. The capital of Germany is",
    "Our return policy: items can be returned within 30 days of delivery if they are unused and in their original",
    "To be, or not to be, that is the",
    "Ingredients: water, sugar, lemon juice, natural",
    "Dear customer,\n\nthank you for your order. Your parcel has been",
    "- Material: 100% cotton\n- Size: M, L, XL\n- Care: machine wash at 30°C\n-",
    "SKU,Title,Price\nA-100,Steel bottle 750 ml,19.90\nA-101,",
    "一款不锈钢保温杯，容量750毫升，",
    "这款竹制砧板采用天然竹子制成，表面光滑，",
    "床前明月光，疑是地上霜。举头望明月，",
    "产品名称：男士防水登山鞋\n产品描述：",
    "北京是中国的首都，东京是",
    "尊敬的客户：\n您好！感谢您购买我们的",
    "材质：纯棉\n尺码：M、L、XL\n洗涤：",
    "请用一句话介绍这款蓝牙耳机：",
    "<|im_start|>user\nWrite a product title for a steel bottle, 750 ml, blue.<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>system\nYou write product copy. Use only the facts given.<|im_end|>\n<|im_start|>user\nFacts: desk lamp, LED, 3 "
    "brightness levels, USB-C, white. Write one sentence.<|im_end|>\n<|im_start|>assistant\nThis white",
    "<|im_start|>system\n你是电商文案写手，只使用给出的信息。<|im_end|>\n<|im_start|>user\n商品：陶瓷马克杯，350毫升，可微波。写一个标题。"
    "<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>user\n把下面的句子翻译成英文：这只背包有两个侧袋和一个笔记本隔层。<|im_end|>\n<|im_start|>assistant\nThis backpack has",
]


def main():
    folder, name = os.path.split(os.path.abspath(sys.argv[1]))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32)
    model.eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    prompts = []
    for text in PROMPTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].double()
        positions = []
        for at in sorted({len(ids) // 3, 2 * len(ids) // 3, len(ids) - 1}):
            top = torch.topk(logits[at], TOP)
            positions.append({
                "at": at,
                "ids": top.indices.tolist(),
                "logits": [round(x, 4) for x in top.values.tolist()],
                "lse": round(torch.logsumexp(logits[at], 0).item(), 5),
            })
        prompts.append({"text": text, "ids": ids, "positions": positions})
    lines = [json.dumps(p, ensure_ascii=False, separators=(",", ":")) for p in prompts]
    print('{"file": %s, "prompts": [\n%s\n]}' % (json.dumps(name), ",\n".join(lines)))


if __name__ == "__main__":
    main()
