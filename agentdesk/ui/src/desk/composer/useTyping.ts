import { useEffect, useMemo } from "react";
import { socket } from "@/live/state";
import { Typist } from "./typist.ts";

/** Tells the colleagues that somebody writes, and that he stopped: after a rest, or when the field is gone. */
export function useTyping(object: string): () => void {
  const typist = useMemo(() => new Typist((on) => socket.get()?.typing(object, on)), [object]);
  useEffect(() => () => typist.stop(), [typist]);
  return () => typist.press();
}
