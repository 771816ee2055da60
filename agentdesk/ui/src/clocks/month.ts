/** The month after one written 2026-12, or so many before or after it. */
export function shifted(month: string, by: number): string {
  const [year = 0, m = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, m - 1 + by, 1)).toISOString().slice(0, 7);
}

/** How many days of the week stand before a day such as 2026-12-01, when weeks begin on Monday. */
export const daysBefore = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

/** Where a span such as 13:00-18:00 lies on the bar of its day, in percent; what goes on into the next day is cut at its end. */
export function onBar(span: string): { left: number; width: number } {
  const [from = 0, to = 0] = span.split("-").map((clock) => {
    const [h = 0, m = 0] = clock.split(":").map(Number);
    return h * 60 + m;
  });
  const end = to <= from ? 1440 : to;
  return { left: (from / 1440) * 100, width: ((end - from) / 1440) * 100 };
}

/** A text of spans, such as "09:00-12:00, 13:00-18:00", as a list. */
export const listed = (text: string): string[] =>
  text
    .split(/[,，;；\s]+/)
    .map((s) => s.trim())
    .filter((s) => s !== "");
