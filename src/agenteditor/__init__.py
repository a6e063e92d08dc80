"""Agent Editor: a desktop editor for coding-agent definition files."""

__version__ = "0.1.0"
