import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExportWorld, idOf } from '#testing/export-world.ts'

let bench: ExportWorld
beforeAll(async () => {
  bench = await ExportWorld.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

test('an export is paid by whom the links of its tenants say, and both are told before and after (B6)', async () => {
  const scene = await bench.scene(['Acme', 'Globex'])
  await bench.invoices(scene.first, 1)
  const pays = (party: string) =>
    bench.world.seed(
      'update delegation set exports_party = $2 where tenant_id = $1',
      [scene.first, party],
      scene.first,
    )
  await pays('tenant')
  const order = { format: 'csv', tenant_ids: [idOf(scene.first)] }
  const alone = (await bench.order(scene.caller, order)).json()
  expect(alone).toMatchObject({
    billing_party: 'tenant',
    manifest: { included: [{ tenant_name: 'Acme', billing_party: 'tenant' }] },
  })
  const both = (await bench.order(scene.caller, { format: 'csv' })).json()
  expect(both.billing_party).toBe('split')
  expect(
    both.manifest.included.map(({ billing_party: party }: { billing_party: string }) => party).toSorted(),
  ).toEqual(['partner', 'tenant'])
  await bench.maker.makeDue()
  const told = await bench.world.sql<{ billing_party: string }>(
    `select distinct e.billing_party from audit_event e join audit_scope s on s.event_id = e.id
     where s.kind = 'tenant' and s.scope_id = $1 and e.action = 'exports.invoices' order by 1`,
    [scene.first],
  )
  expect(told.map(({ billing_party: party }) => party)).toEqual(['split', 'tenant'])
})
