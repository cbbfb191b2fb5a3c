"""Files in: read, judged, kept for a look at what they would change, then applied as a whole or not at all."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from lantian.content.taxonomy import queries
from lantian.content.taxonomy.engine import case, sheet
from lantian.content.taxonomy.engine.judging import judge, links_of, matched, said_links
from lantian.content.taxonomy.engine.rows import Fault, NotRead, Row, clean
from lantian.content.taxonomy.enums import MAY_STAND_BELOW, Action, FileForm, FrameworkKind, LinkKind, NodeKind
from lantian.content.taxonomy.errors import CodeTaken, FaultyFile, Outdated, Settled, Unreadable, VolumeTaken
from lantian.content.taxonomy.models import Change, Framework, Link, Node, Upload
from lantian.content.taxonomy.services import keeping
from lantian.content.taxonomy.services.links import add_links
from lantian.kernel.rules import Actor

FIELDS = ("title", "code", "words", "kind", "grade", "term")
Codes = dict[str, UUID]


@transaction.atomic
def read_upload(
    framework: Framework, data: bytes, *, form: str, title: str, by: Actor, retires_missing: bool = False
) -> Upload:
    """Read a file for a framework and keep what it says, faults and all; nothing is changed yet.

    Raises Denied, NotInUse, Unreadable.
    """
    found = keeping.locked(framework.pk, by=by)
    try:
        if form == FileForm.CASE:
            codes = {str(one): code for code, one in queries.points_known(found).items()}
            rows, faults = case.read(data, kind=found.kind, codes=codes)
        else:
            rows, faults = sheet.read(data)
    except NotRead as error:
        raise Unreadable(str(queries.NOT_READ_WORDS[error.code]) % {"value": error.value}) from error
    faults += faults_of(found, rows)
    mine = Q(person__isnull=True) if by.person_id is None else Q(person=by.person_id)
    Upload.objects.filter(mine, framework=found, applied_at=None).delete()  # one at a time is looked at
    return Upload.objects.create(
        framework=found,
        form=form,
        title=clean(title)[:120],
        rows=[row.as_json() for row in rows],
        faults=[{"line": one.line, "column": one.column, "code": one.code, "value": one.value} for one in faults],
        retires_missing=retires_missing,
        revision=found.revision,
        person_id=by.person_id,
    )


def faults_of(framework: Framework, rows: Sequence[Row]) -> list[Fault]:
    """What is wrong with rows that are to be laid over a framework."""
    current = queries.rows_of(framework)
    points = queries.points_known(framework)
    faults = judge(rows, places=MAY_STAND_BELOW[framework.kind], points=points, current=current)
    idents = {row.ident: row for row in rows if row.ident}
    elsewhere = Node.objects.filter(pk__in=list(idents)).exclude(framework=framework).select_related("framework")
    for node in elsewhere:
        faults.append(Fault(idents[str(node.pk)].line, "code", "elsewhere", node.framework.name))
    return faults


def is_applicable(upload: Upload) -> bool:
    """Whether nothing is wrong with it but columns that were not read."""
    return all(one["code"] in queries.WARNINGS for one in upload.faults)


@transaction.atomic
def apply_upload(upload: Upload, *, by: Actor) -> Framework:
    """Do what the preview showed. Raises Denied, NotInUse, Settled (applied before), FaultyFile, Outdated (changed since)."""
    framework = keeping.locked(upload.framework_id, by=by)
    row = Upload.objects.select_for_update().filter(pk=upload.pk).first()
    if row is None:  # another file was read meanwhile
        raise Outdated
    if row.applied_at is not None:
        raise Settled(_("这个文件已经导入过"))
    if not is_applicable(row):
        raise FaultyFile
    if row.revision != framework.revision:
        raise Outdated
    apply_rows(framework, queries.uploaded_rows(row), retires_missing=row.retires_missing, title=row.title, by=by)
    row.applied_at, row.rows = timezone.now(), []  # what it said is in the tree and in its history
    row.save(update_fields=["applied_at", "rows"])
    return framework


@transaction.atomic
def import_rows(framework: Framework, rows: Sequence[Row], *, by: Actor, title: str = "") -> Framework:
    """Lay rows over a framework without a preview, for programs. Raises Denied, NotInUse, FaultyFile (with the first fault)."""
    found = keeping.locked(framework.pk, by=by)
    faults = faults_of(found, rows)
    if faults:
        raise FaultyFile(f"{faults[0].line} {faults[0].column}: {queries.fault_words(faults[0])}")
    apply_rows(found, rows, retires_missing=False, title=title, by=by)
    return found


def apply_rows(framework: Framework, rows: Sequence[Row], *, retires_missing: bool, title: str, by: Actor) -> None:
    """For services that have judged the rows and hold the framework's lock. Raises VolumeTaken, CodeTaken, WouldBeCycle."""
    work = _Laying(framework, rows)
    work.lay()
    if retires_missing:
        work.retire()
    try:
        with transaction.atomic():
            work.save()
    except IntegrityError as error:
        if "node_volume_once" in str(error):
            raise VolumeTaken from error
        raise CodeTaken from error
    links = work.link()
    touched = [*work.fresh, *work.changed]
    counts = {
        "title": title,
        "added": len(work.fresh),
        "changed": len(work.changed),
        "retired": len(work.retired),
        "links": links,
    }
    keeping.write(framework, Action.IMPORTED, by=by, after=counts, touched=touched)
    Change.objects.bulk_create(
        [
            Change(
                framework=framework,
                node_id=one,
                action=action,
                before=old,
                after=new,
                person_id=by.person_id,
                name=by.name[:80],
            )
            for one, action, old, new in work.lines
        ],
        batch_size=1000,
    )


def _place(parent: UUID | None, position: int) -> dict[str, Any]:
    return {"parent": str(parent) if parent else None, "position": position}


class _Laying:
    """Rows that are being laid over the nodes of a framework, in memory, then written by a few statements."""

    def __init__(self, framework: Framework, rows: Sequence[Row]) -> None:
        self.framework, self.rows, self.now = framework, rows, timezone.now()
        self.nodes = {node.pk: node for node in Node.objects.filter(framework=framework)}
        self.current = queries.rows_of(framework)
        self.olds = matched(rows, self.current)
        self.codes: Codes = {node.code: pk for pk, node in self.nodes.items() if node.retired_at is None}
        self.fresh: dict[UUID, Node] = {}
        self.changed: dict[UUID, Node] = {}
        self.retired: list[UUID] = []
        self.lines: list[tuple[UUID, Action, dict[str, Any], dict[str, Any]]] = []

    def lay(self) -> None:
        """New nodes, new values, new places."""
        for row in self.rows:
            old = self.olds.get(row.code)
            if old is None:
                self._add(row)
            else:
                self.codes[row.code] = UUID(old.ident)
        beside: dict[UUID | None, int] = defaultdict(int)
        for row in self.rows:
            node = self._node(row)
            parent = self.codes[row.parent] if row.parent else None
            self._set(node, row, parent, beside[parent])
            beside[parent] += 1
        self._after_those(beside)
        self._paths()

    def _add(self, row: Row) -> None:
        taken = {node.code for node in self.nodes.values() if node.retired_at is not None}
        if row.code in taken:
            raise CodeTaken(_("编码“%(code)s”是一个停用节点的，请先恢复它") % {"code": row.code})
        made = Node(id=UUID(row.ident) if row.ident else uuid4(), framework=self.framework, created_at=self.now)
        self.fresh[made.pk] = self.nodes[made.pk] = made
        self.codes[row.code] = made.pk

    def _node(self, row: Row) -> Node:
        return self.nodes[self.codes[row.code]]

    def _set(self, node: Node, row: Row, parent: UUID | None, position: int) -> None:
        is_new = node.pk in self.fresh
        before = {} if is_new else {name: getattr(node, name) for name in FIELDS}
        was = (node.parent_id, node.position)
        for name in FIELDS:
            if name in ("grade", "term") and row.kind not in (NodeKind.VOLUME, NodeKind.POINT, NodeKind.AREA):
                continue  # the volume's, set with the paths
            setattr(node, name, getattr(row, name))
        node.parent_id, node.position = parent, position
        differs = {name: value for name, value in before.items() if value != getattr(node, name)}
        if is_new or "title" in differs or "words" in differs or "code" in differs:
            keeping.set_keys(node)
        if differs:
            after = {name: getattr(node, name) for name in differs}
            self.lines.append((node.pk, Action.CHANGED, differs, after))
        if not is_new and was[0] != parent:
            self.lines.append((node.pk, Action.MOVED, _place(*was), _place(parent, position)))
        if not is_new and (differs or was != (parent, position)):
            self.changed[node.pk] = node

    def _after_those(self, beside: dict[UUID | None, int]) -> None:
        """What the file does not name stands after what it names."""
        named = {self.codes[row.code] for row in self.rows}
        others = [node for node in self.nodes.values() if node.pk not in named and node.parent_id in beside]
        for node in sorted(others, key=lambda one: (one.position, one.title)):
            if node.position < beside[node.parent_id]:
                node.position = beside[node.parent_id]
                self.changed[node.pk] = node
            beside[node.parent_id] = node.position + 1

    def _paths(self) -> None:
        """Paths, and of what stands in a volume its grade and half year, from the top down."""
        children: dict[UUID | None, list[Node]] = defaultdict(list)
        for node in self.nodes.values():
            children[node.parent_id].append(node)
        textbook = self.framework.kind == FrameworkKind.TEXTBOOK
        waiting: list[tuple[Node, Node | None]] = [(node, None) for node in children[None]]
        while waiting:
            node, above = waiting.pop()
            path = f"{above.path}.{node.label}" if above else node.label
            inherited = (above.grade, above.term) if textbook and above else (node.grade, node.term)
            if (path, *inherited) != (node.path, node.grade, node.term):
                node.path, (node.grade, node.term) = path, inherited
                if node.pk not in self.fresh:
                    self.changed[node.pk] = node
            waiting.extend((child, node) for child in children[node.pk])

    def retire(self) -> None:
        """What the file does not name goes out of use, unless something that it names stands below."""
        named = {self.codes[row.code] for row in self.rows}
        kept = {UUID(hex=label) for one in named for label in self.nodes[one].path.split(".")}
        for node in self.nodes.values():
            if node.pk not in kept and node.retired_at is None:
                node.retired_at = self.now
                self.retired.append(node.pk)
                self.changed[node.pk] = node
                after = {"nodes": [str(node.pk)], "successor": None, "links": []}
                self.lines.append((node.pk, Action.RETIRED, {}, after))

    def save(self) -> None:
        """By few statements, parents before children; paths that change places with one another first make way."""
        for node in (*self.fresh.values(), *self.changed.values()):
            node.changed_at = self.now
        fields = [*FIELDS, "parent", "position", "path", "sort_key", "search_text", "retired_at", "changed_at"]
        depth = {node.pk: node.path.count(".") for node in self.fresh.values()}
        volumes = [
            node.pk for node in self.changed.values() if node.kind == NodeKind.VOLUME and node.retired_at is None
        ]
        # volumes that swap grades, and codes that were swapped, would meet halfway
        Node.objects.filter(pk__in=volumes).update(grade=None)
        swapped = [one for one, action, old, _new in self.lines if action == Action.CHANGED and "code" in old]
        for pk in swapped:
            Node.objects.filter(pk=pk).update(code=pk.hex)
        Node.objects.bulk_create(sorted(self.fresh.values(), key=lambda node: depth[node.pk]), batch_size=1000)
        Node.objects.bulk_update(list(self.changed.values()), fields, batch_size=500)

    def link(self) -> int:
        """Add the links that the rows name and take away those that they no longer do; how many were added."""
        points = queries.points_known(self.framework)
        wanted = links_of(self.rows)
        renamed = {old.code: code for code, old in self.olds.items()}
        old: dict[tuple[str, ...], None] = {}
        for kind, one, other in links_of(self.current):
            pair = (renamed.get(one, one), other if kind == LinkKind.COVERS else renamed.get(other, other))
            old[(kind, *(sorted(pair) if kind == LinkKind.RELATED else pair))] = None
        for triple in said_links(self.rows, old) - wanted:
            self._unlink(self._ids(triple, points))
        return len(add_links(self._ids(triple, points) for triple in sorted(wanted - set(old))))

    def _ids(self, triple: tuple[str, ...], points: Codes) -> tuple[str, UUID, UUID]:
        kind, one, other = triple
        return kind, self.codes[one], points[other] if kind == LinkKind.COVERS else self.codes[other]

    def _unlink(self, triple: tuple[str, UUID, UUID]) -> None:
        kind, one, other = triple
        ends = [one, other]
        Link.objects.filter(kind=kind, origin__in=ends, destination__in=ends).delete()
