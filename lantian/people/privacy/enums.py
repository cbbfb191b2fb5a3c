from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentWay(models.TextChoices):
    """How a guardian's consent came."""

    IN_APP = "in_app", _("在线同意")
    PAPER = "paper", _("纸质同意书")


class ConsentState(models.TextChoices):
    """Where a child stands; worked out, never stored."""

    GIVEN = "given", _("已同意")
    OLDER = "older", _("同意的是旧版本")
    WITHDRAWN = "withdrawn", _("已撤回")
    MISSING = "missing", _("还没有同意")


class ErasureCause(models.TextChoices):
    """Why somebody is erased."""

    REQUEST = "request", _("本人或监护人申请")
    RETENTION = "retention", _("保存期满")


class ErasureState(models.TextChoices):
    """Where a request stands."""

    WAITING = "waiting", _("等待审核")
    APPROVED = "approved", _("已同意，冷静期")
    REFUSED = "refused", _("不同意")
    WITHDRAWN = "withdrawn", _("已撤回")
    STOPPED = "stopped", _("已中止")
    DONE = "done", _("已删除")


OPEN = (ErasureState.WAITING, ErasureState.APPROVED)


class RefusalGround(models.TextChoices):
    """Why a request is refused; each with its source."""

    REGISTER = "register", _("依法必须保存的学籍档案（《中小学生学籍管理办法》）")
    LAW = "law", _("法律、行政法规规定的保存期限还没有到（《个人信息保护法》第四十七条第二款）")
    DISPUTE = "dispute", _("正在处理的申诉、投诉或案件要用到（《个人信息保护法》第十三条）")
    IDENTITY = "identity", _("没有能够核实申请人的身份或监护关系（《个人信息保护法》第五十条）")
    OTHER = "other", _("其他，见说明")
