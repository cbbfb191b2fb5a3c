/** Questions: ask a prepared one or a new one, watch the answers come in, show the results. */
import { fill, h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { sheetName } from "../../live/board/describe";
import type { PreparedPoll } from "../../live/config";
import { bars } from "../../live/parts/bars";
import { letter, type Poll, type PollResults } from "../../live/parts/shapes";
import { button, setText, show } from "../../live/ui";
import type { DeskPanel } from "./desk";
import type { TeachRoom } from "./room";
import { turnOf } from "./writing";

interface School {
  name: string;
  votes: number[];
  people: number;
}

interface Text {
  n: number;
  text: string;
  name: string;
  school: string;
}

export class PollsPanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly asking = h("div", { class: "lv-asking" });
  private readonly running = h("div", { class: "lv-running", hidden: true });
  private readonly question = h("h2");
  private readonly state = h("p", { class: "lv-note", role: "status" });
  private readonly votes = h("div");
  private readonly texts = h("ul", { class: "lv-texts", "aria-label": t("收到的回答") });
  private readonly schools = h("details", { class: "lv-by-school" });
  private readonly schoolRows = h("tbody");
  private readonly close: HTMLButtonElement;
  private readonly reveal: HTMLButtonElement;
  private readonly away: HTMLButtonElement;
  private readonly picked = new Set<number>();
  private asked = new Set<string>();
  private shown = "";

  constructor(private readonly room: TeachRoom) {
    this.close = button(t("结束作答"), { class: "btn-primary", onclick: () => void this.run("poll.close") });
    this.reveal = button(t("公布结果"), { onclick: () => void this.toggleResults() });
    this.away = button(t("收起提问"), { class: "btn-ghost", onclick: () => void room.do("poll.clear") });
    this.close.dataset.action = "poll-close";
    this.reveal.dataset.action = "poll-show";
    this.away.dataset.action = "poll-clear";
    const table = h("table", { class: "lv-table" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, t("学校")), h("th", { scope: "col" }, t("各选项人数")), h("th", { scope: "col" }, t("作答")))), this.schoolRows);
    fill(this.schools, h("summary", {}, t("看各校")), table);
    fill(this.running, this.question, this.state, this.votes, this.texts, this.schools, h("div", { class: "lv-actions" }, this.close, this.reveal, this.away));
    fill(this.asking, this.preparedList(room.config.polls ?? []), this.form());
    this.element = h("section", { class: "lv-panel lv-polls", "aria-label": t("提问") }, this.running, this.asking);
  }

  get poll(): Poll | undefined {
    return this.room.floor.timeline.get<Poll>("poll");
  }

  update(): void {
    const { poll } = this;
    const { desk } = this.room.floor;
    show(this.running, !!poll);
    show(this.asking, !poll);
    if (!poll) return;
    const tally = desk.get("tally") as (PollResults & { poll: number }) | undefined;
    const texts = (desk.get("texts") as Text[] | undefined) ?? [];
    const schools = [...desk].filter(([key]) => key.startsWith("tally:")).map(([, value]) => value as School);
    const key = JSON.stringify([poll, tally, texts, schools, this.picked.size]);
    if (key === this.shown) return;
    this.shown = key;
    const results = tally?.poll === poll.id ? tally : undefined;
    setText(this.question, poll.question);
    setText(this.state, this.words(poll, results));
    if (poll.type === "text") this.drawTexts(texts);
    else fill(this.votes, bars(poll.options, results?.votes ?? [], results?.people ?? 0));
    show(this.votes, poll.type !== "text");
    show(this.texts, poll.type === "text");
    this.drawSchools(poll, schools);
    // it keeps its place: were it taken away, the next press would fall on the button that moves up, and might put the poll away
    this.close.disabled = !poll.open;
    setText(this.reveal, poll.results ? t("收回结果") : t("公布结果"));
  }

  private words(poll: Poll, results: PollResults | undefined): string {
    const people = number(results?.people ?? 0);
    const classes = number(results?.classes ?? 0);
    const all = number(this.room.config.lesson.receivers.length);
    const counted = t("{n} 人作答，{classes} / {all} 个班报了人数", { n: people, classes, all });
    const open = poll.open ? t("正在收集") : t("已结束");
    return [counted, open, poll.results ? t("大家看得到结果") : ""].filter(Boolean).join(" · ");
  }

  private drawSchools(poll: Poll, schools: School[]): void {
    show(this.schools, schools.length > 0 && poll.type !== "text");
    if (!this.schools.open && this.schoolRows.childElementCount > 0) fill(this.schoolRows);
    schools.sort((a, b) => b.people - a.people || a.name.localeCompare(b.name, "zh-CN"));
    fill(
      this.schoolRows,
      ...schools.slice(0, 200).map((school) =>
        h("tr", {}, h("th", { scope: "row" }, school.name), h("td", {}, school.votes.map((count, index) => `${letter(index)} ${count}`).join("  ")), h("td", {}, number(school.people))),
      ),
    );
  }

  private drawTexts(texts: Text[]): void {
    fill(
      this.texts,
      ...texts.map((each) => {
        const box = h("input", { type: "checkbox", class: "checkbox", checked: this.picked.has(each.n) });
        box.addEventListener("change", () => (box.checked ? this.picked.add(each.n) : this.picked.delete(each.n)));
        return h("li", {}, h("label", {}, box, h("span", {}, each.text, h("small", {}, [each.name, each.school].filter(Boolean).join(" · ")))));
      }),
    );
  }

  private async run(kind: string): Promise<void> {
    if (this.poll) await this.room.do(kind, { poll: this.poll.id });
  }

  private async toggleResults(): Promise<void> {
    const { poll } = this;
    if (!poll) return;
    await this.room.do("poll.show", { poll: poll.id, on: !poll.results, pick: [...this.picked].slice(0, 20) });
  }

  private async ask(poll: { type: string; question: string; options: string[]; picture: string | null; prepared?: string }): Promise<boolean> {
    this.picked.clear();
    const ok = await this.room.do("poll.open", poll);
    if (ok && poll.prepared) this.asked.add(poll.prepared);
    return ok;
  }

  private preparedList(polls: PreparedPoll[]): HTMLElement | null {
    if (!polls.length) return null;
    const rows = polls.map((poll) => {
      const row = button(poll.question, {
        class: "lv-prepared",
        onclick: () => void this.ask({ type: poll.type, question: poll.question, options: poll.options, picture: poll.picture, prepared: poll.id }).then((ok) => row.classList.toggle("lv-asked", ok || this.asked.has(poll.id))),
      });
      row.dataset.prepared = poll.id;
      return h("li", {}, row);
    });
    return h("div", {}, h("h2", {}, t("备好的问题")), h("ul", { class: "lv-prepared-list" }, ...rows));
  }

  /** A new question, with shortcuts for what is asked most. */
  private form(): HTMLElement {
    const question = h("textarea", { class: "input lv-field", rows: 2, maxlength: 300, required: true, name: "question" });
    const type = h("select", { class: "select lv-field", name: "type" }, h("option", { value: "one" }, t("单选")), h("option", { value: "many" }, t("多选")), h("option", { value: "text" }, t("简短文字")));
    const options = h("textarea", { class: "input lv-field", rows: 4, name: "options", placeholder: t("每行一个，二到八个") });
    const optionsField = field(t("选项"), options);
    const fault = h("p", { class: "lv-fault", role: "alert" });
    const pages = this.room.pages.list.filter((sheet) => sheet.form === "page").map((sheet) => ({ id: sheet.id, name: sheetName(turnOf(sheet, this.room.pages.fileOf(sheet))) }));
    const picture = h("select", { class: "select lv-field", name: "picture" }, h("option", { value: "" }, t("不配图")), ...pages.map((page) => h("option", { value: page.id }, page.name)));
    type.addEventListener("change", () => show(optionsField, type.value !== "text"));
    const quick = (words: string, lines: string[]): HTMLElement => button(words, { class: "btn-ghost", onclick: () => ((type.value = "one"), (options.value = lines.join("\n")), show(optionsField, true), question.focus()) });
    const form = h("form", { class: "lv-form" }, h("h2", {}, t("新问题")), field(t("问什么"), question), field(t("怎么答"), type), optionsField, h("div", { class: "lv-actions" }, quick(t("对 / 错"), [t("对"), t("错")]), quick("A B C D", ["A", "B", "C", "D"])), pages.length ? field(t("配图"), picture) : null, fault, h("div", { class: "lv-actions" }, h("button", { type: "submit", class: "btn btn-primary", "data-action": "poll-open" }, t("开始提问"))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const lines = options.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const wrong = type.value !== "text" && (lines.length < 2 || lines.length > 8 || new Set(lines).size < lines.length);
      setText(fault, wrong ? t("请写二到八个不同的选项，每行一个。") : "");
      if (wrong) return options.focus();
      void this.ask({ type: type.value, question: question.value, options: type.value === "text" ? [] : lines, picture: picture.value || null }).then((ok) => {
        if (ok) form.reset();
      });
    });
    return form;
  }
}

function field(words: string, input: HTMLElement): HTMLElement {
  return h("label", { class: "lv-label" }, h("span", {}, words), input);
}
