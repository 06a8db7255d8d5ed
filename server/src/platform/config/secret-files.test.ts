import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../config.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'liaison-secrets-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, text)
  return path
}

/** What a start with these variables says. */
function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
}

const SECRET = 'of thirty-two characters at the least'

test('each secret may stand in a file that NAME_FILE names, with a line break at its end or without', async () => {
  const { secrets } = readConfig({
    DATABASE_URL_FILE: await file('url', 'postgresql://admin:secret@localhost/liaison\n'),
    DATABASE_ROLE_SECRET_FILE: await file('role', `${SECRET}\r\n`),
    LIAISON_SECRET_KEY_FILE: await file('key', SECRET),
    SMTP_URL_FILE: await file('smtp', 'smtps://user:secret@mail.example\n'),
  })
  expect(secrets).toMatchObject({
    databaseUrl: 'postgresql://admin:secret@localhost/liaison',
    databaseRoleSecret: SECRET,
    secretKey: SECRET,
    smtpUrl: 'smtps://user:secret@mail.example',
  })
})

test('a secret that is given twice, or in a file that is not there or empty, is told by its name with every other fault', async () => {
  const key = await file('key2', SECRET)
  expect(
    faultsOf({
      PORT: 'many',
      LIAISON_SECRET_KEY: SECRET,
      LIAISON_SECRET_KEY_FILE: key,
      DATABASE_ROLE_SECRET_FILE: join(folder, 'nowhere'),
      SMTP_URL_FILE: await file('empty', '\n'),
    }).toSorted(),
  ).toEqual([
    'DATABASE_ROLE_SECRET_FILE: must be a file that can be read',
    'LIAISON_SECRET_KEY_FILE: LIAISON_SECRET_KEY is set, too; set one of them',
    'PORT: must be a whole number',
    'SMTP_URL_FILE: the file is empty',
  ])
})

test('what stands in a file is held to the same, and never repeated', async () => {
  const faults = faultsOf({ LIAISON_SECRET_KEY_FILE: await file('short', 'tooshort') })
  expect(faults).toEqual([expect.stringMatching(/^LIAISON_SECRET_KEY: /)])
  expect(faults.join()).not.toContain('tooshort')
})

test('a sender or an address of the metrics that nobody could use is told with the other faults', () => {
  expect(
    faultsOf({ PORT: 'many', MAIL_FROM: 'nobody', METRICS_HOST: 'http://0.0.0.0' }).map(
      (line) => line.split(':')[0],
    ),
  ).toEqual(['PORT', 'METRICS_HOST', 'MAIL_FROM'])
  for (const from of [
    'Liaison <liaison@localhost>',
    'help@provider.example',
    '<help@provider.example>',
    'Liaison<help@provider.example>',
    '"Partners, Inc." <p@a.example>',
  ])
    expect(faultsOf({ MAIL_FROM: from })).toEqual([])
  for (const host of ['127.0.0.1', '::1', '0.0.0.0', 'localhost', 'metrics.internal'])
    expect(faultsOf({ METRICS_HOST: host, HOST: host })).toEqual([])
})
