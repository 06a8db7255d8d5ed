import { createPublicKey, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { ConfigError } from '#platform/config.ts'

const REPORTS = '/api/v1/leak-reports'
const BODY_LIMIT_BYTES = 1024 * 1024

/** The public keys of a scanner of secrets, in the form in which GitHub publishes its own. */
const KeyFile = z.object({
  public_keys: z.array(z.object({ key_identifier: z.string().min(1), key: z.string().min(1) })).min(1),
})

/** Keys by their identifier. */
export type LeakReportKeys = ReadonlyMap<string, KeyObject>

const NO_KEYS =
  'LEAK_REPORT_KEYS: must be a file of JSON with public_keys, each with key_identifier and key in PEM'

function readKey(id: string, pem: string): KeyObject {
  try {
    return createPublicKey(pem)
  } catch (cause) {
    throw new ConfigError(`${NO_KEYS}; of ${id}: ${String(cause)}`, { cause })
  }
}

function parseKeys(text: string) {
  try {
    return KeyFile.parse(JSON.parse(text))
  } catch (cause) {
    throw new ConfigError(NO_KEYS, { cause })
  }
}

/** Reads a file of keys. Throws for one that has no key, or one that is not of the curve P-256. */
export function readLeakReportKeys(text: string): LeakReportKeys {
  const { public_keys: listed } = parseKeys(text)
  return new Map(
    listed.map(({ key_identifier: id, key }) => {
      const publicKey = readKey(id, key)
      if (publicKey.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
        throw new ConfigError(`LEAK_REPORT_KEYS: the key ${id} is not an elliptic one on P-256`)
      return [id, publicKey]
    }),
  )
}

const textOf = (header: string | string[] | undefined): string => (typeof header === 'string' ? header : '')

/** Whether the bytes are signed by a key that we know: ECDSA over SHA-256, the signature in DER and base64. */
function isSigned(keys: LeakReportKeys, { headers }: FastifyRequest, body: Buffer): boolean {
  const key = keys.get(textOf(headers['github-public-key-identifier']))
  const signature = Buffer.from(textOf(headers['github-public-key-signature']), 'base64')
  return key !== undefined && verify('sha256', body, key, signature)
}

async function readAll(payload: AsyncIterable<Uint8Array>): Promise<Buffer | null> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of payload) {
    length += part.length
    if (length > BODY_LIMIT_BYTES) return null
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/**
 * Has the signature of a report of leaks checked over the bytes as they came. One that claims a signature and does not
 * have it does nothing and is answered as any other; one without any is taken, since whoever reports a credential has it.
 * Source: embedded.md "Leak reporting"; GitHub, "Secret scanning partner program".
 */
export function mountLeakReportCheck(app: FastifyInstance, keys: LeakReportKeys): void {
  app.addHook('preParsing', async (request, reply, payload) => {
    const isReport = request.method === 'POST' && request.routeOptions.url === REPORTS
    const claims = request.headers['github-public-key-signature'] !== undefined
    if (!isReport || !claims) return payload
    const body = await readAll(payload)
    if (body !== null && isSigned(keys, request, body)) return Readable.from([body])
    request.log.warn({ event: 'leak_report_signature_refused' }, 'A report of leaks had no valid signature.')
    await reply.status(202).send({ received: true })
    return Readable.from([])
  })
}
