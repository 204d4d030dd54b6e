"""Read models: tables that the log feeds, for everything that is shown. They can be thrown away at any time."""
