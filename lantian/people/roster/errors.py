"""What can go wrong in the roster, in words for the person who sees it."""

from django.utils.translation import gettext_lazy as _

from lantian.kernel.errors import Refusal
from lantian.people.roster.engine.codes.citizen import Fault as CitizenIdFault


class RosterError(Refusal):
    """Base of this app's faults."""


class WouldBeCycle(RosterError):
    """The new parent lies inside the organisation that is moved."""

    message = _("不能把一个单位移到它自己或它的下级单位里面。")
    field = "parent"


class WrongPlace(RosterError):
    """A unit of this kind does not stand below one of that kind."""

    field = "parent"


class CodeTaken(RosterError):
    message = _("这个代码已经属于另一个单位。")
    field = "code"


class StillInUse(RosterError):
    """The unit has units, classes or people in it."""


class BadPhone(RosterError):
    message = _("手机号不对：应为 11 位数字。")
    field = "phone"


# What is wrong with a citizen number, or with the eighteen places after the letter of a student number.
CITIZEN_ID_FAULTS = {
    CitizenIdFault.EMPTY: _("没有填写身份证号。"),
    CitizenIdFault.SCIENTIFIC: _("表格软件把身份证号变成了科学计数法，后几位已经丢失：请把这一列设为文本，重新填写。"),
    CitizenIdFault.CHARACTERS: _("身份证号里有不该有的字符：只能是数字，最后一位可以是 X。"),
    CitizenIdFault.LENGTH: _("身份证号的位数不对：应为 18 位。"),
    CitizenIdFault.ROUNDED: _("表格软件把身份证号的后三位变成了 000：请把这一列设为文本，重新填写。"),
    CitizenIdFault.DIVISION: _("身份证号的前六位不是任何一个县（市、区）的代码：请核对。"),
    CitizenIdFault.DATE: _("身份证号里的出生日期不存在，或者还没有到：请核对第 7 至 14 位。"),
    CitizenIdFault.CHECKSUM: _("身份证号有一位填错，或者有两位颠倒了：请对照证件逐位核对。"),
}


class BadCitizenId(RosterError):
    """`fault` says what is wrong with the number."""

    message = _("身份证号不对：请核对 18 位号码，最后一位可能是 X。")
    field = "citizen_id"

    def __init__(self, fault: CitizenIdFault | None = None) -> None:
        self.fault = fault
        super().__init__(CITIZEN_ID_FAULTS[fault] if fault is not None else None)


class CitizenIdTaken(RosterError):
    message = _("这个身份证号已经登记在另一个人名下；一人一号，请先查找。")
    field = "citizen_id"


class StudentNumberTaken(RosterError):
    message = _("这个学籍号已经登记在另一名学生名下。")
    field = "student_number"


class ClassTaken(RosterError):
    message = _("这个年级已经有同一班号的班级。")
    field = "number"


class WrongClass(RosterError):
    message = _("这个班级不属于所选的学校。")
    field = "class_group"


class AlreadyMember(RosterError):
    message = _("这个人在这里已经有同样的身份。")


class BadDates(RosterError):
    message = _("结束日期不能早于开始日期。")
    field = "valid_to"


class AlreadyGranted(RosterError):
    message = _("这个人在这个单位已经有这项授权。")


class AlreadyEnded(RosterError):
    message = _("它已经结束了，请刷新页面。")


class AlreadyGuardian(RosterError):
    message = _("已经登记为这名学生的监护人。")


class NotAStudent(RosterError):
    message = _("只能为在读学生登记监护人。")


class AlreadyHasAccount(RosterError):
    message = _("这个人已经有账号；一人一号，不能再开。")


class ReasonNeeded(RosterError):
    message = _("请写明原因，至少四个字。")
    field = "reason"


class NothingToPromote(RosterError):
    message = _("没有可以升级的班级：可能已经办过，或者班号有冲突，请看下面的说明。")


class PromotionAlreadyUnderWay(RosterError):
    message = _("升级正在办理，请等它结束。")


class PromotionNotUndone(RosterError):
    message = _("没有可以撤回的升级。")


class GraduatesElsewhere(RosterError):
    """Some who graduated are enrolled elsewhere by now; `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(_("已有 %(count)s 名毕业生在别处入学，不能整体撤回。") % {"count": count})


class ClassesChanged(RosterError):
    """The classes of a school were changed after they moved up."""

    def __init__(self, school: object) -> None:
        super().__init__(_("“%(school)s”的班级在升级后又有改动，不能整体撤回。") % {"school": school})


class NobodyPicked(RosterError):
    message = _("没有选中这个班的在读学生。")
    field = "people"


class ChangedMeanwhile(RosterError):
    """What an import was checked against is no more what it was."""

    message = _("核对以后，名册又有了别的修改；这次没有写入任何内容，请重新核对。")


class AlreadyMerged(RosterError):
    message = _("其中一份档案已经合并过了，请刷新页面。")


class TwoCitizenIds(RosterError):
    message = _("两个人的身份证号不同，不是同一个人；如果其中一个号码登记错了，请先更正。")


class OneIsTheOthersGuardian(RosterError):
    message = _("其中一人是另一人的监护人，不会是同一个人。")


class CannotUnmerge(RosterError):
    message = _("这次合并已经撤回，或者之后又有新的合并，不能再撤回。")


class BindingCodeWrong(RosterError):
    message = _("绑定码或孩子姓名不对，或者绑定码已经用完、过期。请核对纸条，或请班主任重新发放。")
    field = "code"


class PhoneHasAccount(RosterError):
    message = _("这个手机号已经有账号：请先登录，再用绑定码绑定。")
    field = "phone"


class NobodyToActOn(RosterError):
    message = _("没有可以办理的人。")


class TooManyPicked(RosterError):
    """More people than one batch takes; `most` of them."""

    def __init__(self, most: int) -> None:
        super().__init__(_("一次最多办理 %(most)s 人：请先用筛选缩小范围。") % {"most": most})


class BatchOver(RosterError):
    message = _("这次批量办理已经结束。")


class ClassOfAnotherSchool(RosterError):
    message = _("请选择同一所学校的班级。")
    field = "target"


class ClassClosed(RosterError):
    message = _("这个班级已经结束，不能再安排教师。")


class NotOfTheSchool(RosterError):
    message = _("只能安排本校的教职工；外校教师请先登记到本校。")


class OneHomeroomTeacher(RosterError):
    message = _("一个班只有一位班主任。")
