"""The data model: the contract of every table between stages and in the release, and where it lies."""

from warehouse.model.home import Home
from warehouse.model.table import Column, ContractError, Table

__all__ = ["Column", "ContractError", "Home", "Table"]
