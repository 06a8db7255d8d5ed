import { base64url } from 'jose'

const encoder = new TextEncoder()

/** SHA-256 of a text in base64url, as in `ath` (RFC 9449 section 4.2). */
export async function digestText(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text))))
}
