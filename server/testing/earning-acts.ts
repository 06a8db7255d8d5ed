import type { IdOf, PartnerId, TenantId } from '@liaison/access'
import { idFromUuid } from '@liaison/access'
import type { AgreementTerms } from '../src/modules/agreements/terms.ts'
import { seedSource } from './ingest.ts'
import { activeAgreement } from './program-acts.ts'
import type { SeededRange } from './program-acts.ts'
import type { Caller, TestWorld } from './world.ts'

type Source = Awaited<ReturnType<typeof seedSource>>

/** A partner with people, an agreement, and a billing system that reports about tenants. */
export interface EarningScene {
  readonly partner: PartnerId
  readonly agreement: IdOf<'agreement'>
  readonly owner: Caller
  readonly staff: Caller
  readonly admin: Caller
  readonly secondAdmin: Caller
  readonly source: Source
  /** A tenant that the source knows under this id, referred by the partner unless told otherwise. */
  refer(
    externalId: string,
    referral?: { readonly at?: Date; readonly by?: PartnerId | null },
  ): Promise<ReferredTenant>
  /** Hands events in; answers status and body. */
  report(items: readonly object[], extra?: object): ReturnType<Source['send']>
}

export interface ReferredTenant {
  readonly tenant: TenantId
  readonly referral: string
}

/** A payment of ten dollars by the tenant `t1`, or what it is told to be. */
export const payment = (externalId: string, more: object = {}) => ({
  external_id: externalId,
  kind: 'invoice_paid',
  tenant_external_id: 't1',
  currency: 'USD',
  net_minor: 1000,
  tax_minor: 190,
  occurred_at: '2026-10-05T12:00:00Z',
  ...more,
})

/** Something that takes a payment of the tenant `t1` back. */
export const refund = (externalId: string, refersTo: string, more: object = {}) => ({
  ...payment(externalId),
  kind: 'refund',
  occurred_at: '2026-10-20T12:00:00Z',
  refers_to: refersTo,
  ...more,
})

async function seedReferral(
  world: TestWorld,
  about: { partner: PartnerId; tenant: TenantId; agreement: string; at: Date },
): Promise<string> {
  const [row] = await world.seed<{ id: string }>(
    `insert into referral (partner_id, program_id, tenant_id, agreement_id, method, referred_at)
     select $1, m.id, $2, $3, 'partner_created', $4 from program m where m.code = 'standard' returning id`,
    [about.partner, about.tenant, about.agreement, about.at],
    about.tenant,
  )
  if (!row) throw new Error('No referral was made.')
  return row.id
}

/** Seeds a scene of its own, with an agreement of these terms. */
export async function openEarningScene(
  world: TestWorld,
  terms: Partial<AgreementTerms> = {},
  range: SeededRange = {},
): Promise<EarningScene> {
  const partner = await world.partner('Brightside', ['referral'])
  const people = [await world.person('Nora Lind'), await world.person('Eli Park')] as const
  const admins = [await world.person('Sam Ortiz'), await world.person('Kim Ade')] as const
  await world.partnerMember(partner, people[0].id, 'PARTNER_OWNER')
  await world.partnerMember(partner, people[1].id, 'PARTNER_STAFF')
  for (const admin of admins) await world.platformAdmin(admin.id)
  const agreement = await activeAgreement(world, partner, terms, range)
  const source = await seedSource(world)
  return {
    partner,
    agreement,
    owner: await world.signIn(people[0].id),
    staff: await world.signIn(people[1].id),
    admin: await world.signIn(admins[0].id),
    secondAdmin: await world.signIn(admins[1].id),
    source,
    async refer(externalId, referral = {}) {
      const tenant = await world.tenant(`Tenant ${externalId}`)
      await world.seed(
        'update tenant set source = $2, external_id = $3 where id = $1',
        [tenant, source.source, externalId],
        tenant,
      )
      if (referral.by === null) return { tenant, referral: '' }
      const about = {
        partner: referral.by ?? partner,
        tenant,
        agreement,
        at: referral.at ?? new Date('2026-01-01'),
      }
      return { tenant, referral: await seedReferral(world, about) }
    },
    report: (items, extra = {}) => source.send('billing-events', [...items], extra),
  }
}

/** The public id of an earning. */
export const earningIdOf = (uuid: string): IdOf<'earning'> => idFromUuid('earning', uuid)
