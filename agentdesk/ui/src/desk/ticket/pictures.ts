/** How many pictures from elsewhere a mail has, and how many of them could not be had. */
export interface Fetched {
  all: number;
  failed: number;
}

/**
 * Fetches the pictures from elsewhere that stand in the page of a mail. The frame that shows the page cannot tell whether
 * they came; its addresses are the program's own, and what came once comes to the frame from the browser's cache.
 */
export async function fetchPictures(page: string, signal: AbortSignal): Promise<Fetched> {
  const source = await fetch(page, { signal })
    .then((a) => (a.ok ? a.text() : ""))
    .catch(() => "");
  // The server wrote the page, each attribute in the one form that it writes.
  const places = [...new Set([...source.matchAll(address)].map((m) => (m[1] ?? "").replaceAll("&amp;", "&")))];
  const came = await Promise.all(places.map((src) => arrives(src)));
  return { all: places.length, failed: came.filter((ok) => !ok).length };
}

const address = /<img [^>]*?src="(\/api\/v1\/messages\/\d+\/picture\?[^"]*)"/g;

function arrives(src: string): Promise<boolean> {
  return new Promise((resolve) => {
    const img = new Image();
    img.addEventListener("load", () => resolve(true));
    img.addEventListener("error", () => resolve(false));
    img.src = src;
  });
}
