"""The process that reads a large CSV file of an import: rows on standard input, lines of COPY on standard output.

    python -I reading_child.py MEMORY UID

Run as a script, without Django: of the platform it has the pure readers and the sealing in its memory. MEMORY (bytes of address
space) is its limit, UID as in `kernel.confined.confine`. Standard input begins with a line of JSON (`order` as `Order` has it,
`most` rows at once, `keys` for sealing, `contexts` of the sealed columns), then comes the file to its end. Each piece is
answered by a line of JSON (`Piece` without its data, `bytes` of data) and the data; the last line is `{"end": how}`: "" when all
was read, "csv" with `what` is wrong with the quoting, "encoding" when it is not UTF-8.
"""

import codecs
import csv
import json
import resource
import sys
from pathlib import Path
from typing import BinaryIO

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))

from lantian.kernel import crypto
from lantian.kernel.confined import confine
from lantian.people.exchange.engine.oneroster.staging import Order, Seals, pieces
from lantian.people.roster.engine.codes.divisions import known_codes

# While the rights to read the library are there: it may lie where only root reads.
codecs.lookup("utf-8-sig")
known_codes()


def answer(source: BinaryIO, out: BinaryIO) -> None:
    """Read one file."""
    said = json.loads(source.readline())
    keys = crypto.parse_keys(json.dumps(said["keys"]))
    seals = Seals(**{column: crypto.Sealer(context, keys) for column, context in said["contexts"].items()})
    end = {"end": ""}
    try:
        for piece in pieces(source, Order(**said["order"]), seals, most=said["most"]):
            head = {"at": piece.at, "rows": piece.rows, "lines": piece.lines, "faults": piece.faults}
            out.write(json.dumps({**head, "bytes": len(piece.data)}).encode() + b"\n")
            out.write(piece.data)
            out.flush()
    except csv.Error as error:
        end = {"end": "csv", "what": str(error)}
    except UnicodeDecodeError:
        end = {"end": "encoding"}
    out.write(json.dumps(end).encode() + b"\n")
    out.flush()


def main(memory: str, uid: str) -> None:
    """Bound, shed, read."""
    confine(uid, {resource.RLIMIT_AS: int(memory), resource.RLIMIT_FSIZE: 0}, nice=0)
    answer(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(*sys.argv[1:])
