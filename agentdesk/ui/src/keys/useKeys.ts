import { useEffect, useLayoutEffect, useRef } from "react";
import { type Command, holds, Matcher, offer, run, strokeOf } from "./commands.ts";

const fields = "input, textarea, select, [contenteditable]";
// Inside these, keys belong to the thing itself.
const taken = 'dialog, [role="dialog"], [role="menu"], [role="listbox"], .ant-select-dropdown, .ant-dropdown';

// A menu or list that is open, wherever the focus is: Escape closes that, and nothing behind it.
const open = ".ant-dropdown:not(.ant-dropdown-hidden), .ant-select-dropdown:not(.ant-select-dropdown-hidden), .ant-popover:not(.ant-popover-hidden)";

/** Turns the keyboard into commands, for the whole page, while the calling screen is there. */
export function useKeyboard(): void {
  useEffect(() => {
    const matcher = new Matcher();
    // Seen on the way down, before the menu itself hears of the key and is gone.
    let closing = false;
    const look = (e: KeyboardEvent) => {
      closing = e.key === "Escape" && document.querySelector(open) !== null;
    };
    const press = (e: KeyboardEvent) => {
      // While a Chinese input method composes, Enter and letters are its own.
      if (e.defaultPrevented || e.isComposing || e.key === "Process" || closing) return;
      // A dialog that has just closed keeps the focus until the next frame; what is pressed then is not for it.
      const focused = e.target as HTMLElement;
      const target = focused.checkVisibility() ? focused : document.body;
      if (target.closest(taken)) return;
      const typing = target.closest(fields) !== null;
      // Enter on a button or a link presses that one.
      if (e.key === "Enter" && !e.ctrlKey && !e.metaKey && target.closest("button, a")) return;
      const found = matcher.match(strokeOf(e), typing, e.timeStamp);
      if (!found) return;
      if (e.repeat && !holds(found.id)) e.preventDefault();
      else if (run(found.id, found.stroke)) e.preventDefault();
    };
    document.addEventListener("keydown", look, true);
    document.addEventListener("keydown", press);
    return () => {
      document.removeEventListener("keydown", look, true);
      document.removeEventListener("keydown", press);
    };
  }, []);
}

/** Answers a command as long as the calling screen is there and `on` holds. */
export function useCommand(id: Command, f: (stroke: string) => void, on = true): void {
  const latest = useRef(f);
  // With the screen, not after it: a key pressed as soon as something is seen must find it.
  useLayoutEffect(() => {
    latest.current = f;
  });
  useLayoutEffect(() => (on ? offer(id, (stroke) => latest.current(stroke)) : undefined), [id, on]);
}
