"""Packages as editors make them, and broken ones."""

from lantian.content.resources.tests.files import packed

SCORM_2004 = """<?xml version="1.0"?>
<manifest identifier="m" xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
 xmlns:imsss="http://www.imsglobal.org/xsd/imsss">
<metadata><schema>ADL SCORM</schema><schemaversion>2004 4th Edition</schemaversion></metadata>
<organizations default="second">
<organization identifier="first"><title>别的</title><item identifier="x" identifierref="r1"><title>x</title></item></organization>
<organization identifier="second"><title>课</title>
<item identifier="unit"><title>第一单元</title>
<item identifier="a" identifierref="r1" parameters="?page=2"><title>第一课</title><adlcp:dataFromLMS>k=v</adlcp:dataFromLMS>
<imsss:sequencing><imsss:objectives><imsss:primaryObjective><imsss:minNormalizedMeasure>0.8</imsss:minNormalizedMeasure>
</imsss:primaryObjective></imsss:objectives></imsss:sequencing></item>
<item identifier="b" identifierref="r2"><title>第二课</title></item>
<item identifier="c" identifierref="far"><title>别处</title></item></item>
</organization></organizations>
<resources xml:base="content/">
<resource identifier="r1" adlcp:scormType="sco" type="webcontent" href="One.html"/>
<resource identifier="r2" adlcp:scormType="sco" type="webcontent" href="%E4%BA%8C.html"/>
<resource identifier="far" adlcp:scormType="sco" type="webcontent" xml:base="https://example.com/" href="x.html"/>
</resources></manifest>"""

SCORM_12 = """<?xml version="1.0" encoding="GB2312"?>
<manifest identifier="m" xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2">
<metadata><schemaversion>1.2</schemaversion></metadata>
<organizations><organization identifier="o"><title>课</title><item identifier="only" identifierref="r"><title>平行线</title>
<adlcp:masteryscore>80</adlcp:masteryscore></item></organization></organizations>
<resources><resource identifier="r" adlcp:scormtype="sco" href="index.html"/></resources></manifest>"""


def scorm_2004() -> bytes:
    return packed(
        {
            "imsmanifest.xml": SCORM_2004,
            "content/one.html": "<p>one</p>",
            "content/二.html": "<p>two</p>",
            "a/b.mp4": b"0" * 500,
        }
    )


def scorm_12() -> bytes:
    """Its manifest is written in an encoding that XML libraries do not know."""
    return packed({"imsmanifest.xml": SCORM_12.encode("gb18030"), "index.html": "<p>one</p>"})


def entities() -> bytes:
    """A manifest that grows as it is read."""
    bomb = '<!DOCTYPE m [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return packed({"imsmanifest.xml": bomb + "<manifest><organizations>&b;</organizations></manifest>", "i.html": "x"})


def pages(**more: str | bytes) -> bytes:
    return packed({"web/index.html": "<p>one</p>", "web/图.png": b"png", **more})


def h5p_without_libraries() -> bytes:
    needs = '{"preloadedDependencies": [{"machineName": "H5P.TrueFalse", "majorVersion": 1, "minorVersion": 8}]}'
    return packed({"h5p.json": needs, "content/content.json": "{}"})
