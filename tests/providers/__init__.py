"""Local servers that speak the protocols of providers, one file each: what the engines are tested against."""
