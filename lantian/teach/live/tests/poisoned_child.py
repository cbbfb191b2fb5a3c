"""The second sound's child with a codec that aborts the process at media time POISON_S, as a bug in C would."""

import os
from unittest import mock

from lantian.content.media.engine.model import Run
from lantian.teach.live.consumers import sound_child

POISON_S = float(os.environ.get("POISON_S", "4.5"))


def main() -> None:
    from lantian.content.media.engine.transcode import AacTranscoder

    convert = AacTranscoder.convert

    def aborting(self: AacTranscoder, run: Run) -> Run | None:
        if run.start_us <= POISON_S * 1_000_000 < run.end_us:
            os.abort()
        return convert(self, run)

    with mock.patch.object(AacTranscoder, "convert", aborting):
        sound_child.main()


if __name__ == "__main__":
    main()
