"""Search: people by name, pinyin, initials or a whole number; units and others by the text kept of them."""

from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from lantian.kernel import crypto
from lantian.kernel.rules import Actor
from lantian.kernel.shaped import shaped
from lantian.people.identity.engine.names import halved, normalise_phone
from lantian.people.roster.engine.codes.citizen import normalise_citizen_id
from lantian.people.roster.engine.names import NameWord, name_words, search_words
from lantian.people.roster.models import Organization, Person, PersonSearch
from lantian.people.roster.queries.visible import organizations_visible_to, people_visible_to, stands_below, subtree_of

if TYPE_CHECKING:
    from lantian.people.identity.models import Account

M = TypeVar("M", bound=Model)

PHONE, CITIZEN_ID, NUMBER = "roster.person.phone", "roster.person.citizen_id", "roster.person.student_number"
SHORTEST_NUMBER = 7  # digits; what has as many is a number and no name


def phone_index(number: str) -> bytes:
    """The blind index (32 bytes) of a normalised phone number, by which people are found."""
    return crypto.blind_index(number, purpose=PHONE)


def citizen_id_index(number: str) -> bytes:
    """The blind index (32 bytes) of a normalised citizen number: unique, so that nobody is registered twice."""
    return crypto.blind_index(number, purpose=CITIZEN_ID)


def student_number_index(number: str) -> bytes:
    """The blind index (32 bytes) of a student number."""
    return crypto.blind_index(number, purpose=NUMBER)


def _account_of(**known: Any) -> "Account | None":
    found = Person.objects.select_related("account").filter(merged_into__isnull=True, **known).first()
    return found.account if found else None


def account_by_student_number(number: str) -> "Account | None":
    """The account of whom the roster knows by this student number, for signing in from elsewhere. Asks no rule."""
    return _account_of(student_number_index=student_number_index(number))


def account_by_citizen_id(number: str) -> "Account | None":
    """The account of whom the roster knows by this citizen number, for signing in from elsewhere. Asks no rule."""
    try:
        return _account_of(citizen_id_index=citizen_id_index(normalise_citizen_id(number)))
    except ValueError:
        return None


def account_by_person(number: str) -> "Account | None":
    """The account of the record with this id (`sourcedId` of OneRoster), for signing in from elsewhere. Asks no rule."""
    try:
        return _account_of(pk=UUID(number))
    except ValueError:
        return None


def find(queryset: QuerySet[M], typed: str) -> QuerySet[M]:
    """Narrow people to those who answer to what was typed, by name (engine/names) or by one whole number, in order.

    Other models: those whose `search_text` holds every word typed; their order is left as it is.
    """
    if queryset.model is Person:
        return cast("QuerySet[M]", _find_people(cast("QuerySet[Person]", queryset), typed))
    for word in search_words(typed):
        queryset = queryset.filter(search_text__contains=word)
    return queryset


def _find_people(people: QuerySet[Person], typed: str) -> QuerySet[Person]:
    if number := number_in(typed):
        return people.filter(_has_number(number)).order_by("sort_key", "pk")
    words = name_words(typed)
    keys = _keys(words)
    narrowed: dict[str, Any] = {"search__keys__contains": keys} if keys else {}
    found = people.filter(*_rest(words), **narrowed)
    # a column without an index: the few that the keys find are sorted, instead of all people being walked through in order
    return found.order_by("search__sort_key" if keys else "sort_key", "pk")


FOUND = 60  # units
# What is shown of a unit that is found.
SHOWN = ("name", "short_name", "kind", "code", "parent__name", "parent__short_name")


@shaped
def _with_word(actor: Actor, word: Any) -> QuerySet[Any, Organization]:
    return _as_found(organizations_visible_to(actor).filter(search_text__contains=word))


def _as_found(units: QuerySet[Organization]) -> QuerySet[Organization]:
    return units.filter(is_active=True).select_related("parent").only(*SHOWN).order_by("path")[: FOUND + 1]


def find_organizations(actor: Actor, typed: str) -> list[Organization]:
    """The first FOUND units that the actor sees by what was typed, down the tree, and one more when there is one. One query."""
    words = search_words(typed)
    if len(words) == 1:
        return _with_word(actor, words[0])
    return list(_as_found(find(organizations_visible_to(actor), typed)))


def find_people(
    actor: Actor, typed: str, *, most: int, below: Organization | None = None, downwards: bool = False
) -> QuerySet[Person]:
    """The first `most` people (`downwards`: the last, last first) that the actor sees (and who have to do with the unit `below`)
    who answer to what was typed.

    As `find` among `people_visible_to`; but within a subtree the first ones are picked from the narrow rows alone, because a
    frequent surname is borne by ten thousand people of a county.
    """
    words = [] if number_in(typed) else name_words(typed)
    keys, root = _keys(words), subtree_of(actor)
    order = ("-sort_key", "pk") if downwards else ("sort_key", "pk")
    if not keys or root is None:
        people = people_visible_to(actor)
        found = find(people.filter(stands_below(below.pk)) if below else people, typed)
        return (found.order_by(*order) if downwards else found)[:most]
    rows = PersonSearch.objects.filter(stands_below(root, of=""), *_rest(words, of="person__"), keys__contains=keys)
    if below:
        rows = rows.filter(stands_below(below.pk, of=""))
    first = rows.order_by(order[0], "person").values("person")[:most]
    return Person.objects.filter(pk__in=first, merged_into__isnull=True).order_by(*order)


def _keys(words: list[NameWord]) -> list[str]:
    return [key for word in words for key in word.keys]


def _rest(words: list[NameWord], of: str = "") -> list[Q]:
    """What the keys do not say about the words, as conditions on a person reached by `of`."""
    conditions = [Q(**{f"{of}search_text__contains": f" {word.form}"}) for word in words if word.form]
    for initial in (word.initial for word in words if word.initial):
        first, after = {f"{of}sort_key__gte": initial}, {f"{of}sort_key__lt": chr(ord(initial) + 1)}
        conditions.append(Q(**first, **after) & Q(**{f"{of}sort_key__startswith": initial}))
    return conditions


def number_in(typed: str) -> str:
    """What was typed when it is a number (phone, citizen ID, student number) and no name: without spaces; else empty."""
    compact = "".join(halved(typed).split())
    digits = sum(char.isdigit() for char in compact)
    return compact if compact.isascii() and digits >= SHORTEST_NUMBER else ""


def _has_number(number: str) -> Q:
    """People with exactly this number as phone, citizen ID or student number: only whole numbers can be looked up."""
    q = Q(student_number_index=student_number_index(number))
    with suppress(ValueError):
        q |= Q(phone_index=phone_index(normalise_phone(number)))
    with suppress(ValueError):
        q |= Q(citizen_id_index=citizen_id_index(normalise_citizen_id(number)))
    return q
