/** The large buttons under the picture: what is shown, what is heard, begin and end. */
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { ask, button, press, redress, show } from "../../live/ui";
import { icon, type IconName } from "../../live/icons";
import { CORNERS } from "./scene";
import { passes } from "./checks";
import { LONGER_MINUTES, type TeachRoom } from "./room";

export class Controls {
  readonly element: HTMLElement;
  private readonly main: Record<"camera" | "screen" | "pages" | "board", HTMLButtonElement>;
  private readonly pen: HTMLButtonElement;
  private readonly inset: HTMLButtonElement;
  private readonly corner: HTMLButtonElement;
  private readonly mic: HTMLButtonElement;
  private readonly camera: HTMLButtonElement;
  private readonly begin: HTMLButtonElement;
  private readonly longer: HTMLButtonElement;
  private readonly finish: HTMLButtonElement;

  constructor(
    private readonly room: TeachRoom,
    private readonly root: HTMLElement,
  ) {
    this.main = {
      camera: button(t("摄像头"), { class: "lv-main", icon: "camera", keys: "1", onclick: () => room.setMain("camera") }),
      screen: button(t("屏幕"), { class: "lv-main", icon: "monitor", keys: "2", onclick: () => this.showScreen() }),
      pages: button(t("讲义"), { class: "lv-main", icon: "files", keys: "3", onclick: () => room.showPages() }),
      board: button(t("白板"), { class: "lv-main", icon: "board", keys: "4", onclick: () => void room.showBoard() }),
    };
    for (const [name, element] of Object.entries(this.main)) element.dataset.main = name;
    this.pen = button(t("板书"), { class: "lv-pen", icon: "pen", keys: "B", onclick: () => void room.togglePen() });
    this.inset = button(t("小窗"), { class: "lv-toggle", icon: "corner", keys: "I", label: t("摄像头小窗"), onclick: () => this.toggleInset() });
    this.corner = button("", { class: "lv-toggle btn-square", icon: "move", label: t("换个角落"), onclick: () => this.turnCorner() });
    this.mic = button("", { class: "lv-toggle", icon: "mic", keys: "M", onclick: () => room.toggleMic() });
    this.camera = button("", { class: "lv-toggle", icon: "camera", keys: "V", onclick: () => this.toggleCamera() });
    this.begin = button(t("开始上课"), { class: "btn-live btn-lg", icon: "radio", onclick: () => void room.goLive() });
    this.longer = button(t("延长 {n} 分钟", { n: LONGER_MINUTES }), { class: "btn-lg", icon: "plus", onclick: () => void this.extend() });
    this.finish = button(t("下课"), { class: "btn-danger btn-lg", icon: "close", onclick: () => void this.confirmEnd() });
    this.begin.dataset.action = "go-live";
    this.longer.dataset.action = "extend";
    this.finish.dataset.action = "end";
    this.element = h(
      "div",
      { class: "lv-controls" },
      h("div", { class: "lv-group", role: "group", "aria-label": t("学生看到什么") }, this.main.camera, this.main.screen, this.main.pages, this.main.board, this.pen),
      h("div", { class: "lv-group lv-go" }, this.begin, this.longer, this.finish),
      h("div", { class: "lv-group lv-switches", role: "group", "aria-label": t("小窗和设备") }, this.inset, this.corner, this.mic, this.camera),
    );
  }

  keys(): Record<string, () => void> {
    const { room } = this;
    return {
      "1": () => room.setMain("camera"),
      "2": () => this.showScreen(),
      "3": () => room.showPages(),
      "4": () => void room.showBoard(),
      b: () => void room.togglePen(),
      i: () => this.toggleInset(),
      m: () => room.toggleMic(),
      v: () => this.toggleCamera(),
      ArrowRight: () => room.pages.next(),
      PageDown: () => room.pages.next(),
      ArrowLeft: () => room.pages.previous(),
      PageUp: () => room.pages.previous(),
    };
  }

  update(): void {
    const { room } = this;
    const { compositor, phase } = room;
    const ready = compositor !== null && phase !== "ended" && phase !== "stopped";
    for (const [name, element] of Object.entries(this.main)) {
      press(element, ready && room.showing === name);
      element.disabled = !ready;
    }
    press(this.pen, room.writingOpen);
    this.pen.disabled = !ready;
    this.main.screen.disabled = !ready || !room.env.screenShare;
    this.main.pages.disabled = !ready || !room.pages.list.some((sheet) => sheet.form === "page");
    const small = compositor?.main !== "camera";
    press(this.inset, compositor?.scene.inset ?? true);
    this.inset.disabled = this.corner.disabled = !ready || !small;
    const cameraOff = room.devices.states.camera === "off";
    dressSwitch(this.mic, room.micOn, t("麦克风"), room.micOn ? "mic" : "micOff", room.micOn ? t("点一下静音（M）") : t("点一下取消静音（M）"));
    dressSwitch(this.camera, !cameraOff, t("我的画面"), cameraOff ? "cameraOff" : "camera", cameraOff ? t("点一下打开摄像头（V）") : t("点一下关摄像头（V）"));
    this.mic.disabled = this.camera.disabled = !ready;
    this.drawGo();
  }

  private drawGo(): void {
    const { room } = this;
    const sending = room.phase === "live" || room.phase === "ending";
    show(this.begin, room.phase === "prep" || room.phase === "opening");
    show(this.longer, room.nearEnd);
    show(this.finish, sending);
    this.begin.disabled = room.phase === "opening" || !room.compositor || !passes(room.checks) || room.opening !== "now";
    redress(this.begin, room.phase === "opening" ? t("正在接通…") : room.resumable ? t("回到直播") : t("开始上课"), "radio");
    this.finish.disabled = room.phase === "ending";
  }

  private async extend(): Promise<void> {
    this.longer.disabled = true;
    await this.room.extend();
    this.longer.disabled = false;
  }

  private showScreen(): void {
    if (this.room.compositor?.screenOn && this.room.compositor.main !== "screen") this.room.setMain("screen");
    else void this.room.shareScreen();
  }

  private toggleInset(): void {
    const { compositor } = this.room;
    if (!compositor) return;
    compositor.scene = { ...compositor.scene, inset: !compositor.scene.inset };
    this.update();
  }

  private turnCorner(): void {
    const { compositor } = this.room;
    if (!compositor) return;
    const next = CORNERS[(CORNERS.indexOf(compositor.scene.corner) + 1) % CORNERS.length];
    compositor.scene = { ...compositor.scene, corner: next ?? "bottom-right" };
  }

  private toggleCamera(): void {
    const off = this.room.devices.states.camera === "off";
    void this.room.devices.switchCamera(off);
  }

  private async confirmEnd(): Promise<void> {
    const yes = await ask(this.root, {
      title: t("现在下课吗？"),
      text: t("所有班级会离开课堂，回放马上可以看。下课后不能再继续直播。"),
      yes: t("下课"),
      no: t("继续上课"),
      danger: true,
    });
    if (yes) await this.room.end();
  }
}

/** A switch keeps its name; what it does now stands beside it, and `aria-pressed` says the same. */
function dressSwitch(element: HTMLButtonElement, on: boolean, words: string, name: IconName, title: string): void {
  press(element, on);
  if (element.title === title) return;
  element.title = title;
  const state = h("span", { class: "lv-switch", "aria-hidden": "true" }, on ? t("开") : t("关"));
  fill(element, icon(name) as unknown as Node, h("span", {}, words), state);
}
