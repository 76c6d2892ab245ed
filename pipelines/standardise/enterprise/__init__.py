"""Enterprise names: taken apart into region, brand (字号), trade, legal form and branch."""

from pipelines.standardise.enterprise.names import EnterpriseName, EnterpriseNames

__all__ = ["EnterpriseName", "EnterpriseNames"]
