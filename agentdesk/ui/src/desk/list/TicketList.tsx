import { ArrowUpOutlined, CheckCircleOutlined, SettingOutlined } from "@ant-design/icons";
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Dropdown } from "antd";
import { lazy, Suspense, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Row } from "@/api/types";
import { agentsQuery, listQuery, nameIn, prefetch, queuesQuery, ticketQuery, useMay, useMe, viewListQuery, viewsQuery } from "@/data/queries";
import { useCommand } from "@/keys/useKeys";
import { Quiet } from "@/parts/Quiet";
import { Failed, Late, Nothing } from "@/parts/states";
import { useStore } from "@/parts/store";
import { ManyBar } from "../many/ManyBar.tsx";
import { useTicketCommands } from "../ticket/useTicketCommands.tsx";
import { type Box, boxPath, filterOf, type StateChoice, stateChoices, usualState } from "../boxes.ts";
import { chooseNone, chosen, reach, toggle } from "./chosen.ts";
import css from "./list.module.css";
import { ListRow, rowHeight } from "./ListRow.tsx";
import { useAim } from "./useAim.ts";
import { useSteadyScroll } from "./useSteadyScroll.ts";

const ViewForm = lazy(() => import("../views/ViewForm.tsx"));

interface Props {
  box: Box;
  state: StateChoice;
  open: number | null;
  show: (id: number | null) => void;
}

const noRows: Row[] = [];

/** The tickets of a box. New ones appear at the top; above a reader who scrolled down they wait behind a pill. */
export function TicketList({ box, state, open, show }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useMe();
  const filter = useMemo(() => filterOf(box, state), [box, state]);
  const viewed = box.kind === "view" ? box.id : null;
  const plain = useInfiniteQuery({ ...listQuery(filter), enabled: viewed === null });
  const view = useInfiniteQuery({ ...viewListQuery(viewed ?? 0), enabled: viewed !== null });
  const query = viewed === null ? plain : view;
  const columns = useView(viewed)?.columns;
  const picked = useStore(chosen, (c) => c.ids);
  const mayMany = useMay("ticket.bulk");
  useEffect(() => chooseNone, []);
  const { data: queues } = useQuery(queuesQuery);
  useQuery(agentsQuery);
  const rows = useMemo(() => query.data?.pages.flatMap((p) => p.items) ?? noRows, [query.data]);
  const scroller = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<number | null>(open);
  const at = rows.findIndex((r) => r.id === (cursor ?? open));

  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => rows[i]?.id ?? i,
    overscan: 8,
  });
  const above = useSteadyScroll(scroller, rows, rowHeight);
  const aim = useAim(scroller, rows, show);
  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;

  useEffect(() => {
    if (lastShown >= rows.length - 15 && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [lastShown, rows.length, hasNextPage, isFetchingNextPage, fetchNextPage]);

  // A ticket opened by its address or from elsewhere is where the keys go on from.
  useEffect(() => {
    if (open !== null) setCursor(open);
  }, [open]);

  function move(step: 1 | -1) {
    const i = at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + step));
    const row = rows[i];
    if (!row) return;
    setCursor(row.id);
    virtual.scrollToIndex(i);
    if (open !== null) show(row.id);
    for (const next of [rows[i], rows[i + step]]) if (next) prefetch(client, next.id);
  }
  function choose(id: number, range: boolean) {
    if (!mayMany) return;
    if (range) reach(id, rows.map((r) => r.id));
    else toggle(id);
    setCursor(id);
  }
  const meant = rows[at] ?? rows[0];
  useCommand("choose", () => meant && choose(meant.id, false), mayMany);
  useCommand("choose_range", () => meant && choose(meant.id, true), mayMany);
  useCommand("next", () => move(1));
  useCommand("previous", () => move(-1));
  // Who has not chosen yet means the first.
  useCommand("open", () => meant && show(meant.id), meant !== undefined && open === null);
  // The ticket that is open may have left this list already; the keys are for it all the same.
  const opened = useQuery({ ...ticketQuery(open ?? 0), enabled: open !== null }).data;
  const shown = open === null ? rows[at] : (opened ?? rows.find((r) => r.id === open));
  useTicketCommands(shown ?? null, {
    moveOn: () => {
      // The ticket that is done leaves the list; the next one takes its place.
      const next = rows[at + 1] ?? rows[at - 1];
      setCursor(next?.id ?? null);
      if (open !== null) show(next?.id ?? null);
      return next?.id ?? null;
    },
    moveBack: (id) => {
      setCursor(id);
      if (open !== null) show(id);
    },
  });

  return (
    <section className={css.list} aria-label={t("list.label")}>
      <ListHead box={box} state={state} />
      <ManyBar rows={rows} />
      <div className={css.scroller} ref={scroller} tabIndex={-1} onClickCapture={aim}>
        {query.isPending && <Late>{Array.from({ length: 12 }, (_, i) => <Skeleton key={i} />)}</Late>}
        {query.isError && rows.length === 0 && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.isSuccess && rows.length === 0 && <Empty box={box} state={state} />}
        <ul className={css.rows} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index] as Row;
            return (
              <ListRow
                key={row.id}
                row={row}
                top={item.start}
                position={item.index + 1}
                total={hasNextPage ? -1 : rows.length}
                open={row.id === open}
                cursor={row.id === cursor}
                me={me.id}
                picked={picked.has(row.id)}
                picking={mayMany ? (picked.size > 0 ? "all" : "hover") : "none"}
                columns={columns}
                choose={choose}
                queue={box.kind === "queue" ? undefined : queues?.find((q) => q.id === row.queue_id)}
                show={show}
              />
            );
          })}
        </ul>
      </div>
      {above > 0 && (
        <button type="button" className={css.pill} onClick={() => scroller.current?.scrollTo({ top: 0 })}>
          <ArrowUpOutlined aria-hidden /> {t("list.new", { count: above })}
        </button>
      )}
    </section>
  );
}

function ListHead({ box, state }: { box: Box; state: StateChoice }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const title = useBoxTitle(box);
  return (
    <header className={css.head}>
      <h1 className={css.title} title={title}>
        {title}
      </h1>
      {box.kind === "view" ? (
        <ViewSettings id={box.id} />
      ) : (
      <Dropdown
        trigger={["click"]}
        menu={{
          selectedKeys: [state],
          items: stateChoices.map((key) => ({ key, label: t(`state.${key}`) })),
          onClick: ({ key }) =>
            void navigate({
              to: "/box/$box/{-$ticket}",
              params: { box: boxPath(box), ticket: undefined },
              search: { state: key as StateChoice },
            }),
        }}
      >
        <Quiet label={`${t("list.state")}: ${t(`state.${state}`)}`}>
          {t(`state.${state}`)} <span aria-hidden>▾</span>
        </Quiet>
      </Dropdown>
      )}
    </header>
  );
}

function useView(id: number | null) {
  const { data: views } = useQuery(viewsQuery);
  return views?.find((v) => v.id === id);
}

/** The way to change a view, for its owner and for those who may share. */
function ViewSettings({ id }: { id: number }) {
  const { t } = useTranslation();
  const me = useMe();
  const mayShare = useMay("view.share");
  const view = useView(id);
  const [open, setOpen] = useState(false);
  if (!view || (view.share === "me" ? view.owner_id !== me.id : !mayShare)) return null;
  return (
    <>
      <Quiet label={t("views.edit")} onClick={() => setOpen(true)}>
        <SettingOutlined />
      </Quiet>
      {open && (
        <Suspense>
          <ViewForm view={view} close={() => setOpen(false)} />
        </Suspense>
      )}
    </>
  );
}

function useBoxTitle(box: Box): string {
  const { t, i18n } = useTranslation();
  const { data: queues } = useQuery(queuesQuery);
  const view = useView(box.kind === "view" ? box.id : null);
  if (box.kind === "view") return view ? nameIn(view, i18n.language) : "";
  if (box.kind === "contact") return t("box.contact");
  if (box.kind !== "queue") return t(`box.${box.kind}`);
  const q = queues?.find((x) => x.id === box.id);
  return (i18n.language === "en" && q?.name_en) || q?.name || "";
}

function Empty({ box, state }: { box: Box; state: StateChoice }) {
  const { t } = useTranslation();
  const clear = state === usualState(box) && box.kind !== "contact" && box.kind !== "view";
  return (
    <Nothing icon={<CheckCircleOutlined />} title={clear ? t("list.clear") : t("list.empty")}>
      <p>{box.kind === "mine" && clear ? t("list.clear_mine") : t("list.empty_more")}</p>
    </Nothing>
  );
}

function Skeleton() {
  return (
    <div className={css.skeleton} aria-hidden>
      <span style={{ width: "45%" }} />
      <span style={{ width: "80%" }} />
      <span style={{ width: "65%" }} />
    </div>
  );
}
