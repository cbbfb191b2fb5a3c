"""Where the index lies, as paths; nothing here touches the disk.

search/CURRENT             the name of the generation that is read
search/copy                which copy of the index this is (an id)
search/keeper.lock         held by the one who writes (flock: a killed process lets go)
search/builder.lock        held by the one who builds a new generation
search/WANTED              somebody asked for a new generation
search/progress.json       how far the building is
search/synonyms.txt        the platform's own synonyms
search/<generation>/       tantivy's files, and
    UPTO                   what it holds: {"upto": xid, "make": fingerprint}
    READY                  it is complete and may become the current one
"""

from pathlib import Path
from typing import NamedTuple


class Folders(NamedTuple):
    """The paths below one home."""

    root: Path

    @property
    def current(self) -> Path:
        return self.root / "CURRENT"

    @property
    def copy(self) -> Path:
        return self.root / "copy"

    @property
    def keeper_lock(self) -> Path:
        return self.root / "keeper.lock"

    @property
    def builder_lock(self) -> Path:
        return self.root / "builder.lock"

    @property
    def wanted(self) -> Path:
        return self.root / "WANTED"

    @property
    def progress(self) -> Path:
        return self.root / "progress.json"

    @property
    def synonyms(self) -> Path:
        return self.root / "synonyms.txt"

    def generation(self, name: str) -> Path:
        return self.root / name

    def upto(self, name: str) -> Path:
        return self.root / name / "UPTO"

    def ready(self, name: str) -> Path:
        return self.root / name / "READY"
