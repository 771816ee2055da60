import type { TFunction } from "i18next";

/** Why somebody has the state: what the program says is a code, what people write is shown as it is. */
export const presenceReason = (t: TFunction, reason: string | undefined): string =>
  reason === "line_lost" || reason === "no_answer" || reason === "wrap_up" ? t(`presence.told.${reason}`) : (reason ?? "");
