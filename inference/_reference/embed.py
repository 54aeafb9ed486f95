"""Makes the reference vectors of inference's embedding test: sentence-transformers in float32.

    python embed.py FOLDER ../testdata/minilm.json.gz     # FOLDER: all-MiniLM-L6-v2, as downloaded

Texts are read up to the 256 tokens that sentence-transformers reads with this model.
"""

import gzip
import io
import json
import sys

from sentence_transformers import SentenceTransformer

PARAGRAPH = (
    "The 750 ml bottle is made of stainless steel with a double wall, so that it keeps drinks cold for a day and hot for twelve "
    "hours. Its lid closes tightly, and a loop of silicone lets you carry it with one finger. The wide mouth takes ice cubes and "
    "is easy to clean; everything but the lid may go into the dishwasher. It fits the cup holders of most cars and bicycles. "
)
ABSATZ = "这款不锈钢保温杯容量750毫升，采用双层真空设计，可保冷二十四小时、保温十二小时。杯盖密封防漏，硅胶提环便于携带，宽口设计方便放入冰块和清洗。"

TEXTS = [
    "steel bottle", "stainless steel water bottle, 750 ml", "A bottle that keeps tea hot all day.", "bamboo cutting board",
    "The board has a groove that catches juice.", "men's waterproof hiking boots", "Women's running shoes, size 39–42, light blue",
    "LED desk lamp with USB-C and three brightness levels", "Our return policy: items can be returned within 30 days of delivery.",
    "Is this lamp dimmable?", "The quick brown fox jumps over the lazy dog.", "SKU A-100 costs $19.90 (incl. VAT).",
    "Déjà vu: crème brûlée à la façon naïve", "UPPER CASE AND lower case", "e-mail: sales@example.com, tel. +49 30 123456",
    "100% cotton 🧵 machine wash at 30 °C 👍", "", "a", "¿Dónde está la biblioteca?", "Straße, Größe, Äpfel",
    "不锈钢保温杯", "一款不锈钢保温杯，容量750毫升。", "竹制砧板", "男士防水登山鞋", "这款台灯可以调节亮度吗？",
    "床前明月光，疑是地上霜。", "蓝色 steel 水瓶 750ml", PARAGRAPH, ABSATZ, PARAGRAPH * 3, ABSATZ * 4, PARAGRAPH * 5, ABSATZ * 6,
]


def main():
    model = SentenceTransformer(sys.argv[1], device="cpu")
    vectors = model.encode(TEXTS, normalize_embeddings=True, batch_size=1)
    texts = [{"text": t, "vector": [float(f"{x:.5g}") for x in v]} for t, v in zip(TEXTS, vectors.tolist())]
    lines = [json.dumps(t, ensure_ascii=False, separators=(",", ":")) for t in texts]
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0) as z:
        z.write(('{"texts": [\n%s\n]}' % ",\n".join(lines)).encode())
    open(sys.argv[2], "wb").write(packed.getvalue())


if __name__ == "__main__":
    main()
