/** What is wrong with a configuration, where, and what to do about it. */

export interface ConfigProblem {
  /** `file:line`, or `environment` for a value that came from there. */
  readonly where: string;
  /** Path in the configuration, e.g. `chargers[1].min_current`. */
  readonly path: string;
  /** What is wrong and what is allowed. */
  readonly message: string;
}

export class ConfigError extends Error {
  readonly code = "config";
  readonly problems: readonly ConfigProblem[];
  constructor(problems: readonly ConfigProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join("\n"), options);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

export function formatProblem(problem: ConfigProblem): string {
  return problem.path === ""
    ? `${problem.where}: ${problem.message}`
    : `${problem.where} ${problem.path}: ${problem.message}`;
}

/** `["chargers", 1, "min_current"]` → `chargers[1].min_current`. */
export function formatPath(path: readonly (string | number)[]): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
