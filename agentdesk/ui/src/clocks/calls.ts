import { api, body } from "@/api/client";
import type { components } from "@/api/schema.gen";

/** The calls about what is promised, and by which calendar. */
type S = components["schemas"];

export type Due = S["Due"];
export type Clock = S["Clock"];
export type Calendar = S["Calendar"];
export type KeptCalendar = S["KeptCalendar"];
export type CalendarDay = S["CalendarDay"];
export type DrawnDay = S["DrawnDay"];
export type YearKnown = S["YearKnown"];
export type Policy = S["Policy"];
export type PolicyList = S["PolicyList"];
export type Step = S["Step"];
export type Warning = S["Warning"];

const opt = (signal?: AbortSignal) => (signal ? { signal } : {});

export const calendars = (signal?: AbortSignal) => api.GET("/calendars", opt(signal)).then(body);
export const addCalendar = (b: Calendar) => api.POST("/calendars", { body: b }).then(body);
export const changeCalendar = (id: number, b: Calendar) => api.PUT("/calendars/{id}", { params: { path: { id } }, body: b });
export type Trial = S["Trial"];
export const tryCalendar = (b: Trial, signal?: AbortSignal) => api.POST("/calendars/try", { body: b, ...opt(signal) }).then(body);
export type OfficialYear = S["OfficialYear"];
export const addYear = (b: OfficialYear) => api.POST("/calendars/years", { body: b }).then(body);

export const policies = (signal?: AbortSignal) => api.GET("/policies", opt(signal)).then(body);
export const savePolicies = (b: PolicyList) => api.PUT("/policies", { body: b }).then(body);
export const checkPolicies = (b: PolicyList, signal?: AbortSignal) => api.POST("/policies/check", { body: b, ...opt(signal) }).then((a) => body(a).warnings);

/** An engineer is at the customer's. */
export const arrived = (ticket: number) => api.POST("/tickets/{id}/arrived", { params: { path: { id: ticket } } });
