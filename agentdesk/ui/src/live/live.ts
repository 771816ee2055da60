import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { me } from "@/api/calls";
import type { Agent, Presence } from "@/api/types";
import { keys } from "@/data/keys";
import { Applier } from "./apply.ts";
import { DeskSocket } from "./socket.ts";
import { given, hear, line, moods, socket, viewers, visitors } from "./state.ts";

/** Holds the line to the server as long as the calling screen is there. */
export function useLive(): void {
  const client = useQueryClient();

  useEffect(() => {
    const applier = new Applier(client, () => client.getQueryData<Agent>(keys.me) as Agent);
    const s = new DeskSocket({
      url: `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/desk`,
      open: (url) => new WebSocket(url),
      event: (e) => {
        applier.take(e);
        hear(e);
      },
      reset: () => applier.reset(),
      live: (object, list, visitor) => {
        viewers.set((old) => new Map(old).set(object, list ?? []));
        if (visitor) visitors.set((old) => new Map(old).set(object, visitor));
      },
      offer: (o) => {
        if (o.auto) given.set({ ticket: Number(o.object.split(":")[1]) });
        else void client.invalidateQueries({ queryKey: keys.offers });
      },
      presence: (agent, state, reason) => {
        moods.set((old) => new Map(old).set(agent, { state: state as Presence, reason }));
      },
      line: (state) => line.set(state),
      // A session that ended answers 401 here, which leads to the login.
      refused: () => void me().catch(() => {}),
    });
    const wake = () => document.visibilityState === "visible" && s.wake();
    addEventListener("online", wake);
    document.addEventListener("visibilitychange", wake);
    s.start();
    socket.set(s);
    return () => {
      removeEventListener("online", wake);
      document.removeEventListener("visibilitychange", wake);
      applier.stop();
      s.stop();
      socket.set(null);
      viewers.set(new Map());
      visitors.set(new Map());
      moods.set(new Map());
    };
  }, [client]);
}
