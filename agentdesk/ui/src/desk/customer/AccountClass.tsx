import { useQueryClient } from "@tanstack/react-query";
import { App, Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { rankAccount } from "@/api/calls";
import type { Ticket } from "@/api/types";
import { keys } from "@/data/keys";
import { useMay } from "@/data/queries";

/** How important the account is, in the house's own words: queues and policies go by it. Kept when the field is left, or with Enter. */
export function AccountClass({ ticket, account }: { ticket: number; account: NonNullable<Ticket["customer"]["contact"]["account"]> }) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const may = useMay("account.class");
  const [text, setText] = useState(account.class);
  useEffect(() => setText(account.class), [account.class]);
  if (!may) return account.class || "–";

  async function save() {
    if (text.trim() === account.class) return;
    try {
      await rankAccount(account.id, text.trim());
    } catch (e) {
      setText(account.class);
      void message.error((e as Error).message);
    }
    await client.invalidateQueries({ queryKey: keys.ticket(ticket) });
  }
  return (
    <Input
      size="small"
      maxLength={50}
      autoComplete="off"
      aria-label={t("customer.class")}
      placeholder={t("customer.class_none")}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onBlur={() => void save()}
      onPressEnter={(e) => {
        if (!e.nativeEvent.isComposing) void save();
      }}
    />
  );
}
