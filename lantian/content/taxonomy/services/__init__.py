"""The verbs of the taxonomy: frameworks and their versions, nodes, links, history, files."""

from lantian.content.taxonomy.services.files import apply_upload, import_rows, is_applicable, read_upload
from lantian.content.taxonomy.services.frameworks import (
    begin_revision,
    change_framework,
    create_framework,
    discard_draft,
    publish_framework,
    retire_framework,
)
from lantian.content.taxonomy.services.history import undo_change, undoable
from lantian.content.taxonomy.services.joining import Part, merge_nodes, split_node
from lantian.content.taxonomy.services.links import link_nodes, unlink_nodes
from lantian.content.taxonomy.services.nodes import add_node, change_node, move_node, restore_node, retire_node

__all__ = [
    "Part",
    "add_node",
    "apply_upload",
    "begin_revision",
    "change_framework",
    "change_node",
    "create_framework",
    "discard_draft",
    "import_rows",
    "is_applicable",
    "link_nodes",
    "merge_nodes",
    "move_node",
    "publish_framework",
    "read_upload",
    "restore_node",
    "retire_framework",
    "retire_node",
    "split_node",
    "undo_change",
    "undoable",
    "unlink_nodes",
]
