import { createHash } from 'node:crypto'
import { decodeId } from '@liaison/access'
import type { ClientId } from '@liaison/access'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { FastifyRequest } from 'fastify'
import { useOnce } from './artifact-store.ts'
import { findClientMetadata } from './client-store.ts'
import { isRevoked } from './grant-store.ts'
import type { OAuthParts } from './parts.ts'
import { CLOCK_TOLERANCE_SECONDS, SIGNATURES } from './settings.ts'
import { verifySignature } from './token-reader.ts'

const PROOF_SECONDS = 300

function onlyHeader(value: string | string[] | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

interface Presented {
  readonly method: string
  readonly url: string
  readonly token: string
  readonly proof: string
}

/** Whether a proof is for this request and this token, fresh, and seen for the first time (RFC 9449 section 4.3). */
async function isProven(parts: OAuthParts, presented: Presented, thumbprint: unknown): Promise<boolean> {
  const { method, url, token, proof } = presented
  try {
    const { payload, protectedHeader } = await jwtVerify(proof, EmbeddedJWK, {
      typ: 'dpop+jwt',
      algorithms: [...SIGNATURES],
      maxTokenAge: PROOF_SECONDS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: parts.clock(),
      requiredClaims: ['jti', 'htm', 'htu', 'ath'],
    })
    const { jwk } = protectedHeader
    const claimed = jwk ? await calculateJwkThumbprint(jwk) : ''
    const digest = createHash('sha256').update(token).digest('base64url')
    const isForThis = payload['htm'] === method && payload['htu'] === url && payload['ath'] === digest
    if (!isForThis || claimed !== thumbprint) return false
    return await useOnce(parts.database, `proof ${claimed} ${payload.jti ?? ''}`, 2 * PROOF_SECONDS)
  } catch {
    return false
  }
}

function thumbprintOf(payload: Readonly<Record<string, unknown>>): unknown {
  const { cnf } = payload
  return typeof cnf === 'object' && cnf !== null && 'jkt' in cnf ? cnf.jkt : null
}

/** A client that came with a token for a resource that opens no tenant's data. */
export interface TokenHolder {
  readonly clientId: ClientId
  readonly scopes: ReadonlySet<string>
}

/** Whose bound token for a resource came with a request, shown with its proof. Null for anything else. */
export async function readTokenHolder(
  parts: OAuthParts,
  request: FastifyRequest,
  resource: string,
): Promise<TokenHolder | null> {
  const token = /^DPoP ([!-~]+)$/i.exec(onlyHeader(request.headers.authorization) ?? '')?.[1]
  const proof = onlyHeader(request.headers['dpop'])
  if (token === undefined || proof === null) return null
  const payload = await verifySignature(parts, token, resource)
  if (!payload || (await isRevoked(parts.database, String(payload['jti'])))) return null
  const url = `${parts.places.authOrigin()}${request.url.split('?', 1)[0] ?? ''}`
  if (!(await isProven(parts, { method: request.method, url, token, proof }, thumbprintOf(payload))))
    return null
  const publicId = String(payload['client_id'])
  const clientId = decodeId('api_client', publicId)
  // A client that was stopped since holds nothing any more.
  if (clientId === null || !(await findClientMetadata(parts.database, publicId))) return null
  return { clientId, scopes: new Set(String(payload['scope']).split(' ')) }
}
