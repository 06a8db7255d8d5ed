import { idFromUuid } from '@liaison/access'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CommandBench, OPERATOR } from '#testing/command.ts'
import { TestWorld } from '#testing/world.ts'

let world: TestWorld
let bench: CommandBench
beforeAll(async () => {
  world = await TestWorld.start(() => [])
  bench = await CommandBench.start(world)
})
afterAll(async () => {
  await bench[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
})

const example = (name: string) => fileURLToPath(new URL(`../../../examples/import/${name}`, import.meta.url))

test('the example of a German file is imported to the cent', async () => {
  const [row] = await world.seed<{ id: string }>(
    `insert into tenant (name, slug, source, external_id) values ('Acme', 'acme', 'billing', 'acme') returning id`,
    [],
  )
  const tenant = idFromUuid('tenant', String(row?.id))
  await world.seed(
    `insert into billing_account (tenant_id, ban, name, currency, source, external_id) values ($1, 'K-1', 'Main', 'EUR', 'billing', 'K-1')`,
    [tenant],
    tenant,
  )
  const line = ['import', '--mapping', example('invoices.json'), example('invoices.csv'), '--json']
  const { status, out } = await bench.run(line, OPERATOR)
  expect([status, JSON.parse(out)]).toMatchObject([0, { kinds: { invoices: { created: 3 } } }])
  const rows = await world.sql(
    `select number, customer_name, status, due_on::text, subtotal_minor::integer, tax_minor::integer from invoice where tenant_id = $1 order by number`,
    [tenant],
  )
  const common = { due_on: '2026-11-15' }
  expect(rows).toEqual([
    {
      number: 'R-2026-001',
      customer_name: 'Müller GmbH',
      status: 'paid',
      subtotal_minor: 2985,
      tax_minor: 567,
      ...common,
    },
    {
      number: 'R-2026-002',
      customer_name: 'Bäckerei Öztürk',
      status: 'finalized',
      subtotal_minor: 123_456,
      tax_minor: 23_457,
      ...common,
    },
    {
      number: 'R-2026-003',
      customer_name: 'Straßenbau AG',
      status: 'finalized',
      subtotal_minor: 125_000_000,
      tax_minor: 23_750_000,
      due_on: '2026-11-16',
    },
  ])
})
