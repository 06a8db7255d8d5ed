import { createHash } from 'node:crypto'
import { runStatements } from './mandate.ts'
import type { Mandate } from './mandate.ts'

const PRINCIPAL = `access.context_id('actor_id')`

/** How long a form is still what somebody is busy with. */
const KEPT = '1 hour'

/** Under which key: apart from those that callers choose, and told apart by the organisation, too. */
function keyOf({ tenant }: Mandate<'tenant'>, path: string): string {
  return `form:${createHash('sha256').update(`${tenant.id} ${path}`).digest('base64url')}`
}

/**
 * Keeps what a person sent with a form of several pages, so that its answer can be a redirect and browsers go back and
 * forward over pages that were only asked for (experience.md section 6, C4 and C5). One for each address, for the person
 * alone; swept with the answers that are kept for repetitions.
 */
export async function keepForm(mandate: Mandate<'tenant'>, path: string, form: object): Promise<void> {
  const body = JSON.stringify(form)
  await runStatements(mandate, [
    {
      text: `insert into idempotency_record (principal, key, operation, request_hash, body) values (${PRINCIPAL}, $1, 'FORM', $2, $3)
        on conflict (principal, key) do update set request_hash = excluded.request_hash, body = excluded.body, created_at = now()
        where idempotency_record.operation = 'FORM'`,
      values: [keyOf(mandate, path), createHash('sha256').update(body).digest(), body],
    },
  ])
}

/** What was sent last under an address, read by its schema; null where nothing is kept that fits it. */
export async function readKeptForm<Form>(
  mandate: Mandate<'tenant'>,
  path: string,
  schema: { readonly safeParse: (sent: unknown) => { readonly data?: Form | undefined } },
): Promise<Form | null> {
  const [result] = await runStatements(mandate, [
    {
      text: `select body from idempotency_record where principal = ${PRINCIPAL} and key = $1 and operation = 'FORM' and created_at > now() - interval '${KEPT}'`,
      values: [keyOf(mandate, path)],
    },
  ])
  return schema.safeParse(result?.rows[0]?.['body']).data ?? null
}
