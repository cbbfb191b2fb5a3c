"""Reads of a fixed shape, compiled once.

Django makes SQL from a queryset anew at every use. For a row or two that costs several times what the driver and the making of
the objects cost. What every page asks in the same words is declared here once:

    @prepared
    def _account(id: Any) -> QuerySet[Account]:
        return Account.objects.filter(pk=id, is_active=True)

    found = _account(user_id)  # a list

The function runs once in a process, with stand-ins for its arguments: all that differs between two calls must be an argument (a
day, a moment or an id that is none is refused), and it may decide nothing by one. So nothing that depends on who asks
(`x_visible_to`) belongs here: see kernel.shaped. `select_related`, `only`, annotations, order, slices and `values_list` work as
usual; `prefetch_related` and `values` do not: `attach` puts rows where a prefetch would have, and `id__among=ids`
(kernel.fields) asks for several at once, which `__in` cannot.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, update_wrapper
from inspect import getattr_static, signature
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet, Value
from django.db.models.base import ModelState
from django.db.models.fields.files import FileDescriptor
from django.db.models.query import FlatValuesListIterable, ModelIterable, ValuesListIterable, get_related_populators
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

M = TypeVar("M", bound=Model)
# What may stand in SQL for good. A day, a moment, an hour, an id may not: they are of one call.
FIXED = (str, int, float, Decimal, bytes, timedelta, type(None))


class _Slot:
    """The place of argument `number` among the parameters of the SQL."""

    def __init__(self, number: int) -> None:
        self.number = number


class Compiled:
    """A queryset as SQL, and how a row of the answer becomes an object with its related ones (or the tuple, the value, of a
    `values_list`). `exists`: whether there is any, in one row at most. `params` are as the queryset gave them."""

    def __init__(self, queryset: QuerySet[Any], *, exists: bool = False) -> None:
        rows: Any = getattr(queryset, "_iterable_class")  # noqa: B009 - not in the stubs
        if queryset._prefetch_related_lookups or rows not in _ROWS:  # type: ignore[attr-defined]  # not in stubs
            raise TypeError("a prepared read gives whole objects or values_list, without prefetch_related")
        query: Any = queryset.query.exists() if exists else queryset.query
        compiler: Any = query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
        self.compiler = compiler
        self.converters = compiler.get_converters([column[0] for column in compiler.select[: compiler.col_count]])
        self._make = _ROWS[rows]
        if self._make is None and not exists:
            info, select = compiler.klass_info, compiler.select
            self.own = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
            self.new = _maker(info["model"], [column[0].target.attname for column in select[self.own]])
            populators = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of 6.1
            self.related = [_populator(populator) for populator in populators]
            self.annotations = dict(compiler.annotation_col_map or {})

    def run(self, params: list[Any]) -> list[Any]:
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        with compiler.connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows = cursor.fetchall()
        if self.converters:
            rows = compiler.apply_converters(rows, self.converters)
        if self._make is not None:
            return [self._make(row, compiler.col_count) for row in rows]
        return [self._object(row) for row in rows]

    def any(self, params: list[Any]) -> bool:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self.sql, params)
            return cursor.fetchone() is not None

    def _object(self, row: Sequence[Any]) -> Any:
        found = self.new(row[self.own])
        for populate in self.related:
            populate(row, found)
        for name, position in self.annotations.items():
            setattr(found, name, row[position])
        return found


# How a row is given, by what the queryset was made for; None: as an object.
_ROWS: dict[Any, Callable[[Sequence[Any], int], Any] | None] = {
    ModelIterable: None,
    ValuesListIterable: lambda row, width: tuple(row[:width]),
    FlatValuesListIterable: lambda row, _: row[0],
}


def _maker(model: type[Model], names: list[str]) -> Callable[[Sequence[Any]], Any]:
    """What makes an object of the values of its fields. `Model.__init__` goes through all fields of the model and their setters,
    which do nothing for an object that is new: a class of sixty spent a tenth of its page there."""
    fields = [getattr_static(model, name) for name in names]
    if (
        model.__init__ is not Model.__init__
        or getattr_static(model, "from_db").__func__ is not getattr_static(Model, "from_db").__func__
        or pre_init.has_listeners(model)
        or post_init.has_listeners(model)
        or not all(isinstance(field, DeferredAttribute) and not isinstance(field, FileDescriptor) for field in fields)
    ):
        return lambda values: model.from_db(DEFAULT_DB_ALIAS, names, values)

    def new(values: Sequence[Any]) -> Any:
        found = model.__new__(model)
        found.__dict__.update(zip(names, values, strict=True))
        state = found._state = ModelState()
        state.adding, state.db = False, DEFAULT_DB_ALIAS
        return found

    return new


def _populator(django: Any) -> Callable[[Sequence[Any], Any], None]:
    """Django's RelatedPopulator with `_maker`."""
    if django.reorder_for_init is not None:
        return django.populate  # type: ignore[no-any-return]  # the class is not in the stubs
    own, key, new = slice(django.cols_start, django.cols_end), django.pk_idx, _maker(django.model_cls, django.init_list)
    related = [_populator(populator) for populator in django.related_populators]

    def populate(row: Sequence[Any], owner: Any) -> None:
        values = row[own]
        found = None if values[key] is None else new(values)
        for further in related if found is not None else ():
            further(row, found)
        django.local_setter(owner, found)
        if found is not None:
            django.remote_setter(found, owner)

    return populate


class Prepared(Generic[M]):
    """Called with the function's arguments, in order; answers a list of objects. One query."""

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._arguments = len(signature(build).parameters)
        update_wrapper(self, build)

    @cached_property
    def _compiled(self) -> Compiled:
        compiled = Compiled(self._build(*(Value(_Slot(number)) for number in range(self._arguments))))
        for param in compiled.params:
            for each in param if isinstance(param, (list, tuple)) else [param]:
                if not isinstance(each, (_Slot, *FIXED)):
                    raise TypeError(
                        f"{self._build.__name__} has a {type(each).__name__} in it that must be an argument"
                    )
        return compiled

    def __call__(self, *values: Any) -> list[M]:
        if len(values) != self._arguments:
            raise TypeError(f"{self._build.__name__} takes {self._arguments} arguments, not {len(values)}")
        compiled = self._compiled
        return compiled.run([values[param.number] if isinstance(param, _Slot) else param for param in compiled.params])

    def first(self, *values: Any) -> M | None:
        """The first of what is found, or None."""
        return next(iter(self(*values)), None)


def prepared(build: Callable[..., QuerySet[M]]) -> Prepared[M]:
    """See the module."""
    return Prepared(build)


def attach(owner: Model, name: str, rows: Iterable[Model]) -> None:
    """Let `owner.<name>.all()` answer with `rows`, as if `prefetch_related(name)` had brought them."""
    queryset = getattr(owner, name).get_queryset()
    queryset._result_cache, queryset._prefetch_done = list(rows), True
    vars(owner).setdefault("_prefetched_objects_cache", {})[name] = queryset
