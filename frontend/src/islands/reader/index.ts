/** A PDF, page by page, drawn by PDF.js: nothing in the file can run, and pages are drawn as they come into view. */
import { getDocument, GlobalWorkerOptions, type PDFDocumentProxy } from "pdfjs-dist/legacy/build/pdf.mjs";
import workerUrl from "pdfjs-dist/legacy/build/pdf.worker.min.mjs?url";
import { fill, h } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { Mount } from "../../lib/islands";
import "./reader.css";

interface Config {
  url: string;
  title: string;
}

const SHARP = 2; // pixels a point at most: a phone's screen of three would take nine times the memory
const NEAR = "600px";

const mount: Mount<Config> = async (element, config) => {
  GlobalWorkerOptions.workerSrc = workerUrl;
  const said = h("p", { class: "muted", role: "status" }, t("正在打开……"));
  const pages = h("div", { class: "reader-pages", tabindex: 0, role: "region", "aria-label": t("文件内容") });
  element.append(said, pages);
  const task = getDocument({ url: config.url, isEvalSupported: false, enableXfa: false, disableAutoFetch: true });
  let document_: PDFDocumentProxy;
  try {
    document_ = await task.promise;
  } catch (error) {
    console.warn("pdf", error);
    fill(said, t("这里打不开这个文件。可以下载以后再看。"));
    return () => void task.destroy();
  }
  fill(said, t("共 {n} 页", { n: document_.numPages }));
  const first = (await document_.getPage(1)).getViewport({ scale: 1 });
  const watch = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        watch.unobserve(entry.target);
        void draw(document_, entry.target as HTMLElement);
      }
    },
    { root: pages, rootMargin: NEAR },
  );
  for (let number = 1; number <= document_.numPages; number++) {
    const page = h("div", { class: "reader-page", "data-page": number, role: "img", "aria-label": t("第 {n} 页", { n: number }) });
    page.style.setProperty("aspect-ratio", `${first.width} / ${first.height}`);
    pages.append(page);
    watch.observe(page);
  }
  return () => {
    watch.disconnect();
    void task.destroy();
  };
};

async function draw(document_: PDFDocumentProxy, place: HTMLElement): Promise<void> {
  try {
    const page = await document_.getPage(Number(place.dataset.page));
    const plain = page.getViewport({ scale: 1 });
    const scale = (place.clientWidth / plain.width) * Math.min(SHARP, window.devicePixelRatio || 1);
    const viewport = page.getViewport({ scale });
    const canvas = h("canvas", { width: Math.floor(viewport.width), height: Math.floor(viewport.height) });
    place.style.setProperty("aspect-ratio", `${plain.width} / ${plain.height}`);
    const context = canvas.getContext("2d");
    if (!context) return;
    await page.render({ canvasContext: context, viewport }).promise;
    fill(place, canvas);
    const text = await page.getTextContent();
    const words = text.items.map((item) => ("str" in item ? item.str : "")).join(" ").trim();
    if (words) place.setAttribute("aria-label", words.slice(0, 4000));
    page.cleanup();
  } catch (error) {
    console.warn("pdf page", error);
    fill(place, h("p", { class: "muted" }, t("这一页画不出来")));
  }
}

export default mount;
