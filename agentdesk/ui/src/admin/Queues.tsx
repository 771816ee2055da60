import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Checkbox, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addQueue, changeQueue, type QueueBody } from "@/api/calls";
import type { Queue } from "@/api/types";
import { keys } from "@/data/keys";
import { queuesQuery, teamsQuery, useMay } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { refused } from "@/parts/refused";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./admin.module.css";

/** The queues: whose work waits where, and what stands below each answer from there. */
export default function Queues() {
  const { t } = useTranslation();
  const query = useQuery(queuesQuery);
  const { data: teams = [] } = useQuery(teamsQuery);
  const may = useMay("queue.edit");
  const mayRule = useMay("queue.rules");
  const [editing, setEditing] = useState<Queue | "new" | null>(null);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={`${css.head} ${css.tabled}`}>
        <h1>{t("nav.queues")}</h1>
        {may && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
            {t("queues.add")}
          </Button>
        )}
      </header>
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("queues.name")}</th>
            <th>{t("queues.name_en")}</th>
            <th>{t("queues.team")}</th>
            <th>{t("mailboxes.signature")}</th>
            <th className={css.number}>{t("state.open")}</th>
            <th className={css.number}>{t("box.unassigned")}</th>
            <th>
              <span className="sr-only">{t("mailboxes.edit")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((q) => (
            <tr key={q.id}>
              <td>
                <span className={css.who}>
                  {q.name}
                  {q.default && (
                    <Chip tone="accent" title={t("queues.default_more")}>
                      {t("queues.default")}
                    </Chip>
                  )}
                </span>
              </td>
              <td>{q.name_en || <span className={css.muted}>–</span>}</td>
              <td>{q.team_id === null ? <span className={css.muted}>{t("queues.everybody")}</span> : teams.find((x) => x.id === q.team_id)?.name}</td>
              <td className={css.signature} title={q.signature}>
                {q.signature.replaceAll("\n", " · ") || <span className={css.muted}>–</span>}
              </td>
              <td className={css.number}>{q.open}</td>
              <td className={css.number}>{q.unassigned}</td>
              <td className={css.act} aria-label={t("mailboxes.edit")}>
                <span className={css.acts}>
                  {mayRule && (
                    <Link to="/admin/queues/$queue" params={{ queue: String(q.id) }} aria-label={t("rules.title", { queue: q.name })}>
                      {t("rules.open")}
                    </Link>
                  )}
                  {may && (
                    <Button size="small" aria-label={t("people.edit_named", { name: q.name })} onClick={() => setEditing(q)}>
                      {t("mailboxes.edit")}
                    </Button>
                  )}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {editing && <QueueForm queue={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

function QueueForm({ queue, close }: { queue: Queue | null; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [form] = Form.useForm<QueueBody>();
  const { data: teams = [] } = useQuery(teamsQuery);
  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: async ({ team_id, ...rest }: QueueBody) => {
      const b = { ...rest, ...(team_id ? { team_id } : {}) };
      await (queue ? changeQueue(queue.id, b) : addQueue(b));
      await client.invalidateQueries({ queryKey: keys.queues });
    },
    onSuccess: close,
    onError: (e) => setWords(refused(form, e)),
  });
  return (
    <Modal
      open
      width={520}
      title={queue ? queue.name : t("queues.add")}
      onCancel={close}
      okText={t("mailboxes.save")}
      cancelText={t("mailboxes.cancel")}
      confirmLoading={save.isPending}
      onOk={() => form.submit()}
    >
      <Form
        form={form}
        layout="vertical"
        requiredMark={false}
        className={css.form}
        initialValues={queue ?? { name: "", name_en: "", signature: "", default: false }}
        onFinish={(v) => {
          setWords("");
          save.mutate(v);
        }}
      >
        <div className={css.two}>
          <Form.Item name="name" label={t("queues.name")} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
            <Input autoFocus maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="name_en" label={t("queues.name_en")}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
        </div>
        <Form.Item name="team_id" label={t("queues.team")} extra={t("queues.team_more")}>
          <Select allowClear placeholder={t("queues.everybody")} options={teams.map((x) => ({ value: x.id, label: x.name }))} />
        </Form.Item>
        <Form.Item name="signature" label={t("mailboxes.signature")} extra={t("queues.signature_more")}>
          <Input.TextArea maxLength={2000} autoSize={{ minRows: 3, maxRows: 8 }} />
        </Form.Item>
        <Form.Item name="default" valuePropName="checked" noStyle>
          <Checkbox disabled={queue?.default === true}>{t("queues.default_more")}</Checkbox>
        </Form.Item>
        {/* So that Enter in a field saves. */}
        <button type="submit" hidden aria-label={t("mailboxes.save")} />
        {words && (
          <p className={css.errorText} role="alert">
            {words}
          </p>
        )}
      </Form>
    </Modal>
  );
}
