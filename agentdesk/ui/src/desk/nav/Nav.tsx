import {
  ApartmentOutlined,
  AppstoreOutlined,
  CalendarOutlined,
  ClockCircleOutlined,
  DashboardOutlined,
  FormOutlined,
  InboxOutlined,
  LineChartOutlined,
  MailOutlined,
  MessageOutlined,
  PercentageOutlined,
  PlusOutlined,
  QuestionCircleOutlined,
  SearchOutlined,
  TagsOutlined,
  ThunderboltOutlined,
  TeamOutlined,
  UserOutlined,
} from "@ant-design/icons";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Queue } from "@/api/types";
import { listQuery, nameIn, queueName, queuesQuery, runsTheDesk, useMe, viewCountsQuery, viewsQuery } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Brand } from "@/parts/Brand";
import { Kbd } from "@/parts/Kbd";
import { Quiet } from "@/parts/Quiet";
import { filterOf } from "../boxes.ts";
import { WorkList } from "../queue/WorkList.tsx";
import css from "./nav.module.css";
import { Person } from "./Person.tsx";

const ViewForm = lazy(() => import("../views/ViewForm.tsx"));

// The server stops counting here.
const most = 1000;

interface Props {
  /** Begins a ticket; null for those who may not. */
  onNew: (() => void) | null;
  onSearch: () => void;
  onHelp: () => void;
}

/** Left: my work, the queues with what waits in them, and myself. */
export function Nav({ onNew, onSearch, onHelp }: Props) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const me = useMe();
  const { may } = me;
  const { data: queues = [] } = useQuery(queuesQuery);
  const mine = useInfiniteQuery(listQuery(filterOf({ kind: "mine" }, "open")));
  const total = (of: (q: Queue) => number) => queues.reduce((n, q) => n + of(q), 0);
  const mineLoaded = mine.data?.pages.reduce((n, p) => n + p.items.length, 0) ?? 0;
  const runs = runsTheDesk(me);

  useCommand("go_queue", (stroke) => {
    const q = queues[Number(stroke) - 1];
    if (q) void navigate({ to: "/box/$box/{-$ticket}", params: { box: `queue-${q.id}`, ticket: undefined } });
  });

  return (
    <nav className={css.nav} aria-label={t("nav.label")}>
      <div className={css.head}>
        <Brand size={22} />
        <b>{t("brand")}</b>
        <span className={css.push} />
        <Quiet label={t("keys.title")} onClick={onHelp}>
          <QuestionCircleOutlined />
        </Quiet>
      </div>
      <div className={css.first}>
        <button type="button" className={css.search} onClick={onSearch}>
          <SearchOutlined aria-hidden />
          <span>{t("search.open")}</span>
          <Kbd>/</Kbd>
        </button>
        {onNew && (
          <button type="button" className={css.begin} onClick={onNew} aria-label={t("begin.title")} title={`${t("begin.title")} (c)`}>
            <PlusOutlined aria-hidden />
          </button>
        )}
      </div>
      <div className={css.scroll}>
        <WorkList />
        <Group title={t("nav.work")}>
          <Item box="mine" icon={<UserOutlined />} count={mineLoaded} more={mine.hasNextPage} strong>
            {t("box.mine")}
          </Item>
          <Item box="unassigned" icon={<InboxOutlined />} count={total((q) => q.unassigned)} strong>
            {t("box.unassigned")}
          </Item>
          <Item box="all" icon={<AppstoreOutlined />} count={total((q) => q.open)}>
            {t("box.all")}
          </Item>
        </Group>
        <Views />
        <Group title={t("nav.queues")}>
          {queues.map((q) => (
            <Item
              key={q.id}
              box={`queue-${q.id}`}
              count={q.open}
              waiting={q.unassigned}
              title={t("nav.queue_counts", { open: q.open, unassigned: q.unassigned, pending: q.pending })}
            >
              {queueName(q, i18n.language)}
            </Item>
          ))}
        </Group>
        {runs && (
          <Group title={t("nav.admin")}>
            <AdminItem to="/supervision" icon={<DashboardOutlined />}>
              {t("lead.nav")}
            </AdminItem>
            <AdminItem to="/teams" icon={<LineChartOutlined />}>
              {t("teams_page.nav")}
            </AdminItem>
            <AdminItem to="/admin/mailboxes" icon={<MailOutlined />}>
              {t("nav.mailboxes")}
            </AdminItem>
            <AdminItem to="/admin/sites" icon={<MessageOutlined />}>
              {t("nav.sites")}
            </AdminItem>
            {may.includes("queue.edit") && (
              <AdminItem to="/admin/queues" icon={<ApartmentOutlined />}>
                {t("nav.queues")}
              </AdminItem>
            )}
            <AdminItem to="/admin/calendars" icon={<CalendarOutlined />}>
              {t("calendars.title")}
            </AdminItem>
            <AdminItem to="/admin/policies" icon={<ClockCircleOutlined />}>
              {t("policies.title")}
            </AdminItem>
            <AdminItem to="/admin/agents" icon={<TeamOutlined />}>
              {t("nav.agents")}
            </AdminItem>
            {may.includes("measure.settings") && (
              <AdminItem to="/admin/measures" icon={<PercentageOutlined />}>
                {t("measures_page.nav")}
              </AdminItem>
            )}
            {may.includes("field.edit") && (
              <AdminItem to="/admin/fields" icon={<FormOutlined />}>
                {t("fields.title")}
              </AdminItem>
            )}
            {may.includes("tag.edit") && (
              <AdminItem to="/admin/tags" icon={<TagsOutlined />}>
                {t("tags.title")}
              </AdminItem>
            )}
          </Group>
        )}
      </div>
      <Person />
    </nav>
  );
}

/** Saved views with what is in them, and the way to save another. */
function Views() {
  const { t, i18n } = useTranslation();
  const { data: views = [] } = useQuery(viewsQuery);
  const { data: counts = [] } = useQuery({ ...viewCountsQuery, enabled: views.length > 0 });
  const [open, setOpen] = useState(false);
  const { may } = useMe();
  return (
    <Group
      title={t("views.title")}
      act={
        may.includes("view.edit") && (
          <Quiet label={t("views.add")} onClick={() => setOpen(true)}>
            <PlusOutlined />
          </Quiet>
        )
      }
    >
      {views.map((v) => {
        const n = counts.find((c) => c.id === v.id);
        return (
          <Item
            key={v.id}
            box={`view-${v.id}`}
            count={n?.count ?? 0}
            more={n?.more ?? false}
            {...(n?.more ? { title: `${nameIn(v, i18n.language)}: ${t("views.count_more", { count: n.count })}` } : {})}
          >
            {nameIn(v, i18n.language)}
          </Item>
        );
      })}
      {may.includes("macro.edit") && (
        <AdminItem to="/macros" icon={<ThunderboltOutlined />}>
          {t("macros.title")}
        </AdminItem>
      )}
      {open && (
        <Suspense>
          <ViewForm view={null} close={() => setOpen(false)} />
        </Suspense>
      )}
    </Group>
  );
}

function Group({ title, act, children }: { title: string; act?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <h2 className={css.title}>
        {title}
        {act}
      </h2>
      <ul>{children}</ul>
    </section>
  );
}

interface ItemProps {
  box: string;
  count: number;
  /** There are more than counted. */
  more?: boolean;
  /** Tickets that nobody has taken: shown before the count, loudly. */
  waiting?: number;
  /** The count itself asks for something to be done. */
  strong?: boolean;
  icon?: ReactNode;
  title?: string;
  children: string;
}

function Item({ box, count, more, waiting = 0, strong, icon, title, children }: ItemProps) {
  const { t } = useTranslation();
  const text = (n: number, plus?: boolean) => (n >= most ? `${most - 1}+` : `${n}${plus ? "+" : ""}`);
  return (
    <li>
      <Link
        to="/box/$box/{-$ticket}"
        params={{ box, ticket: undefined }}
        className={css.item}
        activeProps={{ "data-active": true, "aria-current": "page" }}
        activeOptions={{ includeSearch: false }}
        title={title ?? children}
      >
        <span className={css.icon} aria-hidden>
          {icon ?? <span className={css.bullet} data-waiting={waiting > 0 || undefined} />}
        </span>
        <span className={css.name}>{children}</span>
        {waiting > 0 && (
          <span className={css.waiting} aria-label={t("nav.unassigned", { count: waiting })}>
            {text(waiting)}
          </span>
        )}
        {count > 0 && (
          <span className={css.count} data-strong={strong || undefined}>
            {text(count, more)}
          </span>
        )}
      </Link>
    </li>
  );
}

type Page = "/supervision" | "/teams" | "/admin/measures" | "/admin/mailboxes" | "/admin/sites" | "/admin/queues" | "/admin/calendars" | "/admin/policies" | "/admin/agents" | "/admin/fields" | "/admin/tags" | "/macros";

function AdminItem({ to, icon, children }: { to: Page; icon: ReactNode; children: string }) {
  return (
    <li>
      <Link to={to} className={css.item} activeProps={{ "data-active": true, "aria-current": "page" }}>
        <span className={css.icon} aria-hidden>
          {icon}
        </span>
        <span className={css.name}>{children}</span>
      </Link>
    </li>
  );
}
