"""Database fields of our own: ltree paths, sealed text, words from closed lists."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.query_utils import DeferredAttribute

from lantian.kernel import crypto

if TYPE_CHECKING:
    _TextField = models.Field[str, str]
    _CharField = models.CharField[str, str]
    _Path = models.Lookup[str]
    _Paths = models.Lookup[Sequence[str]]
    _Bytes = models.BinaryField[str | None, str | None]
else:  # Django's own classes take no type arguments at run time
    _TextField = models.Field
    _CharField = models.CharField
    _Path = _Paths = models.Lookup
    _Bytes = models.BinaryField


class LtreeField(_TextField):
    """A PostgreSQL ltree path such as "a1.b2.c3" (labels of letters, digits, underscore, hyphen)."""

    description = "ltree path"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "ltree"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else str(value)


@LtreeField.register_lookup
class Within(_Path):
    """`path__within=root`: the path is the root or lies below it (ltree `<@`)."""

    lookup_name = "within"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ {right}::ltree", (*left_params, *right_params)


@LtreeField.register_lookup
class WithinAny(_Paths):
    """`path__within_any=[roots]`: like `within` for one of several roots; an empty list matches nothing."""

    lookup_name = "within_any"

    def get_prep_lookup(self) -> list[Any]:
        return [
            root if hasattr(root, "as_sql") else str(root) for root in self.rhs
        ]  # a stand-in of kernel.shaped stays

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (value,)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} <@ ANY({right}::ltree[])", (*left_params, *right_params)


@LtreeField.register_lookup
class Contains(_Path):
    """`path__above=leaf`: the path is the leaf or an ancestor of it (ltree `@>`)."""

    lookup_name = "above"

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} @> {right}::ltree", (*left_params, *right_params)


@models.ForeignKey.register_lookup
@models.UUIDField.register_lookup
@models.CharField.register_lookup
@models.PositiveSmallIntegerField.register_lookup
class Among(models.Lookup):
    """`id__among=ids`: one of a list given as one parameter, so that the SQL is the same for any number (kernel.prepared,
    kernel.shaped); of foreign keys too, whose ids are UUIDs here; of words and small numbers."""

    lookup_name = "among"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return "%s", (list(value),)

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = ANY({right})", (*left_params, *right_params)


class Depth(models.Func):
    """Number of labels of an ltree path (the root has 1)."""

    function = "nlevel"
    output_field = models.IntegerField()


class Sealed(bytes):
    """A ciphertext as it came from the database, not opened yet."""


class SealedAttribute(DeferredAttribute):
    """Opens the ciphertext when the attribute is first read: a row whose key is lost can still be loaded and listed."""

    def __get__(self, instance: Any, cls: Any = None) -> Any:
        value = super().__get__(instance, cls)
        if isinstance(value, Sealed):
            value = crypto.decrypt(value, context=getattr(self.field, "context", "")).decode()
            instance.__dict__[self.field.attname] = value
        return value

    def __set__(self, instance: Any, value: Any) -> None:
        # with a setter the descriptor is asked before the instance's own dictionary
        instance.__dict__[self.field.attname] = value


class SealedTextField(_Bytes):
    """Text kept encrypted (see kernel.crypto). `context` ties the ciphertext to this column. Reading may raise KeyLost.

    Opened on attribute access; `values()` gives the ciphertext.
    """

    descriptor_class = SealedAttribute

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.context = context
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs["context"] = self.context
        return name, path, args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        if value is None or value == "":
            return None
        if isinstance(value, Sealed):
            return super().get_prep_value(bytes(value))
        return super().get_prep_value(crypto.encrypt(str(value), context=self.context))

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        # BinaryField would prepare again what get_prep_value has sealed already
        return value if prepared else self.get_prep_value(value)

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Sealed | None:
        return None if value is None else Sealed(value)

    def to_python(self, value: Any) -> Any:
        return value

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj) or "")


class ChoiceField(_CharField):
    """A CharField with choices whose `get_…_display` looks the word up; Django's translates and hashes all choices at every call,
    which was a third of the CPU of a list of a hundred units. To the database and to migrations it is a CharField.
    """

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        own = f"get_{name}_display" in cls.__dict__
        super().contribute_to_class(cls, name, private_only)
        if own:
            return
        words = dict(self.flatchoices)

        def display(record: models.Model) -> str:
            value = getattr(record, self.attname)
            return str(words.get(value, value if value is not None else ""))

        setattr(cls, f"get_{name}_display", display)

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs
