"""Image files as arrays: any common format, turned upright, never more than the memory bears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from cnnstudio.graph import DataError

# Pillow's other formats are rare, or run other programs to be read.
FORMATS = ("AVIF", "BMP", "GIF", "ICO", "JPEG", "JPEG2000", "PNG", "PPM", "TGA", "TIFF", "WEBP")
SUFFIXES = frozenset(
    ".avif .bmp .gif .ico .jfif .jp2 .jpe .jpeg .jpg .pbm .pgm .png .pnm .ppm .tga .tif .tiff "
    ".webp".split()
)
# A small file may claim any size.
LARGEST_PIXELS = 80_000_000

GREY_MODES = ("1", "L", "LA", "La")
SIXTEEN_BIT_MODES = ("I", "I;16", "I;16B", "I;16L", "I;16N")


def is_image_name(name: str) -> bool:
    """Whether a file is an image, to judge by its name."""
    return not name.startswith(".") and Path(name).suffix.lower() in SUFFIXES


def read_image(path: Path | str) -> np.ndarray:
    """The image in a file, uint8 (H, W, 3), or (H, W, 1) where it is grey.

    It is turned upright as its camera noted; what is see-through lies on white; 16 bits become 8;
    of several frames the first is taken. Raises DataError if it can't be read.
    """
    path = Path(path)
    try:
        with _opened(path) as image:
            _check_size(image, path)
            return _pixels(ImageOps.exif_transpose(image), path)
    except DataError:
        raise
    except FileNotFoundError as error:
        raise DataError(f"There is no file {path}.") from error
    except Exception as error:  # Pillow's readers raise all kinds for damaged files.
        reason = str(error).replace(f" {str(path)!r}", "").rstrip(".")
        reason = reason or type(error).__name__
        raise DataError(
            f"{path.name} can't be read as an image: {reason}.",
            "Open and save it anew in an image program, or leave it out.",
        ) from error


def _opened(path: Path) -> Image.Image:
    Image.init()
    return Image.open(path, formats=[name for name in FORMATS if name in Image.OPEN])


def _check_size(image: Image.Image, path: Path) -> None:
    width, height = image.size
    if width * height > LARGEST_PIXELS:
        raise DataError(
            f"{path.name} has {width:,}×{height:,} pixels: too many to be read safely.",
            f"Make it smaller than {LARGEST_PIXELS // 1_000_000} million pixels.",
        )


def _pixels(image: Image.Image, path: Path) -> np.ndarray:
    if image.mode in SIXTEEN_BIT_MODES:
        values = np.asarray(image).astype(np.int64)
        return (values.clip(0, 65_535) >> 8).astype(np.uint8)[..., None]
    if image.mode == "F":
        levels = np.asarray(image)
        if not (np.isfinite(levels).all() and levels.min() >= 0 and levels.max() <= 1):
            raise DataError(
                f"{path.name} holds measurements, not brightness from 0 to 1.",
                "Save it as an 8 or 16 bit image.",
            )
        return np.rint(levels * 255).astype(np.uint8)[..., None]
    if image.has_transparency_data:
        grey = image.mode in GREY_MODES
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image.convert("RGBA")).convert("L" if grey else "RGB")
    pixels = np.asarray(image.convert("L" if image.mode in GREY_MODES else "RGB"))
    return pixels[..., None] if pixels.ndim == 2 else pixels
