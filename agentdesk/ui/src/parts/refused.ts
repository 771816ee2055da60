import type { FormInstance } from "antd";
import { Problem } from "@/api/client";

/**
 * Puts what the server refused to the fields of a form that has them, whose names are those of the API. Gives the rest in
 * words, for above the button: what has no field there, or why the whole was refused.
 */
export function refused<T extends object>(form: FormInstance<T>, e: Error): string {
  if (!(e instanceof Problem) || e.fields.length === 0) return e.message;
  const shown = new Set(Object.keys(form.getFieldsValue()));
  const rest: string[] = [];
  for (const f of e.fields) {
    // "contact.email" and "roles.0" have a field for the whole.
    const name = f.field.replace(/^contact\./, "").replace(/\.\d+$/, "");
    if (shown.has(name)) form.setFields([{ name, errors: [f.detail] } as Parameters<typeof form.setFields>[0][number]]);
    else rest.push(f.detail);
  }
  return rest.join(" ");
}
