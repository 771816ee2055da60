/** The mark of the program. Its name stands beside it, so it says nothing to a screen reader. */
export function Brand({ size }: { size: number }) {
  return <img src="/favicon.svg" width={size} height={size} alt="" />;
}
