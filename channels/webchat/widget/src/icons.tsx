const paths = {
  chat: "M12 4c-5 0-9 3-9 7.5 0 2.2 1 4 3 5.5 0 1-.5 2-1.5 3 2 0 3.5-.7 4.5-1.5 1 .3 2 .5 3 .5 5 0 9-3 9-7.5S17 4 12 4Z",
  close: "M6 6l12 12M18 6 6 18",
  down: "M6 9.5l6 6 6-6",
  send: "M5 12 4 4l17 8-17 8 1-8h7",
  clip: "M20 11.5 12 19.5a4.5 4.5 0 0 1-6.5-6.5l8-8a3 3 0 0 1 4.5 4.5l-8 8a1.5 1.5 0 0 1-2-2l7-7",
};

/** A picture beside words that say the same. */
export const Icon = ({ name }: { name: keyof typeof paths }) => (
  <svg viewBox="0 0 24 24" width="24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true">
    <path d={paths[name]} />
  </svg>
);
