import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLinkRoutes } from '#modules/links/index.ts'
import { publicIdOf } from '#platform/public-id.ts'
import { makePortfolioActs } from '#testing/portfolio-acts.ts'
import { TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { portfolioRoutes } from './index.ts'

let world: TestWorld
beforeAll(async () => {
  world = await TestWorld.start((services) => [...makeLinkRoutes(services), ...portfolioRoutes])
})
afterAll(() => world[Symbol.asyncDispose]())

const { cast, put } = makePortfolioActs(() => world)
const VIEWS = '/api/v1/partner/saved-views'
const settings = {
  filters: { status: 'active', group: 'grp_x' },
  columns: ['name', 'overdue'],
  sort: '-overdue',
}

const save = (caller: Caller, body: object) => world.call(caller, 'POST', VIEWS, { body })
const list = async (caller: Caller, query = '') =>
  (await world.call(caller, 'GET', `${VIEWS}${query}`)).json().items

test('a person saves views, one of which is the default of its screen, and nobody else sees them (B5)', async () => {
  const people = await cast()
  const saved = await save(people.technician, {
    screen: 'board',
    name: 'Overdue',
    settings,
    is_default: true,
  })
  expect(saved.statusCode, saved.body).toBe(201)
  expect(saved.json()).toMatchObject({
    screen: 'board',
    name: 'Overdue',
    settings,
    is_default: true,
    version: 1,
  })
  const second = await save(people.technician, {
    screen: 'board',
    name: 'All',
    settings: {},
    is_default: true,
  })
  expect(second.json().settings).toEqual({ filters: {}, columns: [], sort: null })
  await save(people.technician, { screen: 'links', name: 'Overdue', settings })
  const views = await list(people.technician, '?screen=board')
  expect(views.map((view: { name: string; is_default: boolean }) => [view.name, view.is_default])).toEqual([
    ['All', true],
    ['Overdue', false],
  ])
  expect(await list(people.technician)).toHaveLength(3)
  expect(await list(people.owner)).toEqual([])
  const { view_id: id } = saved.json()
  const read = await world.call(people.owner, 'DELETE', `${VIEWS}/${id}`)
  expect(read.json().code).toBe('VIEW_NOT_FOUND')
  expect((await save(people.technician, { screen: 'board', name: 'OVERDUE', settings })).json().code).toBe(
    'VIEW_NAME_TAKEN',
  )
  const changed = await world.call(people.technician, 'PUT', `${VIEWS}/${id}`, {
    body: { name: 'Late', settings, is_default: true },
    headers: { 'if-match': '"v1"' },
  })
  expect(changed.json()).toMatchObject({ name: 'Late', is_default: true, version: 2 })
  const stale = await world.call(people.technician, 'PUT', `${VIEWS}/${id}`, {
    body: { name: 'Later', settings },
    headers: { 'if-match': '"v1"' },
  })
  expect(stale.json().code).toBe('PRECONDITION_FAILED')
  expect((await world.call(people.technician, 'DELETE', `${VIEWS}/${id}`)).statusCode).toBe(204)
  expect((await list(people.technician, '?screen=board')).map(({ name }: { name: string }) => name)).toEqual([
    'All',
  ])
  await expect(world.sqlAs('liaison_delegate', 'select 1 from saved_view')).rejects.toThrow(
    'permission denied',
  )
  expect(await world.sqlAs('liaison_program', 'select 1 from saved_view')).toEqual([])
})

test('a pinned organisation comes first in the switcher of that person alone, and a stranger cannot be pinned (B4)', async () => {
  const people = await cast()
  const tenants = [await world.tenant('Acme'), await world.tenant('Beta'), await world.tenant('Gamma')]
  for (const tenant of tenants) {
    const link = await world.link(people.partner, tenant)
    await world.assign(link, people.technicianMember)
    await world.assign(link, people.ownerMember)
  }
  const pin = (tenant: string, method: 'PUT' | 'DELETE' = 'PUT') =>
    world.call(people.technician, method, `/api/v1/partner/context/pins/${publicIdOf('tenant', tenant)}`)
  const order = async (caller: Caller, query = '') =>
    (await world.call(caller, 'GET', `/api/v1/partner/context/tenants${query}`))
      .json()
      .items.map(({ name, pinned }: { name: string; pinned: boolean }) => (pinned ? `*${name}` : name))
  expect((await pin(tenants[2] ?? '')).json()).toMatchObject({ pinned: true })
  expect((await pin(tenants[2] ?? '')).statusCode).toBe(200)
  expect(await order(people.technician)).toEqual(['*Gamma', 'Acme', 'Beta'])
  expect(await order(people.technician, '?search=a&limit=1')).toEqual(['*Gamma'])
  expect(await order(people.owner)).toEqual(['Acme', 'Beta', 'Gamma'])
  const turned = ['?limit=2', '?limit=2&offset=2'].map((query) => order(people.owner, query))
  expect(await Promise.all(turned)).toEqual([['Acme', 'Beta'], ['Gamma']])
  const stranger = await world.tenant('Stranger')
  for (const unknown of [stranger, '01900000-0000-7000-8000-000000000001'])
    expect((await pin(unknown)).json().code).toBe('TENANT_NOT_FOUND')
  expect((await pin(tenants[2] ?? '', 'DELETE')).json()).toMatchObject({ pinned: false })
  expect(await order(people.technician)).toEqual(['Acme', 'Beta', 'Gamma'])
  await expect(world.sqlAs('liaison_delegate', 'select 1 from tenant_pin')).rejects.toThrow(
    'permission denied',
  )
})

test('settings of a view that are too large, unknown or unnamed are refused with every fault (B5)', async () => {
  const people = await cast()
  const filters = Object.fromEntries(Array.from({ length: 31 }, (_, index) => [`f${index}`, 'x']))
  const refused = await save(people.technician, {
    screen: 'somewhere',
    name: ' ',
    settings: { filters, colour: 'red' },
  })
  expect(refused.statusCode).toBe(422)
  expect(refused.json().errors.length).toBeGreaterThanOrEqual(3)
  expect((await put(people.technician, `${VIEWS}/nonsense`, { body: {} })).statusCode).not.toBe(200)
})

test('the last place for a view, and that of the default, is taken once, however many want it at the same moment (B5, ASVS 2.3.2)', async () => {
  const { technician } = await cast()
  for (let n = 0; n < 48; n += 1)
    expect((await save(technician, { screen: 'board', name: `View ${n}`, settings })).statusCode).toBe(201)
  const together = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      save(technician, { screen: 'board', name: `One of many ${n}`, settings }),
    ),
  )
  expect(together.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([
    201, 201, 422, 422, 422,
  ])
  const defaults = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      save(technician, { screen: 'links', name: `Default ${n}`, settings, is_default: true }),
    ),
  )
  expect(defaults.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201, 201])
  const links = await list(technician, '?screen=links')
  expect(links.filter((view: { is_default: boolean }) => view.is_default)).toHaveLength(1)
})
