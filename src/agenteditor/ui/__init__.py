"""Widgets over the core. Each view knows one document and no other view."""
