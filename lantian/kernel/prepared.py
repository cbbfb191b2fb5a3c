"""Reads of a fixed shape, compiled once.

Django makes SQL from a queryset anew at every use. For a row or two that costs several times what the driver and the making of
the objects cost. What every page asks in the same words is declared here once:

    @prepared
    def _account(id: Any) -> QuerySet[Account]:
        return Account.objects.filter(pk=id, is_active=True)

    found = _account(user_id)  # a list

The function runs once in a process, with stand-ins for its arguments: all that differs between two calls (days and moments too)
must be an argument, and it may decide nothing by one. So nothing that depends on who asks (`x_visible_to`) belongs here.
`select_related`, `only`, annotations, order and slices work as usual; `prefetch_related` and `values` do not: `attach` puts rows
where a prefetch would have, and `id__among=ids` (kernel.fields) asks for several at once, which `__in` cannot.
"""

from collections.abc import Callable, Iterable
from copy import copy
from functools import cached_property, update_wrapper
from inspect import signature
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model, QuerySet, Value
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class _Slot:
    """The place of argument `number` among the parameters of the SQL."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Compiled:
    """A queryset as SQL, and how a row of the answer becomes an object with its related ones."""

    def __init__(self, queryset: QuerySet[Any]) -> None:
        if queryset._prefetch_related_lookups or queryset._fields is not None:  # type: ignore[attr-defined]  # not in stubs
            raise TypeError("a prepared read gives whole objects, without prefetch_related")
        compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
        info, select = compiler.klass_info, compiler.select
        self.compiler, self.model = compiler, info["model"]
        self.own = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self.names = [column[0].target.attname for column in select[self.own]]
        self.related = get_related_populators(info, select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]  # stubs of 6.1
        self.annotations = dict(compiler.annotation_col_map or {})
        self.converters = compiler.get_converters([column[0] for column in select[: compiler.col_count]])

    def run(self, values: tuple[Any, ...]) -> list[Any]:
        compiler = copy(self.compiler)
        compiler.connection = connections[DEFAULT_DB_ALIAS]  # this thread's
        params = [values[param.number] if isinstance(param, _Slot) else param for param in self.params]
        with compiler.connection.cursor() as cursor:
            cursor.execute(self.sql, params)
            rows = cursor.fetchall()
        return [self._object(row) for row in compiler.apply_converters(rows, self.converters)]

    def _object(self, row: list[Any]) -> Any:
        found = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
        for populator in self.related:
            populator.populate(row, found)
        for name, position in self.annotations.items():
            setattr(found, name, row[position])
        return found


class Prepared(Generic[M]):
    """Called with the function's arguments, in order; answers a list of objects. One query."""

    def __init__(self, build: Callable[..., QuerySet[M]]) -> None:
        self._build = build
        self._arguments = len(signature(build).parameters)
        update_wrapper(self, build)

    @cached_property
    def _compiled(self) -> _Compiled:
        return _Compiled(self._build(*(Value(_Slot(number)) for number in range(self._arguments))))

    def __call__(self, *values: Any) -> list[M]:
        if len(values) != self._arguments:
            raise TypeError(f"{self._build.__name__} takes {self._arguments} arguments, not {len(values)}")
        return self._compiled.run(values)

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
