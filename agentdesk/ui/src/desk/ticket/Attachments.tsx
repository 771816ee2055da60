import { DownloadOutlined, FileImageOutlined, FileOutlined, FilePdfOutlined, FileTextOutlined, FileZipOutlined } from "@ant-design/icons";
import { attachmentUrl } from "@/api/calls";
import type { Attachment } from "@/api/types";
import { fileSize } from "@/parts/size";
import css from "./timeline.module.css";

/** The files of a message. Under its text the pictures of its layout are among them: they have no other place there. */
export function Attachments({ files }: { files: Attachment[] }) {
  if (files.length === 0) return null;
  return (
    <ul className={css.files}>
      {files.map((f) => (
        <li key={f.id}>
          <a href={attachmentUrl(f.id)} download={f.name} className={css.file} title={f.name}>
            <FileIcon type={f.type} />
            <bdi className={css.fileName}>{f.name}</bdi>
            <span className={css.fileSize}>{fileSize(f.size)}</span>
            <DownloadOutlined className={css.fileGet} aria-hidden />
          </a>
        </li>
      ))}
    </ul>
  );
}

export function FileIcon({ type }: { type: string }) {
  if (type.startsWith("image/")) return <FileImageOutlined aria-hidden />;
  if (type === "application/pdf") return <FilePdfOutlined aria-hidden />;
  if (/zip|compressed|x-7z|x-rar/.test(type)) return <FileZipOutlined aria-hidden />;
  if (type.startsWith("text/")) return <FileTextOutlined aria-hidden />;
  return <FileOutlined aria-hidden />;
}
