/** What the pages hand to the rooms: the shapes of docs/engines/live.md. `_ms` is Unix milliseconds, ids are UUIDs as text. */
import type { SessionState, StreamKey } from "./protocol";

export interface Receiver {
  id: string;
  name: string;
  organization: string;
  organization_id: string;
}

export interface Lesson {
  id: string;
  title: string;
  subject: string;
  grade: string;
  teacher: string;
  organization: string;
  class_group: string | null;
  period_no: number | null;
  starts_ms: number;
  ends_ms: number;
  state: "planned" | "live" | "ended" | "cancelled";
  summary: string;
  url: string;
  watch_url: string;
  receivers: Receiver[];
}

/** The counties of the receiving classes, and the map they stand on. */
export interface Places {
  counties: { code: string; name: string; schools: string[] }[];
  map: { width: number; height: number; schematic: boolean; source: string; shapes: { code: string; name: string; path: string; x: number; y: number }[] } | null;
}

export interface Session {
  id: string;
  state: SessionState;
  ticket: string;
  ticket_url: string;
  /** What stands before the addresses of its sockets; "" for the first live process. */
  home?: string;
  started_ms: number | null;
  planned_end_ms: number;
}

/** A page of a file, or a blank board (which has no picture). */
export interface Sheet {
  id: string;
  form: "page" | "board";
  name: string;
  number: number | null;
  upload: string | null;
  width: number;
  height: number;
  url: string;
  thumb_url: string;
}

export interface Upload {
  id: string;
  name: string;
  state: "waiting" | "working" | "ready" | "failed";
  progress: number;
  error: string;
  remove_url: string;
}

/** A poll written before the lesson. */
export interface PreparedPoll {
  id: string;
  type: "one" | "many" | "text";
  question: string;
  options: string[];
  picture: string | null;
}

export interface RecorderSettings {
  mimes: string[];
  width: number;
  height: number;
  fps: number;
  video_bits: number;
  audio_bits: number;
  keyframe_ms: number;
  timeslice_ms: number;
}

export interface TeachConfig {
  now_ms: number;
  lesson: Lesson;
  /** Null where all classes are of one county. */
  places: Places | null;
  /** Whose lesson it was until it was handed over to the one who asks; that person is still sending it. */
  taking_over: string | null;
  session: Session | null;
  may_open: { allowed: boolean; reason: string; opens_ms: number; closes_ms: number };
  urls: {
    ingest: string; open: string; extend: string; end: string; pages: string; boards: string; lesson: string; watch: string; attendance: string; fault: string | null;
  };
  recorder: RecorderSettings;
  limits: {
    buffer_ms: number;
    buffer_bytes: number;
    upload_bytes: number;
    upload_pages: number;
    upload_types: string[];
  };
  uploads: Upload[];
  polls: PreparedPoll[];
  sheets: Sheet[];
}

export interface Replay {
  master: string;
  seconds: number;
  keys: StreamKey[];
}

export interface WatchConfig {
  now_ms: number;
  mode: "waiting" | "live" | "replay" | "none";
  role: "student" | "guest" | "observe" | "class" | "teach";
  lesson: Lesson;
  session: Session | null;
  replay: Replay | null;
  me: { name: string; organization: string };
  /** On the sending side beside the teacher, or the assistant in a receiving class's room. */
  duty: "host" | "room" | null;
  /** For a host. */
  places: Places | null;
  urls: {
    watch: string; keys: string; lesson: string; events: string; home: string; fault: string | null; heads: string | null;
  };
}

export interface Day {
  now_ms: number;
  poll_ms: number;
  lobby_ticket: string | null;
  lobby_home?: string;
  current: { lesson: Lesson; session: Session | null } | null;
  next: Lesson | null;
  lessons: Lesson[];
  /** What the class may do meanwhile when the current lesson does not come: a page to be shown within this one. */
  standby?: string | null;
  /** Build of the pages; another one than at load means: reload between lessons. */
  version?: string;
}

export interface ScreenConfig {
  room: { id: string; name: string; organization: string; class_group: string | null; class_group_id: string | null };
  day: Day;
  kiosk?: boolean;
  urls: { day: string; watch: string; keys: string; sign_out: string; fault: string | null };
}
