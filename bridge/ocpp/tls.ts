/** Certificates for wss: read from files, checked, and read again when the files change, so a renewal needs no restart. */
import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { SecureContextOptions } from "node:tls";
import type { Clock, Unsubscribe } from "../clock.ts";
import type { Log } from "../log.ts";

export interface TlsFiles {
  /** PEM chains, leaf first; ECDSA and RSA may stand side by side. */
  readonly cert: readonly string[];
  /** PEM keys, one for each of `cert`, in the same order. */
  readonly key: readonly string[];
  /** Authorities of client certificates; given, every station must show one (security profile 3). */
  readonly clientCa?: readonly string[];
  /** OpenSSL names, for boxes that know no better. */
  readonly ciphers?: string;
}

/**
 * TLS 1.3, then what OCPP 2.0.1 (A00.FR.318) and the 1.6 security paper name, elliptic first. The plain RSA key exchange gives no
 * forward secrecy, but many boxes know nothing else.
 */
const CIPHERS = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "AES128-GCM-SHA256",
  "AES256-GCM-SHA384",
].join(":");

const CHECK_EVERY_MS = 30_000;
const WARN_DAYS = 14;
const DAY_MS = 86_400_000;

/** Reads all files. @throws Error naming the file that cannot be used */
export async function readTlsContext(files: TlsFiles): Promise<SecureContextOptions> {
  if (files.cert.length === 0 || files.cert.length !== files.key.length)
    throw new Error(`${files.cert.length} certificates need as many keys, not ${files.key.length}`);
  const [cert, key, ca] = await Promise.all([readAll(files.cert), readAll(files.key), readAll(files.clientCa ?? [])]);
  return {
    cert,
    key,
    ...(ca.length === 0 ? {} : { ca }),
    ciphers: files.ciphers ?? CIPHERS,
    honorCipherOrder: true,
    minVersion: "TLSv1.2",
  };
}

/**
 * Looks every 30 s whether a file changed and hands over the new context. Unusable files (half written, key of another certificate)
 * leave the old context in place and are tried again; each state is logged once.
 * @param apply throws when the context cannot be used
 */
export function watchTlsFiles(
  files: TlsFiles,
  apply: (context: SecureContextOptions) => void,
  clock: Clock,
  log: Log,
): Unsubscribe {
  const paths = [...files.cert, ...files.key, ...(files.clientCa ?? [])];
  let applied: string | undefined;
  let complained: string | undefined;
  const check = async (): Promise<void> => {
    const stamp = await stampOf(paths);
    applied ??= stamp;
    if (stamp === applied) return;
    try {
      const context = await readTlsContext(files);
      apply(context);
      applied = stamp;
      complained = undefined;
      log.info({ certificates: files.cert }, "certificate files read again");
      warnOfExpiry(context, clock, log);
    } catch (error) {
      if (complained !== stamp)
        log.error({ err: error, certificates: files.cert }, "new certificate files cannot be used");
      complained = stamp;
    }
  };
  const onError = (error: unknown): void => log.error({ err: error }, "certificate files cannot be watched");
  check().catch(onError);
  return clock.every(CHECK_EVERY_MS, check, onError);
}

/** Tells in time that a server certificate ends. */
export function warnOfExpiry(context: SecureContextOptions, clock: Clock, log: Log): void {
  for (const pem of pems(context.cert)) {
    const leaf = new X509Certificate(pem);
    const days = Math.floor((leaf.validToDate.getTime() - clock.nowMs()) / DAY_MS);
    if (days < WARN_DAYS) log.warn({ subject: leaf.subject, validTo: leaf.validTo, days }, "certificate ends soon");
  }
}

function pems(cert: SecureContextOptions["cert"]): readonly (string | Buffer)[] {
  if (cert === undefined) return [];
  return Array.isArray(cert) ? cert : [cert];
}

async function readAll(paths: readonly string[]): Promise<Buffer[]> {
  return Promise.all(
    paths.map(async (path) => {
      try {
        return await readFile(path);
      } catch (error) {
        throw new Error(`cannot read ${path}`, { cause: error });
      }
    }),
  );
}

async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.map(async (path) => {
      try {
        const { mtimeMs, size, ino } = await stat(path);
        return `${mtimeMs}/${size}/${ino}`;
      } catch (error) {
        return error instanceof Error && "code" in error ? String(error.code) : "unreadable";
      }
    }),
  );
  return stamps.join(" ");
}
