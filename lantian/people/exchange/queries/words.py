"""Codes of findings and faults as sentences: what is wrong, and what to do."""

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lantian.people.exchange.models import Finding, ImportRun

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

WORDS: dict[str, "Text"] = {
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
    return _sentence(run.fault, run.fault_params) if run.fault else ""
