/**
 * The icons, after the shapes of Material Design Icons 7.4 (Apache-2.0): redrawn with as few points as show the same thing at
 * 18 to 30 px, because paths are what gzip shrinks least. On a grid of 24; a shape inside another is a hole (even-odd).
 */
const WHEELS = "M6.5 16a1.5 1.5 0 110-3 1.5 1.5 0 010 3m11 0a1.5 1.5 0 110-3 1.5 1.5 0 010 3";
const CAR = `M19 6q-.4-1-1.5-1h-11Q5.4 5 5 6l-2 6v8a1 1 0 001 1h1a1 1 0 001-1v-1h12v1a1 1 0 001 1h1a1 1 0 001-1v-8z${WHEELS}`;
const PLUG = "M16 7V3h-2v4h-4V3H8v4C7 7 6 8 6 9v5.5L9.5 18v3h5v-3l3.5-3.5V9c0-1-1-2-2-2";
/** A stroke through what is not there. */
const OFF = "M2 3.6 3.4 2.2l18.4 18.4-1.4 1.4z";
/** From the left end of its head on. */
const TOWER =
  " 5.5-1.8-1 1.3-2.5h8.4l1.3 2.5-1.8.9-.7-1.4h-6zm10.3 2.5h-4.5l-.8-3h-2.6l-.8 3h-4.5l-1.3 2.6 1.8.8.7-1.4h10.8l.7 1.4 1.8-.8zm-.8 14h-2.1l-.2-.9-3.5-5.2-3.5 5.2-.2.9h-2.1l2.9-11h2.1l-.4 1.3 1.2 1.8 1.2-1.8-.4-1.3h2.1zm-6.4-7-.9-1.3-1.2 4.4zm3.3 3.1-1.2-4.5-.9 1.4z";
const EXPORT = `m5.2${TOWER}M23 16l-4-4v3h-4v2h4v3z`;

export const ICONS = {
  alert: "M13 14h-2V9h2m0 9h-2v-2h2M1 21h22L12 2z",
  battery: "M17 4h-2V2H9v2H7a1 1 0 00-1 1v16a1 1 0 001 1h10a1 1 0 001-1V5a1 1 0 00-1-1",
  bolt: "M11 15H6l7-14v8h5l-7 14z",
  car: `${CAR}M5 11h14l-1.5-4.5h-11z`,
  "car-outline": `${CAR}M5.8 10h12.4l-1-3H6.8zM5 12v5h14v-5z`,
  card: "M4.9 4.9a10 10 0 0114.2 0l-1.4 1.4a8 8 0 00-11.4 0zm2.9 2.9a6 6 0 018.4 0l-1.4 1.4a4 4 0 00-5.6 0zM18 11H6a2 2 0 00-2 2v8a2 2 0 002 2h12a2 2 0 002-2v-8a2 2 0 00-2-2m0 6H6v-3h12z",
  check: "M21 7 9 19l-5.5-5.5 1.4-1.4L9 16.2 19.6 5.6z",
  clock: "M12 2a10 10 0 100 20 10 10 0 000-20m0 2a8 8 0 110 16 8 8 0 010-16m-1 3v6l5.2 3.1.8-1.2-4.5-2.7V7z",
  close: "M19 6.4 17.6 5 12 10.6 6.4 5 5 6.4l5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6z",
  "cloud-off": `M6.5 20a5.5 5.5 0 01-.4-11A6.5 6.5 0 0118.5 11a4.5 4.5 0 010 9z${OFF}`,
  cloudsun:
    "M6 20a4 4 0 010-8h.5a5.5 5.5 0 0111 2H19a3 3 0 010 6zm0-2h13a1 1 0 000-2h-3v-2a4 4 0 00-8 0H6a2 2 0 000 4M4.5 10.4a5.5 5.5 0 0110-4.6l-1.8 1A3.6 3.6 0 006.2 10zM1 7.5 3 9.6.6 11zM4.4 2.4l.5 2.9 2-1.4zM11.7 1l-1 2.1 2.9.4zM18 4.3l-2.6.5 1.5 2.3z",
  dots: "M12 4a2 2 0 110 4 2 2 0 010-4m0 6a2 2 0 110 4 2 2 0 010-4m0 6a2 2 0 110 4 2 2 0 010-4",
  down: "m7.4 8.6 4.6 4.6 4.6-4.6L18 10l-6 6-6-6z",
  excess: EXPORT,
  export: EXPORT,
  home: "M10 20v-6h4v6h5v-8h3L12 3 2 12h3v8z",
  leaf: "M17 8C8 10 6 16 4 21l2 1 1-2.3q.7.3 1.3.3C19 20 22 3 22 3c-1 2-8 2-13 3s-7 5.5-7 7.5S4 17 4 17 7 8 17 8",
  limiter:
    "M12 2a10 10 0 100 20 10 10 0 000-20m0 2a8 8 0 015.3 14Q15 16 12 16t-5.3 2A8 8 0 0112 4m2.2 2-2 5.1a2 2 0 101.7.8L16 6.7zM10 6a1 1 0 110 2 1 1 0 010-2M7 9a1 1 0 110 2 1 1 0 010-2m10 0a1 1 0 110 2 1 1 0 010-2",
  "link-off":
    "M17 7h-4v2h4a3 3 0 01.8 5.9l1.4 1.5A5 5 0 0017 7m-1 4h-2.2l2 2h.2zM2 4.3l3.1 3.1A5 5 0 007 17h4v-2H7a3 3 0 01-.3-6L8.7 11H8v2h2.7l2.3 2.3V17h1.7l4 4 1.3-1.3L3.3 3z",
  lock: "M18 8h-1V6A5 5 0 007 6v2H6a2 2 0 00-2 2v10a2 2 0 002 2h12a2 2 0 002-2V10a2 2 0 00-2-2M9 6a3 3 0 016 0v2H9zm3 7a2 2 0 110 4 2 2 0 010-4",
  minus: "M19 13H5v-2h14z",
  pause: "M14 19h4V5h-4M6 19h4V5H6z",
  play: "M8 5v14l11-7z",
  plug: PLUG,
  plus: "M19 13h-6v6h-2v-6H5v-2h6V5h2v6h6z",
  restart: "M12 4a8 8 0 11-7 4l1.6 1.5A6 6 0 1012 6v4.6l-5-5 5-5z",
  right: "m8.6 16.6 4.6-4.6-4.6-4.6L10 6l6 6-6 6z",
  station:
    "m20 7.4-4-4-1 1 2 2a2.5 2.5 0 002 5v7a1 1 0 01-2 0V14a2 2 0 00-2-2h-1V5a2 2 0 00-2-2H6a2 2 0 00-2 2v16h10v-7.5h1.5v5a2.5 2.5 0 005 0V9q0-1-.5-1.6M18 10a1 1 0 110-2 1 1 0 010 2M8 18v-4.5H6L10 6v5h2z",
  stop: "M18 18H6V6h12z",
  sun: "M12 6a6 6 0 110 12 6 6 0 010-12m8 7h3v-2h-3M4 11H1v2h3m9-9V1h-2v3m0 16v3h2v-3m4.2-2.3 1.8 1.8 1.4-1.4-1.7-1.8M20.4 5 19 3.6l-1.8 1.8 1.5 1.4M6.8 5.4 5 3.6 3.5 5l1.8 1.8m-1.8 12.3L5 20.5l1.8-1.8-1.5-1.4",
  tower: `m8.3${TOWER}`,
  undo: "M12.5 8A10 10 0 005.6 10.6L2 7v9h9l-3.6-3.6A8 8 0 0120.1 16l2.4-.8A10.5 10.5 0 0012.5 8",
  unplugged: `${PLUG}${OFF}`,
} as const;

export type IconName = keyof typeof ICONS;
