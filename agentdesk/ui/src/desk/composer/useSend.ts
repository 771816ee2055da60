import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMessage } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Ticket, TicketState } from "@/api/types";
import { keys } from "@/data/keys";
import { line } from "@/live/state";
import { type Store, useStore } from "@/parts/store";
import { toEnd } from "../ticket/Timeline.tsx";
import { addressOf } from "./addresses.ts";
import { discard, quiet, type Writing } from "./drafts.ts";

/** What is different where people talk: words that crossed hold nothing up, and nobody is told that they were sent. */
interface Talking {
  anyway: boolean;
  quietly: boolean;
}

/** Sends what is written. Until the server has it, it stays in the composer, and a second try sends it once. */
export function useSend(ticket: Ticket, s: Store<Writing>, talking?: Talking) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const [refusal, setRefusal] = useState({ key: "", count: 0 });
  const fault = useStore(s, hindrance);
  const key = useStore(s, (w) => w.key);

  async function send(then?: TicketState, anyway = false) {
    const w = s.get();
    const hinders = hindrance(w);
    if (busy) return;
    if (hinders) {
      if (hinders !== "empty") setError(t(`composer.${hinders}`));
      return;
    }
    setBusy(true);
    setError("");
    try {
      await quiet(ticket.id);
      await addMessage(ticket.id, content(w, anyway || talking?.anyway === true, then), anyway ? `${w.key}-anyway` : w.key);
      void discard(ticket);
      toEnd.set((n) => n + 1);
      // Without the line no event will tell of it.
      if (line.get() !== "up") void client.invalidateQueries({ queryKey: keys.timeline(ticket.id) });
      if (!talking?.quietly) void message.success(t(w.direction === "note" ? "composer.noted" : "composer.sent"), 1.5);
    } catch (e) {
      if (!(e instanceof Problem)) throw e;
      if (e.code === "stale_view") {
        setRefusal({ key: w.key, count: Number(e.args.new) || 1 });
        void client.invalidateQueries({ queryKey: keys.ticket(ticket.id) });
      } else setError(e.offline ? t("composer.offline") : [e.message, ...e.fields.map((f) => f.detail)].join(" "));
    } finally {
      setBusy(false);
    }
  }
  return {
    send,
    busy,
    error,
    able: !busy && fault !== "empty",
    // A text that was changed since, or shown the news, is a new try.
    refused: refusal.key === key ? refusal.count : 0,
  };
}

/** What stands in the way of sending, by the name of its words; empty when nothing does. */
function hindrance(w: Writing): "" | "empty" | "uploading" | "bad_addresses" | "file_failed" {
  if (w.text.trim() === "") return "empty";
  if (w.files.some((f) => f.id === null && !f.error)) return "uploading";
  if (w.files.some((f) => f.error)) return "file_failed";
  if (w.direction === "note") return "";
  const all = [...w.to, ...w.cc, ...w.bcc];
  if (all.some((a) => addressOf(a) === null)) return "bad_addresses";
  return "";
}

function content(w: Writing, anyway: boolean, state: TicketState | undefined) {
  const attachments = w.files.flatMap((f) => (f.id === null ? [] : [f.id]));
  if (w.direction === "note") return { direction: w.direction, text: w.text, attachments };
  return {
    direction: w.direction,
    text: w.text,
    to: w.to,
    cc: w.cc,
    bcc: w.bcc,
    attachments,
    seen: w.seen,
    ...(anyway ? { anyway } : {}),
    ...(state ? { state } : {}),
  };
}
