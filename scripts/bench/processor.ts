/** Processor time of this process and of another, for figures that a busy machine does not blur. */
import { readFileSync } from "node:fs";

/** Of another process so far, ms, all its threads; undefined where it cannot be seen. */
export function cpuMsOf(pid: number | undefined): number | undefined {
  try {
    // Behind the name in brackets, which may have blanks: user and system time in ticks of 10 ms.
    const fields =
      readFileSync(`/proc/${pid ?? 0}/stat`, "utf8")
        .split(") ")[1]
        ?.split(" ") ?? [];
    const ticks = Number(fields[11]) + Number(fields[12]);
    return Number.isFinite(ticks) ? ticks * 10 : undefined;
  } catch {
    return undefined;
  }
}

/** Of this process since `from`, ms. */
export function ownCpuMs(from = process.cpuUsage()): number {
  const used = process.cpuUsage(from);
  return (used.user + used.system) / 1000;
}
