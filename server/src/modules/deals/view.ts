import { z } from 'zod'
import { Money, MoneyInput, toMoney } from '#platform/money.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { plainText } from '#platform/route-input.ts'
import { isoOf } from '#platform/instant.ts'
import { domainOf } from './rules.ts'
import type { Conflicts, DealRow, PartnerDealRow } from './store.ts'
import { DEAL_STATES } from './tables.ts'

export const NewDealInput = z
  .strictObject({
    company_name: plainText(1, 200),
    domain: z
      .string()
      .max(300)
      .refine((text) => domainOf(text) !== null, 'must be a domain, such as acme.com')
      .optional()
      .meta({ description: "The prospect's domain, such as acme.com; an address of its site will do." }),
    contact_name: plainText(1, 200).optional(),
    contact_email: z.email().max(254).optional(),
    expected: MoneyInput.refine(
      ({ amount_minor: minor }) => minor > 0,
      'must be more than nothing',
    ).optional(),
    notes: plainText(1, 2000).optional(),
  })
  .refine((input) => input.domain !== undefined || input.contact_email !== undefined, {
    message: 'name the domain of the prospect or the address of a contact',
    params: { code: 'PROSPECT_UNNAMED' },
    path: ['domain'],
  })

/** What whoever registers a deal says of it. */
export type NewDealInput = z.output<typeof NewDealInput>

const shape = {
  deal_id: z.string(),
  company_name: z.string(),
  domain: z.string().nullable(),
  contact_name: z.string().nullable().meta({ description: 'Forgotten some time after the deal is over.' }),
  contact_email: z.string().nullable(),
  expected: Money.nullable(),
  notes: z.string().nullable(),
  state: z.enum(DEAL_STATES),
  registered_by_name: z.string(),
  created_at: z.string(),
  decided_at: z.string().nullable(),
  reason: z.string().nullable().meta({ description: 'Why it was refused, or its protection ended.' }),
  protected_until: z
    .string()
    .nullable()
    .meta({ description: 'Until when a sign-up of the prospect counts for the partner.' }),
  ended_at: z.string().nullable(),
  referral_id: z.string().nullable().meta({ description: 'The referral that came of it.' }),
}

export const OwnDealBody = z
  .strictObject({
    ...shape,
    is_mine: z.boolean().meta({ description: 'Whether whoever asks registered it.' }),
  })
  .meta({ id: 'OwnDeal' })

const NamedPartner = z.strictObject({ partner_id: z.string(), name: z.string() })

export const DealBody = z
  .strictObject({ ...shape, partner: NamedPartner, decided_by_name: z.string().nullable() })
  .meta({ id: 'Deal' })

export const DealDetailBody = DealBody.extend({
  conflicts: z
    .strictObject({
      registrations: z.array(
        z.strictObject({
          deal_id: z.string(),
          partner: NamedPartner,
          state: z.enum(DEAL_STATES),
          created_at: z.string(),
          protected_until: z.string().nullable(),
        }),
      ),
      tenants: z.array(z.strictObject({ tenant_id: z.string(), name: z.string() })),
    })
    .meta({ description: 'Registrations of the same prospect, and tenants that may be it.' }),
}).meta({ id: 'DealDetail' })

const toDealId = (id: string) => publicIdOf('deal', id)
const namePartner = (id: string, name: string) => ({
  partner_id: publicIdOf('partner', id),
  name,
})

function toShared(row: DealRow) {
  return {
    deal_id: toDealId(row.id),
    company_name: row.company_name,
    domain: row.domain,
    contact_name: row.contact_name,
    contact_email: row.contact_email,
    expected:
      row.expected_minor === null || row.expected_currency === null
        ? null
        : toMoney(row.expected_minor, row.expected_currency),
    notes: row.notes,
    state: row.state,
    registered_by_name: row.created_by_name,
    created_at: row.created_at.toISOString(),
    decided_at: isoOf(row.decided_at),
    reason: row.reason,
    protected_until: isoOf(row.protected_until),
    ended_at: isoOf(row.ended_at),
    referral_id: row.referral_id && publicIdOf('referral', row.referral_id),
  }
}

/** A registered deal as its partner sees it. */
export const toOwnDeal = (row: DealRow, personId: string): z.input<typeof OwnDealBody> => ({
  ...toShared(row),
  is_mine: row.created_by === personId,
})

/** A registered deal as the provider sees it. */
export const toDeal = (row: PartnerDealRow): z.input<typeof DealBody> => ({
  ...toShared(row),
  partner: namePartner(row.partner_id, row.partner_name),
  decided_by_name: row.decided_by_name,
})

/** A registered deal with what speaks against it, for whoever decides. */
export const toDealDetail = (row: PartnerDealRow, found: Conflicts): z.input<typeof DealDetailBody> => ({
  ...toDeal(row),
  conflicts: {
    registrations: found.registrations.map((other) => ({
      deal_id: toDealId(other.id),
      partner: namePartner(other.partner_id, other.partner_name),
      state: other.state,
      created_at: new Date(other.created_at).toISOString(),
      protected_until: other.protected_until && new Date(other.protected_until).toISOString(),
    })),
    tenants: found.tenants.map(({ id, name }) => ({
      tenant_id: publicIdOf('tenant', id),
      name,
    })),
  },
})
