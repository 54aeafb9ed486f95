"""What a GGUF file's weights ask of a machine: bytes and multiply-adds per token. Reads the file's directory alone."""

import struct

# Elements and bytes of a block, by tensor type.
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 30: (1, 2),
}
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
TEXT, LIST = 8, 9


class Reader:
    def __init__(self, file):
        self.file = file

    def scalar(self, form):
        return struct.unpack("<" + form, self.file.read(struct.calcsize("<" + form)))[0]

    def text(self):
        return self.file.read(self.scalar("Q")).decode(errors="replace")

    def value(self, kind):
        if kind == TEXT:
            return self.text()
        if kind == LIST:
            of, count = self.scalar("I"), self.scalar("Q")
            if of in SCALARS:
                self.file.seek(count * struct.calcsize("<" + SCALARS[of]), 1)
                return None
            for _ in range(count):
                self.value(of)
            return None
        return self.scalar(SCALARS[kind])


def work_per_token(path):
    """Bytes read and multiply-adds done for a token whose logits are wanted, and for one whose aren't:
    {"bytes", "macs", "prompt_macs"}. Matrices only: attention over the context comes on top."""
    with open(path, "rb") as file:
        r = Reader(file)
        if file.read(4) != b"GGUF":
            return None
        r.scalar("I")
        tensors, values = r.scalar("Q"), r.scalar("Q")
        for _ in range(values):
            r.text()
            r.value(r.scalar("I"))
        sizes = {}
        for _ in range(tensors):
            name, dims = r.text(), [r.scalar("Q") for _ in range(r.scalar("I"))]
            kind = r.scalar("I")
            r.scalar("Q")
            elements = 1
            for d in dims:
                elements *= d
            if len(dims) > 1 and kind in BLOCKS:
                block, size = BLOCKS[kind]
                sizes[name] = (elements, elements // block * size)
    inside = [v for name, v in sizes.items() if name.startswith("blk.")]
    last = sizes.get("output.weight") or sizes.get("token_embd.weight")
    macs = sum(v[0] for v in inside)
    return {"bytes": sum(v[1] for v in inside) + last[1], "macs": macs + last[0], "prompt_macs": macs}
