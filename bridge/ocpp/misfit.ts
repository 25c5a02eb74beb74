/** TLS handshakes that failed, in words that say what to do. */
import type { Refusal } from "./waiting.ts";

/** @param tlsOnPlain somebody spoke TLS to the port that has none */
export function misfit(error: NodeJS.ErrnoException, tlsOnPlain: boolean): Pick<Refusal, "why" | "detail"> {
  const code = error.code ?? "";
  if (tlsOnPlain)
    return {
      why: "tls",
      detail: "It speaks TLS to the plain port. Use ws:// in its URL, or the port of the TLS listener.",
    };
  if (code === "ERR_SSL_HTTP_REQUEST")
    return {
      why: "plain_on_tls",
      detail: "It speaks without encryption to the TLS port. Use wss:// in its URL, or the plain port.",
    };
  if (
    /CERT|PEER_DID_NOT_RETURN|SELF_SIGNED|UNABLE_TO/.test(code) &&
    !code.startsWith("ERR_SSL_TLSV1_ALERT") &&
    !code.includes("ALERT")
  )
    return {
      why: "certificate",
      detail: `Its certificate was refused (${code}). It must be valid now and signed by one of tls.client_ca.`,
    };
  if (code.includes("ALERT"))
    return {
      why: "tls",
      detail: `It does not trust our certificate (${code}). It needs one it can check: right host name, complete chain, a root it knows.`,
    };
  if (/PROTOCOL|VERSION/.test(code))
    return {
      why: "tls",
      detail: `It offers an outdated TLS (${code}); 1.2 or newer is needed. A firmware update may help.`,
    };
  return { why: "tls", detail: `The TLS handshake failed (${code === "" ? error.message.slice(0, 80) : code}).` };
}
