"""Master playlists: which renditions a player may choose from. Rewritten when the second rendition appears."""

from lantian.content.media.engine.playlists import Variant, master_playlist
from lantian.content.media.services.folder import LIVE, MASTER, REPLAY, Rendition, StreamFolder, read_cut

_LIVE_BANDWIDTH = 2_500_000  # promised while nothing is measured yet


def _variant(rendition: Rendition, file: str) -> Variant | None:
    history = rendition.history
    if not history.segments or not (rendition.path / file).exists():
        return None
    epoch = history.epochs[history.segments[-1].epoch]
    peak = _LIVE_BANDWIDTH
    if history.ended:
        peak = max(record.bytes * 8_000_000 // max(1, record.duration_us) for record in history.segments)
    return Variant(f"{rendition.path.name}/{file}", epoch.codecs, peak, epoch.width, epoch.height)


def write_masters(folder: StreamFolder) -> None:
    """master.m3u8, and once the stream has ended replay.m3u8, listing the renditions that have something to play.

    Writer and follower both call it, each knowing its own side only: so the facts are read from the disk.
    """
    folder = StreamFolder(folder.path)
    folder.av.load()
    folder.aac.load()
    cut = read_cut(folder.path)
    lists = [(MASTER, LIVE), (REPLAY, REPLAY), *([(cut.whole, cut.whole)] if cut is not None else [])]
    for name, file in lists:
        variants = [found for side in (folder.av, folder.aac) if (found := _variant(side, file)) is not None]
        if variants:
            folder.write_master(name, master_playlist(variants))
