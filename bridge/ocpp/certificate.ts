/**
 * A small certificate authority for wallboxes that let one be installed: made once, kept, and used for every later certificate, so a
 * renewal needs no visit to the box. Files only; nothing here listens or calls out.
 */
import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { chmod, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import * as x509 from "@peculiar/x509";

const DAY_MS = 86_400_000;
/** Ends before 2038, when boxes with 32-bit clocks stop understanding dates. */
const CA_DAYS = 3650;
/** The longest that common clients accept from a private authority. */
const LEAF_DAYS = 825;
/** X.520; a longer host name still stands in the alternative names. */
const MAX_COMMON_NAME = 64;
const SHA256 = "SHA-256";
/** Signs with RSA, which every box can check, and may sign elliptic leaves all the same. */
const CA_KEY = rsa(3072);
const KEYS = { ecdsa: { name: "ECDSA", namedCurve: "P-256", hash: SHA256 }, rsa: rsa(2048) } as const;

export interface CertificateFiles {
  /** For the box (its trust store). */
  readonly ca: string;
  readonly caKey: string;
  /** Made now; false: it was there and signed the new certificates too. */
  readonly caIsNew: boolean;
  /** For `ocpp.tls.cert`, in the order of `key`. */
  readonly cert: readonly string[];
  /** For `ocpp.tls.key`. */
  readonly key: readonly string[];
}

export interface CertificateRequest {
  /** DNS names or IP addresses a box will use in its URL; at least one. */
  readonly hosts: readonly string[];
  readonly dir: string;
  readonly nowMs: number;
  /** Validity from `nowMs`; 825 if absent. */
  readonly days?: number;
}

export interface ClientCertificateRequest {
  /** The station's identity or serial number. */
  readonly commonName: string;
  readonly dir: string;
  readonly nowMs: number;
  readonly days?: number;
}

/** Writes an authority (unless `dir` has one) and an ECDSA and an RSA server certificate. Keys are readable by their owner only. */
export async function makeCertificates(request: CertificateRequest): Promise<CertificateFiles> {
  const [name] = request.hosts;
  if (name === undefined) throw new RangeError("a certificate needs a host name");
  const authority = await openAuthority(request.dir, request.nowMs);
  const names = request.hosts.map((host) => ({
    type: isIP(host) === 0 ? ("dns" as const) : ("ip" as const),
    value: host,
  }));
  const cert: string[] = [];
  const key: string[] = [];
  for (const kind of ["ecdsa", "rsa"] as const) {
    const files = { cert: join(request.dir, `server-${kind}.pem`), key: join(request.dir, `server-${kind}-key.pem`) };
    await issue(authority, request, KEYS[kind], name, x509.ExtendedKeyUsage.serverAuth, files, [
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    cert.push(files.cert);
    key.push(files.key);
  }
  return { ca: authority.file, caKey: authority.keyFile, caIsNew: authority.isNew, cert, key };
}

/** A station's own certificate for security profile 3, signed by the authority in `dir`, which is made if need be. */
export async function makeClientCertificate(
  request: ClientCertificateRequest,
): Promise<{ readonly ca: string; readonly cert: string; readonly key: string }> {
  const authority = await openAuthority(request.dir, request.nowMs);
  const stem = `client-${encodeURIComponent(request.commonName).replaceAll("*", "%2A").slice(0, 100)}`;
  const files = { cert: join(request.dir, `${stem}.pem`), key: join(request.dir, `${stem}-key.pem`) };
  await issue(authority, request, KEYS.ecdsa, request.commonName, x509.ExtendedKeyUsage.clientAuth, files, []);
  return { ca: authority.file, ...files };
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
  readonly file: string;
  readonly keyFile: string;
  readonly isNew: boolean;
}

async function openAuthority(dir: string, nowMs: number): Promise<Authority> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const file = join(dir, "ca.pem");
  const keyFile = join(dir, "ca-key.pem");
  const present = await readIfPresent(file);
  if (present !== undefined) {
    const key = await importKey(await readFile(keyFile, "utf8"));
    return { certificate: new x509.X509Certificate(present), key, file, keyFile, isNew: false };
  }
  const keys = await webcrypto.subtle.generateKey(CA_KEY, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    // Dated, so a second authority of the same house is not taken for the first.
    name: [{ CN: [`EVSE Bridge ${new Date(nowMs).toISOString().slice(0, 19)}`] }],
    notBefore: new Date(nowMs - DAY_MS),
    notAfter: new Date(nowMs + CA_DAYS * DAY_MS),
    keys,
    signingAlgorithm: CA_KEY,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await writeKey(keyFile, keys.privateKey);
  await writeWhole(file, certificate.toString("pem"), 0o644);
  return { certificate, key: keys.privateKey, file, keyFile, isNew: true };
}

async function issue(
  authority: Authority,
  validity: { readonly nowMs: number; readonly days?: number },
  algorithm: (typeof KEYS)[keyof typeof KEYS],
  commonName: string,
  usage: x509.ExtendedKeyUsage,
  files: { readonly cert: string; readonly key: string },
  extensions: readonly x509.Extension[],
): Promise<void> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const { digitalSignature, keyEncipherment } = x509.KeyUsageFlags;
  let flags = digitalSignature;
  if (algorithm === KEYS.rsa) flags |= keyEncipherment;
  const certificate = await x509.X509CertificateGenerator.create({
    subject: [{ CN: [commonName.slice(0, MAX_COMMON_NAME)] }],
    issuer: authority.certificate.subjectName.toJSON(),
    notBefore: new Date(validity.nowMs - DAY_MS),
    notAfter: new Date(validity.nowMs + (validity.days ?? LEAF_DAYS) * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: authority.key,
    signingAlgorithm: CA_KEY,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(flags, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      ...extensions,
    ],
  });
  await writeKey(files.key, keys.privateKey);
  await writeWhole(files.cert, certificate.toString("pem"), 0o644);
}

function rsa(modulusLength: number): webcrypto.RsaHashedKeyGenParams {
  return { name: "RSASSA-PKCS1-v1_5", modulusLength, publicExponent: new Uint8Array([1, 0, 1]), hash: SHA256 };
}

async function writeKey(file: string, key: webcrypto.CryptoKey): Promise<void> {
  const bytes = await webcrypto.subtle.exportKey("pkcs8", key);
  await writeWhole(file, x509.PemConverter.encode(bytes, "PRIVATE KEY"), 0o600);
}

async function importKey(pem: string): Promise<webcrypto.CryptoKey> {
  const bytes = x509.PemConverter.decodeFirst(pem);
  return webcrypto.subtle.importKey("pkcs8", bytes, CA_KEY, false, ["sign"]);
}

/** A server that reads while we write sees the old file or the new, never half. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, `${text.trimEnd()}\n`, { mode });
  await chmod(draft, mode); // a leftover draft keeps its old mode, and the umask may have narrowed ours
  await rename(draft, file);
}

async function readIfPresent(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
