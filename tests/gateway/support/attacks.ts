import { makeTestKey, signToken } from '../../../guard/testing/issuer.ts'
import { attack, reaches } from './attack.ts'
import type { Attack } from './attack.ts'
import { CONNECTIONS } from './attacks-connections.ts'
import type { GatewayScene } from './scene.ts'

/** Fields that say who calls, for whom, or another method or address; none of a caller's may reach the API. */
export const SPOOFED = [
  'X-Access-Context',
  'X-Partner-Id',
  'X-Customer-Id',
  'X-Customer-Ban',
  'X-Actor',
  'X-Access-Mode',
  'X-Delegation-Id',
  'X-Billing-Party',
  'X-Billing-Ban',
  'X-Decision-Id',
  'X-Decision-Code',
  'X-Decision-Status',
  'X-Gateway-Authorization',
  'X-HTTP-Method-Override',
  'X-HTTP-Method',
  'X-Method-Override',
  'X-Original-URI',
  'X-Original-URL',
  'X-Rewrite-URL',
  'X-Forwarded-Method',
  'X-Forwarded-Uri',
  'Forwarded',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'X-Forwarded-Proto',
  'X-Request-Id',
] as const

const EVIL = 'evil-1234'

/** The API reads what the caller wrote, whether the decision point says something of that name or not. */
const spoofs = (name: string): Attack =>
  attack(66, `spoofed ${name}`, async (scene) => {
    for (const mood of ['real', 'sparse'] as const) {
      const { reached } = await scene.during(mood, () =>
        scene.call({
          fields: [
            [name, EVIL],
            [name, EVIL],
          ],
        }),
      )
      const seen = reached ? (scene.upstream.last?.fields.get(name.toLowerCase()) ?? []) : []
      if (seen.some((value) => value.includes(EVIL))) return true
    }
    return false
  })

/** A name with underscores for some of its hyphens, in every way that there is. */
export function underscoredNames(name: string): string[] {
  const [first = '', ...rest] = name.split('-')
  const all = rest.reduce(
    (told, part) => told.flatMap((one) => [`${one}-${part}`, `${one}_${part}`]),
    [first],
  )
  return all.filter((one) => one.includes('_'))
}

const spoofsUnderscored = (name: string): Attack =>
  attack(66, `underscored ${name}`, async (scene) => {
    const fieldsSent = underscoredNames(name).map((one) => [one, EVIL] as const)
    const { reached } = await scene.call({ fields: fieldsSent })
    const fields = reached ? [...(scene.upstream.last?.fields.entries() ?? [])] : []
    return fields.some(([seen, values]) => seen.includes('_') && values.includes(EVIL))
  })

/** The API reads the caller's evidence. */
const leaks = (name: string, field: string): Attack =>
  attack(66, name, async (scene) => {
    const { reached } = await scene.call()
    return reached && scene.upstream.last?.fields.has(field) === true
  })

/** A path whose reading is disputed, asked for with evidence for exactly that path. */
const climbs = (name: string, target: string): Attack =>
  attack(65, name, async (scene) => {
    const plain = await scene.call({ path: target, sent: { target } })
    const borrowed = await scene.call({ sent: { target } })
    return plain.reached || borrowed.reached
  })

/** The gateway lets pass what could not be decided, or does not say 503. */
const outlives = (mood: 'down' | 'error' | 'redirect' | 'nonsense', name: string): Attack =>
  attack(71, name, async (scene) => {
    const { answer, reached } = await scene.during(mood, () => scene.call())
    const recovered = await scene.call()
    return reached || answer.status !== 503 || !recovered.reached
  })

function lastAsked(scene: GatewayScene, field: string): readonly string[] {
  return scene.door.asked.at(-1)?.fields.get(field) ?? []
}

const WITHOUT_TOKEN: readonly Attack[] = [
  reaches(59, 'anonymous call', () => ({ leave: ['authorization', 'dpop'] })),
  reaches(59, 'token in the query', async (scene) => ({
    leave: ['authorization'],
    sent: { target: `${scene.path}?access_token=${await scene.world.token()}` },
  })),
  reaches(59, 'unknown scheme', () => ({
    leave: ['authorization'],
    fields: [['Authorization', 'Basic YTpi']],
  })),
  reaches(60, 'token without proof', () => ({ leave: ['dpop'] })),
  attack(60, 'bound token as Bearer', async (scene) => {
    const { authorization, dpop } = await scene.world.evidence()
    const fields = [
      ['Authorization', authorization.replace('DPoP', 'Bearer')],
      ['DPoP', dpop],
    ] as const
    return (await scene.call({ leave: ['authorization', 'dpop'], fields })).reached
  }),
  attack(59, 'challenge kept back', async (scene) => {
    const { answer } = await scene.call({ leave: ['authorization', 'dpop'] })
    return (
      answer.status !== 401 || !(answer.headers.get('www-authenticate') ?? '').includes('resource_metadata=')
    )
  }),
]

const WRONG_TOKEN: readonly Attack[] = [
  reaches(61, 'token of another audience', () => ({ claims: { aud: 'https://other.example' } })),
  reaches(61, 'token of another issuer', () => ({ claims: { iss: 'https://other.example' } })),
  attack(61, 'ID token', async (scene) => {
    const token = await signToken(scene.world.keys.issuer, await scene.world.claims(), { typ: 'JWT' })
    return (await scene.call({ token })).reached
  }),
  attack(61, 'token of a stranger under the same key id', async (scene) => {
    const token = await signToken(await makeTestKey('issuer-1'), await scene.world.claims())
    return (await scene.call({ token })).reached
  }),
  attack(62, 'unsigned token', async (scene) => {
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = encode({ alg: 'none', typ: 'at+jwt', kid: 'issuer-1' })
    return (await scene.call({ token: `${head}.${encode(await scene.world.claims())}.` })).reached
  }),
  attack(62, 'altered claims', async (scene) => {
    const [head = '', , signature = ''] = (await scene.world.token()).split('.')
    const claims = Buffer.from(JSON.stringify(await scene.world.claims({ customer_ban: 'BAN-2' }))).toString(
      'base64url',
    )
    return (await scene.call({ token: `${head}.${claims}.${signature}`, path: '/v1/customers/BAN-2/orders' }))
      .reached
  }),
  ...['partner_id', 'customer_ban', 'act'].map((name) =>
    reaches(63, `token without ${name}`, () => ({ claims: { [name]: undefined } })),
  ),
  reaches(37, 'proof of another key', (scene) => ({ key: scene.world.keys.issuer })),
  reaches(37, 'proof for another method', () => ({ proof: { claims: { htm: 'POST' } } })),
  reaches(37, 'proof for another address', () => ({
    proof: { claims: { htu: 'https://other.example/v1/customers/BAN-1/orders' } },
  })),
  attack(74, 'replayed proof', async (scene) => {
    const { authorization, dpop } = await scene.world.evidence()
    const fields = [
      ['Authorization', authorization],
      ['DPoP', dpop],
    ] as const
    const leave = ['authorization', 'dpop'] as const
    const first = await scene.call({ leave, fields })
    return !first.reached || (await scene.call({ leave, fields })).reached
  }),
]

const WRONG_CALL: readonly Attack[] = [
  reaches(64, 'account of somebody else', () => ({ path: '/v1/customers/BAN-9/orders' })),
  reaches(64, 'another account of the customer', () => ({ path: '/v1/customers/BAN-2/orders' })),
  reaches(64, 'another account in the query', (scene) => ({ path: `${scene.path}?customer_ban=BAN-2` })),
  attack(64, 'another account in an array of the query', async (scene) => {
    const names = ['customer_ban[]', 'customer_ban%5B0%5D', 'Customer_Ban', 'a=1;customer_ban']
    const paths = names.map((name) => `${scene.path}?${name}=BAN-2`)
    for (const path of paths) if ((await scene.call({ path })).reached) return true
    return false
  }),
  reaches(67, 'another method in the query', (scene) => ({
    method: 'POST',
    body: '{}',
    path: `${scene.path}?_method=DELETE`,
  })),
  reaches(64, 'scope that was not given', () => ({ method: 'POST', claims: { scope: 'orders.read' } })),
  reaches(64, 'scope of another kind', () => ({ claims: { scope: 'invoices.read' } })),
  attack(64, 'scope of another resource', async (scene) => {
    const services = '/v1/customers/BAN-1/services'
    const orders = await scene.call({ claims: { scope: 'services.read' } })
    return orders.reached || (await scene.call({ path: services, claims: { scope: 'orders.read' } })).reached
  }),
  // Where the decision point is asked, the consent as it stands counts; elsewhere what the token says that it was.
  attack(64, 'action that was not given', async (scene) => {
    const { authorization_details: given } = await scene.world.claims()
    const details = [...(Array.isArray(given) ? given : [])]
    const narrowed = details.map((detail: object) => ({
      ...detail,
      actions: ['order.create', 'service.read'],
    }))
    return (await scene.call({ claims: { authorization_details: narrowed } })).reached
  }),
  reaches(64, 'route that is not registered', () => ({ path: '/v1/customers/BAN-1/secrets' })),
  reaches(65, 'route in other letters', () => ({ path: '/V1/customers/BAN-1/orders' })),
  ...(
    [
      ['dot segments', '/v1/customers/BAN-1/../BAN-2/orders'],
      ['dot segments back to the account', '/v1/customers/BAN-2/../BAN-1/orders'],
      ['encoded dot segments', '/v1/customers/BAN-1/%2e%2e/BAN-2/orders'],
      ['encoded slash', '/v1/customers/BAN-1%2f..%2fBAN-2/orders'],
      ['doubly encoded slash', '/v1/customers/BAN-1%252f..%252fBAN-2/orders'],
      ['double slash', '//v1/customers/BAN-1/orders'],
      ['path parameter', '/v1/customers/BAN-1;x=/orders'],
      ['backslash', '/v1/customers/BAN-1\\..\\BAN-2/orders'],
      ['encoded NUL', '/v1/customers/BAN-1%00/orders'],
      ['absolute target', 'http://other.example/v1/customers/BAN-2/orders'],
    ] as const
  ).map(([name, target]) => climbs(name, target)),
  ...['HEAD', 'OPTIONS', 'TRACE', 'PURGE', 'PROPFIND'].map((method) =>
    reaches(69, `verb ${method}`, () => ({ method })),
  ),
  reaches(19, 'foreign host', () => ({ sent: { host: 'evil.example' } })),
]

const FORGED: readonly Attack[] = [
  attack(67, 'forged method', async (scene) => {
    const fields = ['X-Forwarded-Method', 'X-Original-Method', 'X-HTTP-Method-Override', 'X-HTTP-Method'].map(
      (name) => [name, 'GET'] as const,
    )
    return (
      await scene.call({
        method: 'GET',
        claims: { scope: 'orders.read' },
        sent: { method: 'POST' },
        fields,
        body: '{}',
      })
    ).reached
  }),
  attack(67, 'forged address', async (scene) => {
    const fields = ['X-Forwarded-Uri', 'X-Original-URI', 'X-Original-URL', 'X-Rewrite-URL'].map(
      (name) => [name, scene.path] as const,
    )
    const { reached } = await scene.call({ sent: { target: '/v1/customers/BAN-2/orders' }, fields })
    return reached
  }),
  attack(67, 'forged host', async (scene) => {
    await scene.call({ fields: [['X-Forwarded-Host', 'evil.example']], sent: { host: 'evil.example' } })
    return (
      await scene.call({
        fields: [['X-Forwarded-Host', 'api.carrier.example']],
        sent: { host: 'evil.example' },
      })
    ).reached
  }),
  attack(67, 'forged network address', async (scene) => {
    await scene.call({ fields: [['X-Forwarded-For', '10.1.2.3']] })
    return lastAsked(scene, 'x-forwarded-for').at(-1)?.split(',').at(-1)?.trim() !== '127.0.0.1'
  }),
  attack(67, 'contradicting original address', async (scene) => {
    await scene.call({ fields: [['X-Original-URI', '/elsewhere']] })
    return lastAsked(scene, 'x-original-uri').some((value) => value !== '')
  }),
  attack(77, 'credential of the caller', async (scene) => {
    await scene.call({ fields: [['X-Gateway-Authorization', 'Bearer evil']] })
    return lastAsked(scene, 'x-gateway-authorization').some((value) => value.includes('evil'))
  }),
  attack(77, 'decision point from outside', async (scene) => {
    const targets = ['/_decision', '/gateway/v1/authorize', '/_authorize']
    const answers = await Promise.all(targets.map((target) => scene.call({ sent: { target } })))
    return answers.some(
      ({ answer, reached }) =>
        reached ||
        answer.headers.has('x-decision-code') ||
        (answer.headers.get('x-access-context') ?? '') !== '',
    )
  }),
  attack(71, 'body to the decision point', async (scene) => {
    await scene.call({ method: 'POST', body: '{"secret":1}' })
    return (
      (scene.door.asked.at(-1)?.bodyBytes ?? 0) > 0 ||
      lastAsked(scene, 'content-length').some((value) => value !== '0' && value !== '')
    )
  }),
  attack(71, 'large body', async (scene) => {
    const { reached } = await scene.call({ method: 'POST', body: 'x'.repeat(100_000) })
    return reached && (scene.upstream.last?.bodyBytes ?? 0) > 65_536
  }),
]

const OUTAGES: readonly Attack[] = [
  outlives('down', 'decision point gone'),
  outlives('error', 'undecided told as an error of the API'),
  outlives('redirect', 'decision point that redirects'),
  outlives('nonsense', 'decision point that speaks no HTTP'),
  attack(71, 'slow decision point', async (scene) => {
    const { answer, reached } = await scene.during('slow', () => scene.call())
    return reached || answer.status !== 503
  }),
]

const AFTERWARDS: readonly Attack[] = [
  attack(72, 'first call after a revocation', async (scene) => {
    const rival = await scene.world.rival()
    const token = await signToken(scene.world.keys.issuer, await scene.world.claimsFor(rival))
    const path = `/v1/customers/${rival.account.ban}/orders`
    const before = await scene.call({ token, path })
    await scene.world.world.seed(
      `update delegation set status = 'revoked' where id = $1`,
      [rival.consent],
      rival.tenant,
    )
    return !before.reached || (await scene.call({ token, path })).reached
  }),
]

/** The gateway part of the attack list (59 to 77), by name. */
export const ATTACKS: readonly Attack[] = [
  ...WITHOUT_TOKEN,
  ...WRONG_TOKEN,
  ...WRONG_CALL,
  ...FORGED,
  ...SPOOFED.map(spoofs),
  ...SPOOFED.map(spoofsUnderscored),
  leaks('token to the API', 'authorization'),
  leaks('proof to the API', 'dpop'),
  ...CONNECTIONS,
  ...OUTAGES,
  ...AFTERWARDS,
]

/** One attack by its name. */
export function findAttack(name: string): Attack {
  const found = ATTACKS.find((entry) => entry.name === name)
  if (!found) throw new Error(`There is no attack named "${name}".`)
  return found
}
