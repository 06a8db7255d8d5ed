import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PERMISSIONS } from '@liaison/access'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from '#platform/config.ts'
import { makeVault } from '#platform/credentials/vault.ts'
import { sealAll } from '#testing/sealing.ts'
import { ownerOf } from '#testing/webhook-acts.ts'
import { TEST_SECRET_KEY, TestWorld } from '#testing/world.ts'
import type { Caller } from '#testing/world.ts'
import { makeAuditKey, makeAuditRoutes, startSealer } from './index.ts'
import type { Sealer } from './index.ts'
import { activityOf, classOfAction, isOfKnownFamily } from './ocsf-classes.ts'
import { listActions } from './phrases.ts'

let world: TestWorld
let folder: string
let sealer: Sealer
let owner: Caller

const AWKWARD = 'quote " back\\slash ] end\nnew line\tü € 中 \u{1F600}'

beforeAll(async () => {
  world = await TestWorld.start((services) => makeAuditRoutes(services))
  folder = await mkdtemp(join(tmpdir(), 'liaison-forms-'))
  sealer = await startSealer({
    database: world.database,
    key: makeAuditKey(makeVault(TEST_SECRET_KEY), readConfig({}).auditOrigin),
    checkpointFile: join(folder, 'checkpoints.txt'),
    intervalMs: 3_600_000,
  })
  const partner = await world.partner('Northwind')
  owner = await ownerOf(world, partner)
  const actions = [
    ['identity.sign_in', 'allowed', null],
    ['identity.sign_in.failed', 'denied', 'INVALID_CREDENTIALS'],
    ['tenants.enter', 'allowed', null],
    ['links.accept', 'allowed', null],
    ['identity.member.invite', 'allowed', null],
    ['teams.set_members', 'allowed', null],
    ['link_templates.save', 'allowed', null],
    ['billing.invoices.read', 'error', null],
    ['a.very.long.name.of.an.action.that.nobody.listed', 'allowed', null],
  ]
  for (const [action, outcome, code] of actions) {
    await world.sql(
      `with told as (
         insert into audit_event (plane, action, outcome, code, actor_type, actor_id, actor_name, partner_id, ip, source, resource_type, resource_id, resource_label, reason, changes, request_id)
         values ('program', $2, $3, $4, 'person', uuidv7(), 'Ana Ruiz', $1, '2001:db8::7', 'portal', 'link', uuidv7(), $5, $5, jsonb_build_object('name', $5::text), 'req-1') returning id, occurred_at)
       insert into audit_scope (kind, scope_id, occurred_at, event_id) select 'partner', $1, occurred_at, id from told`,
      [partner, action, outcome, code, AWKWARD],
    )
  }
  await sealAll(sealer)
})
afterAll(async () => {
  await sealer.stop()
  await world[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

interface Item {
  readonly event_id: string
  readonly leaf_index: number
  readonly previous_leaf_index: number | null
  readonly occurred_at: string
  readonly action: string
  readonly outcome: 'allowed' | 'denied' | 'error'
  readonly sentence: string
  readonly person_id: string
}

const FEED = '/api/v1/partner/audit/feed'

async function take(format: string) {
  const page = await world.call(owner, 'GET', `${FEED}?limit=9`)
  const formed = await world.call(owner, 'GET', `${FEED}?limit=9&format=${format}`)
  expect({ status: formed.statusCode, body: formed.body }).toMatchObject({ status: 200 })
  const {
    items,
    next_after: next,
    has_more: more,
  } = page.json<{
    items: Item[]
    next_after: number
    has_more: boolean
  }>()
  expect(items).toHaveLength(9)
  expect(formed.headers['x-feed-next-after']).toBe(String(next))
  expect(formed.headers['x-feed-has-more']).toBe(String(more))
  return { items, body: formed.body, type: String(formed.headers['content-type']) }
}

const lines = (body: string): unknown[] => {
  expect(body.endsWith('\n')).toBe(true)
  return body
    .slice(0, -1)
    .split('\n')
    .map((line): unknown => JSON.parse(line))
}

test('JSON Lines hold what the page holds (R4)', async () => {
  const { items, body, type } = await take('ndjson')
  expect(type).toBe('application/x-ndjson; charset=utf-8')
  expect(lines(body)).toEqual(items)
})

/** The required attributes of CloudEvents 1.0, its rules for names and the types that its values may have. */
const CloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().min(1),
    source: z.url(),
    type: z.string().min(1),
    time: z.iso.datetime(),
    subject: z.string().min(1).optional(),
    datacontenttype: z.literal('application/json'),
    data: z.record(z.string(), z.unknown()),
  })
  .catchall(z.union([z.string(), z.boolean(), z.int32()]))
  .refine((event) => Object.keys(event).every((name) => /^[a-z0-9]{1,20}$/.test(name)))

test('a batch of CloudEvents holds each event in its envelope, with its place in the log (R4)', async () => {
  const { items, body, type } = await take('cloudevents')
  expect(type).toBe('application/cloudevents-batch+json; charset=utf-8')
  const events = z.array(CloudEvent).parse(JSON.parse(body))
  expect(events.map(({ data }) => data)).toEqual(items)
  expect(events.map(({ id, time, type: name }) => [id, time, name])).toEqual(
    items.map((item) => [item.event_id, item.occurred_at, `liaison.audit.${item.action}`]),
  )
  expect(events.map((event) => [event['leafindex'], event['previousleafindex']])).toEqual(
    items.map((item) => [
      String(item.leaf_index),
      item.previous_leaf_index === null ? undefined : String(item.previous_leaf_index),
    ]),
  )
  expect(new Set(events.map(({ source }) => source)).size).toBe(1)
})

describe('OCSF', () => {
  // The required attributes of OCSF 1.9: of every event, of each class, and of the objects in them.
  const some = (fields: readonly string[]) => (value: object) => fields.some((field) => field in value)
  const text = z.string().min(1)
  const User = z
    .looseObject({ name: text.optional(), uid: text.optional(), type_id: z.int().optional() })
    .refine(some(['name', 'uid']))
  const Actor = z
    .looseObject({ user: User.optional(), app_name: text.optional() })
    .refine(some(['user', 'app_name']))
  const Named = z.looseObject({ name: text })
  const of = <Shape extends z.ZodRawShape>(uid: number, activities: readonly number[], shape: Shape) =>
    z.looseObject({
      class_uid: z.literal(uid),
      category_uid: z.literal(Math.floor(uid / 1000)),
      activity_id: z.union([z.literal(0), z.literal(99), ...activities.map((id) => z.literal(id))]),
      activity_name: text,
      type_uid: z.int(),
      severity_id: z.literal([0, 1, 2, 3, 4, 5, 6, 99]),
      status_id: z.literal([0, 1, 2, 99]),
      time: z.int().min(1_600_000_000_000),
      metadata: z.looseObject({ version: z.literal('1.9.0'), product: Named, uid: text, sequence: z.int() }),
      unmapped: z.looseObject({ leaf_index: z.int() }),
      ...shape,
    })
  const upTo = (last: number) => Array.from({ length: last }, (_, place) => place + 1)
  const CLASSES = {
    3002: of(3002, upTo(5), { user: User, service: Named }),
    // oxlint-disable-next-line liaison/product-words -- the word of OCSF
    3003: of(3003, upTo(3), { user: User, privileges: z.array(text).min(1) }),
    3004: of(3004, upTo(13), { entity: Named }),
    3006: of(3006, upTo(8), { group: Named }),
    3007: of(3007, upTo(17), { user: User }),
    3008: of(3008, upTo(11), { iam_role: Named }),
    6003: of(6003, upTo(4), {
      actor: Actor,
      api: z.looseObject({ operation: text }),
      src_endpoint: z.looseObject({}).refine(some(['ip', 'name', 'uid', 'hostname'])),
    }),
  } as const
  const isKnown = (uid: number): uid is keyof typeof CLASSES => Object.hasOwn(CLASSES, uid)
  const Told = z.looseObject({
    class_uid: z.int(),
    activity_id: z.int(),
    type_uid: z.int(),
    status_id: z.int(),
    time: z.int(),
  })

  test('events have what their class requires (R4)', async () => {
    const { items, body } = await take('ocsf')
    const events = z.array(Told).parse(lines(body))
    for (const event of events) {
      if (!isKnown(event.class_uid)) throw new Error(`${event.class_uid} is no class`)
      expect(CLASSES[event.class_uid].safeParse(event).error).toBeUndefined()
      expect(event.type_uid).toBe(event.class_uid * 100 + event.activity_id)
    }
    expect(events.map(({ class_uid: uid, activity_id: id, status_id: status }) => [uid, id, status])).toEqual(
      [
        [3002, 1, 1],
        [3002, 1, 2],
        [3003, 1, 1],
        [3004, 99, 1],
        [3007, 1, 1],
        [3006, 99, 1],
        [3008, 2, 1],
        [6003, 2, 2],
        [6003, 99, 1],
      ],
    )
    expect(events.map(({ time }) => time)).toEqual(items.map((item) => Date.parse(item.occurred_at)))
    expect(events.map((event) => event['unmapped'])).toEqual(
      items.map((item) => ({ ...item, actor_type: 'person' })),
    )
  })

  test('every action of the product has a class, and its activity is one of that class (R4)', () => {
    const source = fileURLToPath(new URL('../../', import.meta.url))
    const named = readdirSync(source, { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(?:ts|sql)$/u.test(path) && !path.endsWith('.test.ts'))
      .flatMap((path) => [
        ...readFileSync(`${source}${path}`, 'utf8').matchAll(
          /(?:\baction:|'action',) *'([a-z_]+(?:\.[a-z_]+)+)'/gu,
        ),
      ])
      .map(([, action = '']) => action)
    const actions = new Set([
      ...listActions(),
      ...PERMISSIONS.flatMap(({ name, audit_action: told }) => [name, told]),
      ...named,
    ])
    expect(actions.size).toBeGreaterThan(500)
    expect([...actions].filter((action) => !isOfKnownFamily(action))).toEqual([])
    const used = new Set<number>()
    for (const action of actions) {
      const found = classOfAction(action)
      const { id } = activityOf(action, found)
      used.add(found.uid)
      if (!isKnown(found.uid)) throw new Error(`${found.uid} is no class`)
      expect(CLASSES[found.uid].shape.activity_id.safeParse(id).success, `${action} ${id}`).toBe(true)
    }
    expect([...used].toSorted((a, b) => a - b)).toEqual(Object.keys(CLASSES).map(Number))
  })
  // As github.com/ocsf/ocsf-schema has them in events/iam and events/application; “Other” is left to each action.
  const PUBLISHED: Readonly<Record<number, string>> = {
    3002: 'Logon, Logoff, Authentication Ticket, Service Ticket Request, Service Ticket Renew, Preauth, Account Switch',
    3003: 'Assign Privileges, Assign Groups, Assign Roles',
    3004: 'Create, Read, Update, Delete, Move, Enroll, Unenroll, Enable, Disable, Activate, Deactivate, Suspend, Resume',
    3006: 'Assign Privileges, Revoke Privileges, Add User, Remove User, Delete, Create, Add Subgroup, Remove Subgroup',
    3007: 'Create, Update, Delete, Enable, Disable, Lock, Unlock, Password Change, Password Reset, Attach Policies, Detach Policies, MFA Factor Enable, MFA Factor Disable, Assign Privileges, Remove Privileges, Assign Roles, Remove Roles',
    3008: 'Create, Update, Delete, Assign Privileges, Remove Privileges',
    6003: 'Create, Read, Update, Delete',
  }

  test('the number of each activity is the one that the published schema gives its name (R4)', () => {
    const told = listActions().map((action) => {
      const found = classOfAction(action)
      return { action, uid: found.uid, ...activityOf(action, found) }
    })
    for (const { action, uid, id, name } of told.filter((one) => one.id !== 99))
      expect(PUBLISHED[uid]?.split(', ')[id - 1], action).toBe(name)
    const of = (action: string) => told.find((one) => one.action === action)?.name
    expect(['links.suspend', 'consents.resume', 'webhooks.disable', 'teams.delete'].map(of)).toEqual([
      'Suspend',
      'Resume',
      'Disable',
      'Delete',
    ])
  })
})

/** A message of RFC 5424 taken apart by its grammar, byte by byte, with nothing of how it was made. */
function parseSyslog(message: Buffer) {
  let at = 0
  const until = (end: string): string => {
    const found = message.indexOf(end, at)
    if (found < 0) throw new Error(`nothing ends with ${end}`)
    const part = message.subarray(at, found).toString('latin1')
    at = found + end.length
    return part
  }
  const expected = (text: string) => {
    if (message.subarray(at, at + text.length).toString('latin1') !== text)
      throw new Error(`${text} is missing at ${at}`)
    at += text.length
  }
  expected('<')
  const priority = Number(until('>'))
  const version = until(' ')
  const [time, host, app, process, id] = [until(' '), until(' '), until(' '), until(' '), until(' ')]
  expected('[')
  const name = until(' ')
  const params = new Map<string, string>()
  for (;;) {
    const param = until('="')
    const bytes: number[] = []
    while (message[at] !== 0x22) {
      if (message[at] === 0x5d || at >= message.length) throw new Error(`a bare ] in ${param}`)
      if (message[at] === 0x5c) at += 1
      bytes.push(message[at] ?? 0)
      at += 1
    }
    at += 1
    params.set(param, Buffer.from(bytes).toString('utf8'))
    const next = message[at]
    at += 1
    if (next === 0x5d) break
    if (next !== 0x20) throw new Error('a parameter is followed by a space or the end')
  }
  expected(' \u00ef\u00bb\u00bf')
  const text = new TextDecoder('utf-8', { fatal: true }).decode(message.subarray(at))
  return { priority, version, time, host, app, process, id, name, params, text }
}

test('each line of syslog is a message that others read, whatever stands in it (R4)', async () => {
  const { items, body, type } = await take('syslog')
  expect(type).toBe('text/plain; charset=utf-8')
  const messages = body
    .slice(0, -1)
    .split('\n')
    .map((line) => parseSyslog(Buffer.from(line, 'utf8')))
  const flat = AWKWARD.replaceAll(/[\n\t]/g, ' ')
  expect(messages).toHaveLength(items.length)
  for (const [place, message] of messages.entries()) {
    const item = items[place]
    if (!item) throw new Error('more lines than events')
    expect(message).toMatchObject({
      priority: 13 * 8 + { allowed: 6, denied: 4, error: 3 }[item.outcome],
      version: '1',
      time: item.occurred_at,
      app: 'liaison',
      process: '-',
      id: item.action.slice(0, 32),
      name: 'liaison@32473',
      text: item.sentence.replaceAll(/[\n\t]/g, ' '),
    })
    expect(message.host).toMatch(/^[!-~]{1,255}$/)
    for (const param of message.params.keys()) expect(param).toMatch(/^[!#-<>-\\^-~]{1,32}$/)
    expect(Object.fromEntries(message.params)).toMatchObject({
      leaf: String(item.leaf_index),
      event: item.event_id,
      action: item.action,
      personId: item.person_id,
      resourceLabel: flat,
      reason: flat,
      ip: '2001:db8::7',
    })
    expect(JSON.parse(message.params.get('changes') ?? '')).toEqual({ name: AWKWARD })
  }
})
