"""The demonstration's interactive resources by the story's teacher: an H5P, a SCORM package of two parts, a package of pages."""
# i18n: data file

import io
import zipfile
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import transaction

from lantian.content.interactive import services
from lantian.content.resources import services as resources
from lantian.content.resources.enums import Licence, Purpose, Reach
from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.roster import queries as roster

DATA = Path(__file__).with_name("data")
MADE = (
    ("h5p", "一次函数小测.h5p", "一次函数小测", "两道选择题，做完就知道对了几道。"),
    ("scorm", "平行线的判定.zip", "平行线的判定（自学课件）", "先读三段，再试一题；做到哪里会记住。"),
    ("pages", "抛硬币.zip", "抛硬币，看频率", "点一下抛一百次，看频率怎样稳定下来。"),
)


def packed(name: str) -> bytes:
    """One of the packages beside this file."""
    out, folder = io.BytesIO(), DATA / name
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), (2026, 9, 1, 8, 0, 0))
                archive.writestr(entry, path.read_bytes())
    return out.getvalue()


def seed(context: DemoContext) -> None:
    """Published and unpacked, so that the first one who opens them does not wait."""
    account = apps.get_model("identity", "Account").objects.filter(username="teacher").first()
    by = roster.actor_of_account(account) if account is not None else None
    if by is None or by.grant is None:
        return
    for name, file, title, words in MADE:
        version = publish(packed(name), file, {"title": title, "words": words, "rights_holder": by.name}, by)
        services.ask_package(version.blob_id, version.blob.kind)
        services.unpack(version.blob_id)
    context.say(f"  {len(MADE)} interactive resources")


@transaction.atomic
def publish(data: bytes, name: str, facts: dict[str, Any], by: Actor) -> Any:
    """A package as a published resource; its version."""
    upload = resources.begin_upload(name=name, size=len(data), by=by)
    resources.write_piece(upload, offset=0, read=io.BytesIO(data).read, by=by)
    sent = resources.take_in(upload.pk)
    assert sent is not None
    base = {
        "purpose": Purpose.EXERCISE,
        "subject": "maths",
        "stage": "junior",
        "grade": 8,
        "licence": Licence.CC_BY,
        "reach": Reach.PUBLIC,
    }
    made = resources.create_resource(upload=sent, facts=base | facts, by=by)
    resources.publish_version(made.versions.get(), by=SYSTEM)
    return made.versions.select_related("blob").get()
