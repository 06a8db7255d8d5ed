import { z } from 'zod'
import { recordEvent } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { route, sent } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import { isoOf } from '#platform/instant.ts'
import { showVoucherCode } from './code.ts'
import { recipientIdentities } from './identity.ts'
import type { Identity } from './identity.ts'
import { eraseRecipient, findKept } from './recipient-store.ts'
import type { KeptRow } from './recipient-store.ts'
import { issueFields } from './schemas.ts'
import { listTypeIds } from './type-store.ts'

const BASE = '/api/v1/tenant/voucher-recipients'
/** Administrators, with a fresh second factor: the same who may void vouchers. */
const ACCESS = { permission: 'tenant.vouchers.void' } as const
const NO_STORE = { 'Cache-Control': 'no-store' }

const { first_name, last_name, date_of_birth } = issueFields
const person = { first_name, last_name, date_of_birth }

const instant = () => z.string().nullable()

const KeptVoucher = z.strictObject({
  voucher_id: z.string(),
  code: z.string(),
  voucher_type: z.string(),
  voucher_type_label: z.string(),
  status: z.string(),
  agency_name: z.string().nullable(),
  requested_at: z.string(),
  issued_at: instant(),
  expires_at: instant(),
  redeemed_at: instant(),
  redeemed_place: z.string().nullable(),
  receipt_id: z.string().nullable(),
  recipient: z
    .strictObject({
      first_name: z.string(),
      last_name: z.string(),
      date_of_birth: z.string(),
      household_adults: z.int(),
      household_children: z.int(),
      kept_until: z.string(),
    })
    .nullable()
    .meta({
      description: 'Null when these were removed on schedule; the voucher is found by a keyed digest.',
    }),
})

function toRecipient(row: KeptRow): z.output<typeof KeptVoucher>['recipient'] {
  if (row.purged_at !== null) return null
  return {
    first_name: row.first_name ?? '',
    last_name: row.last_name ?? '',
    date_of_birth: row.date_of_birth ?? '',
    household_adults: row.household_adults ?? 0,
    household_children: row.household_children ?? 0,
    kept_until: row.purge_after.toISOString(),
  }
}

function toKept(row: KeptRow): z.output<typeof KeptVoucher> {
  return {
    voucher_id: publicIdOf('voucher', row.id),
    code: showVoucherCode(row.code),
    voucher_type: row.voucher_type,
    voucher_type_label: row.voucher_type_label,
    status: row.status,
    agency_name: row.agency_name,
    requested_at: row.requested_at.toISOString(),
    issued_at: isoOf(row.issued_at),
    expires_at: isoOf(row.expires_at),
    redeemed_at: isoOf(row.redeemed_at),
    redeemed_place: row.redeemed_place,
    receipt_id: row.receipt_id,
    recipient: toRecipient(row),
  }
}

type Person = {
  readonly first_name: string
  readonly last_name: string
  readonly date_of_birth: string
}

/** The digests under which the vouchers of a person are found: one for each type of the organisation. */
async function identitiesOf(
  mandate: Mandate<'tenant'>,
  identify: (identity: Identity) => Buffer,
  named: Person,
): Promise<Buffer[]> {
  const types = await listTypeIds(mandate)
  return types.map(({ id }) =>
    identify({
      tenantId: mandate.tenant.id,
      voucherTypeId: id,
      firstName: named.first_name,
      lastName: named.last_name,
      dateOfBirth: named.date_of_birth,
    }),
  )
}

/** What is kept of one person, and its end: for people who ask what an organisation knows of them (E13). */
export function makeRecipientRoutes({ vault }: Pick<Services, 'vault'>): readonly Route[] {
  const identify = recipientIdentities(vault)
  return [
    route({
      method: 'POST',
      path: `${BASE}/export`,
      summary:
        'Everything that is kept of one person who got vouchers; nothing of the question stands in an address',
      input: { body: z.strictObject(person) },
      access: ACCESS,
      limit: 'write',
      responses: { 200: z.strictObject({ items: z.array(KeptVoucher) }).meta({ id: 'KeptOfRecipient' }) },
      // Nothing of the answer is kept for a repetition.
      showsSecret: true,
      async handle({ mandate, body }) {
        const identities = await identitiesOf(mandate, identify, body)
        const rows = identities.length === 0 ? [] : await findKept(mandate, identities)
        recordEvent(mandate, { action: 'voucher.recipient_exported', rowCount: rows.length })
        return sent({ items: rows.map(toKept) }, NO_STORE)
      },
    }),
    route({
      method: 'POST',
      path: `${BASE}/erase`,
      summary:
        'Erase one person from the vouchers; codes and states stay, nothing leads to the person any more',
      input: { body: z.strictObject({ ...person, reason: plainText(1, 500) }) },
      access: ACCESS,
      limit: 'write',
      responses: { 200: z.strictObject({ erased: z.int() }) },
      async handle({ mandate, body }) {
        const identities = await identitiesOf(mandate, identify, body)
        const erased = await eraseRecipient(mandate, identities)
        recordEvent(mandate, { action: 'voucher.recipient_erased', rowCount: erased, reason: body.reason })
        return { erased }
      },
    }),
  ]
}
