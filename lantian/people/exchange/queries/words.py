"""Codes of findings and faults as sentences: what is wrong, and what to do."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.people.exchange.models import Finding, ImportRun

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

WORDS: dict[str, "Text"] = {
    # a timetable
    "week_strange": _(
        "这张表既不是班级课表，也不是清单。班级课表要有一行星期、一列节次；清单要有班级、星期、节次、学科四列。"
    ),
    "week_long": _("课太多了，请按年级分开上传。"),
    "week_no_class": _("看不出是哪个班的课表。请在表的上方写上班级，例如“七年级（1）班课程表”，或把工作表改成班名。"),
    "week_weekday": _("“%(value)s”不是星期几。"),
    "week_period": _("“%(value)s”不是第几节。"),
    "week_subject": _("“%(value)s”里看不出学科，没有导入。"),
    "week_many": _("一格里写了两门以上的课：%(value)s。只能一门，或单周一门、双周一门。"),
    "week_class": _("学校里没有“%(value)s”这个班，它的课没有导入。"),
    "week_twice": _("“%(value)s”在这一节已经有课，后面这一门没有导入。"),
    "week_teacher": _("学校里没有叫“%(value)s”的老师，课导入了，老师空着。"),
    "week_teachers": _("叫“%(value)s”的老师不止一位，课导入了，老师空着。"),
    "week_room": _("没有叫“%(value)s”的教室，用本班教室。"),
    # the archive
    "archive_broken": _("这个 ZIP 文件损坏了，打不开。请重新导出一份。"),
    "archive_empty": _("ZIP 里没有 OneRoster 的文件（例如 users.csv）。"),
    "archive_many": _("ZIP 里有 %(count)s 个文件，最多 %(most)s 个。"),
    "archive_large": _("解开以后超过 %(most)s GB，太大了。请按区县分开上传。"),
    "archive_bomb": _("ZIP 的压缩比不正常，不予读取。"),
    "archive_nested": _("ZIP 里还有压缩文件“%(name)s”，请解开以后再打包。"),
    "archive_path": _("ZIP 里的文件名“%(name)s”不安全，不予读取。"),
    "archive_link": _("ZIP 里的“%(name)s”是链接，不是文件。"),
    "archive_locked": _("ZIP 加了密码，请去掉密码再上传。"),
    "archive_twice": _("文件“%(name)s”出现了两次。"),
    "file_name": _("不认识文件“%(name)s”。请保留标准里的文件名，例如 users.csv。"),
    # a file as a whole
    "manifest_none": _("没有 manifest.csv，所有文件按全量处理。"),
    "manifest_version": _("manifest.csv 写的版本是 %(value)s，这里读取 1.2 版。"),
    "manifest_value": _("manifest.csv 里应当写 bulk、delta 或 absent，这里是“%(value)s”。"),
    "file_missing": _("manifest.csv 说有 %(name)s，但没有找到这个文件。"),
    "file_unannounced": _("manifest.csv 说没有 %(name)s，但文件在里面。请更正其中一个。"),
    "file_unused": _("文件“%(name)s”用不到，没有读取。"),
    "encoding_gb18030": _("文件不是 UTF-8 编码，看起来是 GBK/GB18030。请另存为“CSV UTF-8”再上传。"),
    "encoding_utf16": _("文件是 UTF-16 编码（Excel 的“Unicode 文本”）。请另存为“CSV UTF-8”再上传。"),
    "encoding_unknown": _("文件不是 UTF-8 编码，也认不出是哪一种。请另存为“CSV UTF-8”再上传。"),
    "broken_csv": _("第 %(row)s 行起读不下去：引号不成对，或一格里的内容过长。"),
    "missing_column": _("缺少必需的列。"),
    "unknown_column": _("不认识这一列，没有读取。"),
    "column_twice": _("这一列出现了两次。"),
    "too_many_columns": _("有 %(count)s 列，最多 %(most)s 列。"),
    # a row or a cell
    "ragged_row": _("这一行有 %(cells)s 格，表头有 %(head)s 列。多半是内容里的逗号没有加引号。"),
    "cell_too_long": _("这一格有 %(length)s 个字，最多 %(most)s 个。"),
    "too_long": _("这一格有 %(length)s 个字，最多 %(most)s 个。"),
    "control_character": _("这一格里有看不见的控制字符，请删去。"),
    "empty": _("这一格不能空着。"),
    "bad_key": _("编号“%(value)s”里不能有空格、逗号和引号，最长 255 个字。"),
    "key_twice": _("编号“%(value)s”在第 %(row)s 行已经用过。"),
    "not_in_list": _("“%(value)s”不是这一列可以填的词。"),
    "bad_date": _("“%(value)s”不是日期；请写成 2026-09-01 的样子。"),
    "bad_moment": _("“%(value)s”不是时间；请写成 2026-09-01T08:00:00Z 的样子。"),
    "bad_year": _("“%(value)s”不是学年；请填学年结束的年份，例如 2027。"),
    "bad_number": _("“%(value)s”应当是 %(least)s 到 %(most)s 的数字。"),
    "dates_order": _("结束日期（%(end)s）不在开始日期（%(first)s）之后。"),
    "bad_phone": _("手机号不对：应为 11 位数字。"),
    "bad_citizenId": _("身份证号不对：请核对 18 位号码，最后一位可能是 X。"),
    "bad_studentNumber": _("学籍号不对：请核对号码。"),
    "no_grade": _("看不出是哪个年级。"),
    "no_class_number": _("从班级名称“%(value)s”看不出是几班。"),
    "org_type_unused": _("这类单位（%(value)s）用不到，没有导入。"),
    "org_not_imported": _("这类单位用不到，没有导入。"),
    "session_unused": _("考评期用不到，没有导入。"),
    # a spreadsheet as a whole
    "sheets_none": _("没有找到可以读取的文件。"),
    "sheets_large": _("文件合计超过 %(most)s MB，请分几次上传。"),
    "sheet_empty": _("这个文件是空的。"),
    "sheet_large": _("这个文件超过 %(most)s MB，太大了。请按学校或年级分开。"),
    "sheet_xls": _(
        "这是旧的 .xls 格式，不能读取。请在 Excel 或 WPS 里打开，选“另存为”，格式选“Excel 工作簿（.xlsx）”，再上传。"
    ),
    "sheet_locked": _("文件加了密码，打不开。请去掉密码再上传。"),
    "sheet_markup": _("这是网页导出的假表格。请在 Excel 或 WPS 里打开，另存为“Excel 工作簿（.xlsx）”再上传。"),
    "sheet_unknown": _("这不是表格文件。可以上传 .xlsx、.csv，或者把它们打成一个 .zip。"),
    "sheet_not_xlsx": _("这不是 Excel 工作簿。要一次上传许多文件，请把它们放在一个 ZIP 里，里面不再套 ZIP。"),
    "sheet_broken": _("文件损坏了，打不开。请在 Excel 或 WPS 里打开，另存一份再上传。"),
    "sheet_bomb": _("文件解开以后大得不正常，不予读取。"),
    "sheet_many": _("工作簿里有 %(count)s 张表，最多 %(most)s 张。"),
    "sheet_wide": _("有的行超过 %(most)s 列。请删去用不到的列。"),
    "sheet_long": _("超过 %(most)s 行。请按学校或年级分开。"),
    "sheet_hidden": _("隐藏的工作表没有读取。要导入，请先取消隐藏。"),
    "sheet_unused": _("这张表没有认得的表头，没有读取。"),
    "sheet_no_head": _("找不到表头：前 15 行里没有“姓名”“班级”这样的列名。请核对，或者下载模板填写。"),
    "text_encoding": _("认不出文字编码（像是 %(guess)s）。请在 Excel 或 WPS 里另存为“Excel 工作簿（.xlsx）”再上传。"),
    "text_broken": _("文件的文字编码（%(encoding)s）坏了。请另存一份再上传。"),
    "text_quotes": _("第 %(row)s 行起读不下去：引号不成对，或一格里的内容过长。"),
    "no_rows": _("表头下面没有内容。"),
    # a cell of a spreadsheet
    "cell_formula": _("公式算不出来（%(value)s）。请直接填写内容。"),
    "sheet_name": _("姓名“%(value)s”里有数字或符号，请核对。"),
    "sheet_gender": _("“%(value)s”不是性别，请填“男”或“女”。"),
    "sheet_gender_other": _("性别和身份证号不一致，请核对。"),
    "sheet_date": _("“%(value)s”不是日期，请写成 2015-03-07 的样子。"),
    "sheet_date_no_day": _("“%(value)s”只有年和月，请补上日。"),
    "sheet_date_none": _("没有“%(value)s”这一天，请核对。"),
    "sheet_date_two": _("“%(value)s”分不清哪个是月哪个是日，请写成 2015-03-07 的样子。"),
    "sheet_date_range": _("出生日期 %(value)s 不对：太早，或者还没有到。"),
    "sheet_birth_other": _("出生日期（%(value)s）和身份证号不一致，请核对。"),
    "sheet_id_empty": _("身份证号是空的。"),
    "sheet_id_scientific": _(
        "身份证号被表格软件变成了科学计数（如 5.1E+17），后面的数字已经丢失，无法恢复。请把这一列设为“文本”，从原件重新填写。"
    ),
    "sheet_id_rounded": _(
        "身份证号的末几位被表格软件变成了 000，原来的数字已经丢失，无法恢复。请把这一列设为“文本”，从原件重新填写。"
    ),
    "sheet_id_maybe_rounded": _("身份证号以 000 结尾，可能是被表格软件改的，请和原件核对。"),
    "sheet_id_characters": _("身份证号里有数字以外的字符。"),
    "sheet_id_length": _("身份证号不是 18 位。"),
    "sheet_id_division": _("身份证号前 6 位不是任何行政区划，请核对。"),
    "sheet_id_date": _("身份证号里的出生日期不对，请核对。"),
    "sheet_id_checksum": _("身份证号的校验位不对，多半是抄错了一位，请核对。"),
    "sheet_sn_empty": _("学籍号是空的。"),
    "sheet_sn_scientific": _(
        "学籍号被表格软件变成了科学计数，后面的数字已经丢失，无法恢复。请把这一列设为“文本”，从原件重新填写。"
    ),
    "sheet_sn_rounded": _(
        "学籍号的末几位被表格软件变成了 000，原来的数字已经丢失，无法恢复。请把这一列设为“文本”，从原件重新填写。"
    ),
    "sheet_sn_characters": _("学籍号里有字母和数字以外的字符。"),
    "sheet_sn_length": _("全国学籍号应为 G、J 或 L 加 18 位，请核对。"),
    "sheet_sn_division": _("学籍号里的区划代码不对，请核对。"),
    "sheet_sn_date": _("学籍号里的出生日期不对，请核对。"),
    "sheet_sn_checksum": _("学籍号的校验位不对，请核对。"),
    "sheet_sn_other": _("学籍号和身份证号不一致。身份证号更正过的可以不同，请核对。"),
    "sheet_phone": _("电话号码不对：手机号应为 11 位数字。"),
    "sheet_phone_scientific": _("电话号码被表格软件变成了科学计数，数字已经丢失。请重新填写。"),
    "sheet_phone_two": _("一格里有两个电话，请只留一个；另一个填到“家长2电话”。"),
    "sheet_relation": _("“%(value)s”看不出是什么关系，请填“父亲”“母亲”“祖母”等。"),
    "sheet_guardian_name": _("有家长电话，没有家长姓名，电话没有导入。"),
    "sheet_code": _("“%(value)s”不是学校标识码，应为 10 位数字。"),
    "sheet_code_scientific": _("学校标识码被表格软件变成了科学计数，请重新填写。"),
    "sheet_school_none": _("看不出是哪所学校：这一行没有写学校，文件也没有指明。"),
    "sheet_school_unknown": _("在您这次导入的范围里找不到学校“%(value)s”。请写学校全称或标识码。"),
    "sheet_school_several": _("有几所学校都叫“%(value)s”，请改写学校标识码。"),
    "sheet_school_other": _("这是“%(school)s”的文件，这一行却写着“%(value)s”。"),
    "sheet_class_empty": _("班级是空的。"),
    "sheet_class_unreadable": _("看不懂班级“%(value)s”，请写成“三年级1班”的样子。"),
    "sheet_class_ambiguous": _("“%(value)s”可能是不同学段的班级，请写清学段，例如“初中一年级1班”。"),
    "sheet_class_needs_school_year": _("看不懂班级“%(value)s”，请写成“三年级1班”的样子。"),
    "sheet_class_not_enrolled": _("“%(value)s”这一级现在没有在校生，请核对。"),
    "sheet_class_out_of_range": _("没有“%(value)s”这个年级，请核对。"),
    "sheet_class_became_a_date": _("班级被表格软件变成了日期（%(value)s）。请改回班级，例如“一年级2班”。"),
    "sheet_class_other_stage": _("这所学校没有“%(value)s”这个学段。"),
    "sheet_class_no_number": _("“%(value)s”只写了年级，没有写几班。"),
    "sheet_class_no_grade": _("“%(value)s”没有写年级，请写成“三年级1班”的样子。"),
    "sheet_class_unknown": _("学校里没有“%(value)s”，名单里也没有。请核对班级。"),
    "sheet_grade_other": _("年级“%(value)s”和班级不一致，按班级处理。"),
    "sheet_entry_year": _("入学年份“%(value)s”不对，请写成 2023 的样子。"),
    "sheet_subject": _("不认识学科“%(value)s”，请写“语文”“数学”等。"),
    "sheet_subject_none": _("写了任教班级，没有写任教学科。"),
    "sheet_leads_which": _("写了是班主任，看不出是哪个班，请写班级。"),
    "sheet_row_twice": _("和“%(file)s”第 %(row)s 行是同一个人，这一行重复了。"),
    "sheet_pupil_other": _("这名学生现在在“%(school)s”。请核对学校；转学请先办理转学。"),
    "sheet_pupil_unknown": _("名册和名单里都找不到这名学生，家长没有导入。请核对姓名、班级或学籍号。"),
    # what it refers to, and what it would be
    "unknown_org": _("找不到单位“%(value)s”：文件里没有，名册里也没有。"),
    "unknown_class": _("找不到班级“%(value)s”：文件里没有，名册里也没有。"),
    "unknown_user": _("找不到人员“%(value)s”：文件里没有，名册里也没有。"),
    "unknown_agent": _("监护人“%(value)s”找不到，这一项没有登记。"),
    "depends_on_error": _("它所属的“%(value)s”那一行有错误，先改那一行。"),
    "no_parent": _("没有写上级单位，或者上级单位互相指向。"),
    "wrong_place": _("这类单位不能设在这个上级下面。"),
    "out_of_scope": _("不在您这次导入的范围内。"),
    "not_allowed": _("您不能办理：%(reason)s"),
    "kept_by_rule": _("没有修改：%(reason)s"),
    "kind_kept": _("单位的类别不能由文件修改，保留原来的。"),
    "code_taken": _("代码“%(value)s”已经属于另一个单位。"),
    "same_thing_twice": _("这一行和第 %(row)s 行说的是同一个。"),
    "bad_term": _("学期长 %(days)s 天，最长 %(most)s 天。"),
    "terms_overlap": _("和另一个学期的日期重叠。"),
    "class_needs_school": _("班级只能设在学校、校区或教学点。"),
    "class_other_school": _("这个班级在名册里属于另一所学校。"),
    "class_not_of_school": _("这个班级不属于这一行写的学校。"),
    "class_taken": _("这个年级已经有同一班号的班级。"),
    "class_still_used": _("班级“%(name)s”不在文件里，但还有人在里面，没有撤销。"),
    "org_still_used": _("单位“%(name)s”不在文件里，但还有下级、班级或人员，没有停用。"),
    "citizen_id_other": _("这个身份证号在名册里属于另一个人。"),
    "student_number_other": _("这个学籍号在名册里属于另一个人。"),
    "citizen_id_twice": _("和第 %(row)s 行的身份证号相同；一人一号。"),
    "student_number_twice": _("和第 %(row)s 行的学籍号相同；一人一号。"),
    "pupil_elsewhere": _("这名学生的学籍在这次范围以外的学校。请先办理转学。"),
    "belongs_nowhere": _("这个人不在范围内的任何单位，也不是哪个学生的监护人。"),
    "namesake": _("和第 %(row)s 行同名同生日，请看看是不是同一个人。"),
    "maybe_known": _("名册里已有同名同生日的人，请看看是不是同一个人。不会自动合并。"),
    "facts_kept": _("这个人由别的单位维护，资料没有修改。"),
    "same_membership_twice": _("和第 %(row)s 行重复：同一个人在同一处的同一身份。"),
    "grant_not_imported": _("职务不由文件授予，请在“授权”里办理。"),
    # why a run stopped
    "older": _("这份数据（%(as_of)s）比上次导入的（%(last)s）旧，没有导入。"),
    "no_right": _("办理人的授权已经到期或被撤销。"),
    "refused": _("没有写入任何内容：%(reason)s"),
    "changed_meanwhile": _("核对以后名册又有了别的修改，已重新核对，请再看一遍。"),
    "internal": _("程序出了错，没有写入任何内容。请重试；再出错请告诉运维人员。"),
    "file_gone": _("文件已经不在了，请重新上传。"),
}


class _Params(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _sentence(code: str, params: dict[str, Any]) -> str:
    said = _Params(params)
    if "reason" in said:
        said["reason"] = gettext(str(said["reason"])) if said["reason"] else ""
    return str(WORDS.get(code, code)) % said


def finding_words(finding: Finding) -> str:
    """The sentence for a finding, in the reader's language."""
    return _sentence(finding.code, finding.params)


def fault_words(run: ImportRun) -> str:
    """Why a run stopped; empty when it did not."""
    return fault_words_of(run.fault, run.fault_params)


def fault_words_of(fault: str, params: dict[str, Any]) -> str:
    """The sentence for a fault's code and what belongs to it; empty for none."""
    return _sentence(fault, params) if fault else ""
