import { z } from 'zod'
import { JsonInstant } from '#platform/database-json.ts'
import type { Database } from '#platform/database.ts'
import { runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { Transaction } from '#platform/transaction.ts'

const Partner = z.object({ id: z.string(), name: z.string(), status: z.string() })

const standing = {
  now: JsonInstant,
  partner: Partner.nullable(),
  setting: z.object({ embeds_dashboard: z.boolean(), dashboard_origins: z.array(z.string()) }).nullable(),
  freezes: z.array(z.object({ id: z.string(), scope: z.enum(['platform', 'partner']) })),
}

const Prepared = z.discriminatedUnion('is_key_in_force', [
  z.object({ is_key_in_force: z.literal(false) }),
  z.object({ is_key_in_force: z.literal(true), ...standing }),
])

/** What making a token depends on. */
export type Prepared = z.output<typeof Prepared>

/** Whether this key could make a token for the partner, and how the partner stands. */
export async function prepareDashboard(mandate: Mandate<'ingest'>, partnerId: string): Promise<Prepared> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.prepare_dashboard($1) as prepared', values: [partnerId] },
  ])
  return Prepared.parse(result?.rows[0]?.['prepared'])
}

/** Keeps the digest of a token; answers when it ends. */
export async function keepDashboardToken(
  mandate: Mandate<'ingest'>,
  token: { readonly partnerId: string; readonly hash: Buffer; readonly seconds: number },
): Promise<Date> {
  const [result] = await runStatements(mandate, [
    {
      text: 'select access.make_dashboard_token($1, $2, $3) as ends_at',
      values: [token.partnerId, token.hash, token.seconds],
    },
  ])
  return z.date().parse(result?.rows[0]?.['ends_at'])
}

const Figures = z.object({
  code: z.string().nullable(),
  clicks: z.int(),
  sign_ups: z.int(),
  paying: z.int(),
  money: z.array(
    z.object({
      currency: z.string(),
      earned_minor: z.int(),
      waiting_minor: z.int(),
      paid_minor: z.int(),
    }),
  ),
  today: z.string(),
  payout_day: z.int().nullable(),
})

const Opened = z
  .object({
    ...standing,
    token: z.object({ ends_at: JsonInstant, is_key_in_force: z.boolean() }),
    figures: Figures.optional(),
  })
  .nullable()

/** What a token opened: facts about it, and figures where the database lets it show them. */
export type Opened = z.output<typeof Opened>
export type Figures = z.output<typeof Figures>

async function ask(database: Database, text: string, values: readonly unknown[]): Promise<unknown> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_embed', [{ text, values }])
  await transaction.rollback()
  return results[0]?.rows[0]?.['answer']
}

/** What the token with this digest opens; null when there is none. */
export const openDashboard = async (database: Database, hash: Buffer): Promise<Opened> =>
  Opened.parse((await ask(database, 'select access.show_dashboard($1) as answer', [hash])) ?? null)

/** The sites that may show a dashboard now. */
export const readDashboardSites = async (database: Database): Promise<string[]> =>
  z.array(z.string()).parse(await ask(database, 'select access.dashboard_origins() as answer', []))
