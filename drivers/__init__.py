"""Who gives orders: the command line and Python scripts, both by way of the ``Studio``."""
