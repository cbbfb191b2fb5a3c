"""Common Cartridges as platforms export them, by the published structure, and broken ones."""

from collections.abc import Mapping

from lantian.content.resources.tests import files
from lantian.content.resources.tests.files import WORDS, packed

SPACES = {
    "1.0": "http://www.imsglobal.org/xsd/imscc/imscp_v1p1",
    "1.1": "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1",
    "1.2": "http://www.imsglobal.org/xsd/imsccv1p2/imscp_v1p1",
    "1.3": "http://www.imsglobal.org/xsd/imsccv1p3/imscp_v1p1",
}
LOM = """<lomimscc:lom xmlns:lomimscc="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/manifest"><lomimscc:general>
<lomimscc:title><lomimscc:string language="zh">一次函数课程</lomimscc:string></lomimscc:title>
<lomimscc:language>zh-CN</lomimscc:language>
<lomimscc:description><lomimscc:string>从描点到解析式</lomimscc:string></lomimscc:description>
<lomimscc:keyword><lomimscc:string>数学</lomimscc:string></lomimscc:keyword></lomimscc:general>
<lomimscc:lifeCycle><lomimscc:contribute><lomimscc:entity>BEGIN:VCARD
FN:剑门中学
END:VCARD</lomimscc:entity></lomimscc:contribute></lomimscc:lifeCycle>
<lomimscc:educational><lomimscc:typicalAgeRange><lomimscc:string>13-14</lomimscc:string></lomimscc:typicalAgeRange>
</lomimscc:educational>
<lomimscc:rights><lomimscc:description><lomimscc:string>https://creativecommons.org/licenses/by-sa/4.0/</lomimscc:string>
</lomimscc:description></lomimscc:rights></lomimscc:lom>"""
TEACHERS = """<metadata><lom xmlns="http://ltsc.ieee.org/xsd/imsccv1p3/LOM/resource"><educational><intendedEndUserRole>
<source>IMSGLC_CC_Rolesv1p3</source><value>Instructor</value></intendedEndUserRole></educational></lom></metadata>"""
# As Canvas has them: pages in `wiki_content`, files in `web_resources`, settings and activities of its own.
TREE = """<organization identifier="org" structure="rooted-hierarchy"><item identifier="root">
<item identifier="m1"><title>第一单元</title>
<item identifier="i1" identifierref="page"><title>描点画图</title></item>
<item identifier="i2" identifierref="paper"><title>讲义</title></item>
<item identifier="i3" identifierref="site"><title>网上工具</title></item></item>
<item identifier="m2"><title>第二单元</title><item identifier="m2a"><title>练习</title>
<item identifier="i4" identifierref="quiz"><title>小测</title></item>
<item identifier="i5" identifierref="talk"><title>讨论</title></item>
<item identifier="i6" identifierref="tool"><title>几何画板</title></item>
<item identifier="i7" identifierref="plan"><title>教案</title></item>
<item identifier="i8" identifierref="gone"><title>丢了的</title></item></item></item></item></organization>"""
RESOURCES = f"""<resource identifier="page" type="webcontent" href="wiki_content/plot.html"><file href="wiki_content/plot.html"/>
</resource><resource identifier="next" type="webcontent" href="wiki_content/next.html"><file href="wiki_content/next.html"/>
</resource><resource identifier="paper" type="webcontent" href="web_resources/Uploaded%20Media/notes.txt">
<file href="web_resources/Uploaded%20Media/notes.txt"/></resource>
<resource identifier="image" type="webcontent" href="web_resources/图 1.png"><file href="web_resources/图 1.png"/></resource>
<resource identifier="site" type="imswl_xmlv1p3" href="site.xml"><file href="site.xml"/></resource>
<resource identifier="quiz" type="imsqti_xmlv1p2/imscc_xmlv1p3/assessment"><file href="quiz/assessment.xml"/></resource>
<resource identifier="talk" type="imsdt_xmlv1p3"><file href="talk.xml"/></resource>
<resource identifier="tool" type="imsbasiclti_xmlv1p3"><file href="tool.xml"/></resource>
<resource identifier="task" type="associatedcontent/imscc_xmlv1p3/learning-application-resource" href="task/task.html">
<file href="task/task.html"/><file href="task/assignment_settings.xml"/></resource>
<resource identifier="settings" type="associatedcontent/imscc_xmlv1p3/learning-application-resource"
 href="course_settings/canvas_export.txt"><file href="course_settings/canvas_export.txt"/></resource>
<resource identifier="plan" type="associatedcontent/imscc_xmlv1p3/learning-application-resource" intendeduse="lessonplan"
 href="plan.txt">{TEACHERS}<file href="plan.txt"/></resource>
<resource identifier="gone" type="webcontent" href="web_resources/gone.pdf"><file href="web_resources/gone.pdf"/></resource>"""
PAGE = """<html><head><title>描点</title></head><body><p>先描点</p>
<img src="$IMS-CC-FILEBASE$/%E5%9B%BE%201.png?canvas_download=1" alt="">
<a href="$WIKI_REFERENCE$/pages/next">下一页</a><a href="$CANVAS_COURSE_REFERENCE$/modules">模块</a>
<a href="https://example.cn/more">更多</a></body></html>"""
LINK = """<webLink xmlns="http://www.imsglobal.org/xsd/imsccv1p3/imswl_v1p3"><title>GeoGebra</title>
<url href="https://example.cn/geogebra" target="_blank"/></webLink>"""


def manifest(
    version: str = "1.3", *, tree: str = TREE, resources: str = RESOURCES, lom: str = LOM, course: str = "c1"
) -> str:
    schema = f"<schema>IMS Common Cartridge</schema><schemaversion>{version}.0</schemaversion>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><manifest identifier="{course}" xmlns="{SPACES[version]}">'
        f"<metadata>{schema}{lom}</metadata><organizations>{tree}</organizations><resources>{resources}</resources></manifest>"
    )


def parts() -> dict[str, bytes | str]:
    return {
        "wiki_content/plot.html": PAGE,
        "wiki_content/next.html": "<html><head><title>求解析式</title></head><body>再求</body></html>",
        "web_resources/Uploaded Media/notes.txt": WORDS,
        "web_resources/图 1.png": files.picture(),
        "site.xml": LINK,
        "quiz/assessment.xml": "<questestinterop/>",
        "talk.xml": "<topic/>",
        "tool.xml": "<cartridge_basiclti_link/>",
        "task/task.html": "<p>task</p>",
        "task/assignment_settings.xml": "<assignment/>",
        "course_settings/canvas_export.txt": "Q: What did the panda say?",
        "plan.txt": WORDS + "教案",
    }


def course(version: str = "1.3", more: Mapping[str, bytes | str] | None = None, **said: str) -> bytes:
    return packed({"imsmanifest.xml": manifest(version, **said), **parts(), **(more or {})})


def small(*pages: tuple[str, str], more: Mapping[str, bytes | str] | None = None, course: str = "c2") -> bytes:
    """A course of plain pages alone: (file, what is written there) of each."""
    resources = "".join(
        f'<resource identifier="r{at}" type="webcontent" href="{name}"><file href="{name}"/></resource>'
        for at, (name, _text) in enumerate(pages)
    )
    return packed(
        {
            "imsmanifest.xml": manifest(tree="", lom="", resources=resources, course=course),
            **dict(pages),
            **(more or {}),
        }
    )
