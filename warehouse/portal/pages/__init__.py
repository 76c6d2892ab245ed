"""The pages, a module for each kind of reader."""

from warehouse.portal.pages import (
    accounts,
    api,
    catalogue,
    city,
    corrections,
    department,
    downloads,
    grids,
    ledger,
    look,
    oidc,
    review,
    session,
)

ALL = (
    session.pages, oidc.pages, department.pages, corrections.pages, catalogue.pages, downloads.pages, review.pages, look.pages, city.pages, grids.pages,
    ledger.pages, accounts.pages, api.pages,
)  # fmt: skip
