import { importJWK, SignJWT } from 'jose'
import { epochSecondsOf } from '#platform/instant.ts'
import type { OAuthParts } from './parts.ts'
import { issuerOf } from './settings.ts'

/** The media type of an answer of introspection that its reader can keep as evidence (RFC 9701 section 4). */
export const SIGNED_ANSWER = 'application/token-introspection+jwt'

/** Whether somebody asks for a signed answer by name; a wish for anything at all is none. */
export function wantsSigned(accept: string | undefined): boolean {
  return (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return type === SIGNED_ANSWER && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter))
  })
}

/**
 * Signs what introspection answers, for whoever asked and nobody else. It has a type of its own, neither an end nor a
 * subject, so that it is never taken for a token (RFC 9701 sections 5 and 8.1).
 */
export async function signAnswer(parts: OAuthParts, audience: string, answer: object): Promise<string> {
  const { keys } = await parts.keys.read()
  const [active] = keys
  return new SignJWT({ token_introspection: answer })
    .setProtectedHeader({ alg: active.alg, typ: 'token-introspection+jwt', kid: active.kid })
    .setIssuer(issuerOf(parts.places))
    .setAudience(audience)
    .setIssuedAt(epochSecondsOf(parts.clock()))
    .sign(await importJWK({ ...active }))
}
