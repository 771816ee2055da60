/** The fields that something was entered for. */
export function entered(fields: Record<string, unknown> | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields ?? {}).filter(([, v]) => v !== undefined && v !== null && v !== ""));
}
