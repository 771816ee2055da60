import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { queueName, queuesQuery } from "@/data/queries";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import { Time } from "@/parts/Time";
import type { Case, Measure, Scope } from "./calls.ts";
import css from "./lead.module.css";
import { rowsQuery } from "./queries.ts";
import { formula, lasting, title } from "./words.ts";

interface Props {
  measure: Measure;
  scope: Scope;
  of: string;
  close: () => void;
  /** Says that a row which was not met should not count; absent where it is not one's own. */
  object?: (row: Case) => void;
}

/** The rows that a number was counted from, newest first, each leading to its ticket. */
export default function Rows({ measure, scope, of, close, object }: Props) {
  const { t, i18n } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const { data: queues = [] } = useQuery(queuesQuery);
  const query = useInfiniteQuery(rowsQuery(measure.name, scope));
  const rows = query.data?.pages.flatMap((p) => p.items) ?? [];
  const queue = (id: number | null) => {
    const q = queues.find((x) => x.id === id);
    return q ? queueName(q, i18n.language) : "";
  };
  return (
    <Drawer open onClose={close} width={860} title={[title(measure, i18n.language), of].filter(Boolean).join(" · ")} className={css.rows}>
      <p className={css.rowsFormula}>{formula(measure, i18n.language)}</p>
      {query.isPending && (
        <Late>
          <Bone width="70%" />
        </Late>
      )}
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isSuccess && rows.length === 0 && <Nothing title={t("lead.no_rows")} />}
      {rows.length > 0 && (
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("lead.row.at")}</th>
              <th scope="col">{t("lead.row.ticket")}</th>
              <th scope="col">{t("lead.row.queue")}</th>
              <th scope="col">{t("lead.row.agent")}</th>
              <th scope="col" className={css.right}>
                {t("lead.row.value")}
              </th>
              {measure.unit === "share" && <th scope="col">{t("lead.row.counts")}</th>}
              <th scope="col">{t("lead.row.part")}</th>
              {object && (
                <th scope="col">
                  <span className="sr-only">{t("lead.row.more")}</span>
                </th>
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={`${r.kind} ${r.id} ${r.at}`}>
                <td>
                  <Time at={r.at} clock />
                </td>
                <td className={css.subject}>
                  {r.ticket_id ? (
                    <Link to="/tickets/$ticket" params={{ ticket: String(r.ticket_id) }} title={r.subject} onClick={close}>
                      #{r.number} {r.subject}
                    </Link>
                  ) : (
                    t("lead.row.stretch")
                  )}
                </td>
                <td>{queue(r.queue_id)}</td>
                <td>{r.agent}</td>
                <td className={css.right}>{r.value === null ? "–" : lasting(r.value, i18n.language)}</td>
                {measure.unit === "share" && <td data-tone={(r.num ?? 0) > 0 ? "good" : "bad"}>{(r.num ?? 0) > 0 ? t("lead.row.met") : t("lead.row.missed")}</td>}
                <td className={css.muted}>
                  {r.part && words(`lead.part.${r.part}`, { defaultValue: r.part })}
                  {r.contest && <div>{t("lead.row.contested", { note: r.contest })}</div>}
                </td>
                {object && (
                  <td>
                    {(r.num ?? 0) === 0 && (
                      <Button size="small" type="link" onClick={() => object(r)}>
                        {t("standards.object")}
                      </Button>
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {query.hasNextPage && (
        <Button type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("lead.more_rows")}
        </Button>
      )}
    </Drawer>
  );
}
