"""Columns of text, of which most rows are."""

import sqlalchemy as sa


def texts(*names: str) -> list[sa.Column[str]]:
    """Columns of text that every row has."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def perhaps(*names: str) -> list[sa.Column[str]]:
    """Columns of text that a row may lack."""
    return [sa.Column(name, sa.String(), nullable=True) for name in names]
