import { z } from 'zod'

// The database writes an instant with its offset; every answer tells it in UTC, to the millisecond.
const Instant = z.string().overwrite((text) => new Date(text).toISOString())
const Address = z.string().nullable()

/** What is kept of one person, without anything of the customers or colleagues whose records the person worked on. */
export const PersonRecord = z
  .strictObject({
    person: z.strictObject({
      id: z.uuid(),
      name: z.string(),
      email: z.string(),
      status: z.enum(['active', 'inactive']),
      language: z.string(),
      shortcuts: z.boolean(),
      since: Instant,
      changed_at: Instant,
    }),
    works_for: z.array(
      z.strictObject({
        kind: z.enum(['provider', 'partner', 'organisation']),
        name: z.string().optional(),
        role: z.string(),
        status: z.string(),
        since: Instant,
      }),
    ),
    sign_in: z.strictObject({
      password_changed_at: Instant.nullable(),
      authenticator_app_since: Instant.nullable(),
      recovery_codes_left: z.int(),
      passkeys: z.array(
        z.strictObject({ name: z.string(), since: Instant, last_used_at: Instant.nullable() }),
      ),
    }),
    sessions: z.array(
      z.strictObject({
        began_at: Instant,
        last_seen_at: Instant,
        ended_at: Instant.nullable(),
        factor: z.string(),
        network_address: Address,
        browser: z.string().nullable(),
      }),
    ),
    mails: z.array(z.strictObject({ sent_at: Instant, subject: z.string() })),
    signatures: z.array(
      z.strictObject({
        agreement_id: z.uuid(),
        name: z.string(),
        email: z.string(),
        typed_name: z.string(),
        as: z.string(),
        signed_at: Instant,
        network_address: Address,
        browser: z.string().nullable(),
      }),
    ),
    acts: z
      .array(
        z.strictObject({
          at: Instant,
          action: z.string(),
          outcome: z.string(),
          times: z.int(),
          partner: z.string().nullable(),
          organisation: z.string().nullable(),
          network_address: Address,
          browser: z.string().nullable(),
          reason: z.string().nullable(),
        }),
      )
      .meta({ description: 'What the person did, the newest first; at most 10,000.' }),
    acts_in_all: z.int(),
    done_to_you: z
      .array(z.strictObject({ at: Instant, action: z.string(), outcome: z.string() }))
      .meta({ description: 'What others did to the person’s record; at most 10,000.' }),
  })
  .meta({ id: 'PersonRecord' })
