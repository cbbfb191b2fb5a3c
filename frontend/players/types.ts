export interface Part {
  id: string;
  title: string;
  depth: number;
  href: string;
  query: string;
  mastery: string;
  passing: string;
  launch: string;
}

export interface Config {
  kind: "h5p" | "scorm12" | "scorm2004";
  platform: string;
  files: string;
  parts: Part[];
}

/** What was kept of one part: `state` is the player's own affair. */
export interface Kept {
  state?: unknown;
  status?: string;
  score?: number;
  seconds?: number;
}

export interface Run {
  keeps: boolean;
  data: Record<string, Kept>;
  place: string;
  learner: string;
}

/** One save, as the platform's page wants it. */
export interface Save {
  part: string;
  state: unknown;
  status?: string | undefined;
  scaled?: number | undefined;
  raw?: number | undefined;
  least?: number | undefined;
  most?: number | undefined;
  seconds: number;
}

export type Tell = (message: Record<string, unknown>) => void;
