import { call } from "@/api/client";
import type { Agent } from "@/api/types";

export const signIn = (body: { login: string; password: string; code?: string }) =>
  call<{ agent: Agent }>("/session", { method: "POST", body });
export const signOut = () => call<void>("/session", { method: "DELETE" });
export const me = () => call<{ agent: Agent }>("/me").then((a) => a.agent);
