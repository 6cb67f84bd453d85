"""One module per format; each turns a QualityReport into the bytes of a file with ``render``."""
