import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { plainText } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { listKeys, moveKeys } from './key-store.ts'
import type { KeyRow } from './key-store.ts'
import { makeSigningKey } from './keys.ts'

const SigningKey = z.strictObject({
  kid: z.string(),
  state: z.enum(['next', 'active', 'retired']),
  created_at: z.string(),
  activated_at: z.string().nullable(),
  retired_at: z.string().nullable(),
  withdrawn_at: z
    .string()
    .nullable()
    .meta({ description: 'When an emergency rotation ended everything that the key had signed.' }),
  public_jwk: z.record(z.string(), z.string()).nullable().meta({
    description:
      'The public half, with which what the key signed is verified after it left `jwks_uri`: an answer of introspection that was kept as evidence. None of a key that was withdrawn, since anybody may have signed with it.',
  }),
})

const SigningKeys = z.strictObject({ items: z.array(SigningKey) })

function toBody(row: KeyRow): z.input<typeof SigningKey> {
  return {
    kid: row.kid,
    state: row.state,
    created_at: row.created_at.toISOString(),
    activated_at: row.activated_at?.toISOString() ?? null,
    retired_at: row.retired_at?.toISOString() ?? null,
    withdrawn_at: row.withdrawn_at?.toISOString() ?? null,
    public_jwk: row.withdrawn_at === null ? row.public_jwk : null,
  }
}

/** How a rotation is asked for. */
export interface KeyRotation {
  readonly vault: Vault
  readonly reason?: string | undefined
  /** For keys that are no longer safe: new ones sign at once, and nothing that earlier ones signed counts any more. */
  readonly isAtOnce?: boolean
}

/**
 * Rotates the keys that sign access tokens, without a restart: the next key signs from now on, the one that signed
 * stays published until its tokens have ended. At once, it replaces all keys, since whoever read one may have read the
 * next one too, and no token that they signed counts within a second. Source: reliability.md section 2. Throws SIGNING_KEYS_MISSING before the first token was ever asked for,
 * SIGNING_KEYS_FRESH while the next key was published less than a minute ago.
 */
export async function rotateSigningKeys(
  mandate: Mandate<'platform'> | Mandate<'system'>,
  { vault, reason, isAtOnce = false }: KeyRotation,
): Promise<{ readonly retired: string; readonly active: string }> {
  const moved = await moveKeys(mandate, {
    next: await makeSigningKey(vault),
    active: isAtOnce ? await makeSigningKey(vault) : null,
  })
  if (moved.is === 'missing')
    throw new ProblemError(
      409,
      'SIGNING_KEYS_MISSING',
      'There are no signing keys yet; the first token makes them.',
    )
  if (moved.is === 'fresh')
    throw new ProblemError(409, 'SIGNING_KEYS_FRESH', 'The next key was published less than a minute ago.')
  const { retired, active } = moved
  recordEvent(mandate, {
    action: 'platform.signing_keys.rotate',
    resource: { type: 'signing_key', label: active },
    changes: { active: { before: retired, after: active } },
    ...(reason !== undefined && { reason }),
  })
  return { retired, active }
}

/** The signing keys for the platform's administrators. */
export function makeKeyRoutes(services: Services): readonly Route[] {
  return [
    route({
      method: 'GET',
      path: '/api/v1/admin/signing-keys',
      summary: 'List the keys that sign access tokens',
      input: {},
      access: { permission: 'platform.keys.manage' },
      limit: 'list',
      responses: { 200: SigningKeys },
      async handle({ mandate }) {
        const rows = await listKeys(mandate)
        return { items: rows.map(toBody) }
      },
    }),
    route({
      method: 'POST',
      path: '/api/v1/admin/signing-keys/rotate',
      summary: 'Sign access tokens with the next key from now on',
      input: {
        body: z.strictObject({
          reason: plainText(1, 500),
          at_once: z.boolean().default(false).meta({
            description:
              'For keys that are no longer safe: all are replaced, and no token that they signed counts any more.',
          }),
        }),
      },
      access: { permission: 'platform.keys.manage' },
      limit: 'write',
      problems: ['SIGNING_KEYS_MISSING', 'SIGNING_KEYS_FRESH'],
      responses: { 200: SigningKeys },
      async handle({ mandate, body }) {
        await rotateSigningKeys(mandate, {
          vault: services.vault,
          reason: body.reason,
          isAtOnce: body.at_once,
        })
        const rows = await listKeys(mandate)
        return { items: rows.map(toBody) }
      },
    }),
  ]
}
