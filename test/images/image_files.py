"""Images of all formats that ImageDecoder reads, at random, and what Pillow, which
ONNX's reference evaluator takes, makes of them.

SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""
import dataclasses
import io
import zlib

import numpy as np
import PIL.Image

import image_writers as write

SIZES = [(1, 1), (1, 7), (13, 1), (2, 3), (17, 31), (37, 64), (67, 131)]


@dataclasses.dataclass
class File:
    name: str
    data: bytes
    # Height x width x 3, where Pillow does not give what the operator does.
    expected: np.ndarray = None

    def get_expected(self):
        if self.expected is not None:
            return self.expected
        with PIL.Image.open(io.BytesIO(self.data)) as image:
            if image.mode == "La":  # grey that alpha was multiplied with
                return np.array(image.convert("LA").convert("RGB"))
            return np.array(image.convert("RGB"))


def to_gray(rgb):
    return np.array(PIL.Image.fromarray(rgb).convert("L"))[:, :, None]


def draw(rng, height, width, channels):
    """Slopes with a block of noise."""
    y, x = np.mgrid[:height, :width]
    image = np.empty((height, width, channels), np.int64)
    for k in range(channels):
        a, b, c = rng.integers(-6, 7), rng.integers(-6, 7), rng.integers(256)
        image[:, :, k] = (a * x + b * y + c) % 256
    noise = rng.integers(0, 256, (height // 2, width // 2, channels))
    image[:height // 2, :width // 2] = noise
    return image.astype(np.uint8)


def make(rng, size, mode):
    """An image of Pillow's."""
    height, width = size
    channels = {"1": 1, "L": 1, "P": 3, "LA": 2, "RGB": 3}.get(mode, 4)
    pixels = draw(rng, height, width, channels)
    if mode == "1":
        return PIL.Image.fromarray(pixels[:, :, 0]).convert("1")
    if mode == "P":
        return PIL.Image.fromarray(pixels).quantize(int(rng.integers(2, 257)))
    return PIL.Image.frombytes(mode, (width, height), pixels.tobytes())


def save(image, kind, **options):
    with io.BytesIO() as file:
        image.save(file, kind, **options)
        return file.getvalue()


# What Pillow writes: the format, and modes with options.
SAVED = {
    "BMP": [("1", {}), ("L", {}), ("P", {}), ("RGB", {}), ("RGBA", {})],
    "PNG": [("1", {}), ("L", {}), ("LA", {}), ("P", {}), ("RGB", {}),
            ("RGBA", {}), ("P", {"transparency": 0})],
    "JPEG": [(mode, {"quality": quality, **more})
             for mode in ("L", "RGB", "CMYK")
             for quality, more in [
                 (75, {}), (20, {"subsampling": 1}), (95, {"subsampling": 0}),
                 (60, {"progressive": True}), (100, {"optimize": True}),
                 (50, {"restart_marker_blocks": 2}),
                 (85, {"progressive": True, "subsampling": 1})]],
    "JPEG2000": [(mode, more) for mode in ("L", "LA", "RGB", "RGBA")
                 for more in [
                     {}, {"no_jp2": True}, {"irreversible": True},
                     {"tile_size": (16, 24)}, {"mct": 0},
                     {"quality_mode": "rates", "quality_layers": [8],
                      "irreversible": True}]],
    "WEBP": [(mode, more) for mode in ("RGB", "RGBA")
             for more in [{}, {"lossless": True}, {"quality": 20},
                          {"lossless": True, "exact": True}]],
    "PPM": [("1", {}), ("L", {}), ("RGB", {})],
    "TIFF": [(mode, {"compression": compression})
             for mode in ("L", "P", "RGB", "RGBA", "LA", "CMYK")
             for compression in (None, "tiff_lzw", "tiff_adobe_deflate",
                                 "packbits")] +
            [("1", {"compression": c}) for c in (None, "group3", "group4")] +
            [("RGB", {"compression": "jpeg"}), ("L", {"compression": "jpeg"}),
             ("RGB", {"big_tiff": True})],
}


def list_saved(rng, size):
    for kind, forms in SAVED.items():
        for number, (mode, options) in enumerate(forms):
            # The encoder wants more than a pixel for its levels and layers.
            if kind == "JPEG2000" and min(size) < 2:
                options = {**options, "num_resolutions": 1}
            image = make(rng, size, mode)
            yield File(f"{kind}_{mode}_{number}", save(image, kind, **options))
    if min(size) > 1:
        samples = rng.integers(0, 1 << 16, (*size, 1)).astype(np.uint16)
        rounded = np.minimum((samples.astype(int) + 128) >> 8, 255)
        yield File("JPEG2000_16",
                   save(PIL.Image.fromarray(samples[:, :, 0]), "JPEG2000"),
                   np.repeat(rounded, 3, 2).astype(np.uint8))
    frames = [make(rng, size, "RGBA") for _ in range(3)]
    yield File("WEBP_animation", save(frames[0], "WEBP", save_all=True,
                                      append_images=frames[1:]))


def list_png(rng, size):
    for interlaced in (False, True):
        for kind, depths in {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8),
                             4: (8, 16), 6: (8, 16)}.items():
            for bits in depths:
                channels = write.PNG_CHANNELS[kind]
                samples = rng.integers(0, 1 << bits, (*size, channels))
                palette = (rng.integers(0, 256, (1 << bits, 3)) if kind == 3
                           else None)
                expected = None
                if bits == 16 and channels == 1:
                    expected = np.repeat(samples >> 8, 3, 2).astype(np.uint8)
                yield File(
                    f"PNG_{kind}_{bits}_{interlaced}",
                    write.png(samples, kind, bits, interlaced, palette,
                              b"\x80" if kind == 3 else None), expected)


def list_bmp(rng, size):
    height, width = size
    for bits in (1, 2, 4, 8):
        samples = rng.integers(0, 1 << bits, size)
        palette = rng.integers(0, 256, (1 << bits, 3))
        expected = None
        if bits == 2:  # which Pillow does not read
            expected = palette[samples].astype(np.uint8)
        for os2 in (False, True):
            if os2 and bits == 2:
                continue
            data = write.bmp_rows(samples, bits)
            yield File(f"BMP_{bits}_{os2}",
                       write.bmp(width, height, bits, data, palette=palette,
                                 os2=os2), expected)
        if bits in (4, 8):
            data = write.bmp_runs(samples, bits, rng)
            yield File(f"BMP_runs_{bits}",
                       write.bmp(width, height, bits, data, 10 // bits,
                                 palette=palette),
                       palette[samples].astype(np.uint8))
    forms = {"555": (16, 0, ()), "565": (16, 3, (0xf800, 0x7e0, 0x1f)),
             "555_masks": (16, 3, (0x7c00, 0x3e0, 0x1f)), "24": (24, 0, ()),
             "32": (32, 0, ()), "32_masks": (32, 3, (0xff0000, 0xff00, 0xff))}
    for name, (bits, compression, masks) in forms.items():
        for top_down in (False, True):
            samples = rng.integers(0, 1 << bits, size, np.uint64)
            yield File(f"BMP_{name}_{top_down}",
                       write.bmp(width, height, bits,
                                 write.bmp_rows(samples, bits), compression,
                                 masks=masks, top_down=top_down))


def list_tiff(rng, size):
    def case(name, channels, bits, photometric, expected=None, **more):
        samples = rng.integers(0, 1 << bits, (*size, channels))
        if more.get("extras") == (1,):
            samples = np.minimum(samples, samples[:, :, -1:])
        if expected:
            expected = expected(samples)
        return File(f"TIFF_{name}",
                    write.tiff(samples, bits, photometric, **more), expected)

    def high(samples):
        return np.repeat(samples[:, :, :1] >> 8, 3, 2).astype(np.uint8)

    for bits in (1, 2, 4, 8):
        palette = rng.integers(0, 256, (1 << bits, 3))
        yield case(f"white_{bits}", 1, bits, 0)
        yield case(f"black_{bits}", 1, bits, 1, big_endian=True)
        yield case(f"palette_{bits}", 1, bits, 3, palette=palette)
    yield case("black_16", 1, 16, 1, high)
    yield case("white_16", 1, 16, 0, lambda s: 255 - high(s), big_endian=True)
    yield case("rgb_16", 3, 16, 2)
    yield case("rgb_16_big", 3, 16, 2, big_endian=True)
    yield case("rgba", 4, 8, 2, extras=(2,))
    yield case("rgba_applied", 4, 8, 2, extras=(1,))
    yield case("rgba_applied_16", 4, 16, 2, extras=(1,))
    yield case("rgb_more", 6, 8, 2, extras=(0, 0, 0))
    yield case("gray_more", 2, 8, 1, extras=(0,))
    yield case("gray_applied", 2, 8, 1, extras=(1,))
    yield case("cmyk", 4, 8, 5)
    yield case("cmyk_16", 4, 16, 5)
    yield case("strips", 3, 8, 2, rows_per_strip=5)
    yield case("planes", 3, 8, 2, planar=True)
    yield case("planes_strips", 3, 8, 2, planar=True, rows_per_strip=3)
    yield case("planes_tiles", 3, 8, 2, planar=True, tile=16)
    yield case("tiles", 3, 8, 2, tile=32)
    yield case("tiles_bits", 1, 1, 1, tile=16)
    for orientation in range(1, 9):
        yield case(f"turned_{orientation}", 3, 8, 2, orientation=orientation,
                   tile=16 if orientation % 2 else None)


def list_pnm(rng, size):
    for kind in range(1, 7):
        channels = 1 if kind % 3 else 3
        for most in (1,) if kind % 3 == 1 else (255, 1, 7, 100, 1000, 65535):
            samples = rng.integers(0, most + 1, (*size, channels))
            expected = None
            if most > 255:
                scaled = np.rint(samples / most * 255).astype(np.uint8)
                expected = np.repeat(scaled, 3 // channels, 2)
            yield File(f"PNM_{kind}_{most}",
                       write.pnm(samples, kind, most, rng), expected)


FAMILIES = {"saved": list_saved, "png": list_png, "bmp": list_bmp,
            "tiff": list_tiff, "pnm": list_pnm}


def list_files(family, size):
    seed = zlib.crc32(f"{family} {size}".encode())
    return list(FAMILIES[family](np.random.default_rng(seed), size))


def list_refused(file):
    """Cuts of a file, and the name of each, that no decoder may take."""
    for part in (0, 1, 3, 12, len(file.data) // 3, len(file.data) // 2):
        if part < len(file.data) // 2 + 1:
            yield f"{file.name}_cut_{part}", file.data[:part]
