from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganizationKind(models.TextChoices):
    PROVINCE = "province", _("省")
    CITY = "city", _("市")
    COUNTY = "county", _("县（市、区）")
    SCHOOL = "school", _("学校")
    CAMPUS = "campus", _("校区")
    TEACHING_POINT = "teaching_point", _("教学点")


REGION_KINDS = (OrganizationKind.PROVINCE, OrganizationKind.CITY, OrganizationKind.COUNTY)
SCHOOL_KINDS = (OrganizationKind.SCHOOL, OrganizationKind.CAMPUS, OrganizationKind.TEACHING_POINT)

# Which kinds may stand directly below which; None is the root.
MAY_STAND_BELOW: dict[str | None, tuple[str, ...]] = {
    None: ("province", "city", "county"),
    "province": ("city", "county", "school"),
    "city": ("county", "school"),
    "county": ("school",),
    "school": ("campus", "teaching_point"),
    "campus": ("teaching_point",),
    "teaching_point": (),
}


class Stage(models.TextChoices):
    KINDERGARTEN = "kindergarten", _("幼儿园")
    PRIMARY = "primary", _("小学")
    JUNIOR = "junior", _("初中")
    SENIOR = "senior", _("高中")
    VOCATIONAL = "vocational", _("职业教育")
    SPECIAL = "special", _("特殊教育")


class Setting(models.TextChoices):
    URBAN = "urban", _("城区")
    TOWN = "town", _("镇区")
    RURAL = "rural", _("乡村")


class Gender(models.TextChoices):
    UNKNOWN = "0", _("未说明")
    MALE = "1", _("男")
    FEMALE = "2", _("女")


class ClassKind(models.TextChoices):
    HOMEROOM = "homeroom", _("行政班")
    TEACHING = "teaching", _("教学班")


class MemberRole(models.TextChoices):
    STUDENT = "student", _("学生")
    TEACHER = "teacher", _("任课教师")
    HOMEROOM_TEACHER = "homeroom_teacher", _("班主任")
    STAFF = "staff", _("教职工")


class EndReason(models.TextChoices):
    """Why a membership ended; empty when nobody said."""

    MOVED = "moved", _("调班")
    PROMOTED = "promoted", _("升级")
    GRADUATED = "graduated", _("毕业")
    TRANSFERRED = "transferred", _("转学")
    LEFT = "left", _("离开")
    CORRECTED = "corrected", _("更正")
    MERGED = "merged", _("合并重复")


class PromotionState(models.TextChoices):
    WAITING = "waiting", _("等待办理")
    RUNNING = "running", _("正在办理")
    DONE = "done", _("已办理")
    CANCELLED = "cancelled", _("已取消")
    UNDONE = "undone", _("已撤回")


class Role(models.TextChoices):
    """Roles that can be granted, or that follow from a membership (student, teacher, homeroom teacher) or a child (guardian)."""

    STUDENT = "student", _("学生")
    GUARDIAN = "guardian", _("家长")
    TEACHER = "teacher", _("教师")
    HOMEROOM_TEACHER = "homeroom_teacher", _("班主任")
    SCHOOL_HEAD = "school_head", _("校长")
    SCHOOL_IT = "school_it", _("学校信息管理员")
    OFFICER = "officer", _("教育局工作人员")
    RESEARCHER = "researcher", _("教研员")
    EXPERT = "expert", _("评审专家")
    OPERATOR = "operator", _("运维人员")


class BatchAction(models.TextChoices):
    """What is done to many people at once."""

    SLIPS = "slips", _("发放登录纸条")
    RESET = "reset", _("重置密码")
    SUSPEND = "suspend", _("停用账号")
    RESTORE = "restore", _("恢复账号")
    MOVE = "move", _("调班")
    END = "end", _("结束在册")


class BatchState(models.TextChoices):
    DRAFT = "draft", _("等待确认")
    WAITING = "waiting", _("等待办理")
    RUNNING = "running", _("正在办理")
    DONE = "done", _("已办理")
    CANCELLED = "cancelled", _("已停止")


class BatchItemState(models.TextChoices):
    READY = "ready", _("待办理")
    LEFT_OUT = "left_out", _("不办理")
    DONE = "done", _("已办理")
    FAILED = "failed", _("没有办成")


# Roles given by a RoleGrant; the others follow from memberships and guardianships and cannot be handed out.
GRANTABLE = (
    Role.SCHOOL_HEAD,
    Role.SCHOOL_IT,
    Role.OFFICER,
    Role.RESEARCHER,
    Role.EXPERT,
    Role.OPERATOR,
)


class Relation(models.TextChoices):
    MOTHER = "mother", _("母亲")
    FATHER = "father", _("父亲")
    GRANDPARENT = "grandparent", _("祖父母、外祖父母")
    OTHER = "other", _("其他监护人")


class Subject(models.TextChoices):
    """Subjects of basic education, in the order of the national curriculum plan."""

    CHINESE = "chinese", _("语文")
    MATHS = "maths", _("数学")
    ENGLISH = "english", _("英语")
    MORALITY = "morality", _("道德与法治")
    HISTORY = "history", _("历史")
    GEOGRAPHY = "geography", _("地理")
    SCIENCE = "science", _("科学")
    PHYSICS = "physics", _("物理")
    CHEMISTRY = "chemistry", _("化学")
    BIOLOGY = "biology", _("生物")
    IT = "it", _("信息科技")
    MUSIC = "music", _("音乐")
    ART = "art", _("美术")
    PE = "pe", _("体育与健康")
    LABOUR = "labour", _("劳动")
