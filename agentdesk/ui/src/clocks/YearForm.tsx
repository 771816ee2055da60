import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Input, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import admin from "@/admin/admin.module.css";
import { Problem } from "@/api/client";
import { addYear, type OfficialYear } from "./calls.ts";
import { calendarsQuery } from "./queries.ts";

/** Takes the official holidays of a year, in the form in which they are published for programs. */
export function YearForm({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState("");
  const save = useMutation({
    mutationFn: async () => {
      await addYear(read(text, t("calendars.year_bad")));
      await client.invalidateQueries({ queryKey: calendarsQuery.queryKey });
    },
    onSuccess: close,
  });
  const wrong = save.error instanceof Problem && save.error.fields.length > 0 ? save.error.fields.map((f) => `${f.field} ${f.detail}`).join("; ") : save.error?.message;
  return (
    <Modal
      open
      width={620}
      title={t("calendars.add_year")}
      okText={t("mailboxes.save")}
      cancelText={t("mailboxes.cancel")}
      confirmLoading={save.isPending}
      onCancel={close}
      onOk={() => save.mutate()}
    >
      <p className={admin.muted}>{t("calendars.year_more")}</p>
      <Input.TextArea
        aria-label={t("calendars.add_year")}
        value={text}
        autoSize={{ minRows: 10, maxRows: 20 }}
        placeholder={'{"country":"CN","year":2027,"papers":["…"],"days":[{"name":"…","date":"2027-01-01","isOffDay":true}]}'}
        onChange={(e) => setText(e.target.value)}
      />
      {wrong && (
        <p className={admin.errorText} role="alert">
          {wrong}
        </p>
      )}
    </Modal>
  );
}

/** The program checks what stands in it; here it only has to be JSON, with the country where the file leaves it out. */
function read(text: string, bad: string): OfficialYear {
  try {
    return { country: "CN", ...(JSON.parse(text) as Omit<OfficialYear, "country">) };
  } catch {
    throw new Error(bad);
  }
}
