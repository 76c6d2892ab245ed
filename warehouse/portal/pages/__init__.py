"""The pages, a module for each kind of reader."""

from warehouse.portal.pages import accounts, city, department, downloads, ledger, look, review, session

ALL = (
    session.pages, department.pages, downloads.pages, review.pages, look.pages, city.pages, ledger.pages, accounts.pages,
)  # fmt: skip
