import { uploadAttachment } from "@/api/calls";
import { Problem } from "@/api/client";
import type { Store } from "@/parts/store";
import { change, type File_, type Writing } from "./drafts.ts";

let next = 1;
const running = new Map<number, AbortController>();

/** Sends files to the server while the writing goes on; `words` names a failure. */
export function attach(ticket: number, s: Store<Writing>, files: Iterable<File>, words: (e: Problem) => string): void {
  for (const file of files) {
    const local = next++;
    const stop = new AbortController();
    running.set(local, stop);
    const f: File_ = { local, id: null, name: file.name || "image.png", size: file.size, type: file.type, progress: 0, error: "" };
    s.set((w) => ({ ...w, open: true, files: [...w.files, f] }));
    uploadAttachment(file, (progress) => patch(s, local, { progress }), stop.signal)
      .then(
        (a) => {
          patch(s, local, { id: a.id, name: a.name, progress: 1 });
          change(ticket, s, {});
        },
        (e: unknown) => {
          if (e instanceof Problem) patch(s, local, { error: words(e) });
        },
      )
      .finally(() => running.delete(local));
  }
}

/** Takes a file away again, in the middle of its way too. */
export function detach(ticket: number, s: Store<Writing>, local: number): void {
  running.get(local)?.abort();
  change(ticket, s, { files: s.get().files.filter((f) => f.local !== local) });
}

function patch(s: Store<Writing>, local: number, part: Partial<File_>): void {
  s.set((w) => ({ ...w, files: w.files.map((f) => (f.local === local ? { ...f, ...part } : f)) }));
}
