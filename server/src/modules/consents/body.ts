import { ACTION_NAMES, LINK_STATUSES, linkStatusWord, SCOPE_NAMES } from '@liaison/access'
import { z } from 'zod'
import { publicIdOf } from '#platform/public-id.ts'
import { LANGUAGES } from '#platform/words/language.ts'
import { Money } from '#platform/money.ts'
import { sentAt } from '#platform/route.ts'
import { isoOf } from '#platform/instant.ts'
import { toAmounts } from './order-limits.ts'
import { AgreementTold } from './party.ts'
import { payerSentence, sentencesOf } from './rules.ts'
import { listHistory } from './store.ts'
import type { ConsentMandate } from './store.ts'
import type { ConsentRow, ShownConsent } from './tables.ts'

const ActionName = z.enum(ACTION_NAMES)
const ScopeName = z.enum(SCOPE_NAMES)

const AccountBody = z.strictObject({
  billing_account_id: z.string(),
  ban: z.string().meta({
    description: 'For a partner that is given references, its reference in the place of the number.',
  }),
  customer_ref: z.string().nullable().meta({
    description: 'What stands for the account with this partner alone; null where it is told the number.',
  }),
  currency: z.string(),
  name: z.string().nullable().meta({ description: 'Null for the partner.' }),
  status: z.enum(['active', 'closed']),
  who_pays: z.string().nullable().meta({ description: 'In words; null for the partner.' }),
})

/** What every side reads of a consent. */
export const consentFields = {
  consent_id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  partner_id: z.string(),
  partner_name: z.string(),
  client: z.strictObject({
    client_id: z.string(),
    name: z.string(),
    environment: z.enum(['sandbox', 'live']),
    status: z.string(),
  }),
  status: z.enum(LINK_STATUSES),
  status_word: z.string(),
  status_reason: z.string().nullable(),
  status_changed_at: z.string(),
  status_changed_by: z.enum(['partner', 'tenant', 'provider', 'clock']).nullable(),
  scopes: z.array(ScopeName),
  actions: z.array(ActionName),
  can: z.array(z.string()),
  cannot: z.array(z.string()),
  order_limits: z.array(Money).meta({
    description:
      'What orders may cost in a calendar month (UTC), once and for their first month; a currency that is not named has no limit.',
  }),
  max_revocation_seconds: z.int().nullable().meta({
    description:
      'How many seconds after a revocation anything may still be opened. Tokens are then for the decision point alone; null where it was not bounded, so that whoever checks tokens without asking notices when they end, after five minutes at most.',
  }),
  networks_in_force: z.boolean().meta({
    description:
      'Whether calls have to come from networks that the organisation named for this consent. Tokens are then for the decision point alone. Which those are the organisation and the provider read.',
  }),
  ordered_this_month: z
    .array(Money)
    .meta({ description: 'What the orders of this month cost so far, without those that came to nothing.' }),
  accounts: z.array(AccountBody),
  starts_at: z.string(),
  ends_at: z.string(),
  purpose: z.string().nullable(),
  reference: z.string().nullable(),
  approved_at: z.string().nullable(),
  approved_by_name: z.string().nullable(),
  first_approved_by_name: z.string().nullable(),
  last_used_at: z
    .string()
    .nullable()
    .meta({ description: 'The last call under this consent, within 90 days.' }),
  epoch: z.int().meta({ description: 'Tokens that name an older one are stale.' }),
  version: z.int(),
} as const

export const ConsentBody = z.strictObject(consentFields)

/** What the organisation and the provider read besides. */
export const approverFields = {
  networks: z.array(z.string()).meta({
    description: 'The networks that calls have to come from; none where they may come from anywhere.',
  }),
  approver_leaves: z.enum(['suspend', 'keep', 'ask']),
  approver_is_here: z.boolean().nullable(),
  confirm_until: z
    .string()
    .nullable()
    .meta({ description: 'The approver has left; without another one by then, access is suspended.' }),
} as const

export const HistoryBody = z.strictObject({
  changed_at: z.string(),
  version: z.int(),
  event: z.string(),
  by: z.string().nullable(),
  name: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
})

const shownFields = {
  text_version: z.int(),
  language: z.enum(LANGUAGES).meta({ description: 'The language in which it was shown.' }),
  partner: z.string(),
  legal_name: z.string().nullable().meta({
    description:
      'The legal name of the partner as the provider had verified it; null where it was not shown.',
  }),
  support_contact: z.string().nullable().meta({
    description:
      'Where the partner helped people of tenants, as the provider had approved it; null where none was shown.',
  }),
  agreement: AgreementTold.nullable().meta({
    description:
      'The agreement of the partner with the provider that was in force; null where none was shown.',
  }),
  client: z.string(),
  purpose: z.string().nullable(),
  actions: z.array(ActionName),
  scopes: z.array(ScopeName),
  can: z.array(z.string()),
  needed: z
    .array(ActionName)
    .meta({ description: 'What the client said it does not work without, so that it was not to be chosen.' }),
  limits: z.array(z.string()).meta({ description: 'What orders may cost.' }),
  stops: z
    .string()
    .nullable()
    .meta({ description: 'How soon a revocation counts; null where it was not bounded.' }),
  networks: z
    .string()
    .nullable()
    .meta({ description: 'From where calls may come; null where from anywhere.' }),
  cannot: z.array(z.string()),
  accounts: z.array(
    z.strictObject({ billing_account_id: z.string(), ban: z.string(), name: z.string(), pays: z.string() }),
  ),
  starts_at: z.string(),
  ends_at: z.string(),
} as const

const ShownFields = z.strictObject(shownFields)

export const ShownBody = z
  .strictObject({
    ...shownFields,
    second: ShownFields.nullable().meta({
      description: 'What the second of two approvers was shown, word for word; null where one decided alone.',
    }),
  })
  .nullable()
  .meta({ description: 'What the approver was shown, word for word.' })

const accountId = (id: string) => publicIdOf('billing_account', id)

/** The public form of a consent; `now` decides what its state is called. */
export function toConsent(row: ConsentRow, now: Date): z.output<typeof ConsentBody> {
  const { client, accounts, last_used_at: lastUsedAt } = row.card
  const isPartner = accounts.every(({ name }) => name === null)
  return {
    consent_id: publicIdOf('consent', row.id),
    tenant_id: publicIdOf('tenant', row.tenant_id),
    tenant_name: row.tenant_name ?? '',
    partner_id: publicIdOf('partner', row.partner_id),
    partner_name: row.partner_name ?? '',
    client: {
      client_id: publicIdOf('api_client', client.id),
      name: client.name,
      environment: client.environment,
      status: client.status,
    },
    status: row.status,
    status_word: linkStatusWord(row, now).word,
    status_reason: row.status_reason,
    status_changed_at: row.status_changed_at.toISOString(),
    status_changed_by: row.status_changed_by_side,
    scopes: [...row.scopes],
    actions: [...row.actions],
    ...sentencesOf(row.actions),
    order_limits: toAmounts(row.order_limits),
    max_revocation_seconds: row.max_revocation_seconds,
    networks_in_force: row.card.has_networks,
    ordered_this_month: toAmounts(row.ordered_this_month),
    accounts: accounts.map((account) => ({
      billing_account_id: accountId(account.id),
      ban: account.ban,
      customer_ref: account.customer_ref ?? null,
      currency: account.currency,
      name: account.name,
      status: account.status,
      who_pays: isPartner ? null : payerSentence(account, row.tenant_id),
    })),
    starts_at: row.starts_at.toISOString(),
    ends_at: row.ends_at.toISOString(),
    purpose: row.purpose,
    reference: row.reference,
    approved_at: isoOf(row.approved_at),
    approved_by_name: row.approved_by_name,
    first_approved_by_name: row.first_approved_by_name,
    last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
    epoch: row.epoch,
    version: row.version,
  }
}

/** What concerns the approver of a consent. */
export function toApprover(row: ConsentRow) {
  return {
    networks: [...(row.card.networks ?? [])],
    approver_leaves: row.approver_leaves,
    approver_is_here: row.card.approver_is_here,
    // What the clock has not noted yet: whoever allowed it is back.
    confirm_until: row.card.approver_is_here === true ? null : isoOf(row.reconfirm_due_at),
  }
}

function toShownFields(shown: Omit<ShownConsent, 'second'>): z.output<typeof ShownFields> {
  return {
    ...shown,
    language: shown.language ?? 'en',
    legal_name: shown.legal_name ?? null,
    support_contact: shown.support_contact ?? null,
    agreement: shown.agreement ?? null,
    actions: [...shown.actions],
    scopes: [...shown.scopes],
    can: [...shown.can],
    needed: [...(shown.needed ?? [])],
    limits: [...(shown.limits ?? [])],
    stops: shown.stops ?? null,
    networks: shown.networks ?? null,
    cannot: [...shown.cannot],
    accounts: shown.accounts.map(({ id, ban, name, pays }) => ({
      billing_account_id: accountId(id),
      ban,
      name,
      pays,
    })),
  }
}

/** What the approvers were shown, with public ids. */
export function toShownBody(shown: ShownConsent | null): z.output<typeof ShownBody> {
  if (!shown) return null
  const { second, ...first } = shown
  return { ...toShownFields(first), second: second ? toShownFields(second) : null }
}

/** The history of a consent, newest first. */
export async function readHistory(
  mandate: ConsentMandate,
  id: string,
): Promise<z.output<typeof HistoryBody>[]> {
  const lines = await listHistory(mandate, id)
  return lines.map(({ changed_at: at, version, event, detail }) => {
    const { by, name, ...rest } = detail
    return {
      changed_at: at.toISOString(),
      version,
      event,
      by: typeof by === 'string' ? by : null,
      name: typeof name === 'string' ? name : null,
      detail: rest,
    }
  })
}

/** An answer with the version of the consent, so that the next change can name what was read. */
export function withVersion<Body>(body: Body, row: { readonly version: number }) {
  return sentAt(body, row.version)
}
