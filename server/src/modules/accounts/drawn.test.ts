import { encodeId } from '@liaison/access'
import type { LinkId, SubscriberId, TenantId } from '@liaison/access'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { seedAccount, seedSubscriber, startWholeWorld } from '#testing/account-acts.ts'
import { seedInvoice } from '#testing/invoices.ts'
import type { TestWorld } from '#testing/world.ts'

let world: TestWorld
beforeAll(async () => {
  world = await startWholeWorld()
})
afterAll(() => world[Symbol.asyncDispose]())

test('drawn accounts, restrictions and ends: what is listed is what a simple reading of the rule says (B18)', async () => {
  const [partner, person] = [await world.partner('Contoso'), await world.person()]
  const member = await world.partnerMember(partner, person.id)
  const signedIn = await world.signIn(person.id)
  const tenants = [await world.tenant('One'), await world.tenant('Two')]
  const links: LinkId[] = []
  const subscribers: { tenant: TenantId; uuid: SubscriberId; number: string }[] = []
  for (const tenant of tenants) {
    const link = await world.link(partner, tenant)
    await world.assign(link, member)
    links.push(link)
    for (let index = 0; index < 3; index += 1) {
      const { uuid } = await seedSubscriber(world, tenant, `Sub ${index}`)
      const number = `D-${tenants.indexOf(tenant)}-${index}`
      await seedInvoice(world, tenant, {
        number,
        total: 100 + index,
        subscriberId: uuid,
        status: index === 1 ? 'paid' : 'finalized',
        issued: 60,
      })
      subscribers.push({ tenant, uuid, number })
    }
  }
  const others = await world.partner('Somebody Else')
  const drawn = fc.record({
    restricted: fc.tuple(fc.boolean(), fc.boolean()),
    accounts: fc.array(fc.constantFrom('none', 'active', 'ended', 'past', 'ahead', 'foreign'), {
      minLength: 6,
      maxLength: 6,
    }),
  })
  await fc.assert(
    fc.asyncProperty(drawn, async ({ restricted, accounts }) => {
      for (const tenant of tenants)
        await world.seed('delete from partner_account where tenant_id = $1', [tenant], tenant)
      for (const [index, link] of links.entries())
        await world.seed(
          'update delegation set own_accounts_only = $2 where id = $1',
          [link, restricted[index]],
          tenants[index],
        )
      for (const [index, kind] of accounts.entries()) {
        const subscriber = subscribers[index]
        if (!subscriber || kind === 'none') continue
        await seedAccount(world, {
          tenant: subscriber.tenant,
          partner: kind === 'foreign' ? others : partner,
          subscriber: subscriber.uuid,
          status: kind === 'ended' ? 'ended' : 'active',
          endsAt:
            kind === 'past'
              ? new Date(Date.now() - 86_400_000)
              : kind === 'ahead'
                ? new Date(Date.parse('2099-01-01'))
                : null,
        })
      }
      const wanted = subscribers
        .filter(
          ({ tenant }, index) =>
            !restricted[tenants.indexOf(tenant)] || ['active', 'ahead'].includes(accounts[index] ?? ''),
        )
        .map(({ number }) => number)
      const body = (
        await world.call(
          signedIn,
          'GET',
          `/api/v1/partner/billing/invoices?tenant_ids=${tenants.map((id) => encodeId('tenant', id)).join(',')}`,
        )
      ).json()
      expect(body.items.map((item: { invoice_number: string }) => item.invoice_number).toSorted()).toEqual(
        wanted,
      )
      const cents = wanted.reduce((sum, number) => sum + 100 + Number(number.at(-1)), 0)
      expect(
        body.aggregates.reduce(
          (sum: number, one: { total_amount: { amount_minor: number } }) =>
            sum + one.total_amount.amount_minor,
          0,
        ),
      ).toBe(cents)
      expect(body.total).toBe(wanted.length)
    }),
    { numRuns: 25 },
  )
}, 60_000)
