/** The chat in the teacher's desk. */
import { ChatCard } from "../../live/chat/card";
import type { DeskPanel } from "./desk";
import type { TeachRoom } from "./room";

export class ChatPanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly card: ChatCard;

  constructor(room: TeachRoom) {
    this.card = new ChatCard({ timeline: room.floor.timeline, floor: room.floor, speaks: true, reports: false, hosts: true, now: () => room.now() });
    this.element = this.card.element;
  }

  update(): void {
    this.card.update();
  }
}
