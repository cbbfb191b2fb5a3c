"""The pages of a second synthetic lesson: grade 9 mathematics, the graph of a quadratic function."""
# i18n: data file

from lantian.content.media.engine.lesson.slides import BLUE, INK, LINE, RED, SOFT, TEAL, Canvas, Deck, Text, listing

_STEPS = (
    Text("① 列表：在 x = 0 的两侧对称地取值", "1  A table: values on both sides of x = 0"),
    Text("② 描点：以表中的每一对数为坐标", "2  Points: each pair is a point"),
    Text("③ 连线：用光滑的曲线顺次连接", "3  A smooth curve through them"),
)
_SHAPE = (
    Text("① 图像是一条抛物线，关于 y 轴对称", "1  The graph is a parabola, symmetric to the y-axis"),
    Text("② 顶点是原点，a > 0 时开口向上", "2  Its vertex is the origin; it opens upwards for a > 0"),
    Text("③ |a| 越大，开口越小", "3  The greater |a|, the narrower it is"),
)


def _axes(page: Canvas, x: float, y: float, unit: float) -> None:
    """Axes with their origin at (x, y), four units to each side and up."""
    for step in range(-4, 5):
        page.line([(x + step * unit, y - 4.4 * unit), (x + step * unit, y + 0.4 * unit)], LINE, 1)
    for step in range(5):
        page.line([(x - 4.4 * unit, y - step * unit), (x + 4.4 * unit, y - step * unit)], LINE, 1)
    page.line([(x - 4.4 * unit, y), (x + 4.4 * unit, y)], INK, 2)
    page.line([(x, y + 0.4 * unit), (x, y - 4.6 * unit)], INK, 2)
    page.text(x + 4.1 * unit, y + 4, "x", 20)
    page.text(x - 20, y - 4.7 * unit, "y", 20)


def _parabola(page: Canvas, x: float, y: float, unit: float, a: float, colour: str) -> None:
    points = [step / 20 for step in range(-80, 81) if a * (step / 20) ** 2 <= 4.4]
    page.line([(x + t * unit, y - a * t * t * unit) for t in points], colour, 4)


def _cover(page: Canvas) -> None:
    page.text(60, 120, str(Text("二次函数的图像", "The quadratic function")), 48, BLUE)
    page.text(64, 200, str(Text("22.1  y = ax² 长什么样？", "22.1  What does y = ax² look like?")), 24, SOFT)
    page.text(64, 250, str(Text("回放节选", "From the recording")), 20, SOFT)
    _axes(page, 640, 400, 30)
    _parabola(page, 640, 400, 30, 1, RED)


def _graphs(page: Canvas) -> None:
    page.heading(Text("比较 a 的大小", "What a does"))
    _axes(page, 300, 400, 56)
    for at, (a, colour) in enumerate(((0.5, TEAL), (1, RED), (2, BLUE))):
        _parabola(page, 300, 400, 56, a, colour)
        page.text(600, 170 + 56 * at, f"y = {'' if a == 1 else '½' if a < 1 else '2'}x²", 30, colour)


PARABOLA = Deck(
    Text("九年级数学 · 第二十二章", "Mathematics, grade 9 · chapter 22"),
    (
        _cover,
        listing(Text("怎样画图像", "How to draw it"), _STEPS, INK),
        _graphs,
        listing(Text("图像的性质", "What the graph tells"), _SHAPE, INK),
    ),
)
