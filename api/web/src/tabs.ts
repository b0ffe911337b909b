// Tabs after the ARIA pattern: one is in the tab order, arrow keys move between them.

import { el, part } from "./dom";

export function makeTabs(names: [id: string, label: string][]): (id: string) => void {
  const buttons = names.map(([id, label]) => el("button", {
    type: "button", role: "tab", id: `tab-${id}`, "aria-controls": id, click: () => open(id),
  }, label));
  const open = (id: string): void => names.forEach(([other], i) => {
    buttons[i].setAttribute("aria-selected", String(other === id));
    buttons[i].tabIndex = other === id ? 0 : -1;
    part(other).hidden = other !== id;
  });
  part("tabs").replaceChildren(...buttons);
  part("tabs").addEventListener("keydown", (e) => {
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
    if (at < 0 || !step) return;
    const next = buttons[(at + step + buttons.length) % buttons.length];
    next.focus();
    next.click();
  });
  open(names[0][0]);
  return open;
}
