import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useTranslation } from "react-i18next";
import { mailAside } from "@/api/calls";
import type { Mailbox } from "@/api/types";
import { Bone, Failed, Late } from "@/parts/states";
import { fileSize } from "@/parts/size";
import { Time } from "@/parts/Time";
import css from "./admin.module.css";

/** Mails of a mailbox that became no message, with the reason: none is thrown away. */
export function Aside({ mailbox, close }: { mailbox: Mailbox; close: () => void }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const query = useInfiniteQuery({
    queryKey: ["aside", mailbox.id],
    queryFn: ({ pageParam, signal }) => mailAside(mailbox.id, pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (p) => p.next || undefined,
    staleTime: 0,
  });
  const mails = query.data?.pages.flatMap((p) => p.items) ?? [];
  return (
    <Modal open title={t("aside.title", { name: mailbox.name })} footer={null} onCancel={close} width={680}>
      {query.isPending && (
        <Late>
          <Bone width="70%" />
        </Late>
      )}
      {query.isError && <Failed error={query.error} retry={() => void query.refetch()} />}
      <div className={css.asideList}>
        <table className={css.table}>
          <tbody>
            {mails.map((m) => (
              <tr key={m.id}>
                <td>
                  <Time at={m.received_at} clock />
                </td>
                <td>{t(`aside.${m.state}`)}</td>
                <td>{words(`aside.reason.${m.reason}`, { defaultValue: m.reason })}</td>
                <td className={css.muted}>{fileSize(m.size)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {query.hasNextPage && (
        <Button type="link" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("aside.more")}
        </Button>
      )}
    </Modal>
  );
}
