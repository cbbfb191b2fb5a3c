/** What a browser can and cannot do, in words a teacher can act on before the lesson. Pure. */
import { t } from "../../lib/i18n";

export type DeviceState = "unasked" | "asking" | "ok" | "denied" | "missing" | "busy" | "lost" | "off";

export interface Environment {
  secure: boolean;
  mediaDevices: boolean;
  recorder: boolean;
  canvasCapture: boolean;
  worker: boolean;
  /** The best recording format of this browser that the server takes, or null. */
  mime: string | null;
  screenShare: boolean;
  phone: boolean;
}

export interface Check {
  id: "secure" | "browser" | "camera" | "microphone" | "sound" | "screen";
  level: "ok" | "warn" | "stop" | "wait";
  text: string;
  help: string;
}

/** Look at this browser once. `mimes`: formats the server takes, best first. */
export function environment(mimes: readonly string[]): Environment {
  const recorder = typeof MediaRecorder !== "undefined";
  const canvas = HTMLCanvasElement.prototype as { captureStream?: unknown };
  return {
    secure: window.isSecureContext,
    mediaDevices: typeof navigator.mediaDevices?.getUserMedia === "function",
    recorder,
    canvasCapture: typeof canvas.captureStream === "function",
    worker: typeof Worker !== "undefined",
    mime: recorder ? (mimes.find((mime) => MediaRecorder.isTypeSupported(mime)) ?? null) : null,
    screenShare: typeof navigator.mediaDevices?.getDisplayMedia === "function",
    phone: /Android|iPhone|iPad|Mobile/.test(navigator.userAgent),
  };
}

/** Reasons for which no lesson can be sent from here at all; empty when it can. */
export function browserChecks(env: Environment): Check[] {
  if (!env.secure || !env.mediaDevices) {
    return [
      {
        id: "secure",
        level: "stop",
        text: t("浏览器在这个地址上不开放摄像头和麦克风"),
        help: t("请改用 https:// 开头的地址打开本页；如果只有 http 地址，请联系学校管理员启用安全连接。"),
      },
    ];
  }
  if (!env.recorder || !env.mime || !env.canvasCapture || !env.worker) {
    return [
      {
        id: "browser",
        level: "stop",
        text: t("这个浏览器不能录制课堂"),
        help: env.phone
          ? t("请用电脑上课，或把手机上的 Chrome 更新到最新版。")
          : t("请安装新版 Chrome 或 Edge（126 以上），或最新的国产浏览器的极速模式，再打开本页。"),
      },
    ];
  }
  return [{ id: "browser", level: "ok", text: t("浏览器可以开课"), help: "" }];
}

export function cameraCheck(state: DeviceState): Check {
  const check = (level: Check["level"], text: string, help = ""): Check => ({ id: "camera", level, text, help });
  switch (state) {
    case "ok":
      return check("ok", t("摄像头正常"));
    case "unasked":
      return check("wait", t("摄像头还没打开"), t("点“打开摄像头和麦克风”，在浏览器的提示里选“允许”。"));
    case "asking":
      return check("wait", t("正在打开摄像头"), t("请在浏览器的提示里选“允许”。"));
    case "denied":
      return check("warn", t("浏览器没有得到使用摄像头的许可"), t("点地址栏左边的图标，把摄像头改为“允许”，再点“重新检查”。不开摄像头也能上课。"));
    case "busy":
      return check("warn", t("摄像头正被别的程序占用"), t("请关闭其他正在用摄像头的程序，再点“重新检查”。"));
    case "lost":
      return check("warn", t("摄像头断开了"), t("请检查插头；接好以后会自动恢复。"));
    case "off":
      return check("ok", t("摄像头已关，画面显示您的名字"));
    default:
      return check("warn", t("没有找到摄像头"), t("可以不用摄像头，只讲屏幕或讲义。"));
  }
}

export function microphoneCheck(state: DeviceState): Check {
  const check = (level: Check["level"], text: string, help = ""): Check => ({ id: "microphone", level, text, help });
  switch (state) {
    case "ok":
      return check("ok", t("麦克风已接通"));
    case "unasked":
      return check("wait", t("麦克风还没打开"));
    case "asking":
      return check("wait", t("正在打开麦克风"));
    case "denied":
      return check("stop", t("浏览器没有得到使用麦克风的许可"), t("点地址栏左边的图标，把麦克风改为“允许”，再点“重新检查”。"));
    case "busy":
      return check("stop", t("麦克风正被别的程序占用"), t("请关闭其他正在用麦克风的程序，再点“重新检查”。"));
    case "lost":
      return check("warn", t("麦克风断开了"), t("请检查插头；接好以后会自动恢复。"));
    case "off":
      return check("warn", t("麦克风已静音"));
    default:
      return check("stop", t("没有找到麦克风"), t("学生会听不到您。请插上麦克风或耳麦，再点“重新检查”。"));
  }
}

/** `silent`: the microphone is open, yet nothing came from it for some seconds. */
export function soundCheck(microphone: DeviceState, silent: boolean): Check | null {
  if (microphone !== "ok") return null;
  return silent
    ? { id: "sound", level: "warn", text: t("麦克风里没有声音"), help: t("请说句话试试；如果音量条不动，请换一个麦克风，或检查它自己的开关。") }
    : { id: "sound", level: "ok", text: t("听得到声音"), help: "" };
}

export function screenCheck(env: Environment): Check {
  if (env.screenShare) return { id: "screen", level: "ok", text: t("可以共享屏幕"), help: "" };
  return {
    id: "screen",
    level: "warn",
    text: env.phone ? t("手机不能共享屏幕") : t("这个浏览器不能共享屏幕"),
    help: t("可以上传讲义页来讲，或改用电脑。"),
  };
}

/** May the lesson begin with these checks? */
export function passes(checks: readonly Check[]): boolean {
  return checks.every((check) => check.level !== "stop" && check.level !== "wait");
}

/** What a failed getUserMedia means. */
export function deviceFault(error: unknown): DeviceState {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotReadableError" || name === "AbortError") return "busy";
  return "missing";
}
