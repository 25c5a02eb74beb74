/** What of the wire may be shown: values that name a person, a place, a session or a key are masked. */

const SECRET = /token|secret|password|authorization|email|phone|address|location|latitude|longitude|^lat$|^lng$/i;
const IDENTITY = /^(id|.*_id|.*Id|name|identifier|serial.*|user|idTag|driver|holder)$/;
const MAX_CHARS = 4096;

export function maskedBody(value: unknown): string {
  const text = JSON.stringify(value, (key, inner: unknown) => {
    if (key === "") return inner;
    if (SECRET.test(key)) return "***";
    return IDENTITY.test(key) && (typeof inner === "string" || typeof inner === "number") ? "***" : inner;
  });
  return (text ?? "").slice(0, MAX_CHARS);
}

/** Words of the two APIs stay; whatever else stands in a path is an id. */
export function maskedPath(path: string): string {
  const [route = "", query] = path.split("?");
  const shown = route
    .split("/")
    .map((part) => (part === "" || /^(v\d+(\.\d+)?|[a-z]+([-_][a-z]+)*)$/.test(part) ? part : "***"))
    .join("/");
  return query === undefined ? shown : `${shown}?${query.replace(/=[^&]*/g, "=***")}`;
}
