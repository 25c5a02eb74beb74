/** Prometheus text: a gauge per figure, labelled by charger. Unknown figures are left out, never 0. */
import type { Reply } from "./server.ts";

export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter";
  readonly values: readonly {
    readonly labels?: Readonly<Record<string, string>>;
    readonly value: number | undefined;
  }[];
}

export function metricsReply(metrics: readonly Metric[]): Reply {
  const lines = metrics.flatMap(({ name, help, type, values }) => {
    const known = values.filter(
      (one): one is typeof one & { value: number } => one.value !== undefined && Number.isFinite(one.value),
    );
    if (known.length === 0) return [];
    return [
      `# HELP evse_bridge_${name} ${help}`,
      `# TYPE evse_bridge_${name} ${type}`,
      ...known.map(({ labels, value }) => `evse_bridge_${name}${labelText(labels)} ${value}`),
    ];
  });
  return { status: 200, type: "text/plain; version=0.0.4; charset=utf-8", body: `${lines.join("\n")}\n` };
}

function labelText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return "";
  return `{${entries.map(([name, value]) => `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`).join(",")}}`;
}
