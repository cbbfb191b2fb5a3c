"""Pages for when it does not work: what happened, what was kept, what to do. None of them needs the database."""

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from lantian.kernel.rules import sentence
from lantian.kernel.web.shell import THEME_COOKIE, THEMES

if TYPE_CHECKING:
    from lantian.kernel.rules import Text

log = structlog.get_logger("web")


@dataclass(frozen=True, slots=True)
class Fault:
    status: int
    title: "Text"
    what: "Text"
    kept: "Text"
    todo: "Text"
    icon: str = "cloud-off"


FAULTS: dict[str, Fault] = {
    "bad_request": Fault(
        400,
        _("这个请求没有看懂"),
        _("地址或提交的内容不完整，系统没有照做。"),
        _("没有任何内容被改动。"),
        _("请返回上一页重新操作；如果是从别处复制的链接，请检查是否完整。"),
        "circle-help",
    ),
    "refused": Fault(
        403,
        _("您不能打开这个页面"),
        _("您当前的身份没有这项权限。"),
        _("没有任何内容被改动。"),
        _("如果您有别的身份，请先切换身份；否则请联系本单位的管理员。"),
        "lock",
    ),
    "csrf": Fault(
        403,
        _("页面放得太久，这次提交没有生效"),
        _("为了防止别的网站冒用您的身份，每个页面的提交凭证会过期；浏览器禁用 Cookie 时也会这样。"),
        _("您填写的内容已尽量保存在这台设备上，回到原页面可以恢复。"),
        _("请返回原页面，刷新后再提交一次。"),
        "timer-reset",
    ),
    "not_found": Fault(
        404,
        _("没有找到这个页面"),
        _("它可能已被删除、改了地址，或者不在您能看到的范围内。"),
        _("没有任何内容被改动。"),
        _("请检查地址，或从首页重新进入。"),
        "search-x",
    ),
    "too_large": Fault(
        413,
        _("提交的内容太大"),
        _("一次提交的文件或文字超过了上限，没有收下。"),
        _("您填写的文字已尽量保存在这台设备上，回到原页面可以恢复；文件需要重新选择。"),
        _("请压缩图片或拆分文件后再提交。"),
        "file-x",
    ),
    "too_many": Fault(
        429,
        _("操作太频繁了"),
        _("短时间内尝试的次数过多，为保护账号先停一停。"),
        _("您的账号和数据都是安全的。"),
        _("请过几分钟再试；如果忘记了密码，请联系班主任或学校管理员重置。"),
        "hourglass",
    ),
    "server_error": Fault(
        500,
        _("系统出了点问题"),
        _("不是您的操作有误，是我们这边出错了，错误已经记录下来。"),
        _("此前已保存的内容不受影响；正在进行的直播课不会因此中断。"),
        _("请稍等片刻再刷新。如果一直这样，请把下面的编号告诉管理员。"),
    ),
    "recovering": Fault(
        503,
        _("系统正在恢复"),
        _("数据库刚刚重新启动，通常几秒钟就好。"),
        _("此前已保存的内容不受影响；正在进行的直播课不会因此中断。"),
        _("这个页面会自己再试；如果刚才提交了内容，请在恢复后回到原页面看一看，没有保存就再提交一次。"),
        "hourglass",
    ),
    "offline": Fault(
        200,
        _("现在连不上网"),
        _("这台设备和平台之间的网络断了，所以打不开新的页面。"),
        _("交到一半的表单留在这台设备上，回到原页面可以恢复；正在放的课不用管，网络一通会自己接着放。"),
        _(
            "看看网线或 Wi-Fi，或换手机流量试试；网络通了，这个页面会自己打开。大屏一直连不上，请打本校或县里服务台的电话。"
        ),
        "wifi-off",
    ),
}
WAITED_FOR = ("recovering", "offline")
RETRY_S = 4  # how soon a browser asks again while the database comes back


def fault_page(request: HttpRequest | None, key: str, *, reason: "Text" = "") -> HttpResponse:
    """The page of a fault. `reason` replaces what happened (a rule's own words)."""
    fault = FAULTS[key]
    chosen = request.COOKIES.get(THEME_COOKIE, "") if request else ""
    context = {
        "fault": fault,
        "what": reason or fault.what,
        "theme": chosen if chosen in THEMES else "",
        "lang": "en" if (get_language() or "").startswith("en") else "zh-Hans",
        "number": getattr(request, "request_id", ""),
        # a session's cookie is hint enough for where "home" is, and needs no database
        "known": bool(request and settings.SESSION_COOKIE_NAME in request.COOKIES),
        # only what was read is asked again; an address that takes a form may not understand a plain visit
        "again": RETRY_S if key in WAITED_FOR and request and request.method == "GET" else 0,
        "offline": key == "offline",
    }
    # no request given: context processors would ask the session, and with it the database
    return HttpResponse(render_to_string("web/fault.html", context), status=fault.status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    large = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    return fault_page(request, "too_large" if large else "bad_request")


def refused(request: HttpRequest, exception: Exception) -> HttpResponse:
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return fault_page(request, "refused", reason=sentence(reason))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    log.info("csrf_failure", reason=str(reason), path=request.path)
    return fault_page(request, "csrf")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return fault_page(request, "not_found")


def too_many(request: HttpRequest) -> HttpResponse:
    """For views that limit how often; allauth's own limits use templates/429.html."""
    response = fault_page(request, "too_many")
    response["Retry-After"] = "300"
    return response


def _database_is_away(error: BaseException | None) -> bool:
    """Whether it failed for want of a connection: no SQLSTATE at all, or one of PostgreSQL's appendix A, class 08 (connection
    exceptions) and 57P01–57P03 (shutdown, crash, start)."""
    if isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith("08") or state in {"57P01", "57P02", "57P03"}


def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the exception is handled. A database that is away for a moment gets a page that asks again by itself."""
    try:
        if _database_is_away(sys.exception()):
            response = fault_page(request, "recovering")
            response["Retry-After"] = str(RETRY_S)
            return response
        return fault_page(request, "server_error")
    except (TemplateDoesNotExist, OSError, RuntimeError):
        # the pages themselves are broken (an installation without its built frontend): words alone
        fault = FAULTS["server_error"]
        return HttpResponse(f"{fault.title}\n{fault.todo}\n", status=500, content_type="text/plain; charset=utf-8")
