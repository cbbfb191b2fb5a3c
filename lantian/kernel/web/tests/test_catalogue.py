"""The English catalogue on a small project of its own."""

from pathlib import Path

import polib
import pytest

from lantian.kernel.web.catalogue import book
from lantian.kernel.web.catalogue.extract import from_python, from_script, from_template


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {
        "lantian/teach/live/views.py": (
            '"""开头的说明不算。"""\nfrom x import _, ngettext\n\nTITLE = _("开始直播")\n'
            'COUNT = ngettext("%(n)s 个班", "%(n)s 个班级", 2)\n'
        ),
        "lantian/teach/live/templates/live/room.html": (
            '{% load x %}{# 注释不算 #}\n<h1>{% translate "直播间" %}</h1>\n'
            "<p title=\"{% trans '提示' %}\">{% blocktranslate with n=1 %}共 {{ n }} 节{% endblocktranslate %}</p>\n"
        ),
        "lantian/teach/live/demo.py": 'NAMES = ["张三"]\n',
        "lantian/teach/live/tests/test_x.py": 'NAME = "李四"\n',
        "frontend/src/islands/teach/index.ts": '// 注释不算\nconst words = t("已连接 {n} 个班", { n: 3 });\n',
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "frontend/src/locale").mkdir()
    return tmp_path


def translate_all(base: Path) -> None:
    for domain in book.DOMAINS:
        po = book.load(base, domain)
        for entry in po:
            if entry.msgid_plural:
                entry.msgstr_plural = {0: "%(n)s class", 1: "%(n)s classes"}
            else:
                entry.msgstr = "English " + " ".join(book.placeholders(entry.msgid))
        po.save(str(book.po_path(base, domain)))
    book.compile_all(base)


def complaints(base: Path) -> list[str]:
    return [str(each) for each in book.check(base)]


def test_all_kinds_of_source_are_read(project: Path) -> None:
    assert book.extract(project) == {"django": 5, "djangojs": 1}
    ids = {entry.msgid for entry in book.load(project, "django")}
    assert ids == {"开始直播", "%(n)s 个班", "直播间", "提示", "共 %(n)s 节"}


def test_calls_within_f_strings_are_found() -> None:
    text = """from x import _\nwords = f"{1} · {_('第%(n)s周') % {'n': 2}}"\n"""
    assert [message.text for message in from_python(text, "x.py")] == ["第%(n)s周"]


def test_a_whole_catalogue_passes_and_compiles(project: Path) -> None:
    book.extract(project)
    translate_all(project)
    assert complaints(project) == []
    assert polib.mofile(str(book.po_path(project, "django").with_suffix(".mo"))).find("直播间") is not None
    assert '"已连接 {n} 个班": "English {n}"' in book.script_catalogue(project).read_text()


def test_a_text_without_english_is_named_by_file_and_line(project: Path) -> None:
    book.extract(project)
    translate_all(project)
    path = project / "lantian/teach/live/views.py"
    path.write_text(path.read_text() + 'NEW = _("下课")\n')
    assert any("views.py:6: not in the catalogue" in each for each in complaints(project))
    book.extract(project)
    assert complaints(project) == ["lantian/teach/live/views.py:6: no English: 下课"]


def test_fuzzy_and_wrong_placeholders_are_refused(project: Path) -> None:
    book.extract(project)
    translate_all(project)
    po = book.load(project, "django")
    po.find("共 %(n)s 节").msgstr = "%(m)s lessons"
    po.find("直播间").flags.append("fuzzy")
    po.find("提示").msgstr = "提示"
    po.save(str(book.po_path(project, "django")))
    found = " ".join(complaints(project))
    assert "room.html:3: placeholders differ" in found
    assert "room.html:2: fuzzy: 直播间" in found
    assert "Chinese in the English" in found


@pytest.mark.parametrize(
    ("name", "text", "where"),
    [
        ("lantian/teach/live/rules.py", 'def f():\n    return "不行"\n', "rules.py:2"),
        ("lantian/teach/live/rules.py", 'def f(n):\n    return f"第{n}节"\n', "rules.py:2"),
        ("lantian/teach/live/templates/live/a.html", "<p>\n没有标记</p>", "a.html:2"),
        ("lantian/teach/live/templates/live/a.html", '<p title="没有标记"></p>', "a.html:1"),
        ("frontend/src/a.ts", 'const a = 1;\nconst b = "没有标记";\n', "a.ts:2"),
        ("frontend/src/a.ts", "const b = t(`第${n}节`);\n", "a.ts:1"),
    ],
)
def test_chinese_outside_translation_is_found(project: Path, name: str, text: str, where: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert any(f"{where}: not marked" in each for each in complaints(project))


@pytest.mark.parametrize(
    "text",
    [
        'X = "绵阳"  # i18n: data\n',
        '# i18n: data file\nX = "绵阳"\n',
        'def f():\n    """说明"""\n',
        'log.info("日志")\n',
    ],
)
def test_data_and_notes_are_let_be(project: Path, text: str) -> None:
    (project / "lantian/teach/live/rules.py").write_text(text)
    assert not any("not marked" in each for each in complaints(project))


def test_translations_survive_and_what_is_gone_is_kept_as_obsolete(project: Path) -> None:
    book.extract(project)
    translate_all(project)
    room = project / "lantian/teach/live/templates/live/room.html"
    text = room.read_text()
    room.write_text("")
    book.extract(project)
    gone = {entry.msgid for entry in book.load(project, "django").obsolete_entries()}
    assert "直播间" in gone
    room.write_text(text)
    book.extract(project)
    back = book.load(project, "django").find("直播间")
    assert back is not None
    assert back.msgstr == "English "
    assert not back.obsolete


def test_a_stale_script_catalogue_is_noticed(project: Path) -> None:
    book.extract(project)
    translate_all(project)
    book.script_catalogue(project).write_text("{}\n")
    assert complaints(project) == ["frontend/src/locale/en.json:1: stale (run: lantian i18n compile)"]


def test_ids_are_the_ones_django_will_look_up() -> None:
    template = (
        '{% translate "到课 98%" %}{% blocktranslate trimmed %}\n  一\n  二 {{ n }}%\n{% endblocktranslate %}'
        '{{ x|default:_("无") }}'
    )
    assert [message.text for message in from_template(template, "a")] == ["一 二 %(n)s%%", "到课 98%%", "无"]
    assert [(m.context, m.text) for m in from_python('pgettext("节次", "节")', "a")] == [("节次", "节")]
    assert [m.text for m in from_script('x.t("甲"); t(\n  "乙",\n); format("丙")', "a")] == ["乙"]
