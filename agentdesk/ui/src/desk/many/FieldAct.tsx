import { useQuery } from "@tanstack/react-query";
import { Button, Popover, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldsQuery, nameIn } from "@/data/queries";
import { FieldInput } from "../fields/FieldInput.tsx";
import css from "../together/together.module.css";

/** Sets a field of the house on the chosen tickets, or takes its value away. */
export function FieldAct({ off, run }: { off: boolean; run: (deed: { fields: Record<string, unknown> }) => void }) {
  const { t, i18n } = useTranslation();
  const { data = [] } = useQuery(fieldsQuery);
  const [open, setOpen] = useState(false);
  const [key, setKey] = useState<string>();
  const [value, setValue] = useState<unknown>();
  const fields = data.filter((f) => !f.retired);
  const field = fields.find((f) => f.key === key) ?? fields[0];
  if (!field) return null;
  function act(v: unknown) {
    if (!field) return;
    setOpen(false);
    setValue(undefined);
    run({ fields: { [field.key]: v } });
  }
  return (
    <Popover
      trigger={["click"]}
      open={open}
      onOpenChange={setOpen}
      content={
        <div className={css.tagRow}>
          <Select
            aria-label={t("many.field")}
            value={field.key}
            options={fields.map((f) => ({ value: f.key, label: nameIn(f, i18n.language) }))}
            onChange={(k) => {
              setKey(k);
              setValue(undefined);
            }}
          />
          <FieldInput key={field.key} field={field} value={value} onChange={setValue} />
          <span className={css.tagActs}>
            <Button size="small" onClick={() => act(null)}>
              {t("many.empty_field")}
            </Button>
            <Button size="small" type="primary" disabled={value === undefined || value === ""} onClick={() => act(value)}>
              {t("many.set_field")}
            </Button>
          </span>
        </div>
      }
    >
      <Button size="small" disabled={off}>
        {t("many.field")} <span aria-hidden>▾</span>
      </Button>
    </Popover>
  );
}
