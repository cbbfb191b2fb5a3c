"""Addresses of pages of other apps, which may not be installed: then there is no link, and the words stand alone."""

from uuid import UUID

from django.urls import NoReverseMatch, reverse


def address(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def page_of(name: str, pk: UUID) -> str:
    """The page of one record."""
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
