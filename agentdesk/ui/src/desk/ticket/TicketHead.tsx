import { CheckOutlined, CloseOutlined, DownOutlined, MoreOutlined } from "@ant-design/icons";
import { useQuery } from "@tanstack/react-query";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Row, states, type TicketState } from "@/api/types";
import { DuePick } from "@/clocks/Clocks";
import { agentsQuery, queuesQuery, ticketQuery, useMay, useMe } from "@/data/queries";
import { run } from "@/keys/commands";
import { useCommand } from "@/keys/useKeys";
import { useStore } from "@/parts/store";
import { Avatar } from "@/parts/Avatar";
import { Chip } from "@/parts/Chip";
import { Dot } from "@/parts/Dot";
import { Quiet } from "@/parts/Quiet";
import { moods, viewers, viewersOf } from "@/live/state";
import { SubjectField } from "./SubjectField.tsx";
import css from "./ticket.module.css";
import { Tags } from "./Tags.tsx";
import { useChange } from "./useChange.ts";

const MergeDialog = lazy(() => import("../together/MergeDialog.tsx"));
const LinkDialog = lazy(() => import("../together/LinkDialog.tsx"));

const tones = { open: "accent", pending: "warn", on_hold: "plain", resolved: "good", closed: "plain" } as const;

/** What the ticket is and who has it; each word is also the way to change it. What else is to be said of it stands below. */
export function TicketHead({ ticket, close, children }: { ticket: Row; close: () => void; children?: ReactNode }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const change = useChange();
  const done = ticket.state === "resolved" || ticket.state === "closed";

  function copy() {
    void navigator.clipboard?.writeText(ticket.number).then(() => message.success(t("ticket.copied"), 1.5));
  }
  return (
    <header className={css.head}>
      <div className={css.headTop}>
        <SubjectField ticket={ticket} />
        <Viewers id={ticket.id} />
        {done ? (
          <Button size="small" onClick={() => void change(ticket, { state: "open" })}>
            {t("ticket.reopen")}
          </Button>
        ) : (
          <Button size="small" icon={<CheckOutlined />} title={`${t("ticket.resolve")} (e)`} onClick={() => run("resolve")}>
            {t("ticket.resolve")}
          </Button>
        )}
        <More id={ticket.id} />
        <Quiet label={t("ticket.close")} onClick={close}>
          <CloseOutlined />
        </Quiet>
      </div>
      <div className={css.facts}>
        <button type="button" className={css.number} onClick={copy} title={t("ticket.copy")}>
          {`#${ticket.number}`}
        </button>
        <Pick
          label={t("ticket.state")}
          value={<Chip tone={tones[ticket.state]}>{t(`state.${ticket.state}`)}</Chip>}
          items={states.map((key) => ({ key, label: t(`state.${key}`) }))}
          selected={ticket.state}
          choose={(key) => void change(ticket, { state: key as TicketState })}
        />
        <Pick
          label={t("ticket.priority")}
          value={t(`priority.${ticket.priority as 1 | 2 | 3 | 4}`)}
          items={([1, 2, 3, 4] as const).map((n) => ({ key: String(n), label: t(`priority.${n}`) }))}
          selected={String(ticket.priority)}
          choose={(key) => void change(ticket, { priority: Number(key) })}
        />
        <QueuePick ticket={ticket} />
        <AssigneePick ticket={ticket} />
        <DuePick ticket={ticket} />
        <Tags ticket={ticket} />
      </div>
      {children}
    </header>
  );
}

/** What is done to a ticket seldom: merging and linking. */
function More({ id }: { id: number }) {
  const { t } = useTranslation();
  const { data: ticket } = useQuery(ticketQuery(id));
  const mayMerge = useMay("ticket.merge");
  const mayLink = useMay("ticket.link");
  const [open, setOpen] = useState<"merge" | "link" | null>(null);
  const live = ticket !== undefined && !ticket.merged_into;
  useCommand("merge", () => setOpen("merge"), live && mayMerge);
  if (!live || !(mayMerge || mayLink)) return null;
  return (
    <>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: [
            ...(mayMerge ? [{ key: "merge", label: `${t("merge.act")} (m)` }] : []),
            ...(mayLink ? [{ key: "link", label: t("links.add") }] : []),
          ],
          onClick: ({ key }) => setOpen(key as "merge" | "link"),
        }}
      >
        <Quiet label={t("merge.more")}>
          <MoreOutlined />
        </Quiet>
      </Dropdown>
      {open === "merge" && (
        <Suspense>
          <MergeDialog ticket={ticket} close={() => setOpen(null)} />
        </Suspense>
      )}
      {open === "link" && (
        <Suspense>
          <LinkDialog ticket={ticket} close={() => setOpen(null)} />
        </Suspense>
      )}
    </>
  );
}

interface PickProps {
  label: string;
  value: ReactNode;
  items: MenuProps["items"];
  selected: string;
  choose: (key: string) => void;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

/** A fact that opens into its alternatives. */
function Pick({ label, value, items, selected, choose, open, onOpenChange }: PickProps) {
  return (
    <Dropdown
      trigger={["click"]}
      {...(open === undefined ? {} : { open, onOpenChange })}
      menu={{ items, selectedKeys: [selected], onClick: ({ key }) => choose(key), style: { maxHeight: 360, overflowY: "auto" } }}
    >
      <button type="button" className={css.pick} title={label}>
        <span className="sr-only">{label}</span>
        {value}
        <DownOutlined aria-hidden />
      </button>
    </Dropdown>
  );
}

function QueuePick({ ticket }: { ticket: Row }) {
  const { t, i18n } = useTranslation();
  const change = useChange();
  const { data: queues = [] } = useQuery(queuesQuery);
  const named = (id: number) => {
    const q = queues.find((x) => x.id === id);
    return (i18n.language === "en" && q?.name_en) || q?.name || "";
  };
  return (
    <Pick
      label={t("ticket.queue")}
      value={named(ticket.queue_id)}
      items={queues.map((q) => ({ key: String(q.id), label: named(q.id) }))}
      selected={String(ticket.queue_id)}
      choose={(key) => void change(ticket, { queue_id: Number(key) })}
    />
  );
}

function AssigneePick({ ticket }: { ticket: Row }) {
  const { t } = useTranslation();
  const change = useChange();
  const me = useMe();
  const { data: agents = [] } = useQuery(agentsQuery);
  const live = useStore(moods);
  const [open, setOpen] = useState(false);
  useCommand("assign", () => setOpen(true));
  const others = agents.filter((a) => a.id !== me.id);
  return (
    <Pick
      label={t("ticket.assignee")}
      open={open}
      onOpenChange={setOpen}
      value={
        ticket.assignee ? (
          <>
            <Avatar name={ticket.assignee.name} size={18} agent />
            {ticket.assignee.name}
          </>
        ) : (
          <span className={css.nobody}>{t("ticket.nobody")}</span>
        )
      }
      items={[
        { key: String(me.id), label: t("ticket.me", { name: me.name }) },
        { key: "0", label: t("ticket.nobody") },
        { type: "divider" },
        ...others.map((a) => ({ key: String(a.id), label: a.name, icon: <Dot state={live.get(a.id)?.state ?? a.presence} /> })),
      ]}
      selected={String(ticket.assignee?.id ?? 0)}
      choose={(key) => {
        setOpen(false);
        void change(ticket, { assignee_id: Number(key) || null });
      }}
    />
  );
}

/** The colleagues who look at this ticket now, and whether one of them writes. */
function Viewers({ id }: { id: number }) {
  const { t } = useTranslation();
  const me = useMe();
  const all = useStore(viewers, viewersOf(`ticket:${id}`));
  const others = all.filter((v) => v.id !== me.id);
  if (others.length === 0) return null;
  const writing = others.filter((v) => v.typing).map((v) => v.name);
  return (
    <span className={css.viewers} role="status">
      {writing.length > 0 && <span className={css.writing}>{t("ticket.writing", { names: writing.join(", ") })}</span>}
      {others.slice(0, 4).map((v) => (
        <span key={v.id} className={css.viewer} data-typing={v.typing || undefined} title={t("ticket.viewing", { name: v.name })}>
          <Avatar name={v.name} size={22} agent />
          <span className="sr-only">{t("ticket.viewing", { name: v.name })}</span>
        </span>
      ))}
    </span>
  );
}
