/** The sheets a teacher shows: pages of files, prepared by the server, and blank boards; turned by hand. */
import { csrfToken, post } from "../../lib/config";
import { t } from "../../lib/i18n";
import type { Sheet, Upload } from "../../live/config";

export interface UploadLimits {
  bytes: number;
  types: string[];
}

/** Why this file cannot be taken, or null. */
export function uploadFault(file: { name: string; size: number }, limits: UploadLimits): string | null {
  const dot = file.name.lastIndexOf(".");
  const ending = dot < 0 ? "" : file.name.slice(dot).toLowerCase();
  if (!limits.types.includes(ending)) {
    const types = limits.types.join(" ");
    return limits.types.includes(".pptx") ? t("不能用这种文件。请上传 {types}。", { types }) : t("不能用这种文件。请上传 {types}；PPT 请先另存为 PDF。", { types });
  }
  if (file.size > limits.bytes) return t("文件太大，最大 {mb} MB。", { mb: Math.floor(limits.bytes / 2 ** 20) });
  if (file.size === 0) return t("这个文件是空的。");
  return null;
}

export interface Brought {
  uploads: Upload[];
  sheets: Sheet[];
}

export class Pages {
  uploads: Upload[];
  list: Sheet[];
  index = 0;
  /** The sheet that is to be seen; a page's picture is there, a board needs none. */
  shown: { sheet: Sheet; image: HTMLImageElement | null } | null = null;
  /** 0–1 while a file is on its way, else null. */
  sending: number | null = null;
  fault = "";
  private timer: number | undefined;
  private readonly images = new Map<string, HTMLImageElement>();

  constructor(
    brought: Brought,
    private readonly urls: { pages: string; boards: string },
    private readonly limits: UploadLimits,
    private readonly changed: () => void,
  ) {
    this.uploads = brought.uploads;
    this.list = brought.sheets;
  }

  get current(): Sheet | null {
    return this.list[this.index] ?? null;
  }

  get working(): Upload[] {
    return this.uploads.filter((upload) => upload.state === "waiting" || upload.state === "working");
  }

  start(): void {
    void this.show(0);
    this.poll();
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

  /** Name of the file a sheet is from; empty for a board. */
  fileOf(sheet: Sheet): string {
    return this.uploads.find((upload) => upload.id === sheet.upload)?.name ?? "";
  }

  /** Show the newest board, or the one that is shown already; the first time one is made. */
  async showBoard(): Promise<boolean> {
    if (this.current?.form === "board") return true;
    const last = this.list.map((sheet) => sheet.form).lastIndexOf("board");
    if (last >= 0) {
      await this.show(last);
      return true;
    }
    return this.addBoard();
  }

  async addBoard(): Promise<boolean> {
    this.fault = "";
    const answer = await post(this.urls.boards).catch(() => null);
    const told = answer ? ((await answer.json().catch(() => ({}))) as { sheet?: Sheet; message?: string }) : {};
    if (!told.sheet) {
      this.fault = told.message ?? t("没有加上白板：连不上服务器。请再试一次。");
      this.changed();
      return false;
    }
    this.list = [...this.list, told.sheet];
    await this.show(this.list.length - 1);
    return true;
  }

  /** Show sheet `index`; the picture changes only once the image is there, and the neighbours are fetched ahead. */
  async show(index: number): Promise<void> {
    const { list } = this;
    if (list.length === 0) {
      this.shown = null;
      this.index = 0;
      return this.changed();
    }
    this.index = Math.min(Math.max(0, index), list.length - 1);
    const sheet = list[this.index];
    if (!sheet) return;
    const image = this.images.get(sheet.id) ?? null;
    if (image || sheet.form === "board") this.shown = { sheet, image };
    else {
      this.changed();
      const came = await this.fetch(sheet);
      if (came && this.current?.id === sheet.id) this.shown = { sheet, image: came };
    }
    this.changed();
    for (const near of [list[this.index + 1], list[this.index - 1]]) if (near) void this.fetch(near);
  }

  send(file: File): void {
    this.fault = uploadFault(file, this.limits) ?? "";
    if (this.fault) return this.changed();
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file);
    request.open("POST", this.urls.pages);
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
    this.take({
      uploads: this.uploads.filter((one) => one.id !== upload.id),
      sheets: this.list.filter((sheet) => sheet.upload !== upload.id),
    });
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
    if (answer.upload) this.uploads = [...this.uploads.filter((one) => one.id !== answer.upload?.id), answer.upload];
    else this.fault = answer.message ?? t("没有传上去（{status}），请再试一次。", { status: request.status });
    this.progress(null);
    this.poll();
  }

  /** The server's list, in its order; what was made here meanwhile stands behind it. */
  private take(brought: Brought): void {
    const had = this.list.length;
    const shown = this.current?.id;
    this.uploads = brought.uploads;
    this.list = brought.sheets;
    const place = this.list.findIndex((sheet) => sheet.id === shown);
    if (had === 0 || place < 0) void this.show(Math.min(this.index, Math.max(0, this.list.length - 1)));
    else this.index = place;
    this.changed();
  }

  private poll(): void {
    window.clearTimeout(this.timer);
    if (this.working.length === 0) return;
    this.timer = window.setTimeout(async () => {
      const answer = await fetch(this.urls.pages, { headers: { Accept: "application/json" } }).catch(() => null);
      if (answer?.ok) this.take((await answer.json()) as Brought);
      this.poll();
    }, 1000);
  }

  private async fetch(page: Sheet): Promise<HTMLImageElement | null> {
    if (page.form === "board") return null;
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
