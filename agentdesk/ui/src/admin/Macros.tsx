import { PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Form, Input, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMacro, changeMacro, dropMacro, type MacroBody } from "@/api/calls";
import type { Macro, TicketState } from "@/api/types";
import { keys } from "@/data/keys";
import { agentsQuery, macrosQuery, nameIn, queuesQuery, tagsQuery, teamsQuery, useMay, useMe } from "@/data/queries";
import { variables } from "@/desk/together/variables";
import { Chip } from "@/parts/Chip";
import { refused } from "@/parts/refused";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./admin.module.css";

const states: TicketState[] = ["open", "pending", "on_hold", "resolved", "closed"];

/** Words and changes that are used again and again. */
export default function Macros() {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const mayShare = useMay("macro.share");
  const query = useQuery({ ...macrosQuery, staleTime: 0 });
  const [editing, setEditing] = useState<Macro | "new" | null>(null);
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return (
    <div className={css.page}>
      <header className={`${css.head} ${css.tabled}`}>
        <h1>{t("macros.title")}</h1>
        <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
          {t("macros.add")}
        </Button>
      </header>
      {query.isPending && (
        <Late>
          <Bone width="50%" />
        </Late>
      )}
      {query.data?.length === 0 && <p className={css.muted}>{t("macros.empty")}</p>}
      <table className={css.table}>
        <thead>
          <tr>
            <th>{t("macros.name")}</th>
            <th>{t("macros.text")}</th>
            <th>{t("views.share")}</th>
            <th>
              <span className="sr-only">{t("mailboxes.edit")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {query.data?.map((m) => (
            <tr key={m.id}>
              <td>{nameIn(m, i18n.language)}</td>
              <td className={css.signature} title={m.text ?? ""}>
                {m.direction === "note" && <Chip>{t("composer.note")}</Chip>} {m.text?.replaceAll("\n", " · ") || <span className={css.muted}>–</span>}
              </td>
              <td>{t(`views.shares.${m.share}`)}</td>
              <td className={css.act}>
                {(m.share === "me" ? m.owner_id === me.id : mayShare) && (
                  <Button size="small" aria-label={t("people.edit_named", { name: m.name })} onClick={() => setEditing(m)}>
                    {t("mailboxes.edit")}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {editing && <MacroForm macro={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

type Values = Omit<MacroBody, "deed"> & MacroBody["deed"];

function MacroForm({ macro, close }: { macro: Macro | null; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const [form] = Form.useForm<Values>();
  const mayShare = useMay("macro.share");
  const share = Form.useWatch("share", form);
  const { data: teams = [] } = useQuery(teamsQuery);
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: tags = [] } = useQuery(tagsQuery);
  const [words, setWords] = useState("");
  const save = useMutation({
    mutationFn: async (v: Values) => {
      const b = bodyOf(v, macro);
      await (macro ? changeMacro(macro.id, b) : addMacro(b));
      await client.invalidateQueries({ queryKey: keys.macros });
    },
    onSuccess: close,
    onError: (e) => setWords(refused(form, e)),
  });
  function ask() {
    if (!macro) return;
    modal.confirm({
      title: t("macros.drop_ask", { name: nameIn(macro, i18n.language) }),
      okText: t("macros.drop"),
      okButtonProps: { danger: true },
      onOk: async () => {
        try {
          await dropMacro(macro.id);
          await client.invalidateQueries({ queryKey: keys.macros });
          close();
        } catch (e) {
          void message.error((e as Error).message);
        }
      },
    });
  }
  const stays = { allowClear: true, placeholder: t("macros.stays") };
  const tagOptions = tags.map((x) => ({ value: x.name, label: x.name }));
  return (
    <Modal
      open
      width={640}
      title={macro ? nameIn(macro, i18n.language) : t("macros.add")}
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
        initialValues={macro ? { ...macro, ...macro.deed, team_id: macro.team_id ?? undefined } : { share: "me", direction: "out" }}
        onFinish={(v) => {
          setWords("");
          save.mutate(v);
        }}
      >
        <div className={css.two}>
          <Form.Item name="name" label={t("macros.name")} rules={[{ required: true, whitespace: true, message: t("mailboxes.required") }]}>
            <Input autoFocus maxLength={100} autoComplete="off" />
          </Form.Item>
          <Form.Item name="name_en" label={t("macros.name_en")}>
            <Input maxLength={100} autoComplete="off" />
          </Form.Item>
        </div>
        <Form.Item name="direction" label={t("macros.direction")}>
          <Select
            options={[
              { value: "out", label: t("composer.reply") },
              { value: "note", label: t("composer.note") },
            ]}
          />
        </Form.Item>
        <Form.Item name="text" label={t("macros.text")} extra={t("macros.variables", { names: variables.join(" ") })}>
          <Input.TextArea maxLength={20000} autoSize={{ minRows: 4, maxRows: 10 }} />
        </Form.Item>
        <Form.Item name="text_en" label={t("macros.text_en")}>
          <Input.TextArea maxLength={20000} autoSize={{ minRows: 2, maxRows: 10 }} />
        </Form.Item>
        <div className={css.two}>
          <Form.Item name="state" label={t("macros.state")}>
            <Select {...stays} options={states.map((s) => ({ value: s, label: t(`state.${s}`) }))} />
          </Form.Item>
          <Form.Item name="priority" label={t("macros.priority")}>
            <Select {...stays} options={([1, 2, 3, 4] as const).map((n) => ({ value: n, label: t(`priority.${n}`) }))} />
          </Form.Item>
          <Form.Item name="queue_id" label={t("macros.queue")}>
            <Select {...stays} options={queues.map((q) => ({ value: q.id, label: nameIn(q, i18n.language) }))} />
          </Form.Item>
          <Form.Item name="assignee" label={t("macros.assignee")}>
            <Select {...stays} options={[{ value: "me", label: t("views.me") }, { value: "none", label: t("views.none") }, ...agents.map((a) => ({ value: String(a.id), label: a.name }))]} />
          </Form.Item>
          <Form.Item name="add_tags" label={t("macros.add_tags")}>
            <Select mode="tags" options={tagOptions} />
          </Form.Item>
          <Form.Item name="remove_tags" label={t("macros.remove_tags")}>
            <Select mode="tags" options={tagOptions} />
          </Form.Item>
          <Form.Item name="share" label={t("views.share")} hidden={!mayShare}>
            <Select options={(["me", "team", "all"] as const).map((s) => ({ value: s, label: t(`views.shares.${s}`) }))} />
          </Form.Item>
          {share === "team" && (
            <Form.Item name="team_id" label={t("views.team")} rules={[{ required: true, message: t("mailboxes.required") }]}>
              <Select options={teams.map((x) => ({ value: x.id, label: x.name }))} />
            </Form.Item>
          )}
        </div>
        {words && (
          <p className={css.errorText} role="alert">
            {words}
          </p>
        )}
        {macro && (
          <Button danger type="text" size="small" onClick={ask}>
            {t("macros.drop")}
          </Button>
        )}
      </Form>
    </Modal>
  );
}

/** What is sent: a macro that leaves a thing as it is does not name it. */
function bodyOf(v: Values, old: Macro | null): MacroBody {
  const { name, name_en, direction, text, text_en, share, team_id, ...deed } = v;
  const changes = Object.fromEntries(Object.entries(deed).filter(([, x]) => x !== undefined && x !== null && !(Array.isArray(x) && x.length === 0)));
  return {
    name,
    name_en: name_en ?? "",
    direction: direction ?? "out",
    text: text ?? "",
    text_en: text_en ?? "",
    share,
    // What this form does not show stays.
    deed: { ...(old?.deed?.fields ? { fields: old.deed.fields } : {}), ...changes },
    ...(share === "team" && team_id ? { team_id } : {}),
  };
}
