import type { Presence } from "@/api/types";
import { useEffect } from "react";
import { store, useStore } from "@/parts/store";
import type { DeskSocket, Line, Viewer } from "./socket.ts";

/** What the line tells that is not worth a row anywhere: it is forgotten with the line. */
export const socket = store<DeskSocket | null>(null);
export const line = store<Line>("connecting");
export const viewers = store<ReadonlyMap<string, Viewer[]>>(new Map());
export const moods = store<ReadonlyMap<number, { state: Presence; reason: string }>>(new Map());

/** Who else looks at a ticket; the same array as long as nothing changed. */
export function viewersOf(object: string): (all: ReadonlyMap<string, Viewer[]>) => Viewer[] {
  return (all) => all.get(object) ?? nobody;
}

const nobody: Viewer[] = [];

/** Tells the server and the colleagues that this object is being looked at. */
export function useWatch(object: string): void {
  const s = useStore(socket);
  useEffect(() => s?.watch(object), [s, object]);
}
