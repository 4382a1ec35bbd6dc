"""Figures that react to the reader. `latent_dim_slider` needs a running kernel."""

from aeutils.live.latent_dim_slider import latent_dim_slider

__all__ = ["latent_dim_slider"]
