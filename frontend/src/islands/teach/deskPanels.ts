/** The tabs that are loaded once a lesson is live. */
import { ChatPanel } from "./chatPanel";
import type { DeskPanel } from "./desk";
import { HandsPanel } from "./handsPanel";
import { PollsPanel } from "./pollsPanel";
import type { TeachRoom } from "./room";
import { SidePanel } from "./sidePanel";
import { StagePanel } from "./stagePanel";
import { ToolsPanel } from "./toolsPanel";

export function makePanels(room: TeachRoom): Record<string, DeskPanel> {
  return { polls: new PollsPanel(room), hands: new HandsPanel(room), stage: new StagePanel(room), tools: new ToolsPanel(room), chat: new ChatPanel(room), side: new SidePanel(room) };
}
