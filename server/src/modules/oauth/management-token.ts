import { createHash } from 'node:crypto'
import { decodeId } from '@liaison/access'
import { thumbprintOfCertificate } from '@liaison/guard'
import type { ClientId } from '@liaison/access'
import { calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import type { FastifyRequest } from 'fastify'
import { sentMethodOf } from '#platform/http/head-requests.ts'
import { useOnce } from './artifact-store.ts'
import { Confirmation } from './claims-schema.ts'
import { mayComeFrom } from './client-metadata.ts'
import { findClientMetadata } from './client-store.ts'
import { isIssued } from './grant-store.ts'
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

/** What came with a request: a token, and the proof of its key or nothing but the certificate of the connection. */
interface Evidence {
  readonly token: string
  readonly proof: string | null
}

function readEvidence({ certificates }: OAuthParts, { headers }: FastifyRequest): Evidence | null {
  const [, scheme = '', token = ''] =
    /^(DPoP|Bearer) ([!-~]+)$/i.exec(onlyHeader(headers.authorization) ?? '') ?? []
  const proof = onlyHeader(headers['dpop'])
  if (scheme.toLowerCase() === 'dpop') return proof === null ? null : { token, proof }
  return scheme !== '' && headers['dpop'] === undefined && certificates ? { token, proof: null } : null
}

/** Whether a token came with what it is bound to. */
async function isBound(
  parts: OAuthParts,
  { request, token, proof }: Evidence & { readonly request: FastifyRequest },
  cnf: unknown,
): Promise<boolean> {
  const bound = Confirmation.safeParse(cnf).data
  if (!bound) return false
  if ('x5t#S256' in bound) {
    const certificate = proof === null ? parts.certificates?.(request.raw) : null
    return certificate ? thumbprintOfCertificate(certificate) === bound['x5t#S256'] : false
  }
  const url = `${parts.places.authOrigin()}${request.url.split('?', 1)[0] ?? ''}`
  return (
    proof !== null && isProven(parts, { method: sentMethodOf(request.raw), url, token, proof }, bound.jkt)
  )
}

/** A client that came with a token for a resource that opens no tenant's data. */
export interface TokenHolder {
  readonly clientId: ClientId
  /** The `jti` of the token. */
  readonly tokenId: string
  readonly scopes: ReadonlySet<string>
}

/** Whose bound token for a resource came with a request, shown with its proof or its certificate. Null for anything else. */
export async function readTokenHolder(
  parts: OAuthParts,
  request: FastifyRequest,
  resource: string,
): Promise<TokenHolder | null> {
  const evidence = readEvidence(parts, request)
  if (!evidence) return null
  const payload = await verifySignature(parts, evidence.token, resource)
  const publicId = String(payload?.['client_id'])
  const clientId = decodeId('api_client', publicId)
  if (!payload || clientId === null) return null
  const tokenId = String(payload['jti'])
  if (!(await isIssued(parts.database, { tokenId, clientId }))) return null
  if (!(await isBound(parts, { ...evidence, request }, payload['cnf']))) return null
  // A client that was stopped since holds nothing any more, and a token is of no use outside of the client's networks.
  const client = await findClientMetadata(parts.database, publicId)
  if (!client || !mayComeFrom(client['networks'], request.ip)) return null
  return { clientId, tokenId, scopes: new Set(String(payload['scope']).split(' ')) }
}
