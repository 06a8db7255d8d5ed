/** The bytes of a file as an API takes them in JSON (RFC 4648 section 4). */
export function toBase64(buffer: ArrayBuffer): string {
  return btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCodePoint(byte)).join(''))
}
