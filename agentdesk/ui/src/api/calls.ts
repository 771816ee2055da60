import { api, body, newKey, upload } from "./client.ts";
import type { components, operations } from "./schema.gen.ts";
import type { Attachment, Entry, Page } from "./types.ts";

/** One function for each call of the API that the desk makes. */

type S = components["schemas"];
type Signal = AbortSignal | undefined;

const opt = (signal: Signal) => (signal ? { signal } : {});

export const signIn = (b: S["SignInRequest"]) => api.POST("/session", { body: b }).then(body);
export const signOut = () => api.DELETE("/session");
export const me = () => api.GET("/me").then((a) => body(a).agent);
export const changeMe = (b: S["EditMeRequest"]) => api.PATCH("/me", { body: b });

export const queues = (signal?: AbortSignal) => api.GET("/queues", opt(signal)).then((a) => body(a).items);
export const agents = (signal?: AbortSignal) => api.GET("/agents", opt(signal)).then((a) => body(a).items);
export const alarms = (signal?: AbortSignal) => api.GET("/alarms", opt(signal)).then((a) => body(a).items);

/** What a list of tickets shows; an absent field asks for everything. */
export type TicketFilter = Omit<NonNullable<operations["list-tickets"]["parameters"]["query"]>, "limit" | "after">;

export const tickets = (filter: TicketFilter, after?: string, signal?: AbortSignal) =>
  api.GET("/tickets", { params: { query: { ...filter, ...(after ? { after } : {}) } }, ...opt(signal) }).then(body);

export const ticket = (id: number, signal?: AbortSignal) =>
  api.GET("/tickets/{id}", { params: { path: { id } }, ...opt(signal) }).then(body);

export const timeline = (id: number, before?: string, signal?: AbortSignal) =>
  api
    .GET("/tickets/{id}/timeline", { params: { path: { id }, query: { limit: 40, ...(before ? { before: Number(before) } : {}) } }, ...opt(signal) })
    .then((a) => body(a) as Page<Entry>);

export type TicketChange = S["EditBody"];
export const changeTicket = (id: number, b: TicketChange) => api.PATCH("/tickets/{id}", { params: { path: { id } }, body: b });

export type NewMessage = S["MessageBody"];

/** The key stays the same over all tries of one message, so that it is sent once. */
export const addMessage = (id: number, b: NewMessage, key = newKey()) =>
  api.POST("/tickets/{id}/messages", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: b }).then(body);

export type DraftBody = S["DraftBody"];
export const saveDraft = (id: number, b: DraftBody) => api.PUT("/tickets/{id}/draft", { params: { path: { id } }, body: b });
export const dropDraft = (id: number) => api.DELETE("/tickets/{id}/draft", { params: { path: { id } } });

export const splitMessage = (id: number, message: number) =>
  api.POST("/tickets/{id}/split", { params: { path: { id } }, body: { message } }).then(body);
export const moveMessage = (id: number, message: number, to: number) =>
  api.POST("/tickets/{id}/move", { params: { path: { id } }, body: { message, to } });
/** Makes a link by which a customer sees a ticket for 30 days; its address is told this once. */
export const makeLink = (id: number) => api.POST("/tickets/{id}/link", { params: { path: { id } }, body: { days: 30 } }).then(body);
export const ticketLinks = (id: number, signal?: AbortSignal) => api.GET("/tickets/{id}/links", { params: { path: { id } }, ...opt(signal) }).then((a) => body(a).items);
export const endLink = (id: number) => api.DELETE("/links/{id}", { params: { path: { id } } });
export const dismissLink = (id: number, link: number) =>
  api.POST("/tickets/{id}/links/{link}/dismiss", { params: { path: { id, link } } });

export const uploadAttachment = (file: File, progress: (part: number) => void, signal: AbortSignal) =>
  upload<Attachment>(`/attachments?name=${encodeURIComponent(file.name)}`, file, progress, signal);
export const attachmentUrl = (id: number) => `/api/v1/attachments/${id}`;
export const htmlUrl = (message: number, images: boolean, dark: boolean) =>
  `/api/v1/messages/${message}/html?images=${images ? 1 : 0}&dark=${dark ? 1 : 0}`;
export const rawUrl = (message: number) => `/api/v1/messages/${message}/raw`;

export const findContacts = (q: string, signal?: AbortSignal) =>
  api.GET("/contacts", { params: { query: { q, limit: 8 } }, ...opt(signal) }).then((a) => body(a).items);

export const contact = (id: number, signal?: AbortSignal) => api.GET("/contacts/{id}", { params: { path: { id } }, ...opt(signal) }).then(body);
export type ContactChange = S["Change"];
export const editContact = (id: number, b: ContactChange) => api.PATCH("/contacts/{id}", { params: { path: { id } }, body: b });
export const rankAccount = (id: number, b: Pick<S["AccountChange"], "class" | "class_reason" | "class_until">) => api.PATCH("/accounts/{id}", { params: { path: { id } }, body: b });
export const classes = (signal?: AbortSignal) => api.GET("/classes", opt(signal)).then((a) => body(a).items);
export const findAccounts = (q: string, signal?: AbortSignal) =>
  api.GET("/accounts", { params: { query: { q, limit: 8 } }, ...opt(signal) }).then((a) => body(a).items);

export type NewTicketBody = S["NewTicket"];
/** The key stays the same over all tries of one content, so that it is done once. */
export const newTicket = (b: NewTicketBody, key: string) =>
  api.POST("/tickets", { params: { header: { "Idempotency-Key": key } }, body: b }).then(body);

/** What the agent knows of a delivery that did not end well: the customer has it, or it is to be sent again. */
export const decideDelivery = (message: number, decision: "sent" | "resend") =>
  api.POST("/messages/{id}/delivery", { params: { path: { id: message } }, body: { decision } });

export const mailboxes = (signal?: AbortSignal) => api.GET("/mailboxes", opt(signal)).then((a) => body(a).items);
export type MailboxBody = S["Edit"];
export const addMailbox = (b: MailboxBody) => api.POST("/mailboxes", { body: b });
export const changeMailbox = (id: number, b: MailboxBody) => api.PUT("/mailboxes/{id}", { params: { path: { id } }, body: b });
/** Logs in to both servers of a mailbox and tells what happened; null for a server that is not set up. */
export const testMailbox = (id: number) => api.POST("/mailboxes/{id}/test", { params: { path: { id } } }).then(body);
export const mailAside = (id: number, after?: string, signal?: AbortSignal) =>
  api.GET("/mailboxes/{id}/aside", { params: { path: { id }, query: after ? { after } : {} }, ...opt(signal) }).then(body);

export const setPassword = (b: S["SetMyPasswordRequest"]) => api.POST("/me/password", { body: b });
export const proposeTwoFactor = () => api.POST("/me/two-factor").then(body);
export const confirmTwoFactor = (code: string) => api.POST("/me/two-factor/confirm", { body: { code } }).then(body);
export const removeTwoFactor = (password: string) => api.POST("/me/two-factor/remove", { body: { password } });
export const sessions = (signal?: AbortSignal) => api.GET("/me/sessions", opt(signal)).then((a) => body(a).items);
export const endOtherSessions = () => api.DELETE("/me/sessions");

export const people = (signal?: AbortSignal) => api.GET("/people", opt(signal)).then((a) => body(a).items);
export type PersonBody = S["AddPersonRequest"];
export const addPerson = (b: PersonBody) => api.POST("/people", { body: b }).then(body);
/** Gives somebody a password for one sign-in, and tells it this once. */
export const resetPassword = (id: number) => api.POST("/people/{id}/password", { params: { path: { id } } }).then((a) => body(a).password);
export const changePerson = (id: number, b: S["EditPersonRequest"]) => api.PATCH("/people/{id}", { params: { path: { id } }, body: b });
export const resetTwoFactor = (id: number) => api.DELETE("/people/{id}/two-factor", { params: { path: { id } } });
export type QueueBody = S["QueueEdit"];
export const addQueue = (b: QueueBody) => api.POST("/queues", { body: b });
export const changeQueue = (id: number, b: QueueBody) => api.PUT("/queues/{id}", { params: { path: { id } }, body: b });

export const addTeam = (name: string) => api.POST("/teams", { body: { name } });
export const renameTeam = (id: number, name: string) => api.PATCH("/teams/{id}", { params: { path: { id } }, body: { name } });
export const teams = (signal?: AbortSignal) => api.GET("/teams", opt(signal)).then((a) => body(a).items);

export const views = (signal?: AbortSignal) => api.GET("/views", opt(signal)).then((a) => body(a).items);
export const viewCounts = (signal?: AbortSignal) => api.GET("/views/counts", opt(signal)).then((a) => body(a).items);
export const viewTickets = (id: number, after?: string, signal?: AbortSignal) =>
  api.GET("/views/{id}/tickets", { params: { path: { id }, query: after ? { after } : {} }, ...opt(signal) }).then(body);
export type ViewBody = S["ViewEdit"];
export const addView = (b: ViewBody) => api.POST("/views", { body: b }).then((a) => body(a).id);
export const changeView = (id: number, b: ViewBody) => api.PUT("/views/{id}", { params: { path: { id } }, body: b });
export const dropView = (id: number) => api.DELETE("/views/{id}", { params: { path: { id } } });

export const macros = (signal?: AbortSignal) => api.GET("/macros", opt(signal)).then((a) => body(a).items);
export type MacroBody = S["MacroEdit"];
export const addMacro = (b: MacroBody) => api.POST("/macros", { body: b });
export const changeMacro = (id: number, b: MacroBody) => api.PUT("/macros/{id}", { params: { path: { id } }, body: b });
export const dropMacro = (id: number) => api.DELETE("/macros/{id}", { params: { path: { id } } });
/** Does a macro's changes to a ticket, and gives its words to be read and sent. */
export const applyMacro = (id: number, macro: number) =>
  api.POST("/tickets/{id}/macros/{macro}", { params: { path: { id, macro } } }).then(body);

export type ManyBody = S["Many"];
/** The key stays the same over all tries of one part, so that it is done once. */
export const doMany = (b: ManyBody, key: string) =>
  api.POST("/tickets/bulk", { params: { header: { "Idempotency-Key": key } }, body: b }).then((a) => body(a).items);

export const mergeTicket = (id: number, into: number, anyway: boolean) =>
  api.POST("/tickets/{id}/merge", { params: { path: { id } }, body: { into, ...(anyway ? { anyway } : {}) } });
export const similarTickets = (id: number, signal?: AbortSignal) =>
  api.GET("/tickets/{id}/similar", { params: { path: { id } }, ...opt(signal) }).then((a) => body(a).items);
export type LinkKind = "related" | "parent" | "child";
export const linkTicket = (id: number, other: number, kind: LinkKind) =>
  api.POST("/tickets/{id}/links", { params: { path: { id } }, body: { ticket: other, kind } });
export const unlinkTicket = (id: number, link: number) => api.DELETE("/tickets/{id}/links/{link}", { params: { path: { id, link } } });
export type ChildrenAnswer = { text: string; state?: "open" | "pending" | "resolved"; tickets: number[] };
/** The key stays the same over all tries of one part: nobody is answered twice. */
export const answerChildren = (id: number, b: ChildrenAnswer, key: string) =>
  api.POST("/tickets/{id}/children/messages", { params: { path: { id }, header: { "Idempotency-Key": key } }, body: b }).then((a) => body(a).items);

export const fields = (signal?: AbortSignal) => api.GET("/fields", opt(signal)).then((a) => body(a).items);
export type FieldBody = S["FieldBody"];
export const saveField = (key: string, b: FieldBody) => api.PUT("/fields/{key}", { params: { path: { key } }, body: b });

export const tags = (q: string, limit: number, signal?: AbortSignal) =>
  api.GET("/tags", { params: { query: { limit, ...(q ? { q } : {}) } }, ...opt(signal) }).then((a) => body(a).items);
export const renameTag = (from: string, to: string) => api.POST("/tags/rename", { body: { from, to } }).then((a) => body(a).tickets);

export const chatSites = (signal?: AbortSignal) => api.GET("/chat-sites", opt(signal)).then((a) => body(a).items);
export type SiteBody = S["WebchatEdit"];
export const addChatSite = (b: SiteBody) => api.POST("/chat-sites", { body: b });
export const changeChatSite = (id: number, b: SiteBody) => api.PUT("/chat-sites/{id}", { params: { path: { id } }, body: b });
/** Makes a secret with which the site's own server says who its visitor is; the one before is void. It is told this once. */
export const newSiteSecret = (id: number) => api.POST("/chat-sites/{id}/secret", { params: { path: { id } } }).then((a) => body(a).secret);
export const calendarNames = (signal?: AbortSignal) => api.GET("/calendars", opt(signal)).then((a) => body(a).items.map((c) => c.name));
