import type { SiteBody } from "@/api/calls";
import type { ChatSite } from "@/api/types";

/** A site's settings as its form has them: times in units that people use, everything there. */
export type SiteFields = Required<Omit<SiteBody, "mail_after_s" | "away_after_s">> & { mail_after_min: number; away_after_min: number };

const nothing = { zh: "", en: "" };

/** What the form begins with; `queue` is where chats of a new site go. */
export function siteFields(site: ChatSite | null, queue: number): SiteFields {
  return {
    key: site?.key ?? "",
    name: site?.name ?? "",
    origins: site?.origins ?? [],
    colour: site?.colour ?? "#1f5fbf",
    title: site?.title ?? nothing,
    greeting: site?.greeting ?? nothing,
    offline: site?.offline ?? nothing,
    questions: site?.questions ?? [],
    calendar: site?.calendar ?? "",
    queue_id: site?.queue_id ?? queue,
    routes: site?.routes ?? [],
    mail_after_min: (site?.mail_after_s ?? 600) / 60,
    away_after_min: (site?.away_after_s ?? 120) / 60,
    disabled: site?.disabled ?? false,
  };
}

/** What is sent: without what an empty field left behind, and without the options of a question that is no choice. */
export function siteBody({ mail_after_min, away_after_min, ...f }: SiteFields): SiteBody {
  return {
    ...f,
    calendar: f.calendar ?? "",
    origins: f.origins.map(originOf),
    questions: f.questions.map(({ options, required, ...q }) => ({
      ...q,
      required: required ?? false,
      ...(q.kind === "choice" ? { options: options ?? [] } : {}),
    })),
    routes: f.routes.map((r) => ({
      queue_id: r.queue_id,
      ...(r.pages ? { pages: r.pages } : {}),
      ...(r.question ? { question: r.question, answer: r.answer ?? "" } : {}),
    })),
    mail_after_s: Math.round(mail_after_min * 60),
    away_after_s: Math.round(away_after_min * 60),
  };
}

/** The origin of an address that somebody copied from a browser; what is no address stays as it is, and is refused. */
export function originOf(address: string): string {
  const text = address.trim();
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? new URL(text).origin : text;
}

/** The tag that goes on the pages of a site; `program` is how browsers reach us. */
export function scriptTag(program: string, key: string): string {
  return `<script src="${program}/chat/${key}/widget.js" async></script>`;
}

/** Where a refused field of the API stands in the form: "questions.0.label" is ["questions", 0, "label"], "mail_after_s" has another name there. */
export function sitePath(field: string): (string | number)[] {
  const path = field.split(".").map((p) => (/^\d+$/.test(p) ? Number(p) : p.replace(/_s$/, "_min")));
  // The list of origins is one field; words have one for each language.
  if (path[0] === "origins") return ["origins"];
  return path.at(-1) === "label" ? [...path, "zh"] : path;
}

/** White or black, whichever is read better on a colour, as the chat itself decides (WCAG 2.2 contrast). */
export function inkOn(colour: string): string {
  const n = Number.parseInt(colour.slice(1), 16);
  const [r, g, b] = [n >> 16, (n >> 8) & 255, n & 255].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as [number, number, number];
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5 ? "#ffffff" : "#000000";
}
