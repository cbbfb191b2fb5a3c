"""`updated_at` is kept by the database, whoever writes: deltas of an exchange rest on it."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from lantian.people.roster.enums import Relation
from lantian.people.roster.models import Guardianship, Membership, Person
from lantian.people.roster.tests.factories import MembershipFactory, PersonFactory

pytestmark = pytest.mark.django_db


def age(person: Person) -> None:
    """Let the row have changed yesterday. The trigger would not have it, so it sleeps meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE roster_person DISABLE TRIGGER touch")
        cursor.execute(
            "UPDATE roster_person SET updated_at = %s WHERE id = %s", [timezone.now() - timedelta(days=1), person.pk]
        )
        cursor.execute("ALTER TABLE roster_person ENABLE TRIGGER touch")


def changed_at(person: Person) -> datetime:
    return Person.objects.values_list("updated_at", flat=True).get(pk=person.pk)


def is_fresh(person: Person) -> bool:
    return changed_at(person) > timezone.now() - timedelta(hours=1)


def test_set_based_updates_move_it() -> None:
    person = PersonFactory()
    age(person)
    Person.objects.filter(pk=person.pk).update(name="王芳")
    assert is_fresh(person)


def test_an_update_that_changes_nothing_leaves_it() -> None:
    person = PersonFactory()
    age(person)
    Person.objects.filter(pk=person.pk).update(name=person.name)
    assert not is_fresh(person)


def test_memberships_and_guardians_move_their_people() -> None:
    membership = MembershipFactory()
    student, guardian = membership.person, PersonFactory()
    age(student)
    Membership.objects.filter(pk=membership.pk).update(subject="maths")
    assert is_fresh(student)
    age(student)
    age(guardian)
    bond = Guardianship.objects.create(guardian=guardian, student=student, relation=Relation.MOTHER)
    assert is_fresh(student)
    assert is_fresh(guardian)
    age(student)
    bond.delete()
    assert is_fresh(student)
