"""Resources and questions of a city's schools from a seed, for the search: the n-th one is always the same, and none is kept."""
# i18n: data file

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from lantian.commons.search.queries import Document

TOPICS = [
    "一元二次方程", "二次函数", "勾股定理", "全等三角形", "相似三角形", "平行四边形", "因式分解",
    "分式方程", "一次函数", "反比例函数", "圆周角", "概率初步", "数据的分析", "有理数", "整式的加减",
    "轴对称", "旋转", "锐角三角函数", "不等式组", "平面直角坐标系", "背影", "春", "济南的冬天",
    "岳阳楼记", "醉翁亭记", "桃花源记", "陋室铭", "爱莲说", "孔乙己", "故乡", "社戏", "藤野先生",
    "白杨礼赞", "茅屋为秋风所破歌", "水调歌头", "出师表", "记承天寺夜游", "观沧海", "次北固山下",
    "天净沙", "牛顿第一定律", "压强", "浮力", "杠杆", "滑轮", "机械效率", "比热容", "欧姆定律",
    "电功率", "家庭电路", "电磁感应", "光的折射", "凸透镜成像", "声音的特性", "汽化和液化", "质量与密度",
    "化学方程式", "质量守恒定律", "金属的化学性质", "酸和碱", "盐和化肥", "溶液的浓度", "氧气的制取",
    "二氧化碳的性质", "分子和原子", "元素周期表", "光合作用", "呼吸作用", "细胞分裂", "生态系统",
    "血液循环", "神经调节", "遗传与变异", "鸦片战争", "辛亥革命", "五四运动", "抗日战争", "改革开放",
    "文艺复兴", "工业革命", "季风气候", "地形地势", "黄河治理", "长江流域", "青藏地区", "人口与民族",
    "现在完成时", "一般过去时", "被动语态", "定语从句", "宾语从句", "情态动词", "阅读理解", "完形填空",
    "书面表达", "听力训练", "分数的乘除", "百分数", "圆柱与圆锥", "比例尺", "长方体", "小数乘法",
    "多边形面积", "可能性", "植树问题", "鸡兔同笼", "两位数加减法", "乘法口诀", "认识钟表",
]  # fmt: skip
FORMS = [
    "课件",
    "教案",
    "学案",
    "习题",
    "试卷",
    "微课",
    "教学设计",
    "说课稿",
    "复习资料",
    "导学案",
    "单元测试",
    "知识点总结",
]
EDITIONS = ["人教版", "北师大版", "苏教版", "沪科版", "外研版", "部编版"]
SUBJECTS = [
    "chinese",
    "maths",
    "english",
    "physics",
    "chemistry",
    "biology",
    "history",
    "geography",
    "politics",
    "music",
]
STAGES = ["primary", "junior", "senior"]
WORDS = [
    "学生", "理解", "掌握", "运用", "观察", "实验", "探究", "小组", "合作", "讨论", "归纳",
    "分析", "证明", "计算", "图像", "性质", "应用", "生活", "情境", "导入", "练习", "巩固",
    "拓展", "目标", "重点", "难点", "已知", "求解", "下列", "说法", "正确", "错误", "选项",
    "如图", "所示", "某同学", "测量", "结果", "根据", "材料", "回答", "问题", "写出", "简述",
    "原因", "意义", "比较", "异同", "画出", "示意图", "温度", "速度", "面积", "体积", "长度",
    "时间", "人物", "情感", "修辞", "段落", "主题", "词语", "句子", "语法", "单词", "短文",
]  # fmt: skip
COUNTIES, SCHOOLS = 10, 400
_BEGAN = datetime(2018, 9, 1, tzinfo=UTC)


def _id(name: str, n: int) -> UUID:
    return UUID(int=random.Random(f"{name} {n}").getrandbits(128), version=4)


CITY = _id("city", 0)
COUNTY_IDS = [_id("county", n) for n in range(COUNTIES)]
SCHOOL_IDS = [_id("school", n) for n in range(SCHOOLS)]


@lru_cache(maxsize=SCHOOLS)
def path_of(school: int) -> str:
    return f"{CITY.hex}.{COUNTY_IDS[school % COUNTIES].hex}.{SCHOOL_IDS[school].hex}"


class Corpus:
    """`size` things of one kind; the id of the n-th is the number n + 1. Changed ones have another edition."""

    def __init__(self, kind: str, size: int) -> None:
        self.kind, self.size, self.changed = kind, size, dict[int, int]()

    def ids(self, after: UUID | None, most: int) -> Sequence[UUID]:
        first = after.int + 1 if after else 1
        return [UUID(int=n) for n in range(first, min(first + most, self.size + 1))]

    def documents(self, ids: Sequence[UUID]) -> Iterator["Document"]:
        for pk in ids:
            yield self.document(pk.int)

    def document(self, n: int) -> "Document":
        from lantian.commons.search.queries import ALL, Document, below, token

        chance = random.Random(f"{self.kind} {n} {self.changed.get(n, 0)}")
        topic, school = chance.choice(TOPICS), chance.randrange(SCHOOLS)
        stage, lot = chance.choice(STAGES), chance.random()
        see = below(path_of(school)) | {token("s", SCHOOL_IDS[school])}
        if lot < 0.3:
            see.add(ALL)
        elif lot < 0.7:
            see.add(token("in", COUNTY_IDS[school % COUNTIES]))
        body = "".join(chance.choices(WORDS, k=12 if self.kind == "resource" else 30))
        return Document(
            id=UUID(int=n),
            title=self._title(chance, topic),
            see=frozenset(see),
            body=body,
            words=(topic,) if self.kind == "question" else (),
            facets={"stage": (stage,), "subject": (chance.choice(SUBJECTS),)},
            at=_BEGAN + timedelta(minutes=chance.randrange(4_000_000)),
            quality=chance.randrange(100),
            used=int(chance.paretovariate(1.2)),
        )

    def _title(self, chance: random.Random, topic: str) -> str:
        if self.kind == "question":
            return f"{topic}{''.join(chance.choices(WORDS, k=6))}"
        number, form, edition = chance.randrange(1, 40), chance.choice(FORMS), chance.choice(EDITIONS)
        return f"{edition}{chance.choice('七八九')}年级第{number}课《{topic}》{form}"


def typed(rounds: int) -> dict[str, list[str]]:
    """What people type, by kind of typing."""
    chance = random.Random(rounds)
    from lantian.commons.search.engine.words import letters_of

    def slipped(word: str) -> str:
        return word[:1] + "恏" + word[2:] if len(word) > 2 else word

    topics = [chance.choice(TOPICS) for _ in range(rounds)]
    return {
        "one topic": topics,
        "topic and form": [f"{topic} {chance.choice(FORMS)}" for topic in topics],
        "frequent word": [chance.choice(FORMS[:6]) for _ in range(rounds)],
        "initials": [letters_of([topic])[-1] for topic in topics],
        "part of a word": [topic[:2] for topic in topics],
        "one slip": [slipped(topic) for topic in topics],
    }
