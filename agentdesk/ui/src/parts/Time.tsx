import { useTranslation } from "react-i18next";
import { full, medium, short, span, useNow } from "./time.ts";

interface Props {
  at: string;
  className?: string | undefined;
  /** With the clock time beside older days. */
  clock?: boolean;
}

/** A moment, relative on the screen and exact under the pointer. */
export function Time({ at, className, clock }: Props) {
  const { i18n } = useTranslation();
  const now = useNow();
  const t = Date.parse(at);
  return (
    <time dateTime={at} title={full(t, i18n.language)} className={className}>
      {(clock ? medium : short)(t, now, i18n.language)}
    </time>
  );
}

/** For how long something has been so: "17 min", with the moment it began under the pointer. */
export function Lasting({ since, narrow }: { since: string; narrow?: boolean }) {
  const { i18n } = useTranslation();
  const now = useNow();
  const t = Date.parse(since);
  return (
    <time dateTime={since} title={full(t, i18n.language)}>
      {span(Math.max(0, now - t), i18n.language, narrow)}
    </time>
  );
}
