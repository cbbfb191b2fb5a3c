"""Spreadsheets on their way into the staging."""
