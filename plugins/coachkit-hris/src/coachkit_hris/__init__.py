"""Reads people, teams and reporting lines from SCIM 2.0 and CSV."""
