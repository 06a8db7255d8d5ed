import { afterAll, beforeAll, expect, test } from 'vitest'
import { encodeId } from '@liaison/access'
import { TestWorld } from '#testing/world.ts'
import { makeAuditRoutes } from './index.ts'
let world: TestWorld
beforeAll(async () => { world = await TestWorld.start((s) => makeAuditRoutes(s)) })
afterAll(() => world[Symbol.asyncDispose]())
test('perf', async () => {
  const partner = await world.partner('NW'); const tenant = await world.tenant('Acme'); const p = await world.person('Ana'); const d = await world.person('Dana'); const s = await world.person('Pat')
  await world.partnerMember(partner, p.id, 'PARTNER_OWNER'); await world.tenantMember(tenant, d.id); await world.platformAdmin(s.id)
  for (let i = 0; i < 10; i++) await world.sql(`with e as (insert into audit_event (occurred_at, plane, action, outcome, actor_type, actor_id, actor_name, partner_id, partner_name, tenant_id, tenant_name, source, resource_label, row_count)
    select clock_timestamp() - make_interval(secs => n), 'delegation','billing.invoices.read','allowed','person',gen_random_uuid(),'Lee Park', case when n % 10 = 0 then $1::uuid else gen_random_uuid() end,'NW',case when n % 10 = 0 then $2::uuid else gen_random_uuid() end,'Acme','api','T-'||n, 5 from generate_series(1,20000) n returning *)
    insert into audit_scope (kind, scope_id, occurred_at, event_id, row_count) select 'partner', partner_id, occurred_at, id, 5 from e union all select 'tenant', tenant_id, occurred_at, id, 5 from e`, [partner, tenant])
  await world.sql('analyze')
  const owner = await world.signIn(p.id), admin = { ...(await world.signIn(d.id)), tenantId: tenant }, staff = await world.signIn(s.id)
  for (const [c, path] of [[owner, '/api/v1/partner/audit'], [owner, '/api/v1/partner/audit?search=zzz'], [owner, `/api/v1/partner/audit?tenant_id=${encodeId('tenant', tenant)}`], [admin, '/api/v1/tenant/partner-access/activity'], [admin, '/api/v1/tenant/partner-access/activity?search=zzz'], [staff, '/api/v1/admin/audit'], [staff, '/api/v1/admin/audit?search=zzz'], [owner, '/api/v1/partner/audit/export'], [admin, '/api/v1/tenant/partner-access/activity/export'], [staff, '/api/v1/admin/audit/export?format=jsonl']] as const) {
    const t: number[] = []
    let r
    for (let i = 0; i < 4; i++) { const a = performance.now(); r = await world.call(c, 'GET', path); t.push(Math.round(performance.now() - a)) }
    console.log(path, r?.statusCode, r?.headers['x-export-rows'] ?? '', t.join(' '), 'ms')
  }
  expect(1).toBe(1)
}, 120000)
