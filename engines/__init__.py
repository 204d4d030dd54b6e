"""Everything outside that can do a stage, one folder a stage, one file (or folder) a provider."""
