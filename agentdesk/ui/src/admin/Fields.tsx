import { PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Form, Input, InputNumber, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type FieldBody, saveField } from "@/api/calls";
import type { HouseField } from "@/api/types";
import { keys } from "@/data/keys";
import { fieldsQuery } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { FormDialog } from "@/parts/FormDialog";
import { NameItems } from "@/parts/NameItems";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./admin.module.css";
import { choicesOf, linesOf } from "./choices.ts";

const types = ["text", "number", "date", "choice", "yes_no", "money"] as const;
const roles = ["agent", "engineer", "dispatcher", "supervisor", "sales", "editor", "manager", "admin"] as const;

/** What this house wants to know of its tickets. */
export default function Fields() {
  const { t } = useTranslation();
  const query = useQuery({ ...fieldsQuery, staleTime: 0 });
  const [editing, setEditing] = useState<HouseField | "new" | null>(null);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={`${css.head} ${css.tabled}`}>
        <h1>{t("fields.title")}</h1>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
          {t("fields.add")}
        </Button>
      </header>
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      {query.data?.length === 0 && <p className={css.muted}>{t("fields.empty")}</p>}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("fields.name")}</th>
            <th>{t("fields.name_en")}</th>
            <th>{t("fields.type")}</th>
            <th>{t("fields.roles")}</th>
            <th>{t("fields.key")}</th>
            <th>
              <span className="sr-only">{t("mailboxes.edit")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((f) => (
            <tr key={f.key}>
              <td>
                <span className={css.who}>
                  {f.name}
                  {f.required && <Chip tone="accent">{t("fields.must")}</Chip>}
                  {f.retired && <Chip>{t("fields.retired")}</Chip>}
                </span>
              </td>
              <td>{f.name_en || <span className={css.muted}>–</span>}</td>
              <td>{t(`fields.types.${f.type}`)}</td>
              <td>{f.roles?.length ? f.roles.map((r) => t(`role.${r as (typeof roles)[number]}`)).join(", ") : <span className={css.muted}>{t("fields.everybody")}</span>}</td>
              <td className={css.muted}>{f.key}</td>
              <td className={css.act}>
                <Button size="small" aria-label={t("people.edit_named", { name: f.name })} onClick={() => setEditing(f)}>
                  {t("mailboxes.edit")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {editing && <FieldForm field={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

type Values = Omit<FieldBody, "choices"> & { key: string; choices?: string };

function FieldForm({ field, close }: { field: HouseField | null; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  async function save({ key, choices, ...rest }: Values) {
    await saveField(field?.key ?? key, { ...rest, position: rest.position ?? 0, ...(rest.type === "choice" ? { choices: choicesOf(choices ?? "") } : {}) });
    await client.invalidateQueries({ queryKey: keys.fields });
  }
  return (
    <FormDialog<Values>
      width={560}
      title={field ? field.name : t("fields.add")}
      initial={field ? { ...field, choices: linesOf(field.choices ?? []) } : { type: "text", required: false, retired: false, roles: [], position: 0 }}
      save={save}
      close={close}
    >
      <div className={css.two}>
        <NameItems label={t("fields.name")} english={t("fields.name_en")} />
        <Form.Item name="key" label={t("fields.key")} extra={t("fields.key_more")} rules={[{ required: true, pattern: /^[a-z][a-z0-9_]{0,49}$/, message: t("fields.key_more") }]}>
          <Input maxLength={50} autoComplete="off" disabled={field !== null} />
        </Form.Item>
        <Form.Item name="type" label={t("fields.type")}>
          <Select disabled={field !== null} options={types.map((x) => ({ value: x, label: t(`fields.types.${x}`) }))} />
        </Form.Item>
      </div>
      <ChoicesItem />
      <div className={css.two}>
        <Form.Item name="roles" label={t("fields.roles")}>
          <Select mode="multiple" placeholder={t("fields.everybody")} options={roles.map((r) => ({ value: r, label: t(`role.${r}`) }))} />
        </Form.Item>
        <Form.Item name="position" label={t("fields.position")}>
          <InputNumber min={0} max={10000} precision={0} />
        </Form.Item>
      </div>
      <Form.Item name="required" valuePropName="checked" noStyle>
        <Checkbox>{t("fields.required")}</Checkbox>
      </Form.Item>
      <Form.Item name="retired" valuePropName="checked" noStyle>
        <Checkbox>{t("fields.retired")}</Checkbox>
      </Form.Item>
    </FormDialog>
  );
}

function ChoicesItem() {
  const { t } = useTranslation();
  if (Form.useWatch<string | undefined>("type") !== "choice") return null;
  return (
    <Form.Item name="choices" label={t("fields.choices")} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
      <Input.TextArea autoSize={{ minRows: 3, maxRows: 10 }} />
    </Form.Item>
  );
}
