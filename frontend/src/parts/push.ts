/** This browser takes messages when it is closed: asks for leave, subscribes, and tells the platform where. */
import { t } from "../lib/i18n";
import { hasWorkers, serviceWorker } from "./worker";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  const found = new Uint8Array(new ArrayBuffer(plain.length));
  for (let place = 0; place < plain.length; place++) found[place] = plain.charCodeAt(place);
  return found;
}

async function tell(url: string, body: object): Promise<boolean> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  return answer.ok;
}

class PushCard {
  private readonly state: HTMLElement;
  private readonly on: HTMLButtonElement;
  private readonly off: HTMLButtonElement;

  constructor(
    private readonly box: HTMLElement,
    private readonly worker: ServiceWorkerRegistration,
  ) {
    this.state = box.querySelector<HTMLElement>("[data-push-state]")!;
    this.on = box.querySelector<HTMLButtonElement>("[data-push-on]")!;
    this.off = box.querySelector<HTMLButtonElement>("[data-push-off]")!;
    this.on.addEventListener("click", () => void this.begin());
    this.off.addEventListener("click", () => void this.end());
  }

  async show(): Promise<void> {
    const mine = await this.worker.pushManager.getSubscription();
    const refused = Notification.permission === "denied";
    this.on.hidden = mine !== null || refused;
    this.off.hidden = mine === null;
    this.state.textContent = refused
      ? t("您在浏览器里关闭了通知，请到浏览器的网站设置里打开。")
      : mine
        ? t("这台设备会收到提醒。")
        : t("平台关着的时候，也能在这台设备上收到提醒。");
  }

  private async begin(): Promise<void> {
    if ((await Notification.requestPermission()) !== "granted") return this.show();
    try {
      const key = bytes(this.box.dataset.push ?? "");
      const mine = await this.worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      if (!(await tell(this.box.dataset.pushUrl ?? "", mine.toJSON()))) await mine.unsubscribe();
      await this.show();
    } catch {
      this.state.textContent = t("没有设置成功：这台设备连不上浏览器厂商的推送服务。");
    }
  }

  private async end(): Promise<void> {
    const mine = await this.worker.pushManager.getSubscription();
    if (mine) {
      await tell(this.box.dataset.pushUrl ?? "", { endpoint: mine.endpoint, end: true });
      await mine.unsubscribe();
    }
    await this.show();
  }
}

/** Brings the card of the settings page to life. */
export async function watchPush(): Promise<void> {
  const box = document.querySelector<HTMLElement>("[data-push]");
  if (!box || !hasWorkers()) return;
  if (!("PushManager" in window) || !("Notification" in window)) return;
  await new PushCard(box, await serviceWorker()).show();
}
