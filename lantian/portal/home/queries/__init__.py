"""Reads of the first pages. All of them end in the queries of the apps below; nothing is stored here."""
