/** What stands in the map that everybody sees, under which key (lantian/teach/live/engine/happenings/kinds). */
import type { Moment } from "../timeline";

export interface PollResults {
  votes: number[];
  people: number;
  answers: number;
  classes: number;
  texts?: { text: string; school: string }[];
}

/** "poll" */
export interface Poll {
  id: number;
  type: "one" | "many" | "text";
  question: string;
  options: string[];
  picture: string | null;
  open: boolean;
  results: PollResults | null;
}

/** Of one's own map: "answer". */
export interface OwnAnswer {
  poll: number;
  choice?: number[];
  counts?: number[];
  text?: string;
}

/** "timer" */
export interface Timer extends Moment {
  n: number;
  seconds: number;
  label: string;
}

/** "caption" */
export interface Caption extends Moment {
  n: number;
  text: string;
}

/** "note:<n>" */
export interface Note {
  n: number;
  text: string;
}

/** "lot" */
export interface Lot {
  n: number;
  among: "students" | "classes";
  name: string;
  school: string;
}

/** "words" */
export interface Word {
  name: string;
  school: string;
}

export const letter = (index: number): string => "ABCDEFGH".charAt(index);
