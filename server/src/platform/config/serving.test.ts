import { expect, test } from 'vitest'
import { ConfigError, readConfig, warnOfUnknown } from '../config.ts'
import { refuseUnservable, showsOutbox, warnOfUnsent } from './serving.ts'

const OWN_DATABASE = {
  DATABASE_URL: 'postgresql://a:b@localhost/liaison',
  DATABASE_ROLE_SECRET: 'r'.repeat(32),
  LIAISON_SECRET_KEY: 's'.repeat(32),
}
const PUBLIC = { PUBLIC_ORIGIN: 'https://partners.example' }
const MAILS = { SMTP_URL: 'smtps://mail.example' }
const OPEN = { OUTBOX_OPEN_TO_ANYBODY: '1' }

const serve = (variables: Record<string, string>) => () => refuseUnservable(readConfig(variables))
const shows = (variables: Record<string, string>, isEmbedded: boolean) =>
  showsOutbox(readConfig(variables), { isEmbedded })

test('nobody is served on a database of the operator without a mail server and a public origin', () => {
  expect(serve(OWN_DATABASE)).toThrow(ConfigError)
  expect(serve(OWN_DATABASE)).toThrow(/^SMTP_URL: [^\n]+\nPUBLIC_ORIGIN: /)
  expect(serve({ ...OWN_DATABASE, ...PUBLIC })).toThrow(/^SMTP_URL: /)
  expect(serve({ ...OWN_DATABASE, ...MAILS })).toThrow(/^PUBLIC_ORIGIN: /)
  for (const variables of [
    {},
    PUBLIC,
    { ...OWN_DATABASE, ...PUBLIC, ...MAILS },
    { ...OWN_DATABASE, ...OPEN },
  ])
    expect(serve(variables)).not.toThrow()
})

test('mails are shown on this machine alone: of an embedded database, or where a variable says that anybody reads them', () => {
  expect(shows({}, true)).toBe(true)
  expect(shows({ PUBLIC_ORIGIN: 'http://localhost:3000' }, true)).toBe(true)
  expect(shows({ ...OWN_DATABASE, ...OPEN }, false)).toBe(true)
  for (const variables of [PUBLIC, MAILS]) expect(shows(variables, true)).toBe(false)
  for (const variables of [{}, PUBLIC, MAILS])
    expect(shows({ ...OWN_DATABASE, ...variables }, false)).toBe(false)
})

test('an embedded installation that people reach is told that its mails reach nobody', () => {
  const warn = (variables: Record<string, string>) => warnOfUnsent(readConfig(variables))
  expect(warn(PUBLIC)).toEqual([expect.stringMatching(/^SMTP_URL is missing: no mail is sent/)])
  for (const variables of [{}, { PUBLIC_ORIGIN: 'http://localhost:3000' }, { ...PUBLIC, ...MAILS }])
    expect(warn(variables)).toEqual([])
})

test('whoever shows mails to anybody neither sends them nor has an origin that strangers reach', () => {
  expect(() => readConfig({ ...OPEN, ...PUBLIC })).toThrow('strangers would read')
  expect(() => readConfig({ ...OPEN, ...MAILS })).toThrow('exclude each other')
})

test('a variable that is none, but looks like one of ours, is told with the one that was meant', () => {
  const hints = {
    SMPT_URL: 'SMTP_URL',
    SMTP_URI: 'SMTP_URL',
    smtp_url: 'SMTP_URL',
    PUBLIC_ORIGINS: 'PUBLIC_ORIGIN',
  }
  for (const [name, meant] of Object.entries({ ...hints, PORT_FILE: 'PORT' }))
    expect(warnOfUnknown({ [name]: 'secret' }), name).toEqual([
      `${name} is no variable of this program; ${meant} is, and was perhaps meant. Nothing reads it.`,
    ])
  expect(warnOfUnknown({ LIAISON_SMTP: 'x' })).toEqual([
    expect.stringContaining('LIAISON_SMTP is no variable'),
  ])
})

test('what is ours or of another program is passed over', () => {
  const others = [
    'HOME',
    'PATH',
    'POST',
    'USER',
    'NODE_ENV',
    'REDIS_PORT',
    'DATABASE_SERVICE_HOST',
    'LIAISON_URL',
  ]
  const names = [...others, 'PORT', 'HOST', 'SMTP_URL', 'LIAISON_DATA_DIR']
  expect(warnOfUnknown(Object.fromEntries(names.map((name) => [name, 'x'])))).toEqual([])
})
