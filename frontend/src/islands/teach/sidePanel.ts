/** The assistants' channel in the teacher's desk. */
import { SideCard } from "../../live/chat/side";
import type { DeskPanel } from "./desk";
import type { TeachRoom } from "./room";

export class SidePanel implements DeskPanel {
  readonly element: HTMLElement;
  private readonly card: SideCard;

  constructor(room: TeachRoom) {
    this.card = new SideCard({ floor: room.floor, hosts: true, receivers: room.config.lesson.receivers, heads: null });
    this.element = this.card.element;
  }

  get unread(): number {
    return this.card.unread;
  }

  update(): void {
    if (this.element.offsetParent) this.card.read();
    this.card.update();
  }
}
