import { decodeId } from '@liaison/access'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asSide } from '#testing/sides.ts'
import { ExportWorld, SHELF } from '#testing/export-world.ts'
import type { ExportScene } from '#testing/export-world.ts'
import { sweepExports } from './index.ts'

let bench: ExportWorld
beforeAll(async () => {
  bench = await ExportWorld.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

const uuidOf = (id: string): string => decodeId('export', id) ?? ''

async function one(scene: ExportScene, rows = 3): Promise<string> {
  for (const tenant of scene.tenants) await bench.invoices(tenant, rows)
  const done = await bench.made(scene.caller, { format: 'csv' })
  expect(done['status']).toBe('completed')
  return done.export_id
}

const statusOf = async (scene: ExportScene, id: string) =>
  (await bench.world.call(scene.caller, 'GET', `${SHELF}/${id}`)).json()

test("another partner's export is as unknown as one that does not exist, whatever is asked of it (B6)", async () => {
  const [mine, other] = [await bench.scene(['Acme']), await bench.scene(['Brook'])]
  const id = await one(mine)
  const owner = await bench.colleague(other, 'PARTNER_OWNER')
  for (const caller of [other.caller, owner]) {
    for (const [method, path] of [
      ['GET', `${SHELF}/${id}`],
      ['POST', `${SHELF}/${id}/cancel`],
      ['GET', `${SHELF}/${id}/download`],
      ['GET', `/api/v1/partner/exports/${id}/download`],
    ] as const) {
      const [theirs, unknown] = [
        await bench.world.call(caller, method, path),
        await bench.world.call(caller, method, path.replace(id, 'xpo_01kb3zz5n3ek7tj5n2b3a6q9de')),
      ]
      const bare = (text: string) => ({ ...JSON.parse(text), request_id: '', timestamp: '' })
      expect(theirs.statusCode).toBe(404)
      expect(bare(theirs.body)).toEqual(bare(unknown.body))
    }
  }
})

test('a colleague who is no owner does not see an export; an owner does, and downloads it only with every customer in it (B6)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  const id = await one(scene)
  const staff = await bench.colleague(scene, 'PARTNER_STAFF')
  const owner = await bench.colleague(scene, 'PARTNER_OWNER')
  const unassigned = await bench.colleague(scene, 'PARTNER_OWNER', false)
  expect((await bench.world.call(staff, 'GET', `${SHELF}/${id}`)).statusCode).toBe(404)
  expect((await bench.download(staff, id)).statusCode).toBe(404)
  expect((await bench.download(owner, id)).statusCode).toBe(200)
  expect((await bench.world.call(unassigned, 'GET', `${SHELF}/${id}`)).statusCode).toBe(200)
  const refused = await bench.download(unassigned, id)
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'NOT_ASSIGNED'])
})

test('after a revocation of one customer the file is refused to all with the reason, and the refusal is explained (13.4)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  const id = await one(scene)
  await bench.revoke(scene.secondLink, scene.second)
  const refused = await bench.download(scene.caller, id)
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'TENANT_LINK_REVOKED'])
  expect(refused.json().explain_id).toMatch(/^exp_/)
})

test('a permission that was taken away, an expired assignment and a freeze each close the file (B6, B11)', async () => {
  const denied = await bench.scene(['Acme'])
  const deniedId = await one(denied)
  await bench.world.override(denied.firstLink, 'partner.billing.invoices.export', 'deny')
  expect((await bench.download(denied.caller, deniedId)).json().code).toBe('PERMISSION_DENIED')
  const frozen = await bench.scene(['Acme'])
  const frozenId = await one(frozen)
  await bench.freezePartner(frozen.partner)
  const refused = await bench.download(frozen.caller, frozenId)
  expect([refused.statusCode, refused.json().code]).toEqual([403, 'ACCESS_FROZEN'])
})

test('a download needs no second step-up, but the address rule of a customer holds for it too (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const id = await one(scene)
  const stale = await bench.world.signIn(scene.person.id, { factorAgeSeconds: 3000 })
  expect((await bench.download(stale, id)).statusCode).toBe(200)
  await bench.world.seed(
    `update delegation set conditions = '{"ip_mode": "enforce", "ip_allow": ["203.0.113.0/24"]}' where id = $1`,
    [scene.links[0]],
    scene.tenants[0],
  )
  expect((await bench.download(scene.caller, id)).json().code).toBe('IP_NOT_ALLOWED')
})

test('after seven days the file is gone: 410 at once, and its bytes with the next sweep, which says so (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const id = await one(scene)
  await bench.world.sql(`update export set expires_at = now() - interval '1 second' where id = $1`, [
    uuidOf(id),
  ])
  const gone = await bench.download(scene.caller, id)
  expect([gone.statusCode, gone.json().code]).toEqual([410, 'EXPORT_EXPIRED'])
  expect((await statusOf(scene, id)).status).toBe('expired')
  await sweepExports(bench.world.database)
  await sweepExports(bench.world.database)
  expect(await bench.world.sql('select from export_chunk where export_id = $1', [uuidOf(id)])).toEqual([])
  expect((await bench.download(scene.caller, id)).json().code).toBe('EXPORT_EXPIRED')
  const told = await bench.world.sql(
    `select from audit_event where action = 'exports.expire' and resource_id = $1`,
    [uuidOf(id)],
  )
  expect(told).toHaveLength(1)
})

test('a customer that ends the access while the file is made stops it: nothing is kept, and the reason is told (13.4)', async () => {
  const scene = await bench.scene(['Acme', 'Brook'])
  await bench.invoices(scene.first, 2500)
  const id = (await bench.order(scene.caller, { format: 'csv' })).json().export_id as string
  await bench.revoke(scene.secondLink, scene.second)
  await bench.maker.makeDue()
  expect(await statusOf(scene, id)).toMatchObject({
    status: 'cancelled',
    status_reason: 'TENANT_LINK_REVOKED',
    download_url: null,
  })
  expect(await bench.world.sql('select from export_chunk where export_id = $1', [uuidOf(id)])).toEqual([])
  const mails = await bench.world.sql<{ payload: { subject: string } }>(
    `select payload from outbox where topic = 'mail' and payload ->> 'to' = $1`,
    [scene.person.email],
  )
  expect(mails.map(({ payload }) => payload.subject)).toEqual(['Your export of invoices was stopped'])
})

/** Puts an export into a state that only the job's own steps lead to. */
async function put(text: string, values: unknown[]): Promise<void> {
  const client = `begin; alter table export disable trigger guarded; ${text}; alter table export enable trigger guarded; commit`
  await bench.world.sql(
    values.reduce<string>(
      (sql, value, index) => sql.replaceAll(`$${index + 1}`, `'${String(value)}'`),
      client,
    ),
  )
}

/** A trigger that does something at the second batch of an export, in the middle of its work. */
async function amidWork(id: string, statement: string): Promise<void> {
  await bench.world.sql(`
    create or replace function public.meddle() returns trigger language plpgsql security definer as $$
    begin
      if new.id = '${uuidOf(id)}' and new.rows_done > 0 and old.rows_done = 0 then ${statement}; end if;
      return new;
    end $$;
    create or replace trigger meddle after update of rows_done on export for each row execute function public.meddle()`)
}
const leaveWork = () => bench.world.sql('drop trigger meddle on export')

test.each([
  ['of the partner', 'partner', 'partner'],
  ['of the person by the own partner', 'person', 'partner'],
  ['of the person by the provider', 'person', 'provider'],
])(
  'a freeze %s in the middle of the work stops it at the next batch, with nothing left to download (B11)',
  async (_, scope, side) => {
    const scene = await bench.scene(['Acme'])
    await bench.invoices(scene.first, 4000)
    const id = (await bench.order(scene.caller, { format: 'csv' })).json().export_id as string
    const covered = [
      side === 'partner' ? `'${scene.partner}'` : 'null',
      scope === 'person' ? `'${scene.person.id}'` : 'null',
    ]
    await amidWork(
      id,
      `insert into audit_event (plane, action, outcome, actor_type, source) values ('system', 'test.seeded', 'allowed', 'system', 'job');
       insert into access_freeze (scope, partner_id, person_id, set_by, set_by_side, set_by_name) values ('${scope}', ${covered.join(', ')}, gen_random_uuid(), '${side}', 'Kim')`,
    )
    await bench.maker.makeDue()
    await leaveWork()
    const [row] = await bench.world.sql(
      'select status, status_reason, rows_done::integer from export where id = $1',
      [uuidOf(id)],
    )
    expect(row).toMatchObject({ status: 'cancelled', status_reason: 'ACCESS_FROZEN' })
    expect(row?.['rows_done']).toBeLessThan(4000)
    expect(await bench.world.sql('select from export_chunk where export_id = $1', [uuidOf(id)])).toEqual([])
  },
)

test('a person who cancels in the middle of the work stops it, and no half file can be downloaded (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 9000)
  const id = (await bench.order(scene.caller, { format: 'jsonl' })).json().export_id as string
  const working = bench.maker.makeDue()
  const cancel = () => bench.world.call(scene.caller, 'POST', `${SHELF}/${id}/cancel`)
  let [row] = await bench.world.sql('select rows_done::integer as rows from export where id = $1', [
    uuidOf(id),
  ])
  while (row?.['rows'] === 0)
    [row] = await bench.world.sql('select rows_done::integer as rows from export where id = $1', [uuidOf(id)])
  expect((await bench.download(scene.caller, id)).json().code).toBe('EXPORT_NOT_READY')
  expect((await cancel()).json().status).toBe('cancelled')
  await working
  expect((await statusOf(scene, id)).status).toBe('cancelled')
  await sweepExports(bench.world.database)
  expect(await bench.world.sql('select from export_chunk where export_id = $1', [uuidOf(id)])).toEqual([])
})

test('a process that dies between two batches leaves no half file: another one makes it anew and whole (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 5000)
  const id = (await bench.order(scene.caller, { format: 'jsonl' })).json().export_id as string
  const dying = bench.anotherMaker()
  const working = dying.makeDue()
  let rows = 0
  while (rows === 0)
    rows = Number(
      (await bench.world.sql('select rows_done from export where id = $1', [uuidOf(id)]))[0]?.['rows_done'],
    )
  // From here on the process can do nothing any more, as after a crash; later its lease ends.
  await put(`update export set claim_hash = sha256('lost') where id = $1`, [uuidOf(id)])
  await working
  await put(`update export set claimed_until = now() where id = $1`, [uuidOf(id)])
  const left = await bench.world.sql('select status, attempt from export where id = $1', [uuidOf(id)])
  expect(left).toEqual([{ status: 'processing', attempt: 1 }])
  expect((await bench.download(scene.caller, id)).statusCode).toBe(409)
  await bench.maker.makeDue()
  expect(await statusOf(scene, id)).toMatchObject({ status: 'completed', row_count: 5000 })
  const lines = (await bench.download(scene.caller, id)).body.trimEnd().split('\n')
  expect(new Set(lines).size).toBe(5000)
})

test('a file that is interrupted again and again is given up, and whoever ordered it is told (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const id = (await bench.order(scene.caller, { format: 'csv' })).json().export_id as string
  await put(
    `update export set status = 'processing', slot = 1, attempt = 3, claim_hash = sha256('lost'), claimed_until = now() where id = $1`,
    [uuidOf(id)],
  )
  await bench.maker.makeDue()
  expect(await statusOf(scene, id)).toMatchObject({ status: 'failed', status_reason: 'INTERRUPTED' })
})

test('orders that wait for a place of their organisation keep nobody else waiting, and not those whose process died (B6)', async () => {
  const [many, other] = [await bench.scene(['Acme']), await bench.scene(['Beta'])]
  const order = (scene: ExportScene) => bench.order(scene.caller, { format: 'csv' })
  for (let count = 0; count < 24; count += 1) expect((await order(many)).statusCode).toBe(202)
  const last = (await order(other)).json().export_id as string
  const leave = (seconds: number) =>
    put(
      `update export e set status = 'processing', slot = x.slot, claim_hash = sha256('busy'), claimed_until = now() + make_interval(secs => $2)
       from (select id, row_number() over (order by created_at) as slot from export where partner_id = $1) x where x.id = e.id and x.slot <= 3`,
      [many.partner, seconds],
    )
  await leave(60)
  await bench.maker.makeDue()
  expect(await statusOf(other, last)).toMatchObject({ status: 'completed' })
  await leave(0)
  await bench.maker.makeDue()
  const made = await bench.world.sql('select distinct status from export where partner_id = $1', [
    many.partner,
  ])
  expect(made).toEqual([{ status: 'completed' }])
})

test('ten orders at the same time are all taken, and exactly three of them are made at once by any number of processes (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const orders = await Promise.all(
    Array.from({ length: 10 }, () => bench.order(scene.caller, { format: 'csv' })),
  )
  expect(orders.map(({ statusCode }) => statusCode)).toEqual(Array.from({ length: 10 }, () => 202))
  await bench.world
    .sql(`create function public.watch() returns trigger language plpgsql security definer as $$
    begin
      insert into public.seen select count(*) from export where status = 'processing' and partner_id = new.partner_id;
      return null;
    end $$`)
  await bench.world.sql('create table public.seen (running integer)')
  await bench.world.sql(
    `create trigger watch after update of status on export for each row when (new.partner_id = '${scene.partner}') execute function public.watch()`,
  )
  const makers = Array.from({ length: 4 }, () => bench.anotherMaker())
  await Promise.all(makers.map((maker) => maker.makeDue()))
  await bench.maker.makeDue()
  const [most] = await bench.world.sql('select max(running) as running from public.seen')
  await bench.world.sql('drop trigger watch on export')
  await bench.world.sql('drop table public.seen')
  expect(most).toEqual({ running: 3 })
  const page = (await bench.world.call(scene.caller, 'GET', `${SHELF}?status=completed`)).json()
  expect(page.total).toBe(10)
})

test('a fourth place of an organisation is refused by the database itself (B6)', async () => {
  const scene = await bench.scene(['Acme'])
  const ids = await Promise.all(
    Array.from({ length: 4 }, async () =>
      uuidOf((await bench.order(scene.caller, { format: 'csv' })).json().export_id),
    ),
  )
  const take = (id: string | undefined, slot: number) =>
    put(
      `update export set status = 'processing', slot = $2, claim_hash = sha256('x'), claimed_until = now() + interval '1 hour' where id = $1`,
      [id, slot],
    )
  for (const slot of [1, 2, 3]) await take(ids[slot - 1], slot)
  await expect(take(ids[3], 3)).rejects.toThrow('export_partner_slot')
  await expect(take(ids[3], 4)).rejects.toThrow('export_slot_check')
})

test('the raw logins see and change nothing of exports without a context, and the claim alone opens the door of the job', async () => {
  const scene = await bench.scene(['Acme'])
  const id = uuidOf(await one(scene))
  const logins = [
    'liaison_platform',
    'liaison_program',
    'liaison_delegate',
    'liaison_tenant',
    'liaison_job',
  ] as const
  for (const login of logins) {
    expect(await bench.world.sqlAs(login, 'select id from export where id = $1', [id])).toEqual([])
    expect(
      await bench.world.sqlAs(login, 'select place from export_chunk where export_id = $1', [id]),
    ).toEqual([])
  }
  await expect(bench.world.sqlAs('liaison_ingest', 'select bytes from export_chunk')).rejects.toThrow(
    'permission denied',
  )
  const enter = (claim: string) =>
    bench.world.sqlAs('liaison_delegate', 'select access.enter_export($1) as facts', [
      { export_id: id, claim },
    ])
  expect((await enter('00'))[0]?.['facts']).toMatchObject({ actor: null })
  await expect(bench.world.sqlAs('liaison_ingest', `select access.enter_export('{}')`)).rejects.toThrow(
    'permission denied',
  )
})

test('a person of the organisation can stop an export by raw SQL and can do nothing else to it', async () => {
  const scene = await bench.scene(['Acme'])
  const owner = await bench.world.person()
  await bench.world.partnerMember(scene.partner, owner.id, 'PARTNER_OWNER')
  const caller = await bench.world.signIn(owner.id)
  const id = uuidOf((await bench.order(scene.caller, { format: 'csv' })).json().export_id)
  const attempts = [
    [
      `update export set status = 'completed', finished_at = now() where id = $1`,
      'does not go from queued to completed',
    ],
    [
      `update export set status = 'failed', finished_at = now() where id = $1`,
      'does not go from queued to failed',
    ],
    [`update export set row_count = 5 where id = $1`, 'only the job that makes an export says what is in it'],
    [`update export set sha256 = sha256('x') where id = $1`, 'only the job that makes an export says'],
    [`update export set tenant_ids = '{}' where id = $1`, 'permission denied'],
    [`delete from export where id = $1`, 'permission denied'],
  ] as const
  const side = {
    world: bench.world,
    side: 'partner' as const,
    scene: { people: { partner: { id: owner.id, caller } } } as never,
  }
  for (const [text, message] of attempts)
    await expect(asSide(side, (client) => client.query(text, [id]))).rejects.toThrow(message)
})

test('a download that is under way breaks off when the access ends, before the next part leaves (B11)', async () => {
  const scene = await bench.scene(['Acme'])
  await bench.invoices(scene.first, 9000)
  const done = await bench.made(scene.caller, { format: 'jsonl' })
  const size = Number(done['file_size_bytes'])
  expect(size).toBeGreaterThan(2 * 1024 * 1024)
  const address = await bench.world.app.http.listen({ port: 0, host: '127.0.0.1' })
  const response = await fetch(`${address}${SHELF}/${done.export_id}/download`, {
    headers: { cookie: scene.caller.cookie ?? '' },
  })
  expect(response.status).toBe(200)
  const reader = response.body?.getReader()
  const first = await reader?.read()
  await bench.revoke(scene.firstLink, scene.first)
  let received = first?.value?.length ?? 0
  const rest = async () => {
    for (;;) {
      const part = await reader?.read()
      if (!part || part.done) return
      received += part.value.length
    }
  }
  await expect(rest()).rejects.toThrow('terminated')
  expect(received).toBeLessThan(size)
})
