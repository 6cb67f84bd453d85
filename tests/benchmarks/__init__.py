"""Ours against the references, side by side: ``python -m tests.benchmarks [row ...]``."""
