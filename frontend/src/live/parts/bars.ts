/** Results as bars: the words and figures say it all, the bar is only seen. Widths by a class of twenty steps: no inline style. */
import { h } from "../../lib/dom";
import { number, t } from "../../lib/i18n";
import { letter } from "./shapes";

/** One row an option. `people`: how many answered; of several choices the shares may add up to more than 100 %. */
export function bars(options: string[], votes: number[], people: number): HTMLElement {
  const list = h("ol", { class: "lr-bars" });
  options.forEach((option, index) => {
    const count = votes[index] ?? 0;
    const share = people ? count / people : 0;
    list.append(
      h(
        "li",
        { class: "lr-bar" },
        h("span", { class: "lr-bar-name" }, h("b", {}, letter(index)), " ", option),
        h("span", { class: "lr-bar-count" }, t("{n} 人 · {share}%", { n: number(count), share: Math.round(share * 100) })),
        h("span", { class: `lr-bar-track lr-w${Math.round(Math.min(1, share) * 20)}`, "aria-hidden": "true" }),
      ),
    );
  });
  return list;
}
