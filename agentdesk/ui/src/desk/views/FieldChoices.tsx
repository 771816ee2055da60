import { Form, Input, Select } from "antd";
import { useTranslation } from "react-i18next";
import type { HouseField } from "@/api/types";
import { nameIn } from "@/data/queries";
import css from "./views.module.css";

/** The values that fields of the house must have in a view. */
export function FieldChoices({ fields }: { fields: HouseField[] }) {
  const { t, i18n } = useTranslation();
  const shown = fields.filter((f) => !f.retired);
  if (shown.length === 0) return null;
  return (
    <div className={css.two}>
      {shown.map((f) => (
        <Form.Item key={f.key} name={["fields", f.key]} label={nameIn(f, i18n.language)}>
          {f.type === "choice" ? (
            <Select allowClear placeholder={t("views.any")} options={(f.choices ?? []).map((c) => ({ value: c.key, label: nameIn(c, i18n.language) }))} />
          ) : f.type === "yes_no" ? (
            <Select
              allowClear
              placeholder={t("views.any")}
              options={[
                { value: true, label: t("fields.yes") },
                { value: false, label: t("fields.no") },
              ]}
            />
          ) : (
            <Input type={f.type === "date" ? "date" : "text"} maxLength={200} autoComplete="off" />
          )}
        </Form.Item>
      ))}
    </div>
  );
}
