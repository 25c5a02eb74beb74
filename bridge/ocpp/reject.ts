/** The short answer to a handshake that is not taken up. */
import { STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

export function reject(socket: Duplex, status: number): void {
  if (socket.destroyed) return;
  const challenge = status === 401 ? 'WWW-Authenticate: Basic realm="OCPP", charset="UTF-8"\r\n' : "";
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Refused"}\r\n${challenge}Connection: close\r\nContent-Length: 0\r\n\r\n`,
  );
}
