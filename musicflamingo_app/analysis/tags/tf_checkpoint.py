"""Reads a TensorFlow V2 checkpoint (`.index` and `.data-00000-of-00001`) with numpy alone.

The index is a LevelDB table without compression: blocks of prefix-compressed keys, each value a BundleEntryProto
that says type, shape, offset and size of a tensor in the data file.
Source: tensorflow/core/protobuf/tensor_bundle.proto and leveldb/doc/table_format.md.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_FOOTER_BYTES = 48
_FLOAT32 = 1  # DataType.DT_FLOAT
_TYPE, _SHAPE, _OFFSET, _SIZE = 1, 2, 4, 5  # fields of BundleEntryProto


def read_checkpoint(index: Path, data: Path) -> dict[str, NDArray[np.float32]]:
    """Every float32 tensor by name. Raises ValueError for a compressed or broken index."""
    table, tensors = index.read_bytes(), data.read_bytes()
    footer, position = table[-_FOOTER_BYTES:], 0
    for _ in range(2):  # the meta index's handle, not needed
        _, position = _varint(footer, position)
    offset, position = _varint(footer, position)
    size, _ = _varint(footer, position)
    found = {}
    for _, handle in _entries(table, offset, size):
        block_offset, at = _varint(handle, 0)
        block_size, _ = _varint(handle, at)
        for key, value in _entries(table, block_offset, block_size):
            tensor = _tensor(value, tensors) if key else None
            if tensor is not None:
                found[key.decode()] = tensor
    return found


def _tensor(value: bytes, tensors: bytes) -> NDArray[np.float32] | None:
    numbers = {_TYPE: 0, _OFFSET: 0, _SIZE: 0}
    shape: list[int] = []
    for field, content in _fields(value):
        if field == _SHAPE and isinstance(content, bytes):
            dims = [part for number, part in _fields(content) if number == 2 and isinstance(part, bytes)]
            shape = [next((int(n) for f, n in _fields(dim) if f == 1 and isinstance(n, int)), 0) for dim in dims]
        elif isinstance(content, int):
            numbers[field] = content
    if numbers[_TYPE] != _FLOAT32:
        return None
    return np.frombuffer(tensors, "<f4", numbers[_SIZE] // 4, numbers[_OFFSET]).reshape(shape)


def _varint(data: bytes, position: int) -> tuple[int, int]:
    shift = result = 0
    while True:
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def _entries(table: bytes, offset: int, size: int) -> Iterator[tuple[bytes, bytes]]:
    """Key and value of each entry of one block."""
    if table[offset + size] != 0:
        raise ValueError("The checkpoint's index is compressed.")
    block = table[offset : offset + size]
    (n_restarts,) = struct.unpack("<I", block[-4:])
    end, position, key = len(block) - 4 - 4 * n_restarts, 0, b""
    while position < end:
        kept, position = _varint(block, position)
        n_new, position = _varint(block, position)
        n_value, position = _varint(block, position)
        key = key[:kept] + block[position : position + n_new]
        position += n_new
        yield key, block[position : position + n_value]
        position += n_value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Number and content of each field of a protocol buffer message."""
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        kind, content = tag & 7, b""
        if kind == 0:
            number, position = _varint(message, position)
            yield tag >> 3, number
            continue
        if kind == 2:
            length, position = _varint(message, position)
        else:
            length = {1: 8, 5: 4}[kind]
        content = message[position : position + length]
        position += length
        yield tag >> 3, content
