import { z } from 'zod'
import { getRelationship, listRelationships } from '#modules/orders/index.ts'
import type { RelationshipRow } from '#modules/orders/index.ts'
import { noteRead } from '#platform/mandate.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { publicId } from '#platform/route-input.ts'
import { route } from '#platform/route.ts'
import type { Route } from '#platform/route.ts'
import type { Services } from '#platform/services.ts'
import {
  fieldsQuery,
  listQuery,
  PartyRef,
  selectFields,
  sentList,
  TimePeriod,
  toParty,
  toPeriod,
} from './entity.ts'

const PATH = '/api/v1/admin/tmf-api/partyRoleManagement/v5/partyRole'
const FIELDS = [
  'name',
  'role',
  'status',
  'validFor',
  'engagedParty',
  'relatedParty',
  'account',
  'agreement',
] as const

const AccountRef = z.strictObject({
  id: z.string().meta({ description: 'The number of the billing account.' }),
  name: z.enum(['owner', 'payer']),
  '@type': z.literal('AccountRef'),
  '@referredType': z.literal('BillingAccount'),
})

const RelatedParty = z.strictObject({
  role: z.enum(['customer', 'payer']),
  partyOrPartyRole: PartyRef,
  '@type': z.literal('RelatedPartyOrPartyRole'),
})

const PartyRole = z
  .strictObject({
    id: z.string(),
    href: z.string(),
    '@type': z.literal('PartyRole'),
    name: z.string().optional(),
    role: z.enum(['Reseller', 'Customer']).optional(),
    status: z.enum(['active', 'suspended', 'ended']).optional(),
    validFor: TimePeriod.optional(),
    engagedParty: PartyRef.optional(),
    relatedParty: z.array(RelatedParty).optional(),
    account: z.array(AccountRef).optional(),
    agreement: z
      .array(
        z.strictObject({
          id: z.string(),
          '@type': z.literal('AgreementRef'),
          '@referredType': z.literal('Agreement'),
        }),
      )
      .optional(),
  })
  .meta({ id: 'TmfPartyRole' })

const partnerOf = (uuid: string) => publicIdOf('partner', uuid)
const tenantOf = (uuid: string) => publicIdOf('tenant', uuid)

const toAccount = (ban: string, name: 'owner' | 'payer') =>
  ({ id: ban, name, '@type': 'AccountRef', '@referredType': 'BillingAccount' }) as const

const toRelated = (role: 'customer' | 'payer', party: z.input<typeof PartyRef>) =>
  ({ role, partyOrPartyRole: party, '@type': 'RelatedPartyOrPartyRole' }) as const

/** Who sells to whom, and whose account pays: a wholesaler that resells, or a customer of the provider itself. */
function toPartyRole(row: RelationshipRow, origin: string): z.input<typeof PartyRole> {
  const id = publicIdOf('commercial_relationship', row.id)
  const tenant = toParty(tenantOf(row.tenant_id), row.tenant_name)
  const role = row.seller_partner_id === null ? 'Customer' : 'Reseller'
  // The number of an account is its own within one tenant only.
  const paysItself = row.payer_tenant_id === row.tenant_id && row.payer_ban === row.ban
  const payer = paysItself ? [] : [toAccount(row.payer_ban, 'payer')]
  return {
    id,
    href: `${origin}${PATH}/${id}`,
    '@type': 'PartyRole',
    name: row.seller_name ?? row.tenant_name,
    role,
    status: row.status,
    validFor: toPeriod(row.starts_at, row.ends_at),
    engagedParty:
      row.seller_partner_id === null ? tenant : toParty(partnerOf(row.seller_partner_id), row.seller_name),
    relatedParty: [
      toRelated('customer', tenant),
      toRelated('payer', toParty(tenantOf(row.payer_tenant_id), row.payer_name)),
    ],
    account: [toAccount(row.ban, 'owner'), ...payer],
    ...(row.agreement_reference !== null && {
      agreement: [
        {
          id: row.agreement_reference,
          '@type': 'AgreementRef' as const,
          '@referredType': 'Agreement' as const,
        },
      ],
    }),
  }
}

/** Who pays for which billing account, as Party Roles of TMF669 v5. */
export function makePartyRoleRoutes(services: Services): readonly Route[] {
  const told = (row: RelationshipRow, fields: readonly string[] | undefined) =>
    selectFields(toPartyRole(row, services.publicOrigin()), fields)
  return [
    route({
      method: 'GET',
      path: PATH,
      summary: 'Commercial relationships as Party Roles (TMF669 v5)',
      input: {
        query: z.strictObject({
          status: z.enum(['active', 'suspended', 'ended']).optional(),
          'relatedParty.partyOrPartyRole.id': publicId('tenant').optional(),
          ...listQuery(FIELDS),
        }),
      },
      access: { permission: 'platform.commercial.read' },
      limit: 'list',
      responses: { 200: z.array(PartyRole) },
      async handle({ mandate, query }) {
        const party = query['relatedParty.partyOrPartyRole.id']
        const filter = { status: query.status, party_tenant_id: party }
        const { rows, total } = await listRelationships(mandate, filter, query)
        noteRead(mandate, { action: 'platform.commercial.read', rowCount: rows.length })
        return sentList(
          rows.map((row) => told(row, query.fields)),
          total,
        )
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/:relationship_id`,
      summary: 'One commercial relationship as a Party Role (TMF669 v5)',
      input: {
        params: z.strictObject({ relationship_id: publicId('commercial_relationship') }),
        query: z.strictObject(fieldsQuery(FIELDS)),
      },
      access: { permission: 'platform.commercial.read' },
      limit: 'detail',
      problems: ['RELATIONSHIP_NOT_FOUND'],
      responses: { 200: PartyRole },
      async handle({ mandate, params, query }) {
        const row = await getRelationship(mandate, params.relationship_id)
        noteRead(mandate, { action: 'platform.commercial.read', rowCount: 1 })
        return told(row, query.fields)
      },
    }),
  ]
}
