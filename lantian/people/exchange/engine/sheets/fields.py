"""Kinds of list, the fields each can have, and what schools call them."""
# i18n: data file
# ruff: noqa: E501 - one line per field reads as a table

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    STUDENTS = "students"
    TEACHERS = "teachers"
    GUARDIANS = "guardians"
    CLASSES = "classes"


@dataclass(frozen=True)
class Field:
    """One fact of a row. `title` heads its column in our templates; `names` is what else it is called; `hint`: what to write."""

    key: str
    title: str
    names: tuple[str, ...] = ()
    hint: str = ""
    example: str = ""
    choices: tuple[str, ...] = ()
    is_text: bool = False  # digits that must not become a number
    width: int = 14


def _f(key: str, title: str, names: str = "", **more: object) -> Field:
    return Field(key, title, tuple(names.split()), **more)  # type: ignore[arg-type]  # by field name


_ALL = (
    _f("name", "姓名", "学生姓名 教师姓名 名字 学生名字 学生 孩子姓名 name studentname fullname 教职工姓名 老师姓名", example="李小兰"),
    _f("gender", "性别", "学生性别 性別 sex gender", choices=("男", "女"), example="女", width=8),
    _f("birth_date", "出生日期", "出生年月日 生日 出生年月 出生时间 学生出生日期 birthday birthdate dateofbirth",
       hint="写成 2015-03-07", example="2015-03-07", is_text=True),
    _f("citizen_id", "身份证件号", "身份证号 身份证号码 身份证 身份证件号码 证件号码 证件号 公民身份号码 学生身份证号 学生身份证号码 公民身份证号 "
       "居民身份证号 idcard idnumber", hint="18 位，整列先设为“文本”再填", is_text=True, width=22),
    _f("student_number", "学籍号", "全国学籍号 国网学籍号 学籍编号 全国学籍编号 学籍号码 学籍辅号 学号 studentnumber studentid",
       hint="G 或 L 开头，整列先设为“文本”再填", is_text=True, width=22),
    _f("phone", "手机号", "手机 电话 联系电话 手机号码 本人电话 移动电话 教师电话 教师手机 联系方式 本人手机 phone mobile",
       hint="11 位手机号", is_text=True, width=16),
    _f("school_name", "学校名称", "学校 所在学校 就读学校 单位 单位名称 学校全称 毕业学校 任教学校 校名 school schoolname",
       example="", width=24),
    _f("school_code", "学校标识码", "学校代码 标识码 学校编码 学校识别码 机构标识码 学校(机构)标识码 schoolcode",
       hint="10 位", is_text=True),
    _f("grade", "年级", "所在年级 年级名称 就读年级 所属年级 grade", example="三年级", width=10),
    _f("class_name", "班级", "班级名称 所在班级 班名 行政班 就读班级 年级班级 所属班级 班 class classname",
       hint="例如 三年级1班；也可以把年级和班号分两列写", example="三年级1班", is_text=True),
    _f("class_number", "班号", "班级号 班级序号 班序 班别 班次 classnumber", example="", is_text=True, width=8),
    _f("entry_year", "入学年份", "入学年 级 级别 入学年度 届别", example="2023", width=10),
    _f("guardian_name", "家长姓名", "监护人姓名 监护人 家长 家长1姓名 监护人1姓名 家长一姓名 监护人一姓名 成员1姓名 家庭成员1姓名 "
       "第一监护人 第一监护人姓名 联系人 联系人姓名 父母姓名 guardian guardianname", example="王芳"),
    _f("guardian_phone", "家长电话", "家长手机 家长手机号 家长联系电话 监护人电话 监护人手机 监护人手机号 监护人联系电话 家长1电话 家长1手机 "
       "监护人1电话 监护人1联系电话 家长一电话 监护人一电话 成员1联系电话 家庭电话 联系人电话 guardianphone",
       hint="11 位手机号", example="13900000000", is_text=True, width=16),
    _f("guardian_relation", "与学生关系", "关系 监护人关系 家长关系 与本人关系 与孩子关系 家长1关系 监护人1关系 成员1关系 称谓 与学生的关系 relation",
       choices=("母亲", "父亲", "祖父", "祖母", "外祖父", "外祖母", "其他"), example="母亲"),
    _f("guardian2_name", "家长2姓名", "监护人2姓名 家长二姓名 监护人二姓名 成员2姓名 家庭成员2姓名 第二监护人 第二监护人姓名"),
    _f("guardian2_phone", "家长2电话", "家长2手机 监护人2电话 监护人2联系电话 家长二电话 监护人二电话 成员2联系电话", hint="11 位手机号",
       is_text=True, width=16),
    _f("guardian2_relation", "家长2与学生关系", "家长2关系 监护人2关系 成员2关系",
       choices=("母亲", "父亲", "祖父", "祖母", "外祖父", "外祖母", "其他")),
    _f("father_name", "父亲姓名", "父亲 爸爸姓名 爸爸"),
    _f("father_phone", "父亲电话", "父亲手机 父亲手机号 父亲联系电话 爸爸电话", is_text=True, width=16),
    _f("mother_name", "母亲姓名", "母亲 妈妈姓名 妈妈"),
    _f("mother_phone", "母亲电话", "母亲手机 母亲手机号 母亲联系电话 妈妈电话", is_text=True, width=16),
    _f("subject", "任教学科", "学科 科目 任教科目 所教学科 任课学科 任课科目 教授学科 subject", hint="几门用顿号分开",
       example="语文"),
    _f("teaches", "任教班级", "任课班级 所教班级 执教班级 授课班级 教学班级", hint="几个班用顿号分开，例如 三年级1班、三年级2班",
       example="三年级1班、三年级2班", is_text=True, width=26),
    _f("leads", "班主任", "班主任班级 担任班主任 是否班主任 所带班级 班主任所在班级 任班主任班级", hint="写班级；不是班主任就空着",
       example="三年级1班", is_text=True),
)  # fmt: skip
FIELDS = {field.key: field for field in _ALL}

_SCHOOL = ("school_name", "school_code")
_CLASS = ("grade", "class_name", "class_number")
_FAMILY = (
    "guardian_name", "guardian_phone", "guardian_relation", "guardian2_name", "guardian2_phone", "guardian2_relation",
    "father_name", "father_phone", "mother_name", "mother_phone",
)  # fmt: skip
OF_KIND: dict[Kind, tuple[str, ...]] = {
    Kind.STUDENTS: (
        "name", "gender", "birth_date", "citizen_id", "student_number", *_SCHOOL, *_CLASS, "phone", *_FAMILY,
    ),
    Kind.TEACHERS: ("name", "gender", "birth_date", "citizen_id", "phone", *_SCHOOL, "subject", "teaches", "leads"),
    Kind.GUARDIANS: ("name", "student_number", "citizen_id", *_SCHOOL, *_CLASS, *_FAMILY),
    Kind.CLASSES: (*_SCHOOL, *_CLASS, "entry_year"),
}  # fmt: skip
# Of each group one column at least must be there.
REQUIRED: dict[Kind, tuple[tuple[str, ...], ...]] = {
    Kind.STUDENTS: (("name",), ("class_name", "class_number")),
    Kind.TEACHERS: (("name",),),
    Kind.GUARDIANS: (("name", "student_number"), ("guardian_name", "father_name", "mother_name")),
    Kind.CLASSES: (("class_name", "class_number"),),
}
# What our own templates hold, in this order.
TEMPLATE: dict[Kind, tuple[str, ...]] = {
    Kind.STUDENTS: (
        "school_name", "school_code", "grade", "class_name", "name", "gender", "birth_date", "citizen_id", "student_number",
        "guardian_name", "guardian_phone", "guardian_relation", "guardian2_name", "guardian2_phone", "guardian2_relation",
    ),
    Kind.TEACHERS: (
        "school_name", "school_code", "name", "gender", "birth_date", "citizen_id", "phone", "subject", "teaches", "leads",
    ),
    Kind.GUARDIANS: (
        "school_name", "grade", "class_name", "name", "student_number", "guardian_name", "guardian_phone", "guardian_relation",
    ),
    Kind.CLASSES: ("school_name", "school_code", "grade", "class_number", "entry_year"),
}  # fmt: skip
TITLES: dict[Kind, str] = {
    Kind.STUDENTS: "学生名单",
    Kind.TEACHERS: "教师名单",
    Kind.GUARDIANS: "家长名单",
    Kind.CLASSES: "班级名单",
}
# Words in a file's or sheet's name that say what it lists.
KIND_WORDS: dict[Kind, tuple[str, ...]] = {
    Kind.STUDENTS: ("学生", "新生", "学籍", "花名册"),
    Kind.TEACHERS: ("教师", "教职工", "老师"),
    Kind.GUARDIANS: ("家长", "监护人"),
    Kind.CLASSES: ("班级名单", "班级表", "班级一览", "班级设置"),
}
# The first cell of a row that only shows how to fill in our templates.
EXAMPLE = "示例"


def missing(kind: Kind, columns: Sequence[str]) -> list[tuple[str, ...]]:
    """The groups of which no column is there."""
    return [group for group in REQUIRED[kind] if not any(key in columns for key in group)]
