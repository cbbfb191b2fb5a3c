/** The pages a teacher shows: uploaded, prepared by the server, turned by hand. */
import { csrfToken } from "../../lib/config";
import { t } from "../../lib/i18n";
import type { Upload, UploadPage } from "../../live/config";

export interface UploadLimits {
  bytes: number;
  types: string[];
}

/** Why this file cannot be taken, or null. */
export function uploadFault(file: { name: string; size: number }, limits: UploadLimits): string | null {
  const dot = file.name.lastIndexOf(".");
  const ending = dot < 0 ? "" : file.name.slice(dot).toLowerCase();
  if (!limits.types.includes(ending)) {
    return t("不能用这种文件。请上传 {types}；PPT 请先另存为 PDF。", { types: limits.types.join(" ") });
  }
  if (file.size > limits.bytes) return t("文件太大，最大 {mb} MB。", { mb: Math.floor(limits.bytes / 2 ** 20) });
  if (file.size === 0) return t("这个文件是空的。");
  return null;
}

export class Pages {
  uploads: Upload[];
  index = 0;
  image: HTMLImageElement | null = null;
  /** 0–1 while a file is on its way, else null. */
  sending: number | null = null;
  fault = "";
  private timer: number | undefined;
  private readonly images = new Map<string, HTMLImageElement>();

  constructor(
    uploads: Upload[],
    private readonly url: string,
    private readonly limits: UploadLimits,
    private readonly changed: () => void,
  ) {
    this.uploads = uploads;
    void this.show(0);
    this.poll();
  }

  get list(): UploadPage[] {
    return this.uploads.flatMap((upload) => upload.pages);
  }

  get working(): Upload[] {
    return this.uploads.filter((upload) => upload.state === "waiting" || upload.state === "working");
  }

  stop(): void {
    window.clearTimeout(this.timer);
  }

  next(): void {
    void this.show(this.index + 1);
  }

  previous(): void {
    void this.show(this.index - 1);
  }

  /** Show page `index`; the picture changes only once the image is there, and the neighbours are fetched ahead. */
  async show(index: number): Promise<void> {
    const { list } = this;
    if (list.length === 0) {
      this.image = null;
      this.index = 0;
      return this.changed();
    }
    this.index = Math.min(Math.max(0, index), list.length - 1);
    const page = list[this.index];
    if (!page) return;
    this.changed();
    const image = await this.fetch(page);
    if (image && this.list[this.index]?.id === page.id) this.image = image;
    this.changed();
    for (const near of [list[this.index + 1], list[this.index - 1]]) if (near) void this.fetch(near);
  }

  send(file: File): void {
    this.fault = uploadFault(file, this.limits) ?? "";
    if (this.fault) return this.changed();
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", this.url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.onprogress = (event) => this.progress(event.lengthComputable ? event.loaded / event.total : 0);
    request.onload = () => this.sent(request);
    request.onerror = () => {
      this.fault = t("上传中断了，请再试一次。");
      this.progress(null);
    };
    this.progress(0);
    request.send(form);
  }

  async remove(upload: Upload): Promise<void> {
    const answer = await fetch(upload.remove_url, { method: "POST", headers: { "X-CSRFToken": csrfToken() } }).catch(() => null);
    if (!answer?.ok) {
      this.fault = t("没有删掉，请再试一次。");
      return this.changed();
    }
    this.take(this.uploads.filter((one) => one.id !== upload.id));
  }

  private progress(share: number | null): void {
    this.sending = share;
    this.changed();
  }

  private sent(request: XMLHttpRequest): void {
    let answer: { upload?: Upload; message?: string } = {};
    try {
      answer = JSON.parse(request.responseText) as typeof answer;
    } catch {
      // an error page of a proxy: the status says enough
    }
    if (answer.upload) this.take([...this.uploads.filter((one) => one.id !== answer.upload?.id), answer.upload]);
    else this.fault = answer.message ?? t("没有传上去（{status}），请再试一次。", { status: request.status });
    this.progress(null);
    this.poll();
  }

  private take(uploads: Upload[]): void {
    const had = this.list.length;
    const shown = this.list[this.index]?.id;
    this.uploads = uploads;
    const place = this.list.findIndex((page) => page.id === shown);
    if (had === 0 || place < 0) void this.show(Math.min(this.index, Math.max(0, this.list.length - 1)));
    else this.index = place;
    this.changed();
  }

  private poll(): void {
    window.clearTimeout(this.timer);
    if (this.working.length === 0) return;
    this.timer = window.setTimeout(async () => {
      const answer = await fetch(this.url, { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer?.ok) this.take(((await answer.json()) as { uploads: Upload[] }).uploads);
      this.poll();
    }, 1000);
  }

  private async fetch(page: UploadPage): Promise<HTMLImageElement | null> {
    const known = this.images.get(page.id);
    if (known) return known;
    const image = new Image();
    image.src = page.url;
    try {
      await image.decode();
    } catch {
      return null;
    }
    this.images.set(page.id, image);
    const oldest = this.images.keys().next().value;
    if (this.images.size > 12 && oldest) this.images.delete(oldest);
    return image;
  }
}
