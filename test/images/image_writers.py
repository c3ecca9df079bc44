"""Writes images in forms that Pillow reads and does not write.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import struct
import zlib

import numpy as np


def pack_bits(samples, bits):
    """Rows of samples as bytes, the first in the high bits, each row padded."""
    if bits == 16:
        return np.asarray(samples).astype(">u2").tobytes()
    if bits == 8:
        return np.asarray(samples, np.uint8).tobytes()
    rows = []
    for row in samples:
        digits = (row[:, None] >> np.arange(bits - 1, -1, -1)) & 1
        rows.append(np.packbits(digits.astype(np.uint8).reshape(-1)).tobytes())
    return b"".join(rows)


# --- PNG ----------------------------------------------------------------------

PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
         (1, 0, 2, 2), (0, 1, 1, 2)]


def png(samples, kind, bits, interlaced=False, palette=None, transparency=None):
    """`samples` are [height, width, channels] of the colour type `kind`."""
    height, width, channels = samples.shape
    assert channels == PNG_CHANNELS[kind]

    def chunk(name, body):
        text = name + body
        return struct.pack(">I", len(body)) + text + struct.pack(
            ">I", zlib.crc32(text))

    parts = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for x, y, step_x, step_y in parts:
        part = samples[y::step_y, x::step_x]
        if part.size:
            rows = part.reshape(part.shape[0], -1)
            packed = [pack_bits(row[None], bits) for row in rows]
            data += b"".join(b"\0" + row for row in packed)
    text = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(
        ">IIBBBBB", width, height, bits, kind, 0, 0, int(interlaced)))
    if palette is not None:
        text += chunk(b"PLTE", palette.astype(np.uint8).tobytes())
    if transparency is not None:
        text += chunk(b"tRNS", transparency)
    return text + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")


# --- BMP ----------------------------------------------------------------------

def bmp(width, height, bits, data, compression=0, palette=None, masks=(),
        top_down=False, os2=False):
    """`palette` is [n, 3] of red, green and blue."""
    colors = b""
    if palette is not None:
        blank = b"" if os2 else b"\0"
        colors = b"".join(bytes(c[::-1]) + blank
                          for c in palette.astype(np.uint8))
    if os2:
        header = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        header = struct.pack("<IiiHHIIiiII", 40, width,
                             -height if top_down else height, 1, bits,
                             compression, len(data), 0, 0,
                             0 if palette is None else len(palette), 0)
    header += b"".join(struct.pack("<I", mask) for mask in masks) + colors
    begin = 14 + len(header)
    return b"BM" + struct.pack("<IHHI", begin + len(data), 0, 0,
                               begin) + header + data


def bmp_rows(samples, bits):
    """Bottom up, in multiples of four bytes; samples are [height, width]."""
    rows = []
    for row in samples[::-1]:
        if bits > 8:
            text = row.astype(np.uint32).astype("<u4").view(np.uint8).reshape(
                -1, 4)[:, :bits // 8].tobytes()
        else:
            text = pack_bits(row[None], bits)
        rows.append(text + b"\0" * (-len(text) % 4))
    return b"".join(rows)


def bmp_runs(samples, bits, rng):
    """Bottom up, as runs and as literal pixels, whatever the generator draws."""
    text = b""
    for row in samples[::-1]:
        at = 0
        while at < len(row):
            count = min(len(row) - at, int(rng.integers(1, 12)))
            part = row[at:at + count]
            at += count
            if count >= 3 and rng.integers(2):
                body = pack_bits(part[None], bits)
                text += bytes([0, count]) + body + b"\0" * (len(body) % 2)
                continue
            for value in part:
                text += bytes([1, value << 4 if bits == 4 else value])
        text += b"\0\0"
    return text + b"\0\1"


# --- TIFF ---------------------------------------------------------------------

def tiff(samples, bits, photometric, extras=(), big_endian=False, planar=False,
         tile=None, rows_per_strip=None, palette=None, orientation=1):
    """Without compression; `samples` are [height, width, channels]."""
    order = ">" if big_endian else "<"
    height, width, channels = samples.shape
    planes = ([samples[:, :, k:k + 1] for k in range(channels)] if planar
              else [samples])

    def encode(part):
        rows = part.reshape(part.shape[0], -1)
        if bits == 16:
            return rows.astype(order + "u2").tobytes()
        return pack_bits(rows, bits)

    blocks = []
    step_y = tile or rows_per_strip or height
    for plane in planes:
        for y in range(0, height, step_y):
            for x in range(0, width, tile or width):
                part = plane[y:y + step_y, x:x + (tile or width)]
                if tile:
                    full = np.zeros((tile, tile, part.shape[2]), part.dtype)
                    full[:part.shape[0], :part.shape[1]] = part
                    part = full
                blocks.append(encode(part))
    tags = {256: (4, [width]), 257: (4, [height]), 258: (3, [bits] * channels),
            259: (3, [1]), 262: (3, [photometric]), 274: (3, [orientation]),
            277: (3, [channels]), 284: (3, [2 if planar else 1])}
    if tile:
        tags |= {322: (4, [tile]), 323: (4, [tile])}
    else:
        tags[278] = (4, [step_y])
    if extras:
        tags[338] = (3, list(extras))
    if palette is not None:
        tags[320] = (3, [int(v) << 8 for v in palette.T.reshape(-1)])
    return write_tiff(order, tags, blocks, (324, 325) if tile else (273, 279))


def write_tiff(order, tags, blocks, names):
    text = (b"MM" if order == ">" else b"II") + struct.pack(order + "HI", 42, 0)
    offsets = []
    for block in blocks:
        offsets.append(len(text))
        text += block + b"\0" * (len(block) % 2)
    tags |= {names[0]: (4, offsets), names[1]: (4, [len(b) for b in blocks])}
    entries = b""
    for tag in sorted(tags):
        kind, values = tags[tag]
        body = struct.pack(order + str(len(values)) + {3: "H", 4: "I"}[kind],
                           *values)
        if len(body) > 4:
            body, text = (struct.pack(order + "I", len(text)),
                          text + body + b"\0" * (len(body) % 2))
        entries += struct.pack(order + "HHI", tag, kind,
                               len(values)) + body.ljust(4, b"\0")
    directory = struct.pack(order + "H", len(tags)) + entries + b"\0" * 4
    return text[:4] + struct.pack(order + "I", len(text)) + text[8:] + directory


# --- PNM ----------------------------------------------------------------------

def pnm(samples, kind, most=255, rng=None):
    """Of kind P1 to P6; text with comments. Samples are [height, width, n]."""
    height, width, _ = samples.shape
    head = f"P{kind}\n# by hand\n{width} # columns\n{height}\n"
    if kind % 3 != 1:
        head += f"{most}\n"
    text = head.encode()
    if kind == 4:
        return text + pack_bits(samples[:, :, 0], 1)
    if kind > 4:
        return text + samples.astype(">u2" if most > 255 else "u1").tobytes()
    for value in samples.reshape(-1):
        space = [" ", "\n", "  ", " # 9 9\n"][int(rng.integers(4))]
        if kind == 1 and rng.integers(2):
            space = ""
        text += f"{value}{space}".encode()
    return text
