/** Camera and microphone of a classroom that takes a call, and why they could not be opened, in words. */
import { t } from "../../lib/i18n";

const CAMERA: MediaTrackConstraints = { width: { ideal: 640 }, height: { ideal: 360 }, frameRate: { ideal: 20, max: 25 } };
const MICROPHONE: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };

/** Both, or the microphone alone where there is no camera. Throws what the browser says of the microphone. */
export async function openMedia(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({ video: CAMERA, audio: MICROPHONE });
  } catch (error) {
    if (error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "SecurityError")) throw error;
    return navigator.mediaDevices.getUserMedia({ audio: MICROPHONE });
  }
}

export function mediaWords(error: unknown): string {
  if (!("mediaDevices" in navigator) || !navigator.mediaDevices) return t("这块屏幕打开的地址不是 https，浏览器不给用摄像头和麦克风。请学校管理员换成 https 地址。");
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return t("浏览器没有允许使用摄像头和麦克风。请在地址栏左边允许，再点“接受”。");
  if (name === "NotReadableError" || name === "AbortError") return t("麦克风正被别的程序占用。请关掉那个程序，再点“接受”。");
  return t("没有找到麦克风，不能连线。请接好麦克风，再点“接受”。");
}
