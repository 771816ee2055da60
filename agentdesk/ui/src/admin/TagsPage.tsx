import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { renameTag } from "@/api/calls";
import { keys } from "@/data/keys";
import { tagsQuery } from "@/data/queries";
import { FormDialog } from "@/parts/FormDialog";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./admin.module.css";

/** The tags in use, and the way to call one otherwise. */
export default function TagsPage() {
  const { t } = useTranslation();
  const query = useQuery({ ...tagsQuery, staleTime: 0 });
  const [editing, setEditing] = useState<string | null>(null);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={`${css.head} ${css.tabled}`}>
        <h1>{t("tags.title")}</h1>
      </header>
      {query.isPending && (
        <Late>
          <Bone width="40%" />
        </Late>
      )}
      {query.data?.length === 0 && <p className={css.muted}>{t("tags.empty")}</p>}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("ticket.tag")}</th>
            <th className={css.number}>{t("tags.tickets")}</th>
            <th>
              <span className="sr-only">{t("tags.rename")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((x) => (
            <tr key={x.name}>
              <td>{x.name}</td>
              <td className={css.number}>{x.tickets}</td>
              <td className={css.act}>
                <Button size="small" onClick={() => setEditing(x.name)}>
                  {t("tags.rename")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {editing !== null && <Rename tag={editing} close={() => setEditing(null)} />}
    </div>
  );
}

function Rename({ tag, close }: { tag: string; close: () => void }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  async function save({ to }: { to: string }) {
    const count = await renameTag(tag, to.trim());
    void client.invalidateQueries({ queryKey: keys.tags });
    void message.success(t("tags.done", { count }));
  }
  return (
    <FormDialog<{ to: string }> width={460} title={t("tags.rename")} initial={{ to: tag }} save={save} close={close}>
      <p className={css.muted}>{t("tags.rename_lead", { name: tag })}</p>
      <Form.Item name="to" label={t("tags.to")} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
        <Input autoFocus maxLength={100} autoComplete="off" />
      </Form.Item>
    </FormDialog>
  );
}
