/** A package in its frame: it runs on another origin and says by messages what is to be kept; we ask who said it each time. */
import { csrfToken, isSignedOut, post } from "../../lib/config";
import { announce, fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Mount } from "../../lib/islands";
import { Keeper, type Answer, type Save } from "./keeper";
import "./running.css";

interface Config {
  open: string;
  save: string;
  origin: string;
  host: string;
  sandbox: string;
  title: string;
  signed_in: boolean;
}
interface Run {
  keeps: boolean;
  attempt: number;
  opening: number;
  data: Record<string, unknown>;
  status?: string;
}
interface Opened {
  state: "ready" | "waiting" | "broken";
  why?: string;
  address?: string;
  player?: boolean;
  run?: Run;
}

const LOOK_MS = 1500;
const PATIENCE_MS = 20_000;

const mount: Mount<Config> = (element, config) => {
  const place = element.querySelector<HTMLElement>("[data-place]") ?? element;
  const said = element.querySelector<HTMLElement>(".running-said");
  const again = element.querySelector<HTMLButtonElement>("[data-act=again]");
  const full = element.querySelector<HTMLButtonElement>("[data-act=full]");
  let frame: HTMLIFrameElement | undefined;
  let run: Run | undefined;
  let keeper: Keeper | undefined;
  let patience: number | undefined;
  let gone = false;

  const say = (words: string): void => {
    if (said && said.textContent !== words) said.textContent = words;
  };
  const fault = (words: string): void => {
    window.clearTimeout(patience);
    frame = undefined;
    const retry = h("button", { class: "btn", type: "button", onclick: () => void open(false) }, t("再试一次"));
    fill(place, h("div", { class: "alert alert-error", role: "alert" }, h("div", { class: "alert-body" }, h("p", {}, words), retry)));
  };

  const open = async (anew: boolean): Promise<void> => {
    keeper?.stop();
    keeper = undefined;
    fill(place, h("p", { class: "running-wait muted", role: "status" }, t("正在打开……")));
    for (;;) {
      const answer = await post(config.open, anew ? { again: "1" } : {}).catch(() => undefined);
      if (gone) return;
      const found = answer?.ok ? ((await answer.json().catch(() => undefined)) as Opened | undefined) : undefined;
      if (!found) return fault(t("没有打开。请检查网络后再试。"));
      if (found.state === "broken") return fault(found.why || t("这个互动包打不开"));
      if (found.state === "ready") return show(found);
      fill(place, h("p", { class: "running-wait muted", role: "status" }, t("第一次打开，正在展开文件，大的要一两分钟……")));
      await new Promise((done) => window.setTimeout(done, LOOK_MS));
    }
  };

  const show = (found: Opened): void => {
    run = found.run;
    frame = h("iframe", {
      class: "running-frame",
      sandbox: config.sandbox,
      allow: "fullscreen; autoplay",
      referrerpolicy: "no-referrer",
      title: config.title,
      src: found.address ?? "about:blank",
    });
    const shown = frame;
    patience = window.setTimeout(() => {
      if (frame === shown) fault(t("等了很久还没有打开。学校的网络可能不让访问 {host}，请告诉学校的网络管理员。", { host: config.host }));
    }, PATIENCE_MS);
    if (!found.player) frame.addEventListener("load", () => window.clearTimeout(patience));
    fill(place, frame);
    if (run?.keeps) {
      keeper = new Keeper(send, { kept, waiting: () => say(t("没有存上，正在再试……")), over }, { attempt: run.attempt, opening: run.opening });
      say(Object.keys(run.data).length ? t("接着上次做") : "");
    } else say(found.player && !config.signed_in ? t("没有登录，做的不保存") : "");
    if (again) again.hidden = !(run?.keeps && Object.keys(run.data).length);
  };

  const send = async (body: Record<string, unknown>, last: boolean): Promise<Answer> => {
    const answer = await fetch(config.save, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      keepalive: last,
      headers: { "X-CSRFToken": csrfToken(), "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    if (isSignedOut(answer)) return { status: 403, said: { why: t("您已经退出登录，这里做的不再保存。请重新登录") } };
    return { status: answer.status, said: (await answer.json().catch(() => ({}))) as Answer["said"] };
  };
  const kept = (answer: Answer["said"]): void => {
    if (again) again.hidden = false;
    const score = typeof answer.score === "number" ? t("{n} 分", { n: answer.score }) : "";
    say([t("已保存"), answer.words, score].filter(Boolean).join(" · "));
  };
  const over = (why: string): void => {
    say(why || t("没有保存"));
    announce(why);
  };

  const hear = (event: MessageEvent): void => {
    if (!frame || event.source !== frame.contentWindow || event.origin !== config.origin) return;
    const data = event.data as { lantian?: number; type?: string; save?: Save } | null;
    if (data?.lantian !== 1) return;
    if (data.type === "ready") {
      window.clearTimeout(patience);
      frame.contentWindow?.postMessage({ lantian: 1, type: "start", run: run ?? { keeps: false, data: {}, place: "", learner: "" } }, config.origin);
    } else if (data.type === "save" && data.save && typeof data.save.part === "string") keeper?.put(data.save);
    else if (data.type === "failed") fault(t("这个互动包打不开，里面可能少了文件。请告诉作者。"));
    else if (data.type === "playing") element.dataset.playing = "";
  };

  const large = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (place.requestFullscreen) void place.requestFullscreen().catch(() => element.classList.toggle("is-large"));
    else element.classList.toggle("is-large"); // telephones of Apple let only films be large
  };
  const leave = (): void => keeper?.flush();
  window.addEventListener("message", hear);
  window.addEventListener("pagehide", leave);
  full?.addEventListener("click", large);
  again?.addEventListener("click", () => void open(true));
  void open(false);
  return () => {
    gone = true;
    leave();
    window.removeEventListener("message", hear);
    window.removeEventListener("pagehide", leave);
  };
};

export default mount;
