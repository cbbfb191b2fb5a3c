/** The icons of the rooms (Lucide), bundled with them. */
import arrowLeft from "lucide-static/icons/arrow-left.svg?raw";
import board from "lucide-static/icons/presentation.svg?raw";
import camera from "lucide-static/icons/video.svg?raw";
import cameraOff from "lucide-static/icons/video-off.svg?raw";
import check from "lucide-static/icons/check.svg?raw";
import close from "lucide-static/icons/x.svg?raw";
import circle from "lucide-static/icons/circle-dashed.svg?raw";
import corner from "lucide-static/icons/picture-in-picture-2.svg?raw";
import expand from "lucide-static/icons/maximize.svg?raw";
import files from "lucide-static/icons/files.svg?raw";
import hand from "lucide-static/icons/hand.svg?raw";
import left from "lucide-static/icons/chevron-left.svg?raw";
import list from "lucide-static/icons/list.svg?raw";
import logOut from "lucide-static/icons/log-out.svg?raw";
import mic from "lucide-static/icons/mic.svg?raw";
import micOff from "lucide-static/icons/mic-off.svg?raw";
import monitor from "lucide-static/icons/monitor.svg?raw";
import move from "lucide-static/icons/move.svg?raw";
import pause from "lucide-static/icons/pause.svg?raw";
import phone from "lucide-static/icons/phone-call.svg?raw";
import phoneOff from "lucide-static/icons/phone-off.svg?raw";
import pen from "lucide-static/icons/pencil.svg?raw";
import play from "lucide-static/icons/play.svg?raw";
import plus from "lucide-static/icons/plus.svg?raw";
import radio from "lucide-static/icons/radio.svg?raw";
import refresh from "lucide-static/icons/rotate-cw.svg?raw";
import right from "lucide-static/icons/chevron-right.svg?raw";
import shrink from "lucide-static/icons/minimize.svg?raw";
import signal from "lucide-static/icons/signal.svg?raw";
import upload from "lucide-static/icons/upload.svg?raw";
import users from "lucide-static/icons/users.svg?raw";
import volume from "lucide-static/icons/volume-2.svg?raw";
import volumeOff from "lucide-static/icons/volume-x.svg?raw";
import warning from "lucide-static/icons/triangle-alert.svg?raw";
import wifiOff from "lucide-static/icons/wifi-off.svg?raw";

const ICONS = {
  arrowLeft, board, camera, cameraOff, check, circle, close, corner, expand, files, hand, left, list, logOut, mic, micOff, monitor, move, pause,
  pen, phone, phoneOff, play, plus, radio,
  refresh, right, shrink, signal, upload, users, volume, volumeOff, warning, wifiOff,
};

export type IconName = keyof typeof ICONS;

/** A decorative icon; the words beside it or the button's label name it. */
export function icon(name: IconName, size = 20): SVGElement {
  const parsed = new DOMParser().parseFromString(ICONS[name].replace(/<!--[^]*?-->/, "").trim(), "image/svg+xml");
  const svg = document.importNode(parsed.documentElement, true) as unknown as SVGElement;
  svg.setAttribute("width", String(size));
  svg.setAttribute("height", String(size));
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  return svg;
}
