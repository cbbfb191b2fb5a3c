"""What can go wrong in the timetable, each with a sentence for the user."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from lantian.kernel.errors import Refusal


class ScheduleError(Refusal):
    """Base of this app's faults."""

    message = _("安排没有成功")


class Clash(ScheduleError):
    """A room, a teacher or a class is in another lesson at that time. `what` is "room", "teacher" or "class"."""

    MESSAGES = {
        "room": _("这间教室在这段时间已有别的课"),
        "teacher": _("这位老师在这段时间已有别的课"),
        "class": _("有班级在这段时间已有别的课"),
    }

    def __init__(self, what: str) -> None:
        super().__init__(self.MESSAGES[what])
        self.what = what


class LessonInvalid(ScheduleError):
    """Times, teacher, class or room do not fit each other."""


class LessonNotPlanned(ScheduleError):
    """The lesson has begun, is over, or was cancelled: it cannot be changed any more."""

    message = _("这节课已经开始、结束或取消，不能再修改")


class RehearsalAlone(ScheduleError):
    """A rehearsal has no alliance and no class, neither its own nor receiving ones."""

    message = _("试讲只给老师看，不能有联盟和班级")


class NotInAlliance(ScheduleError):
    """A receiving class belongs to a school that does not receive in the lesson's alliance."""

    message = _("接收班级所在的学校不是这个联盟的接收学校")


class AllianceOver(ScheduleError):
    """The alliance has ended, or does not run on that day."""

    message = _("联盟在这一天不在有效期内")


class AlreadyThere(ScheduleError):
    """The name, class or school is taken already."""

    message = _("已经存在，不能重复添加")


class TimetableInvalid(ScheduleError):
    """Periods, days, class, teacher or room of a timetable do not fit each other."""


class TimetableClashes(ScheduleError):
    """A timetable with clashes cannot be published. `count` of them."""

    def __init__(self, count: int) -> None:
        super().__init__(
            ngettext("还有 %(n)s 处冲突，解决后才能发布", "还有 %(n)s 处冲突，解决后才能发布", count) % {"n": count}
        )
        self.count = count


class TimetableNotDraft(ScheduleError):
    """Only a draft is changed; a published week is changed day by day, or by a new draft."""

    message = _("已发布的课表不能直接修改，请复制成草稿再改，或按天调课")


class NotInvited(ScheduleError):
    """The invitation was answered, taken back, or its deadline is over."""

    message = _("这份邀请已经答复、收回或过期")


class NotAMember(ScheduleError):
    """The school is not in the alliance, or has left it."""

    message = _("这所学校不在联盟里，或已经退出")
