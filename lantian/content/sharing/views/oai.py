"""OAI-PMH 2.0 at `/oai`, for whoever asks: what is open to everybody, and that something was."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_http_methods

from lantian.content.sharing import queries
from lantian.content.sharing.engine import protocol, writing
from lantian.content.sharing.engine.protocol import Asked, Fault, stamp
from lantian.content.sharing.engine.writing import Writer
from lantian.content.sharing.models import Record
from lantian.kernel.web.guards import public, ungated

LANGUAGE = "zh-hans"  # of labels: an archive is told the same, whoever asks


@ungated
@csrf_exempt  # changes nothing: a POST asks the same as a GET
@never_cache
@gzip_page
@require_http_methods(["GET", "HEAD", "POST"])
@public
def oai(request: HttpRequest) -> HttpResponse:
    """All six verbs; a fault is an answer, too."""
    said = request.POST if request.method == "POST" else request.GET
    now = stamp(timezone.now())
    base = settings.LANTIAN_ADDRESS + request.path
    with translation.override(LANGUAGE):
        arguments: dict[str, str] = {}
        xml = Writer()
        try:
            asked = protocol.read({name: said.getlist(name) for name in said})
            arguments = {"verb": asked.verb, **asked.arguments}
            body = _Answer(asked, base)
            body.prepare()
            with writing.envelope(xml, base=base, now=now, arguments=arguments):
                body.write(xml)
        except Fault as fault:
            if fault.code in ("badVerb", "badArgument"):
                arguments = {}
            xml = Writer()
            with writing.envelope(xml, base=base, now=now, arguments=arguments):
                xml.text("error", fault.words, code=fault.code)
    response = HttpResponse(xml.bytes(), content_type="text/xml; charset=utf-8")
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


class _Answer:
    """One answer: everything is looked up before the first byte is written, so that a fault is whole."""

    def __init__(self, asked: Asked, base: str) -> None:
        self.asked, self.base = asked, base

    def prepare(self) -> None:
        """Raises Fault."""
        asked = self.asked
        if asked.verb == "Identify":
            self.earliest = stamp(queries.earliest())
        elif asked.verb == "ListMetadataFormats" and asked.identifier:
            queries.record_known(asked.identifier)
        elif asked.verb == "ListSets" and asked.token:
            raise Fault("badResumptionToken", "the list of sets comes whole")
        elif asked.verb == "GetRecord":
            if asked.prefix not in writing.FORMATS:
                raise Fault("cannotDisseminateFormat", "metadataPrefix is one of " + ", ".join(writing.FORMATS))
            self.record = queries.record_known(asked.identifier)
            self.told = queries.told([] if self.record.gone else [self.record.pk])
        elif asked.verb in ("ListIdentifiers", "ListRecords"):
            self.page = queries.page_of(asked)
            alive = [one.pk for one in self.page.records if not one.gone]
            self.told = queries.told(alive) if asked.verb == "ListRecords" else {}

    def write(self, xml: Writer) -> None:
        verb = self.asked.verb
        if verb == "Identify":
            self._identify(xml)
        elif verb == "ListMetadataFormats":
            writing.write_formats(xml)
        elif verb == "ListSets":
            writing.write_sets(xml, queries.sets())
        elif verb == "GetRecord":
            with xml.inside("GetRecord"):
                self._record(xml, self.record, self.asked.prefix)
        else:
            self._list(xml)

    def _identify(self, xml: Writer) -> None:
        host = queries.namespace()
        dotted = "." in host and not host.replace(".", "").isdigit()
        mail = settings.LANTIAN_MAIL_FROM.rpartition("<")[2].rstrip(">")
        writing.write_identify(
            xml,
            name=f"{settings.LANTIAN_REGION_NAME} · {translation.gettext('蓝天')}",
            base=self.base,
            mail=mail if "." in mail.rpartition("@")[2] else f"admin@{host if dotted else 'lantian.invalid'}",
            earliest=self.earliest,
            sample=f"oai:{host}:00000000-0000-0000-0000-000000000000" if dotted else "",
        )

    def _list(self, xml: Writer) -> None:
        page = self.page
        with xml.inside(self.asked.verb):
            for record in page.records:
                if self.asked.verb == "ListRecords":
                    self._record(xml, record, page.prefix)
                else:
                    self._header(xml, record, gone=record.gone)
            if page.parts:
                until = stamp(timezone.now() + timedelta(seconds=queries.TOKEN_S))
                writing.write_token(xml, page.token, cursor=page.cursor, size=page.size, expires=until)

    def _header(self, xml: Writer, record: Record, *, gone: bool) -> None:
        writing.write_header(
            xml,
            identifier=queries.identifier_of(record.pk),
            stamp=stamp(record.stamp),
            sets=queries.sets_of(record),
            gone=gone,
        )

    def _record(self, xml: Writer, record: Record, prefix: str) -> None:
        told = self.told.get(record.pk)
        with xml.inside("record"):
            self._header(xml, record, gone=told is None)
            if told is not None:
                with xml.inside("metadata"):
                    writing.WRITERS[prefix](xml, told)
