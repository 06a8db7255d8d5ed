import { expect, test } from 'vitest'
import { ConfigError, readConfig } from '../config.ts'

const HERE = import.meta.filename
const SECRETS = { DATABASE_ROLE_SECRET: 'r'.repeat(32), LIAISON_SECRET_KEY: 's'.repeat(32) }
const DATABASE = 'postgresql://a:b@localhost/liaison'

test.each([
  ['TRUSTED_PROXIES', 'proxy.internal'],
  ['TRUSTED_PROXIES', '10.0.0.1,10.0.0.0/99'],
  ['DATABASE_URL', 'nonsense'],
  ['DATABASE_URL', 'localhost:5432/liaison'],
  ['DATABASE_URL', 'mysql://a:b@localhost/liaison'],
  ['DATABASE_URL', 'postgresql://a:100%@localhost/liaison'],
  ['DATABASE_URL', 'postgresql://a:p#w@localhost/liaison'],
  ['DATABASE_URL', 'postgresql://a:b@db.example/liaison?sslmode=require'],
  ['DATABASE_POOLER_URL', 'pooler:6432/liaison'],
  ['DATABASE_POOLER_URL', 'nonsense'],
  ['REDIS_URL', 'limits:6379'],
  ['SMTP_URL', 'smtps://a:100%@mail.example'],
  ['WEBHOOK_PROXY', 'http://a:100%@egress:4750'],
  ['LEAK_REPORT_KEYS', '/nowhere/keys.json'],
  ['PDF_SEAL_P12', '/nowhere/seal.p12'],
])('%s=%s stops a start before the database is touched, by its name', (name, value) => {
  const read = () => readConfig({ ...SECRETS, DATABASE_URL: DATABASE, [name]: value })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(new RegExp(`^${name}: `))
  // It may be a secret.
  expect(read).not.toThrow('100%@')
})

test('faulty addresses and files are told together with every other fault', () => {
  const faults = { PORT: 'many', DATABASE_URL: 'nonsense', TRUSTED_PROXIES: 'x', PDF_SEAL_P12: '/nowhere' }
  for (const name of Object.keys(faults)) expect(() => readConfig(faults)).toThrow(`${name}: `)
})

test('what can be used is taken', () => {
  const proxies = ['loopback', '10.0.0.1', '10.1.2.3/16', 'fd00::/8', '::1']
  expect(readConfig({ TRUSTED_PROXIES: proxies.join(', ') }).trustedProxies).toEqual(proxies)
  expect(readConfig({ PDF_SEAL_P12: HERE }).pdfSealFile).toBe(HERE)
  const addresses = {
    ...SECRETS,
    REDIS_URL: 'rediss://:p%25w@limits:6379/1',
    SMTP_URL: 'smtps://user:p%40w@mail.example?ignoreTLS=true',
    DATABASE_URL: 'postgres://a:p%23w@localhost/liaison',
  }
  expect(() => readConfig(addresses)).not.toThrow()
})
