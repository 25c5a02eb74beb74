/** Keeps secrets out of the wire log and the trace log: values are hidden in the raw text, so a broken frame is masked as well. */

/** Fields whose text is a secret wherever they appear. Tags count: whoever knows one can charge. */
const SECRET_FIELDS = [
  "idTag",
  "parentIdTag",
  "idToken",
  "additionalIdToken",
  "authorizationKey",
  "basicAuthPassword",
  "apnPassword",
  "password",
  "pin",
  "secret",
  "sharedSecret",
  "token",
];
/** Quotes may be escaped: vendors put JSON into DataTransfer as text. */
const SECRET_FIELD = new RegExp(
  `(\\\\{0,3}"(?:${SECRET_FIELDS.join("|")})\\\\{0,3}"\\s*:\\s*)(?:"(?:[^"\\\\]|\\\\.)*"?|\\\\{1,3}"(?:[^"\\\\]|\\\\(?![\\\\"]))*\\\\{0,3}"?|-?\\d[\\d.eE+-]*)`,
  "gi",
);
/** A VPN's access data are secret as a whole (SetNetworkProfile). */
const VPN = /("vpn"\s*:\s*)\{[^{}]*\}?/gi;
/** Configuration entries that are secret by their name; the value stands beside the name in the same object, in any order. */
const SECRET_SETTING = /authorizationkey|basicauthpassword|password|passphrase|secret|apn|wpa|psk/i;
const SETTING_OBJECT = /\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/g;
const SETTING_VALUE = /("(?:value|attributeValue|actualValue)"\s*:\s*)"(?:[^"\\]|\\.)*"?/gi;
/** `user:password@host` in upload and download addresses, and queries, which carry signed access. Bounded, or long text takes ages. */
const URL_LOGIN = /([a-z][a-z0-9+.-]{0,15}:\\?\/\\?\/)[^\s"/@\\]{1,300}@/gi;
const URL_QUERY = /([a-z][a-z0-9+.-]{0,15}:\\?\/\\?\/[^\s"?]{0,500}\?)[^\s"]+/gi;

/** The frame's text with `***` for what must not be read. Never throws; text that holds no secret comes back unchanged. */
export function maskFrame(text: string): string {
  let masked = text.replace(SECRET_FIELD, '$1"***"').replace(VPN, '$1"***"');
  if (SECRET_SETTING.test(masked))
    masked = masked.replace(SETTING_OBJECT, (object) =>
      SECRET_SETTING.test(object) ? object.replace(SETTING_VALUE, '$1"***"') : object,
    );
  return masked.replace(URL_LOGIN, "$1***@").replace(URL_QUERY, "$1***");
}
