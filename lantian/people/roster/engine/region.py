"""The plan of the demonstration region: the real divisions of Mianyang, and schools with plausible names and sizes.

Division names and codes: GB/T 2260 (2024). Township names are real places; the schools, their sizes and all people are made up.
"""
# i18n: data file

import random
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class CountyPlan:
    """A county: code, name, seat first among its towns, and its share of the city's schools (percent).

    `town_names` are parted by spaces.
    """

    code: str
    name: str
    short: str
    town_names: str
    share: float
    small_schools: int

    @property
    def towns(self) -> tuple[str, ...]:
        return tuple(self.town_names.split())


PROVINCE = ("510000", "四川省", "四川")
CITY = ("510700", "绵阳市", "绵阳")

COUNTIES = (
    CountyPlan("510703", "涪城区", "涪城", "城厢 青义 丰谷 关帝 塘汛 新皂 吴家 杨家 金峰 玉皇", 13, 6),
    CountyPlan("510704", "游仙区", "游仙", "富乐 石马 新桥 小枧 魏城 沉抗 忠兴 松垭 仙鹤 盐泉", 10, 5),
    CountyPlan("510705", "安州区", "安州", "花荄 桑枣 黄土 塔水 秀水 河清 界牌 雎水 千佛 高川", 9, 4),
    CountyPlan("510722", "三台县", "三台", "潼川 塔山 龙树 石安 富顺 三元 永明 芦溪 新德 立新 西平 郪江", 21, 6),
    CountyPlan("510723", "盐亭县", "盐亭", "云溪 玉龙 富驿 金孔 黄甸 柏梓 八角 高渠 大兴", 11, 4),
    CountyPlan("510725", "梓潼县", "梓潼", "文昌 长卿 许州 黎雅 卧龙 观义 玛瑙 石牛 自强 仁和", 8, 4),
    CountyPlan("510726", "北川羌族自治县", "北川", "永昌 擂鼓 曲山 通泉 永安 禹里 桂溪 小坝 陈家坝 青片 马槽", 7, 5),
    CountyPlan("510727", "平武县", "平武", "龙安 古城 响岩 平通 豆叩 大印 大桥 水晶 江油关 白马 虎牙 木皮", 6, 4),
    CountyPlan("510781", "江油市", "江油", "中坝 太平 武都 大康 新安 战旗 双河 永胜 小溪坝 河口 重华 青莲", 15, 5),
)

# Two schools that give lessons; the rest of the story hangs on them.
STRONG = (
    ("绵阳市富乐实验中学", "富乐实验中学", ("junior", "senior")),
    ("绵阳市南河路小学", "南河路小学", ("primary",)),
)

# A whole city, as it is: these many, neither more nor fewer.
SCHOOLS, STUDENTS, TEACHERS = 1149, 230_000, 20_000
PRIMARY_GRADES = (1, 2, 3, 4, 5, 6)
JUNIOR_GRADES = (7, 8, 9)
SENIOR_GRADES = (10, 11, 12)


@dataclass(frozen=True)
class ClassPlan:
    stage: str
    grade: int
    number: int
    size: int


@dataclass
class SchoolPlan:
    """One school: names, level of settlement, stages, classes, and its teaching points (each a name and its classes)."""

    county: CountyPlan
    name: str
    short: str
    setting: str
    stages: tuple[str, ...]
    classes: list[ClassPlan] = field(default_factory=list)
    points: list[tuple[str, list[ClassPlan]]] = field(default_factory=list)
    strong: bool = False
    staff: int = 0  # teachers, where the plan says how many

    @property
    def students(self) -> int:
        return sum(plan.size for plan in self.classes) + sum(plan.size for _, point in self.points for plan in point)

    @property
    def rooms(self) -> int:
        """How many classes, teaching points included."""
        return len(self.classes) + sum(len(point) for _, point in self.points)

    @property
    def teachers(self) -> int:
        """As the plan says; else about one teacher to twelve pupils, and never fewer than four."""
        return self.staff or max(4, round(self.students / 12))


def entry_year(grade: int, school_year: int) -> int:
    """The year in which the present grade entered its stage."""
    first = 10 if grade >= 10 else 7 if grade >= 7 else 1
    return school_year - (grade - first)


def plan_region(scale: str, chance: random.Random) -> list[SchoolPlan]:
    """All schools of the region, strong ones first. Small: about 41 schools, 2 500 pupils; city: 1 149, 230 000 and 20 000."""
    schools = _strong_schools(scale, chance)
    city = _shares([county.share for county in COUNTIES], SCHOOLS)
    for county, many in zip(COUNTIES, city, strict=True):
        wanted = county.small_schools if scale == "small" else many
        wanted -= sum(1 for school in schools if school.county is county)
        schools += _county_schools(county, max(1, wanted), scale, chance)
    if scale == "city":
        _fill(schools)
    return schools


def _shares(weights: list[float], total: int) -> list[int]:
    """`total` in whole parts by weight; their sum is `total`."""
    whole, given, passed, parts = sum(weights), 0, 0.0, []
    for weight in weights:
        passed += weight
        parts.append(round(total * passed / whole) - given)
        given += parts[-1]
    return parts


def _fill(schools: list[SchoolPlan]) -> None:
    """Classes of such sizes and teachers in such numbers that the city has as many as it has; the strong schools are full."""
    others = [school for school in schools if not school.strong]
    rooms = [classes for school in others for classes in (school.classes, *(point for _, point in school.points))]
    full = sum(school.students for school in schools if school.strong)
    sizes = iter(_shares([plan.size for classes in rooms for plan in classes], STUDENTS - full))
    for classes in rooms:
        classes[:] = [replace(plan, size=next(sizes)) for plan in classes]
    # one for every class, one more, the head and who keeps the computers; the others by the number of pupils
    least = [school.rooms + 3 for school in schools]
    more = _shares([school.students for school in schools], TEACHERS - sum(least))
    for school, first, extra in zip(schools, least, more, strict=True):
        school.staff = first + extra


def _strong_schools(scale: str, chance: random.Random) -> list[SchoolPlan]:
    city_county = COUNTIES[0]
    plans: list[SchoolPlan] = []
    for name, short, stages in STRONG:
        plan = SchoolPlan(city_county, name, short, "urban", stages, strong=True)
        plan.classes = _classes(stages, scale, chance, size=(48, 58), parallel=12 if scale == "city" else 0)
        if scale == "small":
            # the class of sixty that the story's teacher is at home in stands first
            stage, grade = (("junior", 9), ("primary", 5))[len(plans)]
            plan.classes = [
                ClassPlan(stage, grade, 1, 60),
                ClassPlan(stage, grade, 2, 54),
                *_one_a_stage(stages, chance),
            ]
        plans.append(plan)
    return plans


def _one_a_stage(stages: tuple[str, ...], chance: random.Random) -> list[ClassPlan]:
    grades = {"primary": (2, 3, 6), "junior": (7, 8), "senior": (10,)}
    return [ClassPlan(stage, grade, 1, chance.randint(46, 56)) for stage in stages for grade in grades[stage]]


def _county_schools(county: CountyPlan, wanted: int, scale: str, chance: random.Random) -> list[SchoolPlan]:
    plans = []
    for index in range(wanted):
        turn, town = divmod(index, len(county.towns))
        plans.append(_school(county, county.towns[town], town == 0, turn, scale, chance))
    return plans


# What the n-th school of one town is, over and over in a large region.
TURNS = (
    ("中心小学", ("primary",)),
    ("初级中学", ("junior",)),
    ("第二小学", ("primary",)),
    ("九年制学校", ("primary", "junior")),
    ("第三小学", ("primary",)),
    ("中心幼儿园", ("kindergarten",)),
)


def _school(county: CountyPlan, town: str, seat: bool, turn: int, scale: str, chance: random.Random) -> SchoolPlan:
    if seat and turn == 0:
        name, setting = f"{county.short}中学", "urban"
        stages: tuple[str, ...] = ("junior", "senior")
        short = name
    else:
        kind, stages = TURNS[(turn - 1 if seat else turn) % len(TURNS)]
        if scale == "small" and not seat:
            kind, stages = (
                ("九年制学校", ("primary", "junior")) if chance.random() < 0.5 else ("中心小学", ("primary",))
            )
        repeat = turn // len(TURNS)
        name = f"{county.name}{town}{kind}{'' if not repeat else f'（{repeat + 1}校区）'}"
        short, setting = f"{town}{kind}{'' if not repeat else repeat + 1}", "town" if chance.random() < 0.4 else "rural"
    plan = SchoolPlan(county, name, short, setting, stages)
    small = {"urban": (34, 44), "town": (24, 36), "rural": (9, 22)}[setting]
    plan.classes = _classes(stages, scale, chance, size=small, parallel={"urban": 6, "town": 2, "rural": 1}[setting])
    if setting == "rural" and "primary" in stages and chance.random() < 0.35:
        village = chance.choice(("高坪", "双桥", "石龙", "清水", "柏林", "大湾", "云台", "龙门", "青林", "白果"))
        grades = chance.sample(PRIMARY_GRADES[:4], 2 if scale == "city" else 1)
        plan.points.append(
            (f"{village}教学点", [ClassPlan("primary", g, 1, chance.randint(4, 11)) for g in sorted(grades)])
        )
    return plan


def _classes(
    stages: tuple[str, ...], scale: str, chance: random.Random, *, size: tuple[int, int], parallel: int
) -> list[ClassPlan]:
    grades = {"primary": PRIMARY_GRADES, "junior": JUNIOR_GRADES, "senior": SENIOR_GRADES, "kindergarten": ()}
    if scale == "small":
        # one class for every other grade is enough to show a school
        chosen = {"primary": (3, 5), "junior": (9,), "senior": (10,), "kindergarten": ()}
        return [ClassPlan(s, grade, 1, chance.randint(*size)) for s in stages for grade in chosen[s]]
    return [
        ClassPlan(stage, grade, number, chance.randint(*size))
        for stage in stages
        for grade in grades[stage]
        for number in range(1, parallel + 1)
    ]
