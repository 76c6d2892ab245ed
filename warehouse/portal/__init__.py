"""The portal: pages for departments, stewards, analysts and auditors over the releases of one home.

It reads releases and extracts, keeps accounts, and tells the ledger of acts of whatever is done. What it needs of a running
home beyond these (questions for a steward) is handed in: see `desk.Review`. Nothing in its pages comes from outside.
"""

from warehouse.portal.accounts import Account, AccountError, Accounts
from warehouse.portal.app import portal
from warehouse.portal.desk import BusyError, Review
from warehouse.portal.oidc_settings import OidcSettings, OidcSettingsError, read_oidc_settings
from warehouse.portal.rights import Right, Role

__all__ = [
    "Account",
    "AccountError",
    "Accounts",
    "BusyError",
    "OidcSettings",
    "OidcSettingsError",
    "Review",
    "Right",
    "Role",
    "portal",
    "read_oidc_settings",
]
