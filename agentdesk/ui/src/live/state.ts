import type { Presence } from "@/api/types";
import { useEffect, useLayoutEffect, useRef } from "react";
import { store, useStore } from "@/parts/store";
import type { DeskSocket, Line, LiveEvent, Viewer, Visitor } from "./socket.ts";

/** What the line tells that is not worth a row anywhere: it is forgotten with the line. */
export const socket = store<DeskSocket | null>(null);
export const line = store<Line>("connecting");
export const viewers = store<ReadonlyMap<string, Viewer[]>>(new Map());
export const visitors = store<ReadonlyMap<string, Visitor>>(new Map());
/** The ticket of the contact that was last given to me without asking. */
export const given = store<{ ticket: number } | null>(null);
export const moods = store<ReadonlyMap<number, { state: Presence; reason: string }>>(new Map());

/** Who else looks at a ticket; the same array as long as nothing changed. */
export function viewersOf(object: string): (all: ReadonlyMap<string, Viewer[]>) => Viewer[] {
  return (all) => all.get(object) ?? nobody;
}

const nobody: Viewer[] = [];

/** How the visitor of a chat is now; undefined while nothing is known. */
export function visitorOf(object: string): (all: ReadonlyMap<string, Visitor>) => Visitor | undefined {
  return (all) => all.get(object);
}

/** Tickets that are looked at without being shown to who works on them. */
export const unseen = store<ReadonlySet<string>>(new Set());

/** Looks on at a ticket unseen from the next time it is opened, or stops doing so: then one is shown at once. */
export function lookOn(object: string, on: boolean): void {
  unseen.set((old) => {
    const next = new Set(old);
    if (on) next.add(object);
    else next.delete(object);
    return next;
  });
}

/** Tells the server and the colleagues that this object is being looked at; colleagues not, where one looks on unseen. */
export function useWatch(object: string): void {
  const s = useStore(socket);
  const silent = useStore(unseen, (all) => all.has(object));
  useEffect(() => s?.watch(object, silent), [s, object, silent]);
}

const ears = new Set<(e: LiveEvent) => void>();

/** Passes an event on to every screen that listens. */
export function hear(e: LiveEvent): void {
  for (const f of ears) f(e);
}

/** Calls f for each event as long as the calling screen is there. */
export function useEvents(f: (e: LiveEvent) => void): void {
  const latest = useRef(f);
  useLayoutEffect(() => {
    latest.current = f;
  });
  useEffect(() => {
    const ear = (e: LiveEvent) => latest.current(e);
    ears.add(ear);
    return () => void ears.delete(ear);
  }, []);
}
