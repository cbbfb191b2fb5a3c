"""The roster for tests, made through the services."""

import factory

from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.identity.tests.factories import ready
from lantian.people.roster import services
from lantian.people.roster.models import ClassGroup, Guardianship, Membership, Organization, Person, RoleGrant
from lantian.people.roster.queries import actor_of_person


class OrganizationFactory(factory.Factory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"第{n}小学")
    kind = "school"
    stages = ("primary",)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        if kwargs["kind"] not in {"school", "campus", "teaching_point"}:
            kwargs["stages"] = ()
        if kwargs.get("parent") is None and kwargs["kind"] not in {"province", "city", "county"}:
            kwargs["parent"] = OrganizationFactory(kind="county", name="测试县")
        return services.create_organization(by=SYSTEM, **kwargs)


class ClassGroupFactory(factory.Factory):
    class Meta:
        model = ClassGroup

    organization = factory.SubFactory(OrganizationFactory)
    stage = "primary"
    grade = 3
    number = factory.Sequence(lambda n: n + 1)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return services.create_class_group(by=SYSTEM, **kwargs)


class PersonFactory(factory.Factory):
    class Meta:
        model = Person

    name = factory.Sequence(lambda n: f"王小{chr(0x4E00 + n % 5000)}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return services.create_person(by=SYSTEM, **kwargs).person


class MembershipFactory(factory.Factory):
    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = "teacher"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return services.add_membership(by=SYSTEM, **kwargs)


class RoleGrantFactory(factory.Factory):
    class Meta:
        model = RoleGrant

    person = factory.SubFactory(PersonFactory)
    organization = factory.SubFactory(OrganizationFactory)
    role = "school_head"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return services.grant_role(by=SYSTEM, **kwargs)


class GuardianshipFactory(factory.Factory):
    class Meta:
        model = Guardianship

    guardian = factory.SubFactory(PersonFactory)
    student = factory.SubFactory(PersonFactory)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return services.bind_guardian(by=SYSTEM, **kwargs)


def acting_as(person: Person, role: str | None = None) -> Actor:
    """The actor a person is, in `role` (the first they have when not given)."""
    actor = actor_of_person(Person.objects.get(pk=person.pk))
    if role is None:
        return actor
    grant = next(grant for grant in actor.grants if grant.role == role)
    return actor_of_person(Person.objects.get(pk=person.pk), grant.id)


def with_account(person: Person):
    """The person's account, signing in with PASSWORD."""
    account = services.open_account_for(Person.objects.get(pk=person.pk), by=SYSTEM).account
    return ready(account)
