/** The counties of a lesson on their map: where classes are there, and where some stand still now. The table beside it says the same
 * and is the way by keyboard; a county that is chosen narrows the list of schools. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import type { Places } from "../config";
import { press, setText } from "../ui";
import type { SchoolRow } from "./rows";

export interface PlaceRow {
  code: string;
  name: string;
  all: number;
  watching: number;
  stalled: number;
}

const LEVELS = 4;
const SVG = "http://www.w3.org/2000/svg";

/** Counties in the order in which they are given; schools of no county are left out. Pure. */
export function placeRows(schools: readonly SchoolRow[], counties: Places["counties"]): PlaceRow[] {
  const known = new Map(schools.map((school) => [school.id, school.classes]));
  return counties.map(({ code, name, schools: ids }) => {
    const classes = ids.flatMap((id) => known.get(id) ?? []);
    const count = (where: string): number => classes.filter((each) => each.where === where).length;
    return { code, name, all: classes.length, watching: count("watching"), stalled: count("stalled") };
  });
}

/** The shade of a county on the map: by the share of its classes that watch. Pure. */
export function levelOf(row: PlaceRow): number {
  return row.all ? Math.ceil((LEVELS * row.watching) / row.all) : 0;
}

interface Area {
  group: SVGElement;
  title: SVGElement;
  mark: SVGElement;
}

export class PlacesPanel {
  readonly element = h("details", { class: "lv-places" });
  private readonly summary = h("summary");
  private readonly areas = new Map<string, Area>();
  private readonly body = h("tbody");
  private readonly cells = new Map<string, { choose: HTMLButtonElement; figures: HTMLTableCellElement[]; row: HTMLElement }>();
  private chosen: string | null = null;
  private shown = "";

  /** `narrowed`: another county was chosen, or none. */
  constructor(
    private readonly places: Places,
    private readonly narrowed: () => void,
  ) {
    const { map } = places;
    const label = t("各县区有哪些班在听");
    const head = [t("县区"), t("班级"), t("在听"), t("卡住")].map((words, index) => h("th", { scope: "col", class: index ? "is-number" : null }, words));
    const table = h("table", { class: "lv-places-table" }, h("caption", { class: "visually-hidden" }, label), h("thead", {}, h("tr", {}, ...head)), this.body);
    for (const { code, name } of places.counties) this.addRow(code, name);
    fill(this.element, this.summary, map ? this.draw(map, label) : null, map ? legend(map) : null, table);
    this.element.addEventListener("toggle", () => {
      if (!this.element.open) this.choose(null);
    });
  }

  /** Ids of the schools that the list is narrowed to; null for all. */
  get schools(): ReadonlySet<string> | null {
    const county = this.places.counties.find((each) => each.code === this.chosen);
    return county ? new Set(county.schools) : null;
  }

  update(schools: readonly SchoolRow[]): void {
    const rows = placeRows(schools, this.places.counties);
    const key = JSON.stringify(rows);
    if (key === this.shown) return;
    this.shown = key;
    const troubled = rows.filter((row) => row.stalled > 0);
    setText(this.summary, troubled.length ? t("地图：{n} 个县区有班卡住", { n: number(troubled.length) }) : t("地图：没有班卡住"));
    this.element.dataset.troubled = String(troubled.length);
    for (const row of rows) this.drawRow(row);
  }

  private draw(map: NonNullable<Places["map"]>, label: string): SVGElement {
    const picture = make("svg", { class: "map-picture", viewBox: `0 0 ${map.width} ${map.height}`, role: "group", "aria-label": label });
    for (const shape of map.shapes) {
      const title = make("title", {});
      const mark = make("circle", { cx: shape.x, cy: shape.y, r: 14, transform: "translate(0 -44)" });
      const text = make("text", { x: shape.x, y: shape.y, "aria-hidden": "true" });
      text.textContent = shape.name;
      const group = make("g", { class: "map-area map-0" }, title, make("path", { d: shape.path }), text, mark);
      mark.setAttribute("visibility", "hidden");
      picture.append(group);
      if (!this.cells.has(shape.code)) {
        title.remove();
        continue;
      }
      group.setAttribute("role", "img");
      group.addEventListener("click", () => this.choose(this.chosen === shape.code ? null : shape.code));
      this.areas.set(shape.code, { group, title, mark });
    }
    return picture;
  }

  private addRow(code: string, name: string): void {
    const choose = h("button", { type: "button", class: "lv-place", "aria-pressed": "false", title: t("只看{name}的学校", { name }) }, name);
    choose.addEventListener("click", () => this.choose(this.chosen === code ? null : code));
    const figures = [0, 1, 2].map(() => h("td", { class: "is-number" }));
    const row = h("tr", {}, h("th", { scope: "row" }, choose), ...figures);
    this.cells.set(code, { choose, figures, row });
    this.body.append(row);
  }

  private drawRow(row: PlaceRow): void {
    const cells = this.cells.get(row.code);
    [row.all, row.watching, row.stalled].forEach((figure, index) => {
      const cell = cells?.figures[index];
      if (cell) setText(cell, number(figure));
    });
    cells?.row.classList.toggle("lv-troubled", row.stalled > 0);
    const area = this.areas.get(row.code);
    if (!area) return;
    const words = placeWords(row);
    setText(area.title, words);
    area.group.setAttribute("aria-label", words);
    area.group.setAttribute("class", `map-area map-${levelOf(row)}`);
    area.mark.setAttribute("visibility", row.stalled ? "visible" : "hidden");
  }

  private choose(code: string | null): void {
    if (code === this.chosen) return;
    this.chosen = code;
    for (const [each, { choose }] of this.cells) press(choose, each === code);
    for (const [each, { group }] of this.areas) group.toggleAttribute("data-chosen", each === code);
    this.narrowed();
  }
}

function placeWords(row: PlaceRow): string {
  const facts = { name: row.name, all: number(row.all), n: number(row.watching), stalled: number(row.stalled) };
  return row.stalled ? t("{name}：{all} 个班，{n} 个在听，{stalled} 个卡住", facts) : t("{name}：{all} 个班，{n} 个在听", facts);
}

function legend(map: NonNullable<Places["map"]>): HTMLElement {
  const keys = [0, 1, 2, 3, 4].map((level) => h("i", { class: `map-key map-${level}` }));
  const note = map.schematic ? `${t("示意图，只表示方位，不表示界线。")}${map.source}` : map.source;
  const shades = h("span", { class: "map-scale" }, t("在听的班：没有"), ...keys, t("全部"));
  const mark = h("span", { class: "map-scale" }, h("i", { class: "map-key map-now" }), t("有班卡住"));
  return h("p", { class: "map-words" }, h("span", { class: "map-legend" }, shades, mark), h("small", {}, note));
}

function make(tag: string, attributes: Record<string, string | number>, ...children: SVGElement[]): SVGElement {
  const element = document.createElementNS(SVG, tag) as SVGElement;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}
