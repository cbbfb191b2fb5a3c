"""Templates: an empty list of a kind as a workbook, with drop-downs, text columns and one row that shows how."""
# i18n: data file

import io

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lantian.people.exchange.engine.sheets.fields import EXAMPLE, FIELDS, REQUIRED, TEMPLATE, TITLES, Kind

ROWS = 2000  # how far down the drop-downs and text columns go
SUBJECT_WORDS = "语文,数学,英语,道德与法治,历史,地理,科学,物理,化学,生物,信息科技,音乐,美术,体育与健康,劳动"
_HEAD = PatternFill("solid", fgColor="E8F1FB")
_NEEDED = PatternFill("solid", fgColor="FFF3BF")
_GREY = Font(color="808080", italic=True)


def template(kind: Kind, *, school_name: str = "", school_code: str = "") -> bytes:
    """The workbook's bytes. With a school's name its columns are filled in the example, so that one sees how it is written."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = TITLES[kind]
    needed = {key for group in REQUIRED[kind] for key in group}
    values = {"school_name": school_name, "school_code": school_code}
    for place, key in enumerate(TEMPLATE[kind], start=1):
        spec, letter = FIELDS[key], get_column_letter(place)
        head = sheet.cell(1, place, spec.title)
        head.font, head.fill = Font(bold=True), _NEEDED if key in needed else _HEAD
        head.alignment = Alignment(vertical="center", wrap_text=True)
        if spec.hint:
            head.comment = Comment(spec.hint, "")
        sheet.column_dimensions[letter].width = spec.width
        text = values.get(key) or spec.example
        shown = sheet.cell(2, place, f"{EXAMPLE}：{text or '这一行不导入'}" if place == 1 else text)
        shown.font = _GREY
        shown.data_type = "s"
        choices = ",".join(spec.choices) or (SUBJECT_WORDS if key == "subject" else "")
        if choices:
            rule = DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
            # several subjects may stand in one cell, so that list only offers
            rule.showErrorMessage = key != "subject"
            rule.error, rule.errorTitle = "请从列表里选一个。", spec.title
            sheet.add_data_validation(rule)
            rule.add(f"{letter}3:{letter}{ROWS}")
        if spec.is_text:
            for row in range(2, 302):
                sheet.cell(row, place).number_format = "@"
            sheet.column_dimensions[letter].number_format = "@"
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
