from django.db import models
from django.utils.translation import gettext_lazy as _


class ResourceKind(models.TextChoices):
    """What a resource is to those who use it; of files it follows from their content."""

    DOCUMENT = "document", _("文档")
    SLIDES = "slides", _("课件")
    VIDEO = "video", _("视频")
    AUDIO = "audio", _("音频")
    IMAGE = "image", _("图片")
    INTERACTIVE = "interactive", _("互动")
    PACK = "pack", _("素材包")
    LINK = "link", _("链接")


KIND_ICONS = {
    ResourceKind.DOCUMENT: "file-text",
    ResourceKind.SLIDES: "presentation",
    ResourceKind.VIDEO: "film",
    ResourceKind.AUDIO: "audio-lines",
    ResourceKind.IMAGE: "image",
    ResourceKind.INTERACTIVE: "puzzle",
    ResourceKind.PACK: "package",
    ResourceKind.LINK: "link",
}


class Reach(models.TextChoices):
    """Whom a resource is for once it is published."""

    PRIVATE = "private", _("只有我自己")
    SCHOOL = "school", _("本单位")
    REGION = "region", _("一个地区")
    PUBLIC = "public", _("谁都可以用")


class Audience(models.TextChoices):
    """intendedEndUserRole of LOM, as far as it decides who sees it."""

    ALL = "all", _("师生和家长")
    STAFF = "staff", _("只给老师")


class Purpose(models.TextChoices):
    """learningResourceType of LOM 5.2, in the words of schools."""

    LESSON_PLAN = "lesson_plan", _("教案")
    COURSEWARE = "courseware", _("课件")
    MATERIAL = "material", _("素材")
    EXERCISE = "exercise", _("习题")
    PAPER = "paper", _("试卷")
    MICRO_LESSON = "micro_lesson", _("微课")
    EXPERIMENT = "experiment", _("实验")
    READING = "reading", _("阅读")
    OTHER = "other", _("其他")


class Licence(models.TextChoices):
    """Under what it may be used. `LICENCE_URLS` has the texts of those that have one."""

    CC_BY = "cc-by", _("署名（CC BY）")
    CC_BY_SA = "cc-by-sa", _("署名、相同方式共享（CC BY-SA）")
    CC_BY_NC = "cc-by-nc", _("署名、非商业（CC BY-NC）")
    CC_BY_NC_SA = "cc-by-nc-sa", _("署名、非商业、相同方式共享（CC BY-NC-SA）")
    CC0 = "cc0", _("放弃权利（CC0）")
    SCHOOL_USE = "school-use", _("只限课堂教学")
    ALL_RIGHTS = "all-rights", _("保留所有权利")


_CC = "https://creativecommons.org/licenses/"
LICENCE_URLS = {
    Licence.CC_BY: _CC + "by/4.0/",
    Licence.CC_BY_SA: _CC + "by-sa/4.0/",
    Licence.CC_BY_NC: _CC + "by-nc/4.0/",
    Licence.CC_BY_NC_SA: _CC + "by-nc-sa/4.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
}
# Under these nobody outside of the own unit may be given it.
CLOSED_LICENCES = (Licence.ALL_RIGHTS,)


class ResourceState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已下架")


class VersionState(models.TextChoices):
    DRAFT = "draft", _("草稿")
    REVIEW = "review", _("审核中")
    RETURNED = "returned", _("退回修改")
    PUBLISHED = "published", _("已发布")
    REPLACED = "replaced", _("有了新版本")
    REFUSED = "refused", _("没有通过")


# Of a resource, at most one version is open: these may be changed, and the one in review waits.
CHANGEABLE = (VersionState.DRAFT, VersionState.RETURNED)
OPEN_VERSIONS = (*CHANGEABLE, VersionState.REVIEW)


class UploadState(models.TextChoices):
    RECEIVING = "receiving", _("正在上传")
    CHECKING = "checking", _("正在检查")
    READY = "ready", _("可以使用")
    REFUSED = "refused", _("不能使用")


class Scan(models.TextChoices):
    """What the virus scanner said of a file."""

    UNSCANNED = "unscanned", _("没有查毒")
    CLEAN = "clean", _("已查毒")
    INFECTED = "infected", _("有病毒")


class FaultKind(models.TextChoices):
    """What is wrong with a resource, as somebody who uses it says."""

    WRONG = "wrong", _("内容有错")
    RIGHTS = "rights", _("侵犯权利")
    BROKEN = "broken", _("打不开")
    UNFIT = "unfit", _("不适合学生")
    OTHER = "other", _("其他")


class FaultState(models.TextChoices):
    OPEN = "open", _("待处理")
    MENDED = "mended", _("已改正")
    DISMISSED = "dismissed", _("没有问题")


class FilmState(models.TextChoices):
    """How far the renditions of a film are."""

    WAITING = "waiting", _("排队等着做")
    MAKING = "making", _("正在做")
    READY = "ready", _("做好了")
    BROKEN = "broken", _("做不成")


class SubtitleLanguage(models.TextChoices):
    """What is written under a film, as browsers call it."""

    CHINESE = "zh-CN", _("中文")
    ENGLISH = "en", _("英语")
    TIBETAN = "bo", _("藏语")
    YI = "ii", _("彝语")
