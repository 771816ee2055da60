import { useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Input, Popover, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { rankAccount } from "@/api/calls";
import type { Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { classesQuery, nameIn, useMay } from "@/data/queries";
import css from "./contactForm.module.css";

type Account = NonNullable<Ticket["customer"]["contact"]["account"]>;

/** How important the account is, by what it bought or by hand: queues and policies go by it. Who may class it does so here. */
export function AccountClass({ ticket, account }: { ticket: number; account: Account }) {
  const { t, i18n } = useTranslation();
  const { data = [] } = useQuery(classesQuery);
  const may = useMay("account.class");
  const [open, setOpen] = useState(false);
  const held = data.find((c) => c.key === account.class);
  const name = held ? nameIn(held, i18n.language) : account.class;
  if (!may) return name || "–";
  return (
    <Popover
      trigger={["click"]}
      placement="bottomRight"
      destroyOnHidden
      open={open}
      onOpenChange={setOpen}
      content={<ByHand ticket={ticket} account={account} close={() => setOpen(false)} />}
    >
      <Button size="small" aria-haspopup="dialog" aria-label={`${t("customer.class")}: ${name || t("customer.class_none")}`}>
        {name || t("customer.class_none")} <span aria-hidden>▾</span>
      </Button>
    </Popover>
  );
}

/** A class given by hand, with why and until when; or none, and the purchases say it again. */
function ByHand({ ticket, account, close }: { ticket: number; account: Account; close: () => void }) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const { data = [] } = useQuery(classesQuery);
  const [key, setKey] = useState(account.class);
  const [reason, setReason] = useState("");
  const [until, setUntil] = useState("");
  const [busy, setBusy] = useState(false);

  async function save(sent: FormEvent) {
    sent.preventDefault();
    setBusy(true);
    try {
      await rankAccount(account.id, { class: key, class_reason: reason.trim(), ...(key && until && { class_until: endOf(until) }) });
      close();
    } catch (e) {
      void message.error((e as Error).message);
    }
    setBusy(false);
    await client.invalidateQueries({ queryKey: keys.ticket(ticket) });
  }
  return (
    <form className={css.byHand} aria-label={t("customer.class")} onSubmit={(e) => void save(e)}>
      <div className={css.field}>
        <label htmlFor="class-key">{t("customer.class")}</label>
        <Select
          id="class-key"
          autoFocus
          value={key}
          options={[{ value: "", label: t("customer.class_bought") }, ...data.map((c) => ({ value: c.key, label: nameIn(c, i18n.language) }))]}
          onChange={setKey}
        />
      </div>
      <div className={css.field}>
        <label htmlFor="class-reason">{t("customer.class_reason")}</label>
        <Input id="class-reason" maxLength={500} autoComplete="off" value={reason} onChange={(e) => setReason(e.target.value)} />
      </div>
      <div className={css.field}>
        <label htmlFor="class-until">{t("customer.class_until")}</label>
        <Input id="class-until" type="date" disabled={key === ""} value={until} onChange={(e) => setUntil(e.target.value)} />
      </div>
      <div className={css.foot}>
        <Button onClick={close}>{t("mailboxes.cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={busy}>
          {t("mailboxes.save")}
        </Button>
      </div>
    </form>
  );
}

/** The last moment of a day of the reader's calendar: a class given until Friday holds on Friday. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59.999`).toISOString();
}
