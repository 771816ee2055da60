import { Form } from "antd";
import { useTranslation } from "react-i18next";
import type { HouseField } from "@/api/types";
import { nameIn } from "@/data/queries";
import { FieldInput } from "./FieldInput.tsx";

/** Items of a form for fields of the house, under "fields"; what is left empty asks for nothing. */
export function FieldItems({ fields, placeholder }: { fields: HouseField[]; placeholder: string }) {
  const { i18n } = useTranslation();
  return fields
    .filter((f) => !f.retired)
    .map((f) => (
      <Form.Item key={f.key} name={["fields", f.key]} label={nameIn(f, i18n.language)}>
        <FieldInput field={f} placeholder={placeholder} />
      </Form.Item>
    ));
}
