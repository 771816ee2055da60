import { api, body } from "@/api/client";
import type { components } from "@/api/schema.gen";
import type { Presence } from "@/api/types";

/** The calls of who leads, and of what everybody sees of it. */
type S = components["schemas"];

export type Now = S["Now"];
export type QueueNow = S["QueueNow"];
export type Quarter = S["Quarter"];
export type AgentNow = S["AgentNow"];
export type WorkNow = S["WorkNow"];
export type Measure = S["Measure"];
export type Figure = S["Figure"];
export type Case = S["Case"];
export type Settings = S["Settings"];
export type Scores = S["Scores"];
export type Scored = S["Scored"];
export type Standard = S["Standard"];
export type Group = S["Group"];
export type Card = S["Card"];
export type Mark = S["Mark"];
export type Threshold = S["Threshold"];
export type Broadcast = S["Broadcast"];
export type Whisper = S["Whisper"];

/** Of what a number is wanted; an absent field is: of all, or of today. */
export interface Scope {
  queue?: number;
  agent?: number;
  team?: number;
  from?: string;
  to?: string;
}

const opt = (signal?: AbortSignal) => (signal ? { signal } : {});

export const queuesNow = (signal?: AbortSignal) => api.GET("/supervision/queues", opt(signal)).then(body);
export const agentsNow = (signal?: AbortSignal) => api.GET("/supervision/agents", opt(signal)).then((a) => body(a).items);
export const measures = (signal?: AbortSignal) => api.GET("/measures", opt(signal)).then((a) => body(a).items);
export const rows = (name: string, scope: Scope, after?: string, signal?: AbortSignal) =>
  api.GET("/measures/{name}/rows", { params: { path: { name }, query: { ...scope, ...(after ? { after } : {}) } }, ...opt(signal) }).then(body);
export const figure = (name: string, scope: Scope, signal?: AbortSignal) =>
  api.GET("/measures/{name}", { params: { path: { name }, query: scope }, ...opt(signal) }).then(body);

export const myCard = (from: string, signal?: AbortSignal) => api.GET("/me/standards", { params: { query: { from } }, ...opt(signal) }).then(body);
export const contest = (measure: string, kind: "entry" | "offer" | "ticket", id: number, note: string) =>
  api.POST("/me/standards/{measure}/contests", { params: { path: { measure } }, body: { kind, id, note } });

export const thresholds = (signal?: AbortSignal) => api.GET("/thresholds", opt(signal)).then((a) => body(a).items);
export type ThresholdBody = S["ThresholdEdit"];
export const addThreshold = (b: ThresholdBody) => api.POST("/thresholds", { body: b });
export const dropThreshold = (id: number) => api.DELETE("/thresholds/{id}", { params: { path: { id } } });

export const broadcasts = (signal?: AbortSignal) => api.GET("/broadcasts", opt(signal)).then((a) => body(a).items);
export const tell = (b: S["BroadcastNew"]) => api.POST("/broadcasts", { body: b });
export const readBroadcast = (id: number) => api.POST("/broadcasts/{id}/read", { params: { path: { id } } });
export const endBroadcast = (id: number) => api.DELETE("/broadcasts/{id}", { params: { path: { id } } });

export const whispers = (ticket: number, signal?: AbortSignal) =>
  api.GET("/tickets/{id}/whispers", { params: { path: { id: ticket } }, ...opt(signal) }).then((a) => body(a).items);
export const whisper = (ticket: number, text: string) => api.POST("/tickets/{id}/whispers", { params: { path: { id: ticket } }, body: { text } });

export const reassign = (ticket: number, assignee_id: number, reason: string) =>
  api.POST("/tickets/{id}/reassign", { params: { path: { id: ticket } }, body: { assignee_id, reason } });
export const takeOver = (ticket: number, reason: string) => api.POST("/tickets/{id}/take-over", { params: { path: { id: ticket } }, body: { reason } });
export const join = (ticket: number) => api.POST("/tickets/{id}/join", { params: { path: { id: ticket } } });

export const standards = (signal?: AbortSignal) => api.GET("/standards", opt(signal)).then(body);
export const scores = (from: string, signal?: AbortSignal) => api.GET("/supervision/standards", { params: { query: { from } }, ...opt(signal) }).then(body);
export const groups = (name: string, by: "day" | "hour", scope: Scope, signal?: AbortSignal) =>
  api.GET("/measures/{name}/groups", { params: { path: { name }, query: { ...scope, by } }, ...opt(signal) }).then((a) => body(a).items);

export const settings = (signal?: AbortSignal) => api.GET("/measure-settings", opt(signal)).then(body);
export const saveSettings = (b: Settings) => api.PUT("/measure-settings", { body: b });
export const saveStandard = (measure: string, b: { target: number; weight: number }) =>
  api.PUT("/standards/{measure}", { params: { path: { measure } }, body: b });

export const setPresence = (agent: number, state: Presence, reason: string) =>
  api.POST("/agents/{id}/presence", { params: { path: { id: agent } }, body: { state, reason } });
