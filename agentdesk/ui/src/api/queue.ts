import { api, body } from "./client.ts";
import type { components } from "./schema.gen.ts";

/** What the queue is made of, and the calls about it: offers, what is in hand, how queues route and what people can take. */

type S = components["schemas"];
type Signal = AbortSignal | undefined;

export type Offer = S["Offer"];
/** A ticket's stay in a queue. */
export type Stay = S["Stay"];
/** What I have in hand, and what its customer said since my last word. */
export type Work = S["InHand"];
export type Rules = S["Rules"];
export type Want = S["Want"];
export type Step = S["RuleStep"];
/** By which one says how a contact ended. */
export type Code = S["WrapUpCode"];
/** What somebody can take. */
export type Seat = S["SeatSetup"];
/** What is odd about rules and may be meant, or is refused; at which field, and in words. */
export type Finding = Pick<S["Warning"], "field" | "code" | "detail">;
/** Where a contact goes on: to one of the three. */
export type Target = Pick<S["Transfer"], "queue_id"> | Pick<S["Transfer"], "team_id"> | Pick<S["Transfer"], "agent_id">;

const opt = (signal: Signal) => (signal ? { signal } : {});
const at = (id: number) => ({ params: { path: { id } } });
const noted = (note: string) => (note ? { note } : {});

export const offers = (signal?: Signal) => api.GET("/offers", opt(signal)).then((a) => body(a).items);
export const acceptOffer = (id: number) => api.POST("/offers/{id}/accept", at(id));
export const declineOffer = (id: number) => api.POST("/offers/{id}/decline", { ...at(id), body: {} });

export const work = (signal?: Signal) => api.GET("/me/work", opt(signal)).then((a) => body(a).items);

export const pull = (ticket: number) => api.POST("/tickets/{id}/pull", at(ticket));
export const transfer = (ticket: number, to: Target, note: string) => api.POST("/tickets/{id}/transfer", { ...at(ticket), body: { ...to, ...noted(note) } });
export const takeBack = (ticket: number) => api.POST("/tickets/{id}/take-back", at(ticket));
/** Puts a contact aside until an instant (RFC 3339). */
export const park = (ticket: number, until: string, note: string) => api.POST("/tickets/{id}/park", { ...at(ticket), body: { until, ...noted(note) } });
export const unpark = (ticket: number) => api.POST("/tickets/{id}/unpark", at(ticket));
/** The contact is over: the visitor left, or there is nothing more to say. */
export const endContact = (ticket: number) => api.POST("/tickets/{id}/end", at(ticket));
export const wrapUp = (ticket: number, code: string, note: string) => api.POST("/tickets/{id}/wrap-up", { ...at(ticket), body: { code, ...noted(note) } });

export const queueRules = (queue: number, signal?: Signal) => api.GET("/queues/{id}/rules", { ...at(queue), ...opt(signal) }).then(body);
export const saveRules = (queue: number, version: number, rules: Rules) => api.PUT("/queues/{id}/rules", { ...at(queue), body: { version, rules } }).then(body);
/** What saving these rules would say. */
export const checkRules = (queue: number, version: number, rules: Rules, signal?: Signal) =>
  api.POST("/queues/{id}/rules/check", { ...at(queue), body: { version, rules }, ...opt(signal) }).then((a): Finding[] => body(a).warnings);

export const mySeat = (signal?: Signal) => api.GET("/me/seat", opt(signal)).then(body);
export const seatOf = (agent: number, signal?: Signal) => api.GET("/agents/{id}/seat", { ...at(agent), ...opt(signal) }).then(body);
export const saveSeat = (agent: number, s: Seat) => api.PUT("/agents/{id}/seat", { ...at(agent), body: s });
