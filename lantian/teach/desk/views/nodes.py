"""What an operator does with a live process, from the page of this moment."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from lantian.kernel.web.guards import acting, guarded
from lantian.teach.live import services as live
from lantian.teach.live.errors import NoSuchNode


@require_POST
@guarded("live.run_nodes")
def node(request: HttpRequest, name: str) -> HttpResponseBase:
    """Take it out of service (`act=drain`: its lessons go to the others), or off the list (`act=forget`)."""
    act = request.POST.get("act")
    try:
        if act == "drain":
            live.drain_node(name, by=acting(request))
            messages.success(request, _("%(name)s 不再接新课，手上的课正在转给别的直播进程") % {"name": name})
        elif act == "forget":
            live.forget_node(name, by=acting(request))
            messages.success(request, _("%(name)s 已从名单去掉；它若还在运行，会自己再写上") % {"name": name})
    except NoSuchNode as error:
        raise Http404 from error
    return redirect("desk_now")
