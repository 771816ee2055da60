import { CloseOutlined } from "@ant-design/icons";
import { useTranslation } from "react-i18next";
import { fileSize } from "@/parts/size";
import { type Store, useStore } from "@/parts/store";
import { FileIcon } from "../ticket/Attachments.tsx";
import css from "./composer.module.css";
import type { Writing } from "./drafts.ts";
import { detach } from "./uploads.ts";

/** The files that go with it, and how far each has come. */
export function Files({ ticket, s }: { ticket: number; s: Store<Writing> }) {
  const { t } = useTranslation();
  const files = useStore(s, (w) => w.files);
  if (files.length === 0) return null;
  return (
    <ul className={css.files}>
      {files.map((f) => (
        <li key={f.local} className={css.file} data-error={f.error !== "" || undefined} title={f.error || f.name}>
          <FileIcon type={f.type} />
          <bdi className={css.fileName}>{f.name}</bdi>
          <span className={css.fileState}>{f.error || (f.size > 0 ? fileSize(f.size) : "")}</span>
          <button type="button" aria-label={t("composer.drop", { address: f.name })} onClick={() => detach(ticket, s, f.local)}>
            <CloseOutlined />
          </button>
          {f.id === null && !f.error && (
            <span
              className={css.bar}
              role="progressbar"
              aria-label={f.name}
              aria-valuenow={Math.round(f.progress * 100)}
              style={{ transform: `scaleX(${f.progress})` }}
            />
          )}
        </li>
      ))}
    </ul>
  );
}
