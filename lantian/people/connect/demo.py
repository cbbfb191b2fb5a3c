"""The demonstration's registered software: one that reads the roster, one that pupils and teachers sign on to."""
# i18n: data file

from datetime import timedelta
from typing import Any

from lantian.kernel.demo import DemoContext
from lantian.kernel.rules import SYSTEM, Actor
from lantian.people.connect import services
from lantian.people.connect.enums import Kind, Scope, SignOnScope
from lantian.people.roster import queries as roster


def seed(context: DemoContext) -> None:
    """Let in by the officer of the far school's county. Nobody can use them: their secrets are thrown away."""
    region = context.things.get("region")
    if region is None:
        return
    county = roster.ancestors_of(region.far_school().organization)[-1]
    officer = _officer_of(county)
    if officer is None:
        return
    for terms in (
        services.Terms(
            name="课表通排课",
            organization=county,
            scopes=[Scope.ROSTER],
            purpose="各校教务处用它排课，每晚取一次班级和任课教师。",
            expires_on=context.today + timedelta(days=300),
        ),
        services.Terms(
            name="书香校园阅读",
            organization=county,
            kinds=[Kind.SIGN_ON],
            hands_over=[SignOnScope.PROFILE, SignOnScope.ROLES],
            redirect_uris=["https://reading.example.com/oidc/callback"],
            purpose="全县中小学的数字阅读和读书记录。",
            approved=True,
        ),
    ):
        services.register_client(terms, by=officer)


def _officer_of(county: Any) -> Actor | None:
    grants = roster.grants_visible_to(SYSTEM).filter(organization=county, role="officer").select_related("person")
    grant = grants.first()
    return roster.actor_of_person(grant.person, grant.pk) if grant else None
