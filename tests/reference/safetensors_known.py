"""Writes and checks known.safetensors, byte for byte what SafeTensors.Write must give.

    python3 safetensors_known.py write > known.safetensors
    python3 safetensors_known.py read FILE       # prints what a file holds, with the safetensors package where it is installed

The header is padded with spaces to a multiple of 8, keys stand in the order of the tensors, and there is no white space between tokens.
"""
import json
import struct
import sys

SIZES = {"F32": 4, "F64": 8, "BF16": 2, "I64": 8, "U8": 1}
TENSORS = [
    ("blocks.0.weight", "F32", [2, 3], struct.pack("<6f", 1.0, -2.5, 0.0, -0.0, 3.4028234663852886e38, 1e-45)),
    ("scale", "F64", [], struct.pack("<d", 0.1)),
    ("counts", "I64", [2], struct.pack("<2q", -1, 1 << 40)),
    ("empty", "F32", [0, 4], b""),
    ("half", "BF16", [3], bytes([0x80, 0x3F, 0x00, 0xC0, 0x00, 0x00])),
    ("bytes", "U8", [5], bytes([0, 1, 2, 254, 255])),
]
METADATA = {"format": "pt", "step": "200"}


def write():
    header, offset = {"__metadata__": METADATA}, 0
    for name, dtype, shape, data in TENSORS:
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<q", len(text)) + text + b"".join(data for *_, data in TENSORS)


def read(content):
    (length,) = struct.unpack("<q", content[:8])
    header = json.loads(content[8:8 + length])
    metadata = header.pop("__metadata__", {})
    elements, tensors, end = content[8 + length:], {}, 0
    assert length % 8 == 0, "elements do not begin at a multiple of 8"
    for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        count = 1
        for size in entry["shape"]:
            count *= size
        assert begin == end and stop - begin == count * SIZES[entry["dtype"]], name
        tensors[name], end = (entry["dtype"], entry["shape"], elements[begin:stop]), stop
    assert end == len(elements), "bytes behind the last tensor"
    return tensors, metadata


if sys.argv[1] == "write":
    sys.stdout.buffer.write(write())
else:
    with open(sys.argv[2], "rb") as file:
        content = file.read()
    tensors, metadata = read(content)
    try:
        from safetensors import deserialize
        print("safetensors package:", sorted(name for name, _ in deserialize(content)))
    except ImportError:
        pass
    if content == write():
        assert tensors == {name: (dtype, shape, data) for name, dtype, shape, data in TENSORS} and metadata == METADATA
        print("this is known.safetensors")
    for name, (dtype, shape, data) in tensors.items():
        print(name, dtype, shape, len(data), "bytes")
    print("metadata", metadata)
