import { FORM_ACTIONS, decideForm, idFromUuid } from '@liaison/access'
import type { FormAction, FormDecision, FormFacts } from '@liaison/access'
import { z } from 'zod'
import { JsonInstant } from '../database-json.ts'
import type { Database } from '../database.ts'
import { LookedUpKey } from '#platform/execution/idempotency.ts'
import { issueMandate } from '../mandate.ts'
import type { AgencySide, FormSide, Mandate, TenantSide } from '../mandate.ts'
import type { RequestTrace } from '../request-trace.ts'
import type { Statement } from '../statement.ts'
import { Transaction } from '../transaction.ts'

const Config = z.object({ allowed_voucher_types: z.array(z.string()).default([]) })

const Form = z.object({
  id: z.string(),
  public_id: z.string(),
  name: z.string(),
  status: z.string(),
  is_named: z.boolean().nullable(),
  allowed_origins: z.array(z.string()),
  allows_subdomains: z.boolean(),
  is_headless: z.boolean(),
  challenge: z.enum(['off', 'required']),
  access_code_hash: z.string().nullable(),
  daily_issue_limit: z.int().nullable(),
  config: Config.nullable(),
})

const OfferedType = z.object({
  id: z.string(),
  code: z.string(),
  label: z.string(),
  duplicate_policy: z.enum(['refuse', 'review', 'allow']),
  keep_recipient_days: z.number(),
})

/** A type of voucher that is on offer. */
export type OfferedType = z.output<typeof OfferedType>

const Prepared = z.object({ is_ticket_spent: z.boolean(), type: OfferedType.nullable() }).and(LookedUpKey)

const Entered = z.object({
  now: JsonInstant,
  is_entered: z.boolean(),
  token: z
    .object({
      id: z.string(),
      kind: z.enum(['form_token', 'agency_key']),
      status: z.string(),
      mode: z.enum(['live', 'test']).nullable(),
      valid_until: JsonInstant.nullable(),
      label: z.string(),
      actions: z.array(z.enum(FORM_ACTIONS)),
      calls_per_minute: z.int().nullable(),
      allowed_networks: z.array(z.string()).nullable(),
      allowed_voucher_types: z.array(z.string()).nullable(),
    })
    .nullish(),
  form: Form.nullish(),
  agency: z
    .object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      daily_issue_limit: z.int().nullable(),
    })
    .nullish(),
  tenant: z
    .object({
      id: z.string(),
      name: z.string(),
      status: z.string(),
      timezone: z.string(),
      is_sandbox: z.boolean(),
    })
    .nullish(),
  delegation: z
    .object({ id: z.string(), status: z.string(), starts_at: JsonInstant, ends_at: JsonInstant.nullable() })
    .nullish(),
  freezes: z
    .array(z.object({ id: z.string(), scope: z.enum(['platform', 'partner', 'tenant', 'delegation']) }))
    .default([]),
  prepared: Prepared.optional(),
})

/** The facts about one credential, as the database gathered them. */
export type EnteredForm = z.output<typeof Entered>

/** What a request with a form token or a server key asks for. */
export interface FormRequest {
  readonly kind: 'form_token' | 'agency_key'
  readonly action: FormAction
  /** The digests under which the credential may be stored, one for each key that digests; in hexadecimal. */
  readonly hashes: readonly string[]
  /** The form that the path names; null for a server key. */
  readonly formPublicId: string | null
  /** What a request that issues stands on, which comes with the round trip of entering; whether any of it counts is judged where its turn is. */
  readonly preparation?: Preparation | null
  readonly trace: RequestTrace
}

/** A ticket as the database knows it: spent once, or again by the same use. */
export interface FormTicket {
  readonly nonce: Buffer
  readonly use: Buffer
  readonly endsAt: Date
}

/** What is spent, held and looked up for a request that issues. */
export interface Preparation {
  /** A signed ticket; null where the request has none of this form. */
  readonly ticket: FormTicket | null
  /** Its Idempotency-Key. */
  readonly key: string | null
  /** The code of the type of voucher that it wishes for. */
  readonly voucherType: string | null
}

/** What came of it: a mandate, or why there is none with what is known of the credential. */
export type OpenedForm =
  | {
      readonly decision: Extract<FormDecision, { effect: 'allow' }>
      readonly mandate: Mandate<'form' | 'agency_key'>
      readonly transaction: Transaction
      readonly entered: EnteredForm
      /** Whether the ticket of the request was spent by it, now or before. */
      readonly isTicketSpent: boolean
      /** What is kept under the key of the request; null where it was not looked up. */
      readonly lookedUp: LookedUpKey | null
    }
  | {
      readonly decision: Extract<FormDecision, { effect: 'deny' }>
      readonly entered: EnteredForm
      /** A server key from an address that it is not for. */
      readonly isElsewhere: boolean
    }

function toFacts(entered: EnteredForm): FormFacts {
  const { form } = entered
  return {
    now: entered.now,
    token: entered.token ?? null,
    form: form ? { status: form.status, is_named: form.is_named === true } : null,
    agency: entered.agency ?? null,
    tenant: entered.tenant ?? null,
    delegation: entered.delegation ?? null,
    freezes: entered.freezes,
  }
}

interface Admitted {
  readonly entered: EnteredForm
  readonly trace: RequestTrace
  readonly transaction: Transaction
}

/** What came with the entering, where the request issues. */
function readPrepared({ prepared }: EnteredForm) {
  return {
    isTicketSpent: prepared?.is_ticket_spent === true,
    lookedUp: prepared ?? null,
    type: prepared?.type ?? null,
  }
}

function issue({ entered, trace, transaction }: Admitted): OpenedForm {
  const { token, form, agency, tenant } = entered
  const { isTicketSpent, lookedUp, type } = readPrepared(entered)
  if (!token || !agency || !tenant) throw new Error('A credential that was let in has an agency.')
  const origin = { requestId: trace.requestId, now: entered.now, ip: trace.ip }
  const tenantSide: TenantSide = { id: idFromUuid('tenant', tenant.id), name: tenant.name }
  const agencySide: AgencySide = { id: idFromUuid('agency', agency.id), name: agency.name }
  const wished = { zone: tenant.timezone, type }
  const common = { tenant: tenantSide, agency: agencySide, wished, origin }
  const backing = { transaction, facts: null }
  const decision = { effect: 'allow' } as const
  const opened = {
    decision,
    transaction,
    entered,
    isTicketSpent,
    lookedUp,
  }
  if (token.kind === 'agency_key') {
    const key = {
      id: idFromUuid('agency_key', token.id),
      label: token.label,
      voucherTypes: token.allowed_voucher_types ?? [],
    }
    return { ...opened, mandate: issueMandate('agency_key', { ...common, key }, backing) }
  }
  if (!form) throw new Error('A form token that was let in has a form.')
  const formSide: FormSide = {
    id: idFromUuid('form', form.id),
    publicId: form.public_id,
    name: form.name,
    voucherTypes: form.config?.allowed_voucher_types ?? [],
  }
  const named = {
    ...common,
    form: formSide,
    token: { id: idFromUuid('form_token', token.id), label: token.label },
  }
  return { ...opened, mandate: issueMandate('form', named, backing) }
}

/** Nothing is spent or held where nobody was let in; a refusal takes it back with its transaction. */
function toPrepare({ ticket, key, voucherType }: Preparation) {
  const spent = ticket && {
    nonce: ticket.nonce.toString('hex'),
    use: ticket.use.toString('hex'),
    ends_at: ticket.endsAt,
  }
  return {
    prepares: true,
    ...(key !== null && { key }),
    ...(voucherType !== null && { voucher_type: voucherType }),
    ...(spent && { ticket: spent }),
  }
}

function enterStatement({ kind, action, hashes, formPublicId, preparation, trace }: FormRequest): Statement {
  const argument = {
    token_hashes: hashes,
    action,
    writes: action === 'issue',
    ...(formPublicId !== null && { form_public_id: formPublicId }),
    ...(preparation && toPrepare(preparation)),
    ...trace.toAudit(),
  }
  const enter = kind === 'form_token' ? 'access.enter_form' : 'access.enter_agency_key'
  return { text: `select ${enter}($1) as facts`, values: [argument] }
}

/**
 * Opens the transaction of a form token or a server key. The database finds the credential's own row and lets it in or
 * does not; the kernel decides the same a second time, and both have to agree on yes. Leaves nothing open on a no.
 */
export async function openForForm(database: Database, request: FormRequest): Promise<OpenedForm> {
  const { action, trace } = request
  const [transaction, results] = await Transaction.begin(database, 'liaison_embed', [enterStatement(request)])
  try {
    const entered = Entered.parse(results[0]?.rows[0]?.['facts'])
    const decision = decideForm(toFacts(entered), action)
    if (decision.effect === 'allow' && entered.is_entered) return issue({ entered, trace, transaction })
    await transaction.rollback()
    // A server key from an address that it is not for: the database alone knows the networks.
    const code = decision.effect === 'deny' ? decision.code : ('ACTION_NOT_GIVEN' as const)
    return { decision: { effect: 'deny', code }, entered, isElsewhere: decision.effect === 'allow' }
  } catch (error) {
    await transaction.rollback()
    throw error
  }
}

/** A use of a credential within a minute; the origin is that of the page, where there is one. */
export interface FormUse {
  readonly credential: string
  readonly origin: string | null
  readonly at: Date
  readonly count: number
}

/** A page that showed a form, or tried to. */
export interface FormVisit {
  readonly form: string
  readonly origin: string
  readonly is_allowed: boolean
  readonly at: Date
  readonly count: number
}

/** Writes what a process noted of the use of forms. */
export async function noteFormUse(
  database: Database,
  { uses, visits }: { readonly uses: readonly FormUse[]; readonly visits: readonly FormVisit[] },
): Promise<void> {
  await database
    .pool('liaison_embed')
    .query('select access.note_form_use($1, $2)', [JSON.stringify(uses), JSON.stringify(visits)])
}

const Shown = z.object({
  now: JsonInstant,
  id: z.string(),
  tenant_id: z.string(),
  tenant_name: z.string(),
  agency_name: z.string(),
  delegation_id: z.string(),
  name: z.string(),
  allowed_origins: z.array(z.string()),
  is_headless: z.boolean(),
  challenge: z.enum(['off', 'required']),
  asks_code: z.boolean(),
  config: z.record(z.string(), z.unknown()),
  voucher_types: z.array(z.object({ code: z.string(), label: z.string() })),
})

/** What the document of a form shows. */
export type ShownForm = z.output<typeof Shown>

/** A form by its public key, which is no credential; null unless it could be used now. */
export async function showForm(database: Database, publicId: string): Promise<ShownForm | null> {
  const [transaction, results] = await Transaction.begin(database, 'liaison_embed', [
    { text: 'select access.show_form($1) as form', values: [publicId] },
  ])
  await transaction.rollback()
  return Shown.nullable().parse(results[0]?.rows[0]?.['form'] ?? null)
}
