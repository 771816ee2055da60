import { Form, Input } from "antd";
import { useTranslation } from "react-i18next";

/** Items of a form for what something is called, in Chinese or in general and in English. */
export function NameItems({ label, english }: { label: string; english: string }) {
  const { t } = useTranslation();
  return (
    <>
      <Form.Item name="name" label={label} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
        <Input autoFocus maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="name_en" label={english}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
    </>
  );
}
