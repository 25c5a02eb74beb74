/** Questions on a terminal, or answered line by line from standard input. */
import { createInterface, type Interface } from "node:readline";

export interface Questions {
  /** Empty answer = `proposal`. Asks again until `check` answers undefined; what it answers is shown. */
  ask(
    question: string,
    options?: {
      readonly proposal?: string;
      readonly check?: (answer: string) => string | undefined | Promise<string | undefined>;
    },
  ): Promise<string>;
  confirm(question: string, proposal: boolean): Promise<boolean>;
  say(text: string): void;
  close(): void;
}

/** After this many wrong answers the set-up gives up, so that a script cannot loop for ever. */
const MOST_TRIES = 5;

/** @throws Error when the input ends before the last question */
export function terminalQuestions(
  input: NodeJS.ReadableStream & { isTTY?: boolean },
  output: NodeJS.WritableStream,
): Questions {
  const terminal: Interface = createInterface({ input, output, terminal: input.isTTY === true });
  const lines: string[] = [];
  const waiting: { resolve: (line: string) => void; reject: (error: Error) => void }[] = [];
  let ended = false;
  terminal.on("line", (line) => {
    const next = waiting.shift();
    if (next === undefined) lines.push(line);
    else next.resolve(line);
  });
  terminal.on("close", () => {
    ended = true;
    for (const next of waiting.splice(0)) next.reject(new Error("The input ended before the last question."));
  });
  const nextLine = (): Promise<string> => {
    const line = lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    if (ended) return Promise.reject(new Error("The input ended before the last question."));
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const ask: Questions["ask"] = async (question, { proposal, check } = {}) => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      output.write(`${question}${proposal === undefined ? "" : ` [${proposal}]`}: `);
      const line = (await nextLine()).trim();
      const answer = line === "" && proposal !== undefined ? proposal : line;
      const complaint = await check?.(answer);
      if (complaint === undefined) return answer;
      output.write(`  ${complaint}\n`);
    }
    throw new Error("Too many answers that do not fit; nothing was written.");
  };
  return {
    ask,
    async confirm(question, proposal) {
      const answer = await ask(`${question} (y/n)`, {
        proposal: proposal ? "y" : "n",
        check: (text) => (/^(y|yes|n|no)$/i.test(text) ? undefined : "Answer y or n."),
      });
      return /^y/i.test(answer);
    },
    say: (text) => void output.write(`${text}\n`),
    close: () => terminal.close(),
  };
}
