"""Tables of words: what the rules of the embedded analyst look for (``language/words.py`` reads them)."""
