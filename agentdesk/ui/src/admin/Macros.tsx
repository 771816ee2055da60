import { PlusOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Form, Input, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { addMacro, changeMacro, dropMacro, type MacroBody } from "@/api/calls";
import type { Macro } from "@/api/types";
import { keys } from "@/data/keys";
import { fieldsQuery, macrosQuery, nameIn, useMay, useMe } from "@/data/queries";
import { entered } from "@/desk/fields/entered";
import { FieldItems } from "@/desk/fields/FieldItems";
import { variables } from "@/desk/together/variables";
import { ShareItems } from "@/desk/views/ShareItems";
import { useOptions } from "@/desk/views/useOptions";
import { Chip } from "@/parts/Chip";
import { FormDialog } from "@/parts/FormDialog";
import { NameItems } from "@/parts/NameItems";
import { Bone, Failed, Late } from "@/parts/states";
import css from "./admin.module.css";

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
  const client = useQueryClient();
  const mayShare = useMay("macro.share");
  const options = useOptions();
  const { data: fields = [] } = useQuery(fieldsQuery);
  const fresh = () => client.invalidateQueries({ queryKey: keys.macros });
  async function save(v: Values) {
    const b = bodyOf(v, macro);
    await (macro ? changeMacro(macro.id, b) : addMacro(b));
    await fresh();
  }
  const stays = { allowClear: true, placeholder: t("macros.stays") };
  return (
    <FormDialog<Values>
      width={640}
      title={macro ? nameIn(macro, i18n.language) : t("macros.add")}
      initial={macro ? ({ ...macro, ...macro.deed, team_id: macro.team_id ?? undefined } as Partial<Values>) : { share: "me", direction: "out" }}
      save={save}
      close={close}
      drop={macro ? { label: t("macros.drop"), ask: t("macros.drop_ask", { name: nameIn(macro, i18n.language) }), run: () => dropMacro(macro.id).then(fresh) } : undefined}
    >
      <div className={css.two}>
        <NameItems label={t("macros.name")} english={t("macros.name_en")} />
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
          <Select {...stays} options={options.states} />
        </Form.Item>
        <Form.Item name="priority" label={t("macros.priority")}>
          <Select {...stays} options={options.priorities} />
        </Form.Item>
        <Form.Item name="queue_id" label={t("macros.queue")}>
          <Select {...stays} options={options.queues} />
        </Form.Item>
        <Form.Item name="assignee" label={t("macros.assignee")}>
          <Select {...stays} options={options.assignees} />
        </Form.Item>
        <Form.Item name="add_tags" label={t("macros.add_tags")}>
          <Select mode="tags" options={options.tags} />
        </Form.Item>
        <Form.Item name="remove_tags" label={t("macros.remove_tags")}>
          <Select mode="tags" options={options.tags} />
        </Form.Item>
        <FieldItems fields={fields} placeholder={t("macros.stays")} />
        <ShareItems may={mayShare} />
      </div>
    </FormDialog>
  );
}

/** What is sent: a macro that leaves a thing as it is does not name it. */
function bodyOf(v: Values, old: Macro | null): MacroBody {
  const { name, name_en, direction, text, text_en, share, team_id, fields, ...deed } = v;
  const changes = Object.fromEntries(Object.entries(deed).filter(([, x]) => x !== undefined && x !== null && !(Array.isArray(x) && x.length === 0)));
  // What the form cannot show stays: fields that are retired, and values that are taken away.
  const shown = new Set(Object.keys(fields ?? {}));
  const kept = Object.entries(old?.deed?.fields ?? {}).filter(([key, x]) => !shown.has(key) || x === null);
  const set = { ...Object.fromEntries(kept), ...entered(fields) };
  return {
    name,
    name_en: name_en ?? "",
    direction: direction ?? "out",
    text: text ?? "",
    text_en: text_en ?? "",
    share,
    deed: { ...changes, ...(Object.keys(set).length > 0 ? { fields: set } : {}) },
    ...(share === "team" && team_id ? { team_id } : {}),
  };
}
