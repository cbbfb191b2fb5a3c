"""Master playlists: which renditions a player may choose from. Rewritten when the second rendition appears."""

from lantian.content.media.engine.playlists import Variant, master_playlist
from lantian.content.media.services.folder import (
    AAC,
    AV,
    LADDER,
    LIVE,
    MASTER,
    REPLAY,
    SMALL,
    SOUND,
    Rendition,
    StreamFolder,
    read_cut,
)

_LIVE_BANDWIDTH = 2_500_000  # promised while nothing is measured yet
_SMALL_PICTURE, _AAC = "avc1.4d401e", "mp4a.40.2"
_SOUND = Variant(f"{SOUND}/{LIVE}", f"avc1.42c00a,{_AAC}", 80_000, 160, 90)


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
        if file == LIVE and not folder.av.history.ended and (folder.path / SOUND / LIVE).exists():
            variants.append(_SOUND)  # for browsers' own players, which choose by themselves
        if variants:
            folder.write_master(name, master_playlist(variants))
    _write_ladder(folder)


def _write_ladder(folder: StreamFolder) -> None:
    """ladder.m3u8: every rendition that there might be, whether it is made at this moment or not.

    Players that are told which ones are made begin here, and need no other list when one is made later. Players of browsers
    choose by themselves and would run into what is not there: they get the master.
    """
    history = folder.av.history
    if not history.segments:
        return
    if history.ended:
        (folder.path / LADDER).unlink(missing_ok=True)
        return
    epoch = history.epochs[history.segments[-1].epoch]
    picture = epoch.codecs.split(",")[0]
    rungs = [
        Variant(f"{AV}/{LIVE}", epoch.codecs, _LIVE_BANDWIDTH, epoch.width, epoch.height),
        Variant(f"{AAC}/{LIVE}", f"{picture},{_AAC}", _LIVE_BANDWIDTH, epoch.width, epoch.height),
        Variant(f"{SMALL}/{LIVE}", f"{_SMALL_PICTURE},{_AAC}", 500_000, 640, 360),
        _SOUND,
    ]
    folder.write_master(LADDER, master_playlist(rungs))
