import { CloseOutlined } from "@ant-design/icons";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, Input, Popover } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { doMany, type ManyBody } from "@/api/calls";
import { type Row, states, type TicketState } from "@/api/types";
import { keys } from "@/data/keys";
import { agentsQuery, macrosQuery, nameIn, queuesQuery, useMe } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Quiet } from "@/parts/Quiet";
import { useStore } from "@/parts/store";
import { chooseNone, chosen } from "../list/chosen.ts";
import css from "../together/together.module.css";
import { Failures } from "./Failures.tsx";
import { FieldAct } from "./FieldAct.tsx";
import { inParts } from "./inParts.ts";

/** What can be done to the chosen tickets, and how far it is. */
export function ManyBar({ rows }: { rows: Row[] }) {
  const { t, i18n } = useTranslation();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const me = useMe();
  const ids = useStore(chosen, (c) => c.ids);
  const [done, setDone] = useState<number | null>(null);
  const { data: queues = [] } = useQuery(queuesQuery);
  const { data: agents = [] } = useQuery(agentsQuery);
  const { data: macros = [] } = useQuery({ ...macrosQuery, enabled: ids.size > 0 });
  useCommand("back", chooseNone, ids.size > 0);
  if (ids.size === 0) return null;
  const number = (id: number) => rows.find((r) => r.id === id)?.number ?? String(id);

  async function run(what: Omit<ManyBody, "tickets">) {
    const all = [...ids];
    setDone(0);
    try {
      const out = await inParts(all, (tickets, key) => doMany({ ...what, tickets }, key), setDone);
      const failed = out.filter((o) => o.code);
      chosen.set({ ids: new Set(failed.map((o) => o.ticket)), last: null });
      if (failed.length === 0) void message.success(t("many.done", { count: out.length }));
      else modal.warning({ title: t("many.failed"), content: <Failures of={failed} done={out.length - failed.length} number={number} /> });
    } catch (e) {
      void message.error((e as Error).message);
    } finally {
      setDone(null);
      for (const queryKey of [keys.lists, keys.viewLists, keys.viewCounts]) void client.invalidateQueries({ queryKey });
    }
  }
  function merge() {
    const into = Math.min(...ids);
    modal.confirm({
      title: t("many.merge_ask", { number: number(into) }),
      content: t("many.merge_lead"),
      okText: t("many.merge"),
      onOk: () => void run({ merge_into: into }),
    });
  }
  function use(id: number) {
    const m = macros.find((x) => x.id === id);
    if (!m) return;
    modal.confirm({
      title: t("many.macro_ask", { name: nameIn(m, i18n.language), count: ids.size }),
      content: m.text ? t("many.macro_lead") : undefined,
      okText: t("many.go"),
      onOk: () => void run({ macro: id }),
    });
  }
  const busy = done !== null;
  return (
    <div className={css.bar} role="toolbar" aria-label={t("many.label")}>
      <span className={css.count} role="status">
        {busy ? t("many.progress", { done, all: ids.size }) : t("many.chosen", { count: ids.size })}
      </span>
      <Menu label={t("many.state")} off={busy} items={states.map((s) => ({ key: s, label: t(`state.${s}`) }))} choose={(state) => void run({ deed: { state: state as TicketState } })} />
      <Menu
        label={t("many.assign")}
        off={busy}
        items={[{ key: "me", label: t("ticket.me", { name: me.name }) }, { key: "none", label: t("ticket.nobody") }, ...agents.filter((a) => a.id !== me.id).map((a) => ({ key: String(a.id), label: a.name }))]}
        choose={(assignee) => void run({ deed: { assignee } })}
      />
      <Menu label={t("many.queue")} off={busy} items={queues.map((q) => ({ key: String(q.id), label: nameIn(q, i18n.language) }))} choose={(q) => void run({ deed: { queue_id: Number(q) } })} />
      <Menu label={t("many.priority")} off={busy} items={([1, 2, 3, 4] as const).map((n) => ({ key: String(n), label: t(`priority.${n}`) }))} choose={(n) => void run({ deed: { priority: Number(n) } })} />
      <TagAct off={busy} run={(deed) => void run({ deed })} />
      <FieldAct off={busy} run={(deed) => void run({ deed })} />
      {macros.length > 0 && <Menu label={t("many.macro")} off={busy} items={macros.map((m) => ({ key: String(m.id), label: nameIn(m, i18n.language) }))} choose={(id) => use(Number(id))} />}
      {ids.size > 1 && (
        <Button size="small" disabled={busy} onClick={merge}>
          {t("many.merge")}
        </Button>
      )}
      <Quiet label={t("many.none")} onClick={chooseNone}>
        <CloseOutlined />
      </Quiet>
    </div>
  );
}

interface MenuProps {
  label: string;
  items: { key: string; label: string }[];
  off: boolean;
  choose: (key: string) => void;
}

function Menu({ label, items, off, choose }: MenuProps) {
  return (
    <Dropdown trigger={["click"]} disabled={off} menu={{ items, onClick: ({ key }) => choose(key), style: { maxHeight: 360, overflowY: "auto" } }}>
      <Button size="small" disabled={off}>
        {label} <span aria-hidden>▾</span>
      </Button>
    </Dropdown>
  );
}

function TagAct({ off, run }: { off: boolean; run: (deed: { add_tags?: string[]; remove_tags?: string[] }) => void }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const [tag, setTag] = useState("");
  const act = (deed: { add_tags?: string[]; remove_tags?: string[] }) => {
    setOpen(false);
    setTag("");
    run(deed);
  };
  const name = tag.trim();
  return (
    <Popover
      trigger={["click"]}
      open={open}
      onOpenChange={setOpen}
      content={
        <div className={css.tagRow}>
          <Input autoFocus maxLength={100} value={tag} aria-label={t("many.tag")} placeholder={t("many.tag")} onChange={(e) => setTag(e.target.value)} onPressEnter={() => name && act({ add_tags: [name] })} />
          <span className={css.tagActs}>
            <Button size="small" disabled={!name} onClick={() => act({ remove_tags: [name] })}>
              {t("many.remove_tag")}
            </Button>
            <Button size="small" type="primary" disabled={!name} onClick={() => act({ add_tags: [name] })}>
              {t("many.add_tag")}
            </Button>
          </span>
        </div>
      }
    >
      <Button size="small" disabled={off}>
        {t("many.tags")} <span aria-hidden>▾</span>
      </Button>
    </Popover>
  );
}
