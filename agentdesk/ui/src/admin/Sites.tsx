import { CopyOutlined, MessageOutlined, PlusOutlined } from "@ant-design/icons";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal, Tooltip } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { chatSites, newSiteSecret } from "@/api/calls";
import type { ChatSite } from "@/api/types";
import { keys } from "@/data/keys";
import { queueName, queuesQuery, useMay } from "@/data/queries";
import { Chip } from "@/parts/Chip";
import { Bone, Failed, Late, Nothing } from "@/parts/states";
import admin from "./admin.module.css";
import { scriptTag } from "./site.ts";
import { SiteForm } from "./SiteForm.tsx";
import css from "./sites.module.css";

/** The sites whose pages may open a chat: what each asks and says, whose queue it fills, and its tag. */
export default function Sites() {
  const { t } = useTranslation();
  const query = useQuery({ queryKey: keys.chatSites, queryFn: ({ signal }) => chatSites(signal) });
  const may = useMay("chat_site.edit");
  const [editing, setEditing] = useState<ChatSite | "new" | null>(null);
  return (
    <div className={admin.page}>
      <header className={admin.head}>
        <h1>{t("sites.title")}</h1>
        {may && (
          <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing("new")}>
            {t("sites.add")}
          </Button>
        )}
      </header>
      {query.isPending && (
        <Late>
          <Bone width="60%" />
        </Late>
      )}
      {query.isError && !query.data && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.data?.length === 0 && (
        <Nothing icon={<MessageOutlined />} title={t("sites.none")}>
          <p>{t("sites.none_more")}</p>
        </Nothing>
      )}
      <ul className={admin.cards}>
        {query.data?.map((s) => (
          <Card key={s.id} site={s} edit={may ? () => setEditing(s) : null} />
        ))}
      </ul>
      {editing && <SiteForm site={editing === "new" ? null : editing} close={() => setEditing(null)} />}
    </div>
  );
}

function Card({ site, edit }: { site: ChatSite; edit: (() => void) | null }) {
  const { t, i18n } = useTranslation();
  const { data: queues = [] } = useQuery(queuesQuery);
  const queue = queues.find((q) => q.id === site.queue_id);
  return (
    <li className={admin.card} data-off={site.disabled || undefined}>
      <div className={admin.cardHead}>
        <div>
          <h2 className={admin.who}>
            <span className={css.dot} style={{ background: site.colour }} aria-hidden />
            {site.name} {site.disabled && <Chip>{t("sites.disabled")}</Chip>}
          </h2>
          <p className={admin.muted}>
            {site.key}
            {queue && ` → ${queueName(queue, i18n.language)}`}
            {(site.routes?.length ?? 0) > 0 && ` ${t("sites.and_rules", { count: site.routes?.length ?? 0 })}`}
          </p>
        </div>
        {edit && (
          <Button size="small" aria-label={t("people.edit_named", { name: site.name })} onClick={edit}>
            {t("mailboxes.edit")}
          </Button>
        )}
      </div>
      <p className={css.origins}>{site.origins.length > 0 ? site.origins.join(" · ") : <span className={admin.muted}>{t("sites.no_origins")}</span>}</p>
      <Code label={t("sites.tag")} text={scriptTag(location.origin, site.key)} />
      {edit && <Secret site={site} />}
    </li>
  );
}

/** Text that is there to be copied. */
function Code({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const copy = () =>
    navigator.clipboard.writeText(text).then(
      () => void message.success(t("sites.copied")),
      () => void message.error(t("sites.not_copied")),
    );
  return (
    <div className={css.code}>
      <code aria-label={label}>{text}</code>
      <Tooltip title={t("sites.copy")}>
        <Button size="small" type="text" icon={<CopyOutlined />} aria-label={`${t("sites.copy")}: ${label}`} onClick={() => void copy()} />
      </Tooltip>
    </div>
  );
}

/** The secret with which the site's own server signs who its visitor is: shown once, when it is made. */
function Secret({ site }: { site: ChatSite }) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const [secret, setSecret] = useState("");
  const make = useMutation({
    mutationFn: () => newSiteSecret(site.id),
    onSuccess: async (s) => {
      setSecret(s);
      await client.invalidateQueries({ queryKey: keys.chatSites });
    },
    onError: (e) => void message.error(e.message),
  });
  const ask = () =>
    site.has_secret
      ? void modal.confirm({ title: t("sites.secret_again"), content: t("sites.secret_again_more"), okText: t("sites.secret_new"), cancelText: t("mailboxes.cancel"), onOk: () => make.mutateAsync().catch(() => {}) })
      : make.mutate();
  return (
    <p className={css.secret}>
      <span className={admin.muted}>{t(site.has_secret ? "sites.secret_there" : "sites.secret_none")}</span>
      <Button size="small" type="link" loading={make.isPending} onClick={ask}>
        {t(site.has_secret ? "sites.secret_new" : "sites.secret_make")}
      </Button>
      <Modal
        open={secret !== ""}
        title={t("sites.secret_title", { name: site.name })}
        onCancel={() => setSecret("")}
        footer={
          <Button type="primary" onClick={() => setSecret("")}>
            {t("sites.secret_kept")}
          </Button>
        }
      >
        <p>{t("sites.secret_once")}</p>
        <Code label={t("sites.secret")} text={secret} />
      </Modal>
    </p>
  );
}
