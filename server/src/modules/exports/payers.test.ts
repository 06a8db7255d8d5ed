import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ExportWorld, idOf } from '#testing/export-world.ts'
import type { ExportScene } from '#testing/export-world.ts'

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

test.each([
  {
    name: 'the partner is suspended',
    text: `update partner set status = 'suspended' where id = $1`,
    of: (scene: ExportScene) => scene.partner,
    code: 'PARTNER_INACTIVE',
    why: 'your organisation does not work here at present',
  },
  {
    name: 'the person left the partner',
    text: `update partner_member set status = 'inactive' where id = $1`,
    of: (scene: ExportScene) => scene.member,
    code: 'PERSON_INACTIVE',
    why: 'you do not belong to the organisation any more',
  },
  {
    name: 'a customer was closed',
    text: `update tenant set status = 'closed' where id = $1`,
    of: (scene: ExportScene) => scene.first,
    code: 'TENANT_INACTIVE',
    why: 'an organisation in the file is not active',
  },
])('when $name before a file is made, the mail says so, and blames nothing on us (B6)', async (one) => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 3)
  const id = (await bench.order(scene.caller, { format: 'csv' })).json().export_id
  await bench.world.seed(one.text, [one.of(scene)], scene.first)
  await bench.maker.makeDue()
  const [made] = await bench.world.sql('select status, status_reason from export where id = $1', [
    decodeId('export', id),
  ])
  expect(made).toEqual({ status: 'cancelled', status_reason: one.code })
  const mails = await bench.world.sql<{ text: string }>(
    `select payload ->> 'text' as text from outbox where topic = 'mail' and payload ->> 'to' = $1`,
    [scene.person.email],
  )
  expect(mails.map(({ text }) => text).join(' ')).toContain(`because ${one.why}. Nothing of it was kept.`)
})
