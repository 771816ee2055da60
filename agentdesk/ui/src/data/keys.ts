import type { TicketFilter } from "@/api/calls";

/** Names of what is kept from the server. Everything that reads or patches the cache goes through these. */
export const keys = {
  me: ["me"] as const,
  queues: ["queues"] as const,
  agents: ["agents"] as const,
  people: ["people"] as const,
  teams: ["teams"] as const,
  alarms: ["alarms"] as const,
  mailboxes: ["mailboxes"] as const,
  views: ["views"] as const,
  viewCounts: ["view-counts"] as const,
  /** Lists of saved views: the server alone knows what belongs in them. */
  viewLists: ["view"] as const,
  viewList: (id: number) => ["view", id] as const,
  macros: ["macros"] as const,
  fields: ["fields"] as const,
  classes: ["classes"] as const,
  tags: ["tags"] as const,
  similar: (id: number) => ["similar", id] as const,
  chatSites: ["chat-sites"] as const,
  calendarNames: ["calendar-names"] as const,
  offers: ["offers"] as const,
  work: ["work"] as const,
  mySeat: ["seat", "me"] as const,
  seat: (agent: number) => ["seat", agent] as const,
  rules: (queue: number) => ["rules", queue] as const,
  lists: ["tickets"] as const,
  list: (filter: TicketFilter) => ["tickets", filter] as const,
  ticket: (id: number) => ["ticket", id] as const,
  ticketLinks: (id: number) => ["ticket-links", id] as const,
  timeline: (id: number) => ["timeline", id] as const,
};
