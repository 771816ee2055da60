import { useEffect, useRef } from "react";
import { socket } from "@/live/state";

// The server forgets after ten seconds, so that a lost word does no harm; it is told again before.
const again = 5000;
const rest = 4000;

/** Tells the colleagues that somebody writes, and that he stopped: after a rest, or when the field is gone. */
export function useTyping(object: string): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(0);
  const stop = () => {
    if (timer.current) socket.get()?.typing(object, false);
    clearTimeout(timer.current);
    timer.current = undefined;
    told.current = 0;
  };
  // oxlint-disable-next-line react/exhaustive-deps -- stop reads refs only
  useEffect(() => stop, [object]);
  return () => {
    if (Date.now() - told.current > again) {
      told.current = Date.now();
      socket.get()?.typing(object, true);
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(stop, rest);
  };
}
