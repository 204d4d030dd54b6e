"""What the engines on local diffusion models share: where they run, adapters, and the painter of pictures."""
