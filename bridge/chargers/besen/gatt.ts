/** Which service and characteristics a board speaks through; three kinds are known. Pure. */

const BASE_TAIL = "00001000800000805f9b34fb";

/** Lower case, no dashes, 16-bit ids of the Bluetooth base folded: stacks report the same id in three ways. */
export function normalUuid(uuid: string): string {
  const plain = uuid.toLowerCase().replace(/[^0-9a-f]/g, "");
  if (plain.length === 32 && plain.startsWith("0000") && plain.endsWith(BASE_TAIL)) return plain.slice(4, 8);
  return plain.length === 8 && plain.startsWith("0000") ? plain.slice(4) : plain;
}

export interface FoundCharacteristic {
  readonly uuid: string;
  readonly properties: readonly string[];
}
export interface FoundService<C extends FoundCharacteristic> {
  readonly uuid: string;
  readonly characteristics: readonly C[];
}

interface Board {
  readonly name: "new" | "revised" | "old";
  readonly service: (uuid: string) => boolean;
  readonly notify: string;
  readonly write: string;
}

/** In the order they are tried. Note the revised pair's own ending. */
const BOARDS: readonly Board[] = [
  { name: "new", service: (uuid) => uuid === "ffe5" || uuid === "ffe0", notify: "ffe4", write: "ffe9" },
  {
    name: "revised",
    service: (uuid) => uuid.startsWith("0003cdd0"),
    notify: "0003cdd100001000800000805f9b0131",
    write: "0003cdd200001000800000805f9b0131",
  },
  { name: "old", service: () => true, notify: "fff1", write: "fff2" },
];

export interface ChosenPair<C> {
  readonly board: Board["name"];
  readonly notify: C;
  readonly write: C;
  readonly canWrite: boolean;
  readonly canWriteWithoutResponse: boolean;
}

/** @returns the pair, or the list of what was found, for the owner */
export function choosePair<C extends FoundCharacteristic>(
  services: readonly FoundService<C>[],
): ChosenPair<C> | { readonly found: string } {
  const all = services.flatMap((service) => service.characteristics);
  const has = (c: C, ...wanted: readonly string[]): boolean => c.properties.some((p) => wanted.includes(p));
  for (const board of BOARDS) {
    if (!services.some((service) => board.service(normalUuid(service.uuid)))) continue;
    const notify = all.find((c) => normalUuid(c.uuid) === board.notify && has(c, "notify", "indicate"));
    const write = all.find((c) => normalUuid(c.uuid) === board.write && has(c, "write", "writeWithoutResponse"));
    if (notify === undefined || write === undefined) continue;
    return {
      board: board.name,
      notify,
      write,
      canWrite: has(write, "write"),
      canWriteWithoutResponse: has(write, "writeWithoutResponse"),
    };
  }
  const found = services.map(
    (s) =>
      `${normalUuid(s.uuid)}: ${s.characteristics.map((c) => `${normalUuid(c.uuid)} (${c.properties.join(" ")})`).join(", ")}`,
  );
  return { found: found.join("; ") || "no services" };
}

/** Bytes per write. A stack may report the peer's maximum rather than the negotiated MTU, hence the cap. */
export function chunkSize(mtu: number | null | undefined): number {
  return Math.min(244, Math.max(20, Math.min(mtu ?? 23, 247) - 3));
}
