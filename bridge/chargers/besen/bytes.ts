/** Reading and writing fixed fields of payloads, all big-endian. Unset markers (`FFFF`, ...) become null: "the box says: none". */

/** Views the same memory as a Buffer. */
export function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** ASCII field up to its first NUL, without blanks at the ends; bytes that are no printable ASCII are left out. */
export function text(bytes: Buffer, at: number, size: number): string {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  return (end < 0 ? field : field.subarray(0, end))
    .toString("latin1")
    .replace(/[^\x20-\x7e]/g, "")
    .trim();
}

/** Writes ASCII, cut to `size`, NUL padded. */
export function putText(bytes: Buffer, at: number, size: number, value: string): void {
  bytes.write(value.slice(0, size), at, size, "latin1");
}

export function u8OrNull(bytes: Buffer, at: number, ...none: readonly number[]): number | null {
  const value = bytes.readUInt8(at);
  return none.includes(value) ? null : value;
}

export function u16OrNull(bytes: Buffer, at: number, ...none: readonly number[]): number | null {
  const value = bytes.readUInt16BE(at);
  return none.includes(value) ? null : value;
}

export function u32OrNull(bytes: Buffer, at: number, ...none: readonly number[]): number | null {
  const value = bytes.readUInt32BE(at);
  return none.includes(value) ? null : value;
}

/** A figure of hundredths as written on the wire. */
export function hundredths(value: number): number {
  return Math.round(value * 100);
}

export function hexOf(bytes: Uint8Array): string {
  return viewOf(bytes).toString("hex");
}
