/** Dates as wallboxes write them. */

/** As nearly all boxes write it; the last days of a month are for the thorough way, since `Date.parse` knows a 30 February. */
const USUAL = /^\d{4}-\d\d-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{3})?Z$/;
const DATE =
  /^\s*(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9})\d*)?)?\s*(?:([Zz])|([+-])(\d{2})(?::?(\d{2}))?)?\s*$/;

/**
 * ms since the epoch of an ISO 8601 date with or without zone (none = UTC), `+02`, `+0200`, or a space instead of the T;
 * `undefined` when it is no date. A date before 2020 (a box before its clock is set) parses: judging it is the reader's affair.
 */
export function parseDate(text: string): number | undefined {
  if (USUAL.test(text)) {
    const ms = Date.parse(text);
    if (!Number.isNaN(ms)) return ms;
  }
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute] = [
    field(match, 1),
    field(match, 2),
    field(match, 3),
    field(match, 4),
    field(match, 5),
  ];
  const second = field(match, 6);
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60)
    return undefined;
  const millis = Math.floor(Number(`0.${match[7] ?? "0"}`) * 1000);
  const offsetMin = (match[9] === "-" ? -1 : 1) * (field(match, 10) * 60 + field(match, 11));
  return Date.UTC(year, month - 1, day, hour, minute, second, millis) - offsetMin * 60_000;
}

function field(match: RegExpExecArray, index: number): number {
  return Number(match[index] ?? 0);
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
