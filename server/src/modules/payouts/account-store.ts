import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { runStatements, tables } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { ProblemError } from '#platform/problem.ts'
import { placeIn, SEALED_COLUMNS } from '#platform/credentials/sealed-columns.ts'
import type { Vault } from '#platform/credentials/vault.ts'
import { guarded } from './refusals.ts'
import { maskAccount } from './rules.ts'
import type { Method, PayoutTables } from './tables.ts'

/** Whoever sees accounts: an owner the own partner's, the provider all. */
type Reader = Mandate<'platform' | 'program'>

/** What is paid to, as an owner gives it; kept sealed. */
export interface AccountDetails {
  /** An IBAN or account number; for other methods what the finance system knows the partner by. */
  readonly account_number: string
  readonly bank_code: string | null
}

const placeOf = (id: string): string => placeIn(SEALED_COLUMNS.payoutAccount, id)

const SEEN = [
  'id',
  'partner_id',
  'method',
  'holder_name',
  'label',
  'country',
  'created_by_name',
  'created_at',
  'usable_from',
  'verified_at',
  'held_at',
  'hold_reason',
  'version',
] as const

function current(mandate: Reader, partnerId: string) {
  return tables<PayoutTables>(mandate)
    .selectFrom('payout_account')
    .select(SEEN)
    .where('partner_id', '=', partnerId)
    .where('ended_at', 'is', null)
}

/** The account that a partner is paid on now; undefined before it gave one. */
export const findAccount = (mandate: Reader, partnerId: string) =>
  current(mandate, partnerId).executeTakeFirst()

export type AccountRow = NonNullable<Awaited<ReturnType<typeof findAccount>>>

/** The account that a partner is paid on now. Throws PAYOUT_ACCOUNT_NOT_FOUND. */
export async function getAccount(mandate: Reader, partnerId: string): Promise<AccountRow> {
  const row = await findAccount(mandate, partnerId)
  if (!row) throw new ProblemError(404, 'PAYOUT_ACCOUNT_NOT_FOUND', 'The partner has given no account yet.')
  return row
}

/** Who answers for an account: the version that the caller read is still the newest. Throws PRECONDITION_FAILED. */
export function requireAccountVersion(row: AccountRow | undefined, expected: number): void {
  if ((row?.version ?? 0) !== expected)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The account changed after it was read.')
}

/** An account as an owner gives it. */
export interface NewAccount {
  readonly method: Method
  readonly holderName: string
  readonly country: string | null
  readonly details: AccountDetails
}

function fingerprintOf(vault: Vault, { method, details }: NewAccount): Buffer {
  const parts = [method, details.account_number, details.bank_code ?? '']
  const plain = parts.map((part) => part.replaceAll(/[\s-]/g, '').toUpperCase()).join('\n')
  return createHmac('sha256', vault.deriveKey('payout account fingerprint')).update(plain).digest()
}

/** Replaces the account of the mandate's partner; the one before stays on record and is never paid to again. */
export async function replaceAccount(
  mandate: Mandate<'program'>,
  vault: Vault,
  change: { readonly before: AccountRow | undefined; readonly account: NewAccount },
): Promise<AccountRow> {
  const { account, before } = change
  const { rows } = await sql<{ id: string }>`select uuidv7() as id`.execute(tables<PayoutTables>(mandate))
  const id = rows[0]?.id ?? ''
  if (before)
    await guarded(
      tables<PayoutTables>(mandate)
        .updateTable('payout_account')
        .set({ ended_at: mandate.origin.now })
        .where('id', '=', before.id)
        .where('ended_at', 'is', null)
        .execute(),
    )
  await guarded(
    tables<PayoutTables>(mandate)
      .insertInto('payout_account')
      .values({
        id,
        partner_id: mandate.partner.id,
        method: account.method,
        holder_name: account.holderName,
        label: maskAccount(account.details.account_number),
        country: account.country,
        sealed_details: vault.seal(Buffer.from(JSON.stringify(account.details)), placeOf(id)),
        fingerprint: fingerprintOf(vault, account),
        created_by: mandate.actor.id,
        created_by_name: mandate.actor.name,
        version: (before?.version ?? 0) + 1,
      })
      .execute(),
  )
  return getAccount(mandate, mandate.partner.id)
}

/** Mails every owner of a partner. */
export async function mailOwners(
  mandate: Reader,
  partnerId: string,
  mail: { readonly subject: string; readonly text: string },
): Promise<void> {
  await runStatements(mandate, [
    { text: 'select access.mail_partner_owners($1, $2, $3)', values: [partnerId, mail.subject, mail.text] },
  ])
}

/** What the provider decides about an account. */
export type AccountDecision =
  | { readonly act: 'verify' }
  | { readonly act: 'hold'; readonly reason: string }
  | { readonly act: 'release' }

function valuesOf(mandate: Mandate<'platform'>, decision: AccountDecision) {
  const { actor, origin } = mandate
  if (decision.act === 'verify')
    return { verified_at: origin.now, verified_by: actor.id, verified_by_name: actor.name }
  if (decision.act === 'hold')
    return { held_at: origin.now, held_by_name: actor.name, hold_reason: decision.reason }
  return { held_at: null, held_by_name: null, hold_reason: null }
}

/** Verifies, holds or releases the account of a partner; the provider never changes it. Throws PRECONDITION_FAILED. */
export async function decideAccount(
  mandate: Mandate<'platform'>,
  row: AccountRow,
  decision: AccountDecision,
): Promise<AccountRow> {
  const decided = await guarded(
    tables<PayoutTables>(mandate)
      .updateTable('payout_account')
      .set(valuesOf(mandate, decision))
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .where('ended_at', 'is', null)
      .executeTakeFirst(),
  )
  if (decided.numUpdatedRows === 0n)
    throw new ProblemError(412, 'PRECONDITION_FAILED', 'The account changed after it was read.')
  return getAccount(mandate, row.partner_id)
}

/** Accounts that wait to be verified, or whose payouts are stopped, the oldest first. */
export async function listWaiting(
  mandate: Mandate<'platform'>,
  page: { readonly limit: number; readonly offset: number },
) {
  const query = tables<PayoutTables>(mandate)
    .selectFrom('payout_account as a')
    .innerJoin('partner as p', 'p.id', 'a.partner_id')
    .where('a.ended_at', 'is', null)
    .where((eb) => eb.or([eb('a.verified_at', 'is', null), eb('a.held_at', 'is not', null)]))
  const rows = await query
    .select(SEEN.map((name) => `a.${name}` as const))
    .select(['p.name as partner_name', sql<number>`access.payout_account_sharers(a.id)`.as('shared_with')])
    .orderBy('a.created_at')
    .orderBy('a.id')
    .limit(page.limit)
    .offset(page.offset)
    .execute()
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { rows, total }
}

/** How many other partners are paid to the same account. */
export async function countSharers(mandate: Mandate<'platform'>, accountId: string): Promise<number> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.payout_account_sharers($1) as sharers', values: [accountId] },
  ])
  return Number(result?.rows[0]?.['sharers'] ?? 0)
}

/** An account with what is paid to it, for the file that goes to the bank. */
export interface OpenedAccount extends AccountDetails {
  readonly holder_name: string
  readonly country: string | null
}

/** Opens the accounts of a batch's items, by the UUID of the account. */
export async function openAccounts(
  mandate: Mandate<'platform'>,
  vault: Vault,
  ids: readonly string[],
): Promise<ReadonlyMap<string, OpenedAccount>> {
  const rows = await tables<PayoutTables>(mandate)
    .selectFrom('payout_account')
    .select(['id', 'holder_name', 'country', 'sealed_details'])
    .where('id', 'in', [...ids, '00000000-0000-0000-0000-000000000000'])
    .execute()
  return new Map(
    rows.map((row) => {
      const opened: unknown = JSON.parse(vault.open(row.sealed_details, placeOf(row.id)).toString('utf8'))
      return [row.id, { ...readDetails(opened), holder_name: row.holder_name, country: row.country }]
    }),
  )
}

/** What the provider knows the holder of an account by, where it is not paid to a bank. */
export function openPayeeReference(vault: Vault, accountId: string, sealed: Buffer): string {
  const opened: unknown = JSON.parse(vault.open(sealed, placeOf(accountId)).toString('utf8'))
  return readDetails(opened).account_number
}

function readDetails(value: unknown): AccountDetails {
  if (typeof value !== 'object' || value === null || !('account_number' in value))
    throw new Error('A payout account holds no account.')
  const bank = 'bank_code' in value && typeof value.bank_code === 'string' ? value.bank_code : null
  return { account_number: String(value.account_number), bank_code: bank }
}
