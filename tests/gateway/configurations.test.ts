import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { SPOOFED, underscoredNames } from './support/attacks.ts'

/** The configurations of gateways that cannot be run here: read, and looked at for what their safety hangs on. */
const read = (path: string): string => readFileSync(new URL(`../../gateway/${path}`, import.meta.url), 'utf8')
const parsed = (path: string): unknown => parse(read(path))

/** The value at a path of keys and places; undefined where there is none. */
function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  )
}

/** Every value under a key of this name, however deep. */
function everyValue(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    ...(name === key ? [inner] : []),
    ...everyValue(inner, key),
  ])
}

const IDENTITY = [
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
]

/** The Lua of a configuration. */
const LUA = [
  ['kong', () => at(parsed('kong/kong.yaml'), 'services', 0, 'plugins', 1, 'config', 'access', 0)],
  [
    'apisix',
    () => at(parsed('apisix/apisix.yaml'), 'routes', 0, 'plugins', 'serverless-pre-function', 'functions', 0),
  ],
  [
    'apisix afterwards',
    () =>
      at(parsed('apisix/apisix.yaml'), 'routes', 0, 'plugins', 'serverless-post-function', 'functions', 0),
  ],
] as const

describe.each(['traefik/dynamic.yaml', 'envoy/envoy.yaml', 'apisix/apisix.yaml', 'kong/kong.yaml'])(
  '%s',
  (path) => {
    test('is well-formed, and says that it was not run', () => {
      expect(typeof parsed(path)).toBe('object')
      expect(read(path)).toContain('NOT RUN')
    })

    test('names every field of the decision, the credential and the endpoint', () => {
      const text = read(path).toLowerCase()
      for (const name of [...IDENTITY, '@CREDENTIAL@', '/gateway/v1/authorize', 'dpop', 'authorization'])
        expect(text).toContain(name.toLowerCase())
    })
  },
)

test('Traefik does not believe forwarded fields, and takes the evidence off before the API', () => {
  const middlewares = at(parsed('traefik/dynamic.yaml'), 'http', 'middlewares')
  expect(at(middlewares, 'decide', 'forwardAuth', 'trustForwardHeader')).toBe(false)
  expect(at(middlewares, 'decide', 'forwardAuth', 'authResponseHeaders')).toEqual(IDENTITY)
  expect(at(middlewares, 'hygiene-after', 'headers', 'customRequestHeaders')).toMatchObject({
    Authorization: '',
    DPoP: '',
    'X-Gateway-Authorization': '',
  })
  expect(at(parsed('traefik/dynamic.yaml'), 'http', 'routers', 'api', 'middlewares')).toEqual([
    'body-limit',
    'hygiene-before',
    'decide',
    'hygiene-after',
  ])
})

test('Traefik removes every spelling of every field that says who calls, and of those that ask for another method or address', () => {
  const removed = at(
    parsed('traefik/dynamic.yaml'),
    'http',
    'middlewares',
    'hygiene-before',
    'headers',
    'customRequestHeaders',
  )
  // forwardAuth writes these itself, and X-Request-Id is the caller's own where nobody else names the call.
  const kept = new Set(['Forwarded', 'X-Request-Id', 'X-Gateway-Authorization'])
  const plain = SPOOFED.filter((name) => !kept.has(name) && !name.startsWith('X-Forwarded-'))
  for (const name of [...plain, ...SPOOFED.flatMap(underscoredNames)])
    expect(at(removed, name), name).toBe('')
})

test('Envoy fails closed, keeps its route, and repairs no path', () => {
  const config = parsed('envoy/envoy.yaml')
  expect(everyValue(config, 'failure_mode_allow')).toEqual([false])
  expect(everyValue(config, 'clear_route_cache')).toEqual([false])
  expect(everyValue(config, 'normalize_path')).toEqual([false])
  expect(everyValue(config, 'merge_slashes')).toEqual([false])
  expect(everyValue(config, 'headers_with_underscores_action')).toEqual(['REJECT_REQUEST'])
  const filters = everyValue(config, 'http_filters')
    .flat()
    .map((filter) => String(at(filter, 'name')))
  expect(filters.at(-1)).toBe('envoy.filters.http.router')
  expect(filters.indexOf('envoy.filters.http.ext_authz')).toBe(filters.length - 2)
})

test('none of them upgrades a connection, in which nobody would be asked about what follows', () => {
  const before = at(parsed('traefik/dynamic.yaml'), 'http', 'middlewares', 'hygiene-before', 'headers')
  expect(at(before, 'customRequestHeaders')).toMatchObject({ Connection: '', Upgrade: '' })
  expect(everyValue(parsed('envoy/envoy.yaml'), 'upgrade_configs')).toEqual([])
  expect(everyValue(parsed('apisix/apisix.yaml'), 'enable_websocket')).toEqual([])
  const [[, kong]] = LUA
  expect(String(kong())).toMatch(/"upgrade", "sec-websocket-key"[^]+kong\.response\.exit\(400[^]+resty\.http/)
})

test('APISIX takes the evidence off in the phase in which forward-auth has asked in every release', () => {
  const plugins = at(parsed('apisix/apisix.yaml'), 'routes', 0, 'plugins')
  const after = at(plugins, 'serverless-post-function')
  expect(at(after, 'phase')).toBe('access')
  for (const name of ['"Authorization"', '"DPoP"', '"X-Gateway-Authorization"'])
    expect(String(at(after, 'functions', 0))).toContain(name)
  // It works in the phase rewrite, and older releases of forward-auth ask in the phase after it.
  expect(at(plugins, 'proxy-rewrite')).toBeUndefined()
})

test('APISIX fails closed with 503', () => {
  const plugin = at(parsed('apisix/apisix.yaml'), 'routes', 0, 'plugins', 'forward-auth')
  expect(plugin).toMatchObject({ allow_degradation: false, status_on_error: 503, upstream_headers: IDENTITY })
})

const hasHaproxy = spawnSync('haproxy', ['-v'], { stdio: 'ignore' }).status === 0
if (!hasHaproxy)
  process.stderr.write('\n*** haproxy is NOT INSTALLED: the Lua of Kong and APISIX was NOT PARSED ***\n\n')

/** What is wrong with the syntax of a piece of Lua. The only Lua at hand is the one in HAProxy; nothing is called. */
function findLuaFault(code: string): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'liaison-lua-'))
  try {
    writeFileSync(join(folder, 'code.lua'), `local function never() ${code}\nend\n`)
    writeFileSync(join(folder, 'haproxy.cfg'), `global\n  lua-load ${folder}/code.lua\n`)
    const { stderr } = spawnSync('haproxy', ['-c', '-f', join(folder, 'haproxy.cfg')], { encoding: 'utf8' })
    return /code\.lua:\d+: .*/.exec(stderr)?.[0] ?? null
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test.runIf(hasHaproxy).each(LUA)('the Lua of %s is Lua', (_, find) => {
  expect(String(find())).toContain('X-Gateway-Authorization')
  expect(findLuaFault(String(find()))).toBeNull()
  expect(findLuaFault(`${String(find())} if`)).not.toBeNull()
})

test('the proxy in front takes TLS of 1.2 and 1.3 alone, by suites that keep what was said, and leads no plain call on (ASVS 4.1.2, 12.1.1, 12.1.2)', () => {
  const lines = readFileSync(new URL('../../ops/proxy/haproxy.cfg', import.meta.url), 'utf8')
    .split('\n')
    .map((line) => line.trim())
  const valueOf = (name: string) =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? ''
  expect(valueOf('ssl-default-bind-options')).toContain('ssl-min-ver TLSv1.2')
  for (const suite of valueOf('ssl-default-bind-ciphers').split(':'))
    expect(suite).toMatch(/^ECDHE-(?:ECDSA|RSA)-(?:AES(?:128|256)-GCM-SHA\d{3}|CHACHA20-POLY1305)$/)
  for (const suite of valueOf('ssl-default-bind-ciphersuites').split(':')) expect(suite).toMatch(/^TLS_/)
  const binds = lines.filter((line) => line.startsWith('bind '))
  expect(binds).toHaveLength(1)
  for (const bind of binds) expect(bind).toMatch(/ ssl crt /)
  expect(lines.filter((line) => line.includes('redirect '))).toEqual([])
})
