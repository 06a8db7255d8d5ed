import { sql } from 'kysely'
import { createHash } from 'node:crypto'
import { decodeId, isAction } from '@liaison/access'
import type { PartnerId } from '@liaison/access'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { AgreementTold } from './party.ts'
import { namingConflicts } from './store.ts'
import type { ConsentTables, Payer } from './tables.ts'

export type RequestRow = Selectable<ConsentTables['consent_request']>

/** The digest under which an interaction is stored. */
export function digestUid(uid: string): Buffer {
  return createHash('sha256').update(uid).digest()
}

const NOT_FOUND = () =>
  new ProblemError(
    404,
    'CONSENT_REQUEST_NOT_FOUND',
    'No request for access waits for you under this address.',
  )

/**
 * A request by the key of its pages: the interaction for the person who was asked, its id for a second approver. Held
 * until the transaction ends when it is about to be answered. Throws CONSENT_REQUEST_NOT_FOUND.
 */
export async function getRequest(
  mandate: Mandate<'identity' | 'tenant'>,
  key: string,
  use: 'look' | 'answer',
): Promise<RequestRow> {
  const id = decodeId('consent_request', key)
  const all = tables<ConsentTables>(mandate).selectFrom('consent_request').selectAll()
  const query = use === 'answer' ? all.forUpdate() : all
  const row = await (
    id === null ? query.where('uid_hash', '=', digestUid(key)) : query.where('id', '=', id)
  ).executeTakeFirst()
  if (!row) throw NOT_FOUND()
  return row
}

const Parties = z.object({
  client: z.object({
    id: z.string(),
    name: z.string(),
    description: z.string().nullable(),
    environment: z.enum(['sandbox', 'live']),
    status: z.string(),
    mask: z.string(),
    redirect_uris: z.array(z.string()),
    /** The digest of the image that the provider approved. */
    logo: z.string().nullable(),
    // While servers are replaced, a newer one may have let a client speak of an action that this one does not offer.
    needs: z
      .array(z.object({ action: z.string(), is_needed: z.boolean(), why: z.string().nullable() }))
      .transform((all) =>
        all.flatMap(({ action, ...said }) => (isAction(action) ? [{ ...said, action }] : [])),
      ),
  }),
  partner: z.object({
    id: z.string(),
    name: z.string(),
    kinds: z.array(z.string()),
    status: z.string(),
    website: z.string().nullable(),
    legal_name: z.string().nullable(),
    agreement: AgreementTold.nullable(),
    support_contact: z.string().nullable(),
    since: z.string().transform((text) => new Date(text)),
  }),
})

/** The client and the partner that ask, as they are now. */
export type Parties = z.output<typeof Parties>

/** Who asks, as it is now. Throws CONSENT_REQUEST_NOT_FOUND for a request that this side does not decide. */
export async function readParties(
  mandate: Mandate<'identity' | 'tenant'>,
  requestId: string,
): Promise<Parties> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.consent_parties($1) as parties', values: [requestId] },
  ])
  const found: unknown = result?.rows[0]?.['parties']
  if (found === null || found === undefined) throw NOT_FOUND()
  return Parties.parse(found)
}

/** A billing account of the own organisation, with who pays for it now. */
export interface OwnAccount {
  readonly id: string
  readonly ban: string
  readonly name: string
  readonly currency: string
  readonly status: 'active' | 'closed'
  readonly payer: Payer | null
}

/** How many accounts of an organisation can be chosen from. */
const MOST_ACCOUNTS = 10_000

/** The billing accounts of the mandate's organisation, by number. */
export async function listAccounts(mandate: Mandate<'tenant'>): Promise<OwnAccount[]> {
  const [result] = await runStatements(mandate, [
    {
      text: `select a.id, a.ban, a.name, a.currency, a.status, p.payer from billing_account a left join access.payers_of_accounts() p on p.account_id = a.id
        where a.tenant_id = $1 order by a.status, a.ban limit ${MOST_ACCOUNTS}`,
      values: [mandate.tenant.id],
    },
  ])
  // The columns are those of the query above.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return (result?.rows ?? []) as unknown as OwnAccount[]
}

/** Whether the mandate's organisation is one for trying things out. */
export async function isSandbox(mandate: Mandate<'tenant'>): Promise<boolean> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('tenant')
    .select('is_sandbox')
    .where('id', '=', mandate.tenant.id)
    .executeTakeFirst()
  return row?.is_sandbox === true
}

/** An organisation that the person belongs to. */
export interface OwnOrganisation {
  readonly id: string
  readonly name: string
  readonly is_sandbox: boolean
  readonly role: string
}

/** The organisations that a person belongs to, by name. */
export function listOrganisations(
  mandate: Mandate<'identity'>,
  personId: string,
): Promise<OwnOrganisation[]> {
  return tables<ConsentTables>(mandate)
    .selectFrom('tenant_member')
    .innerJoin('tenant', 'tenant.id', 'tenant_member.tenant_id')
    .select(['tenant.id', 'tenant.name', 'tenant.is_sandbox', 'tenant_member.role'])
    .where('tenant_member.person_id', '=', personId)
    .where('tenant_member.status', '=', 'active')
    .where('tenant.status', '!=', 'closed')
    .orderBy('tenant.name')
    .execute()
}

/** Answers a request that is in one of these states; false when somebody else was faster. */
export async function answerRequest(
  mandate: Mandate<'identity' | 'tenant'>,
  row: Pick<RequestRow, 'id' | 'status'>,
  answer: Readonly<Record<string, unknown>>,
): Promise<boolean> {
  const updated = await namingConflicts(
    tables<ConsentTables>(mandate)
      .updateTable('consent_request')
      .set(answer)
      .where('id', '=', row.id)
      .where('status', '=', row.status)
      .executeTakeFirst(),
  )
  return updated.numUpdatedRows === 1n
}

/** The requests of the mandate's organisation that wait for a second approver, oldest first; those of one partner alone if it is named. */
export function listWaiting(mandate: Mandate<'tenant'>, partnerId?: PartnerId): Promise<RequestRow[]> {
  const all = tables<ConsentTables>(mandate).selectFrom('consent_request')
  return (partnerId === undefined ? all : all.where('partner_id', '=', partnerId))
    .selectAll()
    .where('tenant_id', '=', mandate.tenant.id)
    .where('status', '=', 'waiting')
    .where('ends_at', '>', mandate.origin.now)
    .orderBy('id')
    .limit(200)
    .execute()
}

/** The partner of the mandate, as a consent page shows it. */
export async function readOwnPartner(mandate: Mandate<'program'>): Promise<Parties['partner']> {
  const row = await tables<ConsentTables>(mandate)
    .selectFrom('partner')
    .select([
      'id',
      'name',
      'kinds',
      'status',
      'approved_website as website',
      'legal_name',
      'approved_support_contact as support_contact',
      sql<AgreementTold | null>`(select jsonb_build_object('title', g.title, 'version', g.version)
        from agreement g join program m on m.id = g.program_id and m.code = 'standard'
        where g.partner_id = partner.id and g.effective @> statement_timestamp())`.as('agreement'),
      sql<Date>`onboarding_date::timestamp at time zone 'utc'`.as('since'),
    ])
    .where('id', '=', mandate.partner.id)
    .executeTakeFirstOrThrow()
  return { ...row, kinds: [...row.kinds] }
}
