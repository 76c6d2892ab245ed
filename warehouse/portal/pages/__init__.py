"""The pages, a module for each kind of reader."""

from warehouse.portal.pages import (
    accounts,
    api,
    catalogue,
    city,
    corrections,
    department,
    downloads,
    ledger,
    look,
    review,
    session,
)

ALL = (
    session.pages, department.pages, corrections.pages, catalogue.pages, downloads.pages, review.pages, look.pages, city.pages,
    ledger.pages, accounts.pages, api.pages,
)  # fmt: skip
