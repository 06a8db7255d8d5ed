import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { invoiceItem, seedTenants, tally } from '#testing/ingest.ts'
import { TestWorld } from '#testing/world.ts'
import { ingestRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(() => ingestRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())

const account = (currency: string, more: object = {}) => ({
  tenant: 't1',
  external_id: 'ba1',
  ban: '4-1',
  name: 'Main',
  currency,
  ...more,
})

describe('the currency of a billing account', () => {
  test('is corrected while nothing was counted in it', async () => {
    const { send } = await seedTenants(world)
    expect(await send('billing_accounts', [account('EUR')])).toMatchObject(tally(0, 1, 0))
  })

  test('stays once something was billed to it; all else of the account is corrected', async () => {
    const { send, tenantIds } = await seedTenants(world)
    expect(await send('invoices', [invoiceItem('i')])).toMatchObject(tally(1, 0, 0))
    const refused = await send('billing_accounts', [
      account('EUR'),
      account('EUR', { external_id: 'ba2', ban: '4-2' }),
    ])
    expect(refused.status).toBe(422)
    expect(refused.body.errors).toMatchObject([{ pointer: '/body/items/0/currency', code: 'CURRENCY_FIXED' }])
    expect(await send('billing_accounts', [account('USD', { name: 'Head office' })])).toMatchObject(
      tally(0, 1, 0),
    )
    const rows = await world.sql('select name, currency from billing_account where tenant_id = $1', [
      tenantIds[0],
    ])
    expect(rows).toEqual([{ name: 'Head office', currency: 'USD' }])
  })

  test.each(['agreement', 'agreement to pay'])(
    'stays once there is an %s, whoever changes it (A5)',
    async (what) => {
      const { send, tenantIds } = await seedTenants(world)
      const [tenant] = tenantIds
      const [row] = await world.sql<{ id: string }>('select id from billing_account where tenant_id = $1', [
        tenant,
      ])
      const other = await world.tenant('Endco')
      const [theirs] = await world.seed<{ id: string }>(
        `insert into billing_account (tenant_id, ban, name, currency) values ($1, 'E-1', 'E', 'USD') returning id`,
        [other],
        other,
      )
      const partner = await world.partner('Whole', ['wholesaler'])
      const isPaying = what === 'agreement to pay'
      await world.seed(
        `insert into commercial_relationship (kind, tenant_id, account_id, seller_partner_id, payer_tenant_id, payer_account_id, agreement_reference)
         values ($1, $2, $3, $4, $5, $6, 'AGR-1')`,
        isPaying
          ? ['resale', other, theirs?.id, partner, tenant, row?.id]
          : ['direct', tenant, row?.id, null, tenant, row?.id],
        isPaying ? other : tenant,
      )
      const refused = await send('billing_accounts', [account('EUR')])
      expect(refused.body.errors).toMatchObject([
        { pointer: '/body/items/0/currency', code: 'CURRENCY_FIXED' },
      ])
      await expect(
        world.seed(`update billing_account set currency = 'EUR' where id = $1`, [row?.id], tenant),
      ).rejects.toThrow('stays in its currency')
    },
  )
})
