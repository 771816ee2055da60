import { type ComponentChildren, Fragment } from "preact";
import type { FileRef, Part } from "./frames.ts";

/** Only what leads to a page, a mail or a call; the program makes no other, and this holds even if it did. */
const harmless = /^(https?|mailto|tel):/i;

/** A text as the program cut it: words and links, no markup of its own. */
export const Words = ({ text, parts }: { text: string; parts?: Part[] | null }) => (
  <p class="words">
    {(parts ?? [{ text } as Part]).map((p, i) =>
      p.href && harmless.test(p.href) ? (
        <a key={i} href={p.href} target="_blank" rel="noopener noreferrer nofollow">
          {p.text}
        </a>
      ) : (
        p.text
      ),
    )}
  </p>
);

/** A size as people read it: 1 KB, 14 KB, 3.2 MB. */
export const size = (bytes: number) => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** A file of a message: a picture is shown, all else is named; a click opens or saves it. */
export function File({ file, base, loaded }: { file: FileRef; base: string; loaded?: () => void }) {
  const name = (
    <Fragment>
      <u>{file.name}</u> <small>{size(file.size)}</small>
    </Fragment>
  );
  if (!file.url) return <p>{name}</p>;
  return (
    <a class="file" href={base + file.url} target="_blank" rel="noopener noreferrer">
      {/* Where the page's policy lets no picture of the program in, its name is shown in its place. */}
      {file.picture ? <img src={base + file.url} alt={`${file.name}, ${size(file.size)}`} onLoad={loaded} /> : name}
    </a>
  );
}

/** Words of one side, with who said them and what is known of their way. */
export const Bubble = (props: { mine: boolean; by: string; first: boolean; foot: ComponentChildren; children: ComponentChildren }) => (
  <li class={props.mine ? "mine" : "theirs"} data-first={props.first || undefined}>
    <p class={props.first && !props.mine ? "by" : "sr"}>{props.by}</p>
    <div class="bubble">{props.children}</div>
    <p class="foot">{props.foot}</p>
  </li>
);
