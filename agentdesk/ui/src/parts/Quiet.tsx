import type { ButtonHTMLAttributes } from "react";
import css from "./parts.module.css";

type Props = ButtonHTMLAttributes<HTMLButtonElement> & {
  /** What it does, in words; also its tooltip. */
  label: string;
};

/** A small button that stays in the background; cheap enough to stand on every row. */
export function Quiet({ label, className, children, ...rest }: Props) {
  return (
    <button type="button" title={label} aria-label={label} {...rest} className={className ? `${css.quiet} ${className}` : css.quiet}>
      {children}
    </button>
  );
}
