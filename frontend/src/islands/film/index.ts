/** A film on a resource's page, played as replays are: renditions, speed, subtitles, chapters. */
import "../../live/room.css";
import "../watch/watch.css";
import "./film.css";
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Mount } from "../../lib/islands";
import { button, onKeys, show } from "../../live/ui";
import { clockLength } from "../../live/words";
import { WatchControls } from "../watch/controls";
import { Captions } from "./captions";
import { type FilmConfig, FilmRoom } from "./room";

const mount: Mount<FilmConfig> = (element, config) => {
  const view = new FilmView(element, config);
  return () => view.destroy();
};
export default mount;

class FilmView {
  private readonly video = h("video", { class: "lw-video", playsinline: true, preload: "none" });
  /** Takes the focus from the large button and from a click, so that the keys go on to work. */
  private readonly frame = h("div", { class: "lw-frame", tabindex: "-1" });
  private readonly stage = h("div", { class: "film-stage" });
  private readonly message = h("div", { class: "lv-message", role: "status", hidden: true });
  private readonly quality = h("select", { class: "select lw-speed film-quality", "aria-label": t("清晰度"), hidden: true });
  private readonly marks = h("div", { class: "film-marks", "aria-hidden": "true" });
  private readonly list = h("ol", { class: "film-contents", "aria-label": t("章节") });
  private readonly captions: Captions;
  private readonly room: FilmRoom;
  private readonly controls: WatchControls;
  private readonly big: HTMLButtonElement;
  private readonly undoKeys: () => void;
  private readonly timer: number;
  private offered = "";

  constructor(
    private readonly root: HTMLElement,
    private readonly config: FilmConfig,
  ) {
    this.room = new FilmRoom(config, this.video, () => this.update());
    this.controls = new WatchControls(this.room, this.frame);
    this.captions = new Captions(this.video, config.subtitles);
    this.big = button("", { class: "btn-live lw-tap film-begin", icon: "play", iconSize: 36, label: t("开始播放"), onclick: () => this.begin() });
    this.build();
    this.undoKeys = onKeys({ ...this.controls.keys(), c: () => this.captions.toggle() }, this.root);
    this.timer = window.setInterval(() => this.update(), 500);
    this.update();
  }

  destroy(): void {
    window.clearInterval(this.timer);
    this.undoKeys();
    document.removeEventListener("fullscreenchange", this.keepFocus);
    this.room.destroy();
  }

  private begin(): void {
    void this.room.begin();
    this.frame.focus({ preventScroll: true });
  }

  /** What lies outside of the full screen has the focus no more. */
  private readonly keepFocus = (): void => {
    if (document.fullscreenElement === this.frame && !this.frame.contains(document.activeElement)) this.frame.focus();
  };

  /** The stage is as high as the film wants, upright ones no higher than it is wide. */
  private fit(width: number, height: number): void {
    if (width > 0 && height > 0) this.stage.style.setProperty("--film-share", `${Math.min(100, (height / width) * 100)}%`);
  }

  private build(): void {
    const { config } = this;
    this.root.textContent = "";
    this.root.classList.add("lv", "film");
    this.video.setAttribute("aria-label", config.title);
    if (config.poster) this.video.poster = config.poster;
    this.controls.place(this.quality);
    this.controls.place(this.captions.choice);
    const row = this.controls.element.querySelector(".lw-row");
    row?.append(h("div", { class: "film-choices" }, ...row.querySelectorAll("select"))); // the same order for eyes and keys
    fill(this.stage, this.video, this.captions.element, this.message, this.big);
    fill(this.frame, this.stage, this.controls.element);
    this.root.append(this.frame);
    this.video.addEventListener("click", () => this.room.togglePlay());
    this.video.addEventListener("resize", () => this.fit(this.video.videoWidth, this.video.videoHeight));
    this.fit(config.width, config.height);
    document.addEventListener("fullscreenchange", this.keepFocus);
    this.quality.addEventListener("change", () => this.room.player?.choose(Number(this.quality.value)));
    if (config.chapters.length) this.drawChapters();
  }

  private drawChapters(): void {
    const { chapters, seconds } = this.config;
    for (const one of chapters) {
      const go = h("button", { type: "button", onclick: () => this.room.seekTo(one.at) }, h("span", { class: "film-at" }, clockLength(one.at)), h("span", { lang: "zh", translate: "no" }, one.title));
      this.list.append(h("li", {}, go));
      if (seconds > 0 && one.at > 0 && one.at < seconds) {
        const mark = h("span", { class: "film-mark" });
        mark.style.setProperty("left", `${(one.at / seconds) * 100}%`);
        this.marks.append(mark);
      }
    }
    this.controls.element.prepend(this.marks);
    this.root.append(this.list);
  }

  private update(): void {
    if (!this.controls) return; // the room speaks up before the face is there
    const { room } = this;
    this.root.dataset.state = room.trouble ? "unplayable" : room.begun ? "playing" : "ready";
    show(this.big, !room.begun);
    this.controls.update();
    this.drawMessage();
    this.drawQuality();
    this.drawChapter();
  }

  private drawMessage(): void {
    const { trouble } = this.room;
    show(this.message, trouble !== "");
    if (!trouble || this.message.childElementCount) return;
    const [title, words] =
      trouble === "gone"
        ? [t("这个视频现在打不开了"), t("它可能已经下架，或者您的登录过期了。请刷新页面。")]
        : [t("这个浏览器放不了这个文件"), t("平台正在把它做成能放的。过一会儿刷新再看，或者下载以后用播放器看。")];
    fill(this.message, h("h2", {}, title), h("p", {}, words));
  }

  private drawQuality(): void {
    const sizes = this.room.player?.sizes ?? [];
    show(this.quality, sizes.length > 1);
    const key = sizes.join();
    if (key === this.offered) return;
    this.offered = key;
    const options = sizes.map((size, index) => h("option", { value: index }, `${size}p`)).reverse();
    fill(this.quality, h("option", { value: -1, selected: true }, t("清晰度：自动")), ...options);
  }

  private drawChapter(): void {
    const { chapters } = this.config;
    let now = -1;
    if (this.room.begun) chapters.forEach((one, index) => (one.at <= this.video.currentTime + 0.3 ? (now = index) : undefined));
    [...this.list.children].forEach((row, index) => {
      const go = row.firstElementChild;
      if (index === now) go?.setAttribute("aria-current", "true");
      else go?.removeAttribute("aria-current");
    });
  }
}
