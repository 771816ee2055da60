import { useTranslation } from "react-i18next";
import { Chip } from "@/parts/Chip";

// The reader met these and lost nothing by them; whoever answers the mail need not know.
const harmless = new Set(["sender_from_reply_to", "bad_date", "charset_wrong", "boundary_missing", "no_sender", "no_header"]);

/** What the reader of a mail had trouble with: that its sender may be forged, loudly; that a form names him or a part is missing, plainly. */
export function Problems({ codes }: { codes: string[] }) {
  const { t } = useTranslation();
  const words = t as unknown as (key: string, options: object) => string;
  const forged = codes.includes("dmarc_failed");
  const lost = codes.filter((c) => c !== "dmarc_failed" && !harmless.has(c));
  const told = lost.map((c) => words(`problem.${c}`, { defaultValue: c })).join("\n");
  return (
    <>
      {forged && (
        <Chip tone="bad" title={t("problem.dmarc_failed")}>
          {t("message.forged")}
        </Chip>
      )}
      {codes.includes("sender_from_reply_to") && <Chip title={t("problem.sender_from_reply_to")}>{t("message.claimed")}</Chip>}
      {lost.length > 0 && (
        <Chip tone="warn" title={told}>
          {t("message.unreadable")}
        </Chip>
      )}
    </>
  );
}
