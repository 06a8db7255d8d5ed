import { isUnambiguousTimeZone } from '@liaison/access'
import { z } from 'zod'
import type { ItemFault } from '#platform/item-faults.ts'
import { LARGEST_AMOUNT, MoneyInput } from '#platform/money.ts'
import { calendarDay, instantText, plainText, publicId } from '#platform/route-input.ts'
import { INVOICE_STATES, TICKET_STATES } from './state-maps.ts'

/** What a sender may hand in, in the order in which records refer to each other. */
export const KINDS = [
  'tenants',
  'billing_accounts',
  'subscribers',
  'invoices',
  'payments',
  'tickets',
  'outages',
  'monitoring',
  'usage',
] as const

export type Kind = (typeof KINDS)[number]

const LARGEST_COUNT = 2_147_483_647

const externalId = () =>
  plainText(1, 200).meta({ description: 'The id of the record in the system that sends it.' })
const instant = () => instantText().meta({ description: 'An instant with its offset (RFC 3339).' })
const currency = () => z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code')
const count = () => z.int().min(0).max(LARGEST_COUNT)
const amount = (largest: number) => z.number().min(0).max(largest)
const slug = () =>
  z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'must be lower-case letters, digits and hyphens')

function statesOf<State extends string>(map: Readonly<Record<string, State>>, what: string) {
  return z
    .string()
    .refine((text) => Object.hasOwn(map, text), {
      message: `must be one of ${Object.keys(map).join(', ')}`,
      params: { code: 'STATE_UNKNOWN' },
    })
    .meta({ description: `The state of the ${what}, in our words or in those of the TM Forum.` })
}

const owner = {
  tenant: externalId().optional().meta({ description: 'The external id of the tenant in the same source.' }),
  tenant_id: publicId('tenant').optional(),
}

const NAME_ONE_TENANT = {
  message: 'name the tenant in either tenant or tenant_id',
  params: { code: 'TENANT_AMBIGUOUS' },
  path: ['tenant'],
}

function namesOneTenant(item: {
  readonly tenant?: string | undefined
  readonly tenant_id?: string | undefined
}): boolean {
  return (item.tenant === undefined) !== (item.tenant_id === undefined)
}

const Tenant = z.strictObject({
  external_id: externalId(),
  name: plainText(1, 200),
  slug: slug(),
  status: z.enum(['active', 'suspended', 'trial', 'closed']),
  domain: plainText(1, 253).optional(),
  plan_type: plainText(1, 60).default('standard'),
  contact: z.record(z.string().max(60), plainText(0, 300)).default({}),
  address: z.record(z.string().max(60), plainText(0, 300)).default({}),
  timezone: z
    .string()
    .max(60)
    .refine(isUnambiguousTimeZone, {
      message: 'must be an IANA time zone such as Europe/Berlin',
      params: { code: 'TIME_ZONE_UNKNOWN' },
    })
    .default('UTC'),
  currency: currency(),
  billing_cycle: z.enum(['monthly', 'quarterly', 'annual']).default('monthly'),
  current_mrr: MoneyInput.optional(),
  max_users: count().min(1).optional(),
  trial_ends_at: instant().optional(),
  subscription_starts_at: instant().optional(),
  subscription_ends_at: instant().optional(),
})

const BillingAccount = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    ban: plainText(1, 64),
    name: plainText(1, 200),
    currency: currency(),
    status: z.enum(['active', 'closed']).default('active'),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)

const Subscriber = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    name: plainText(1, 200),
    status: z.enum(['active', 'suspended', 'closed']),
    plan: plainText(1, 200).optional(),
    city: plainText(1, 200).optional(),
    postal_code: plainText(1, 20).optional(),
    billing_email: z
      .string()
      .regex(/^[^@\s]{1,64}@[^@\s]{1,189}$/, 'must be a mail address')
      .optional()
      .meta({ description: "Where reminders of this customer's invoices go. Partners never read it." }),
    activated_on: calendarDay().optional(),
    closed_on: calendarDay().optional(),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)

const Invoice = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    billing_account: externalId().meta({
      description: 'The external id of the billing account in the same source.',
    }),
    subscriber: externalId().optional(),
    number: plainText(1, 100),
    customer_name: plainText(1, 200).optional(),
    issued_on: calendarDay(),
    due_on: calendarDay(),
    status: statesOf(INVOICE_STATES, 'invoice'),
    subtotal: MoneyInput,
    tax: MoneyInput.optional(),
    paid: MoneyInput.optional(),
    paid_on: calendarDay().optional(),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)
  .refine(
    (item) =>
      [item.tax, item.paid].every(
        (money) => money === undefined || money.currency === item.subtotal.currency,
      ),
    {
      message: 'all amounts of an invoice have one currency',
      params: { code: 'CURRENCY_MIXED' },
      path: ['subtotal'],
    },
  )
  .refine((item) => Math.abs(item.subtotal.amount_minor + (item.tax?.amount_minor ?? 0)) <= LARGEST_AMOUNT, {
    message: `an invoice comes to at most ${LARGEST_AMOUNT}`,
    params: { code: 'TOO_LARGE' },
    path: ['subtotal'],
  })
  .refine((item) => item.due_on >= item.issued_on, {
    message: 'an invoice is due on or after the day of issue',
    params: { code: 'DUE_BEFORE_ISSUE' },
    path: ['due_on'],
  })
  .refine(
    (item) =>
      INVOICE_STATES[item.status] !== 'paid' ||
      item.paid === undefined ||
      item.paid.amount_minor >= item.subtotal.amount_minor + (item.tax?.amount_minor ?? 0),
    { message: 'a paid invoice is paid in full', params: { code: 'NOT_PAID_IN_FULL' }, path: ['paid'] },
  )

const Payment = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    invoice: externalId().meta({ description: 'The external id of the invoice in the same source.' }),
    amount: MoneyInput.refine((money) => money.amount_minor !== 0, {
      message: 'a payment is not zero',
      params: { code: 'ZERO' },
    }),
    received_at: instant(),
    method: plainText(1, 60).default('unknown'),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)

const Ticket = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    number: plainText(1, 60)
      .optional()
      .meta({ description: 'The number in the source; without it the next of the tenant is taken.' }),
    subscriber: externalId().optional(),
    customer_name: plainText(1, 200).optional(),
    subject: plainText(1, 300),
    description: plainText(0, 20_000).default(''),
    status: statesOf(TICKET_STATES, 'ticket'),
    priority: z.enum(['low', 'normal', 'high', 'urgent']).default('normal'),
    category: plainText(1, 60).default('general'),
    tags: z.array(plainText(1, 60)).max(20).default([]),
    assigned_to_name: plainText(1, 200).optional(),
    opened_by_name: plainText(1, 200).optional(),
    opened_by_partner: slug()
      .optional()
      .meta({ description: 'The slug of the partner that opened the ticket on behalf of the tenant.' }),
    created_at: instant(),
    first_response_at: instant().optional().meta({
      description:
        'When an agent first answered in public; without it nothing is said of how soon the ticket was answered.',
    }),
    resolved_at: instant().optional(),
    closed_reason: plainText(1, 200).optional(),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)
  .refine(
    (item) =>
      item.first_response_at === undefined || new Date(item.first_response_at) >= new Date(item.created_at),
    {
      message: 'a ticket is answered after it was opened',
      params: { code: 'ANSWERED_BEFORE_OPENED' },
      path: ['first_response_at'],
    },
  )
  .refine(
    (item) => item.resolved_at === undefined || new Date(item.resolved_at) >= new Date(item.created_at),
    {
      message: 'a ticket is resolved after it was opened',
      params: { code: 'RESOLVED_BEFORE_OPENED' },
      path: ['resolved_at'],
    },
  )

const Outage = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    service: plainText(1, 200),
    started_at: instant(),
    ended_at: instant().optional(),
    is_planned: z.boolean().default(false),
    affected_subscribers: count().optional(),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)
  .refine((item) => item.ended_at === undefined || new Date(item.ended_at) > new Date(item.started_at), {
    message: 'an outage ends after it started',
    params: { code: 'ENDS_BEFORE_START' },
    path: ['ended_at'],
  })

const Monitoring = z
  .strictObject({
    ...owner,
    external_id: externalId(),
    service: plainText(1, 200).optional(),
    started_at: instant(),
    ended_at: instant().optional().meta({ description: 'Left out while the service is still watched.' }),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)
  .refine((item) => item.ended_at === undefined || new Date(item.ended_at) > new Date(item.started_at), {
    message: 'watching ends after it started',
    params: { code: 'ENDS_BEFORE_START' },
    path: ['ended_at'],
  })

const Usage = z
  .strictObject({
    ...owner,
    day: calendarDay(),
    active_subscribers: count(),
    data_gb: amount(1e12),
    peak_mbps: amount(1e8).optional(),
    average_mbps: amount(1e8).optional(),
  })
  .refine(namesOneTenant, NAME_ONE_TENANT)

/** What one item of each kind looks like. An item is the whole record: what it leaves out is empty. */
export const ITEM_SCHEMAS = {
  tenants: Tenant,
  billing_accounts: BillingAccount,
  subscribers: Subscriber,
  invoices: Invoice,
  payments: Payment,
  tickets: Ticket,
  outages: Outage,
  monitoring: Monitoring,
  usage: Usage,
} as const satisfies Record<Kind, z.ZodType>

export type ItemOf<K extends Kind> = z.output<(typeof ITEM_SCHEMAS)[K]>

/** What is wrong with one item. */
function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

function toFaults(index: number, issue: z.core.$ZodIssue): ItemFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      index,
      pointer: toPointer([...issue.path, key]),
      code: 'UNKNOWN_FIELD',
      detail: 'This field is not known here.',
    }))
  }
  const given: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined
  return [
    {
      index,
      pointer: toPointer(issue.path),
      code: typeof given === 'string' ? given : issue.code.toUpperCase(),
      detail: issue.message,
    },
  ]
}

/** Checks one item by itself; its references are looked up later. */
export function parseItem<K extends Kind>(
  kind: K,
  raw: unknown,
  index: number,
): { item: ItemOf<K> | null; faults: ItemFault[] } {
  const parsed = ITEM_SCHEMAS[kind].safeParse(raw)
  if (!parsed.success)
    return { item: null, faults: parsed.error.issues.flatMap((issue) => toFaults(index, issue)) }
  // The schema was chosen by the kind that the type names.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { item: parsed.data as ItemOf<K>, faults: [] }
}
