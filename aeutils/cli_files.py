"""What the command line writes beside weights and losses: maps and rows of pictures."""

from __future__ import annotations

from pathlib import Path

from torch import Tensor

from aeutils.autoencoder import Autoencoder, reconstruct
from aeutils.files import replacing

GRID_ROWS = 10
GRID = GRID_ROWS**2  # images in a saved grid


def check_writable(folder: Path) -> None:
    """Find out now, not after the training."""
    with replacing(folder / ".aeutils-write-test") as beside:
        beside.write_text("x")
    (folder / ".aeutils-write-test").unlink()


def save_maps(folder: Path, model: Autoencoder, digits: tuple[Tensor, Tensor]) -> None:
    """The map of some images and labels, from six sides if it has three axes; where codes have more, say so."""
    if model.latent_dim not in (2, 3):
        print(f"no map: it needs codes of 2 or 3 numbers, these have {model.latent_dim}")
        return
    import matplotlib

    matplotlib.use("Agg")  # files only, no window
    from matplotlib import pyplot as plt

    from aeutils.maps import VIEW_ANGLES, plot_code_map, plot_code_map_3d
    from aeutils.plotting import use_style

    use_style()
    images, labels = digits
    z = reconstruct(model, images)[1]
    if model.latent_dim == 2:
        axes = {"fig.png": plot_code_map(z, labels, size=3)}
    else:
        axes = {f"fig{angle}.png": plot_code_map_3d(z, labels, azim=angle) for angle in VIEW_ANGLES}
    for name, ax in axes.items():
        with replacing(folder / name) as beside:
            ax.figure.savefig(beside)
        plt.close(ax.figure)
        print(f"wrote {folder / name}")


def save_grids(folder: Path, epoch: int, model: Autoencoder, images: Tensor) -> None:
    """A hundred images and their reconstructions after an epoch."""
    some = images[:: max(1, len(images) // GRID)][:GRID]  # spread over the file: the sample is sorted by class
    for name, picture in (("real_image", some), ("image", reconstruct(model, some)[0])):
        save_rows(folder / "dc_img" / f"{name}_{epoch}.png", picture)


def save_rows(path: Path, images: Tensor) -> None:
    """Images of shape (N, 1, 28, 28), ten a row, as one PNG."""
    from torchvision.utils import save_image

    with replacing(path) as beside:
        save_image(images, beside, nrow=GRID_ROWS)
