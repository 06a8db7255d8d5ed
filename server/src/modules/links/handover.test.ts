import { decodeId, encodeId, idFromUuid } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHandoverScene } from '#testing/handover-acts.ts'
import { makeLinkActs, partnerPath, tenantPath } from '#testing/link-acts.ts'
import { TestWorld } from '#testing/world.ts'
import { makeLinkRoutes, runLinkClock } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start(makeLinkRoutes)
})
afterAll(() => world[Symbol.asyncDispose]())
const acts = makeLinkActs(() => world)

const openScene = (role?: string) => openHandoverScene(world, acts, role)

describe('a handover', () => {
  test('invites the other partner, and the old access ends once that one has accepted (B10)', async () => {
    const scene = await openScene()
    await world.seed(
      `insert into ticket (tenant_id, number, subject, created_by_partner_id, created_by_partner_name) values ($1, 'T-1', 'No light', $2, 'Northwind')`,
      [scene.tenant, scene.partner],
      scene.tenant,
    )
    const done = await scene.handOver()
    expect(done.statusCode, done.body).toBe(201)
    expect(done.json()).toMatchObject({
      old_link_id: scene.id,
      ends: 'at_acceptance',
      cancelled_exports: 0,
      open_tickets: [{ number: 'T-1', subject: 'No light' }],
    })
    const { new_link_id: newId } = done.json()
    await runLinkClock(world.database)
    expect([await scene.statusOf(scene.id), await scene.statusOf(newId)]).toEqual(['active', 'requested'])
    const accepted = await scene.accept(newId)
    expect(accepted.statusCode, accepted.body).toBe(200)
    await runLinkClock(world.database)
    expect([await scene.statusOf(scene.id), await scene.statusOf(newId)]).toEqual(['revoked', 'active'])
    const checklist = await world.call(scene.admin, 'GET', tenantPath(scene.id, '/checklist'))
    expect(checklist.json()).toMatchObject({
      handover: { new_link_id: newId, ends: 'at_acceptance', decided_by_name: 'Dana Kim' },
      open_tickets: [{ number: 'T-1' }],
    })
    expect(checklist.json().items).toHaveLength(6)
  })

  test('at the acceptance holds from that moment, whether or not the clock has run, and the clock then notes it as a revocation (B10)', async () => {
    const scene = await openScene()
    const reading = () =>
      world
        .call(scene.owner, 'GET', '/api/v1/partner/context/tenants')
        .then((answer) =>
          answer.json().items.map(({ link_status: status }: { link_status: string }) => status),
        )
    const entering = async () => {
      const answer = await world.call(scene.owner, 'POST', '/api/v1/partner/context', {
        body: { tenant_id: encodeId('tenant', scene.tenant) },
      })
      return [answer.statusCode, answer.json().code]
    }
    const [{ id: member } = { id: '' }] = await world.sql<{ id: string }>(
      'select id from partner_member where partner_id = $1',
      [scene.partner],
    )
    await world.assign(idFromUuid('link', decodeId('link', scene.id) ?? ''), idFromUuid('member', member))
    const { new_link_id: newId } = (await scene.handOver()).json()
    expect(await entering()).toEqual([200, undefined])
    expect(await reading()).toEqual(['active'])
    const [before] = await world.sql<{ epoch: number; version: number }>(
      'select epoch, version from delegation where id = $1',
      [decodeId('link', scene.id)],
    )
    expect((await scene.accept(newId)).statusCode).toBe(200)
    expect(await entering()).toEqual([403, 'TENANT_LINK_EXPIRED'])
    expect(await reading()).toEqual(['expired'])
    expect([await scene.statusOf(scene.id), await scene.statusOf(newId)]).toEqual(['expired', 'active'])
    const [after] = await world.sql(
      `select d.status, d.epoch, d.version, d.ends_at = n.approved_at as exact, access.in_force(d) as open,
         (select array_agg(h.event order by h.changed_at) from delegation_history h where h.delegation_id = d.id and h.version = d.version) as told
       from delegation d, delegation n where d.id = $1 and n.id = $2`,
      [decodeId('link', scene.id), decodeId('link', newId)],
    )
    expect(after).toEqual({
      status: 'active',
      epoch: Number(before?.epoch) + 1,
      version: Number(before?.version) + 1,
      exact: true,
      open: false,
      told: ['handed_over'],
    })
    await runLinkClock(world.database)
    expect(await scene.statusOf(scene.id)).toBe('revoked')
    expect(await entering()).toEqual([403, 'TENANT_LINK_REVOKED'])
  })

  test('can stop the old partner now, also where both have the full role (B10)', async () => {
    const scene = await openScene('msp_full')
    const refused = await scene.handOver()
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'FULL_ROLE_TAKEN'])
    expect(await scene.statusOf(scene.id)).toBe('active')
    const done = await scene.handOver({ ends: 'now' })
    expect(done.statusCode, done.body).toBe(201)
    expect(await scene.statusOf(scene.id)).toBe('revoked')
    expect((await scene.accept(done.json().new_link_id)).statusCode).toBe(200)
  })

  test('that cannot invite changes nothing: the old partner keeps working (B10)', async () => {
    const scene = await openScene()
    const refused = await scene.handOver({ partner_slug: 'nobody-here', ends: 'now' })
    expect(refused.json().code).toBe('PARTNER_NOT_INVITED')
    expect(await scene.statusOf(scene.id)).toBe('active')
    const same = await scene.handOver({ partner_slug: scene.partnerSlug })
    expect(same.json().code).toBe('LINK_STATE_CONFLICT')
  })

  test('that the other partner declined can be made to a third one, and waits for one at a time (B10)', async () => {
    const scene = await openScene()
    const third = await acts.cast()
    const { new_link_id: declined } = (await scene.handOver()).json()
    const early = await scene.handOver({ partner_slug: third.partnerSlug })
    expect(early.json()).toMatchObject({ status: 409, code: 'LINK_STATE_CONFLICT' })
    const etag = await acts.etagOf(scene.next.owner, partnerPath(declined))
    const no = await world.call(scene.next.owner, 'POST', partnerPath(declined, '/decline'), {
      body: {},
      headers: { 'if-match': etag },
    })
    expect(no.json(), no.body).toMatchObject({ status: 'declined' })
    const again = await scene.handOver({ partner_slug: third.partnerSlug })
    expect(again.statusCode, again.body).toBe(201)
    const { new_link_id: id } = again.json()
    const accepted = await world.call(third.owner, 'POST', partnerPath(id, '/accept'), {
      body: {},
      headers: { 'if-match': await acts.etagOf(third.owner, partnerPath(id)) },
    })
    expect(accepted.statusCode, accepted.body).toBe(200)
    await runLinkClock(world.database)
    expect([await scene.statusOf(scene.id), await scene.statusOf(id)]).toEqual(['revoked', 'active'])
    expect(
      await scene.tryAsAdmin('update link_handover set new_link_id = $2 where new_link_id = $1', [
        decodeId('link', id),
        decodeId('link', declined),
      ]),
    ).toBe('link_handover_waits')
  })

  test('cancels the files that the old partner is having made with rows of this organisation (B10)', async () => {
    const scene = await openScene()
    const other = await world.tenant('Beta')
    const order = (tenants: string[]) =>
      world.sql<{ id: string }>(
        `insert into export (kind, plane, partner_id, ordered_by, ordered_by_name, session_id, factor, permissions, tenant_ids, manifest, format, columns, filter, row_estimate, billing_party)
         select 'invoices', 'delegation', $1, m.person_id, 'Ana', uuidv7(), 'otp', '{partner.billing.invoices.export}', $2, '{}', 'csv', '{number}', '{}', 1, 'partner' from partner_member m where m.partner_id = $1 returning id`,
        [scene.partner, tenants],
      )
    await world.sql('alter table export disable trigger audited')
    const [mine] = await order([scene.tenant, other])
    const [theirs] = await order([other])
    await world.sql('alter table export enable trigger audited')
    expect((await scene.handOver()).json()).toMatchObject({ cancelled_exports: 1 })
    const rows = await world.sql<{ id: string; status: string }>('select id, status from export')
    expect(Object.fromEntries(rows.map(({ id, status }) => [id, status]))).toMatchObject({
      [String(mine?.id)]: 'cancelled',
      [String(theirs?.id)]: 'queued',
    })
  })

  test('is the tenant’s alone: the partner neither orders it nor reads who comes next (B10)', async () => {
    const scene = await openScene()
    const outsider = await acts.cast()
    const path = tenantPath(scene.id, '/handover')
    expect((await world.call(outsider.admin, 'POST', path, { body: {} })).statusCode).toBe(422)
    const done = await scene.handOver()
    expect(done.statusCode).toBe(201)
    const shown = await world.call(scene.owner, 'GET', partnerPath(scene.id))
    expect(shown.body).not.toContain(scene.next.partnerSlug)
    expect(shown.body).not.toContain(done.json().new_link_id)
    expect(await world.sqlAs('liaison_tenant', 'select * from link_handover')).toEqual([])
    await expect(world.sqlAs('liaison_program', 'select * from link_handover')).rejects.toThrow('denied')
    expect(decodeId('link', done.json().new_link_id)).not.toBeNull()
  })
})

describe('the checklist of a stopped access', () => {
  test('is made with the revocation, ticked off by name, and does not exist before (B10)', async () => {
    const people = await acts.makeLink()
    const path = tenantPath(people.id, '/checklist')
    expect((await world.call(people.admin, 'GET', path)).json().items).toEqual([])
    const early = await world.call(people.admin, 'PUT', `${path}/passwords`, { body: { done: true } })
    expect(early.statusCode).toBe(409)
    await acts.tenantMove(people, 'revoke')
    const ticked = await world.call(people.admin, 'PUT', `${path}/passwords`, { body: { done: true } })
    const item = ticked.json().items.find((one: { item: string }) => one.item === 'passwords')
    expect(item).toMatchObject({ done_by_name: 'Dana Kim', done_at: expect.any(String) })
    const back = await world.call(people.admin, 'PUT', `${path}/passwords`, { body: { done: false } })
    expect(back.json().items.every((one: { done_at: string | null }) => one.done_at === null)).toBe(true)
    expect(
      (await world.call(people.admin, 'PUT', `${path}/other`, { body: { done: true } })).statusCode,
    ).toBe(422)
  })
})
