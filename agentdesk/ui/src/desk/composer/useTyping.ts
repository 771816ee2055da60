import { useEffect, useRef } from "react";
import { socket } from "@/live/state";

const rest = 4000;

/** Tells the colleagues that somebody writes, once, and that he stopped, after a rest or when the field is gone. */
export function useTyping(object: string): () => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      if (timer.current) socket.get()?.typing(object, false);
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [object],
  );
  return () => {
    if (timer.current) clearTimeout(timer.current);
    else socket.get()?.typing(object, true);
    timer.current = setTimeout(() => {
      timer.current = undefined;
      socket.get()?.typing(object, false);
    }, rest);
  };
}
