/** One file to the server by tus: cut off, it goes on where it was, after a reload and on another day; then it waits until the
 * worker has looked at the file. On a page with a field `upload` the file goes into the form, else it becomes a resource. */
import { Upload } from "tus-js-client";
import { csrfToken, post } from "../../lib/config";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Mount } from "../../lib/islands";
import { detailOf, fingerprintOf, percent, reasonOf, sizeOf, type State } from "./words";
import "./sending.css";

interface Config {
  endpoint: string;
  largest: number;
  next?: string;
}

const PIECE = 4 << 20;
const PAUSES = [0, 1000, 3000, 5000, 10_000, 20_000, 30_000];
const LOOK_MS = 1200;

const mount: Mount<Config> = (element, config) => {
  const field = document.querySelector<HTMLInputElement>("input[name=upload]");
  const input = h("input", { class: "visually-hidden", type: "file", id: `${element.id || "sending"}-file` });
  const place = h("label", { class: "sending-place", for: input.id }, h("b", {}, t("选一个文件，或拖到这里")));
  const said = h("div", { class: "sending-said" });
  element.append(input, place, said);
  let upload: Upload | undefined;
  let over = false;

  const fault = (words: string): void => {
    fill(said, h("p", { class: "alert alert-error", role: "alert" }, words));
    place.hidden = false;
  };

  const begin = (file: File): void => {
    if (file.size === 0) return fault(t("这是一个空文件"));
    if (file.size > config.largest) return fault(t("文件太大了，最多 {size}", { size: sizeOf(config.largest) }));
    place.hidden = true;
    const bar = h("progress", { class: "progress", max: 100, value: 0, "aria-label": t("上传进度") });
    const words = h("span", { class: "muted" });
    const pause = h("button", { class: "btn btn-sm", type: "button" }, t("暂停"));
    const drop = h("button", { class: "btn btn-sm btn-ghost", type: "button" }, t("不传了"));
    fill(said, h("p", { translate: "no" }, file.name), bar, h("p", { class: "sending-acts" }, words, pause, drop));
    const made = new Upload(file, {
      endpoint: config.endpoint,
      chunkSize: PIECE,
      retryDelays: PAUSES,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name },
      headers: { "X-CSRFToken": csrfToken() },
      fingerprint: () => Promise.resolve(fingerprintOf(file, config.endpoint)),
      onProgress: (sent, all) => {
        bar.value = percent(sent, all);
        words.textContent = t("{sent} / {all}", { sent: sizeOf(sent), all: sizeOf(all) });
      },
      onShouldRetry: (error) => ![400, 403, 404, 410, 413].includes(detailOf(error).status),
      onError: (error) => fault(reasonOf(error)),
      onSuccess: () => {
        fill(said, h("p", { class: "muted", role: "status" }, t("传好了，正在检查……")));
        if (made.url) void look(`${made.url.replace(/\/?$/, "/")}state/`, made.url);
      },
    });
    upload = made;
    let paused = false;
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.textContent = paused ? t("接着传") : t("暂停");
      if (paused) void made.abort();
      else made.start();
    });
    drop.addEventListener("click", () => {
      void made.abort(true);
      fill(said);
      place.hidden = false;
    });
    void made.findPreviousUploads().then(([former]) => {
      if (former) made.resumeFromPreviousUpload(former);
      made.start();
    });
  };

  const look = async (address: string, url: string): Promise<void> => {
    for (;;) {
      if (over) return;
      const answer = await fetch(address, { credentials: "same-origin" }).catch(() => undefined);
      const found = answer?.ok ? ((await answer.json()) as State) : undefined;
      if (found?.state === "refused") return fault(found.why);
      if (found?.state === "ready") return ready(found, url);
      await new Promise((done) => window.setTimeout(done, LOOK_MS));
    }
  };

  const ready = (found: State, url: string): void => {
    const id = url.split("/").filter(Boolean).pop() ?? "";
    announce(t("检查好了"));
    if (field) {
      field.value = id;
      fill(said, h("p", { class: "alert alert-info", role: "status" }, t("新文件检查好了，存草稿或提交以后换上。")));
      return;
    }
    if (!found.alike.length) return void go(id);
    const list = found.alike.map((one) =>
      h("li", {}, h("a", { class: "link", href: one.url, translate: "no" }, one.title), ` · `, h("span", { translate: "no" }, one.by), one.same ? t("（同一个文件）") : t("（内容差不多）")),
    );
    const still = h("button", { class: "btn", type: "button", onclick: () => void go(id) }, t("还是要上传"));
    fill(said, h("div", { class: "alert alert-warn", role: "status" }, h("div", { class: "alert-body" }, h("p", {}, t("已经有一样或差不多的：")), h("ul", {}, ...list), still)));
  };

  const go = async (id: string): Promise<void> => {
    const answer = await post(config.next ?? "", { upload: id }).catch(() => undefined);
    const said_ = answer ? ((await answer.json().catch(() => ({}))) as { url?: string; why?: string }) : {};
    if (said_.url) window.location.assign(said_.url);
    else fault(said_.why ?? t("没有办成，请刷新页面再试"));
  };

  const chosen = (): void => {
    const file = input.files?.[0];
    if (file) begin(file);
  };
  const over_ = (event: DragEvent): void => {
    event.preventDefault();
    place.classList.toggle("is-over", event.type === "dragover");
    const file = event.type === "drop" ? event.dataTransfer?.files[0] : undefined;
    if (file) begin(file);
  };
  input.addEventListener("change", chosen);
  for (const name of ["dragover", "dragleave", "drop"] as const) place.addEventListener(name, over_);
  return () => {
    over = true;
    void upload?.abort();
  };
};

export default mount;
