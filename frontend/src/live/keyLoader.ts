/** hls.js's loader, except that keys come from the cache; the authorised address is asked only for keys that no
 * message brings in time, and then at a random moment: a thousand classes meet a new key in the same second. */
import Hls, { type HlsConfig, type Loader, type LoaderCallbacks, type LoaderConfiguration, type LoaderContext } from "hls.js/light";
import { type KeyCache, keyIdOf } from "./keys";

type LoaderClass = new (config: HlsConfig) => Loader<LoaderContext>;

const WAIT_MS = 600;

export function keyLoader(cache: KeyCache): LoaderClass {
  const Base = Hls.DefaultConfig.loader as LoaderClass;
  return class extends Base {
    private cancelWait: (() => void) | null = null;

    override load(context: LoaderContext, config: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
      const id = keyIdOf(context.url);
      if (!id) return super.load(context, config, callbacks);
      this.context = context;
      const asked = performance.now();
      this.cancelWait = cache.wait(id, WAIT_MS * (1 + Math.random()), (key) => {
        this.cancelWait = null;
        if (!key) return super.load(context, config, callbacks);
        const now = performance.now();
        Object.assign(this.stats, { loaded: 16, total: 16 });
        Object.assign(this.stats.loading, { start: asked, first: now, end: now });
        callbacks.onSuccess({ url: context.url, data: key.slice().buffer, code: 200 }, this.stats, context, null);
      });
    }

    override abort(): void {
      this.cancelWait?.();
      super.abort();
    }

    override destroy(): void {
      this.cancelWait?.();
      super.destroy();
    }
  };
}
