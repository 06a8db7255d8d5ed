import { once } from 'node:events'
import { writeFile, mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createTestDatabase, testRoleSecret } from '#testing/database.ts'
import type { TestDatabase } from '#testing/database.ts'
import { TEST_CERTIFICATE, TEST_KEY } from '#testing/webhook-receiver.ts'
import { inAdminTransaction } from '../admin.ts'
import { readConfig } from '../config.ts'
import { parseDatabaseUrl } from './database-url.ts'
import { openDatabase } from '../database.ts'

/** What a client of PostgreSQL sends when it wants TLS (the SSLRequest of its protocol). */
const SSL_REQUEST = 8

let testDatabase: TestDatabase
const servers: Server[] = []
let folder: string
let rootFile: string
let port = 0
const sockets = new Set<Socket>()

/** PostgreSQL behind TLS, as another machine would offer it. */
async function listen(on: string): Promise<void> {
  const { host, port: at } = testDatabase.connection
  const server = createServer((plain) => {
    sockets.add(plain)
    plain.on('error', () => undefined)
    plain.once('data', (first) => {
      if (first.length !== SSL_REQUEST) {
        plain.destroy()
        return
      }
      plain.write('S')
      const secure = new TLSSocket(plain, { isServer: true, cert: TEST_CERTIFICATE, key: TEST_KEY })
      const behind = connect(`${host}/.s.PGSQL.${at}`)
      for (const socket of [secure, behind]) socket.on('error', () => plain.destroy())
      secure.pipe(behind).pipe(secure)
    })
  }).listen(port, on)
  await once(server, 'listening')
  servers.push(server)
  const address = server.address()
  port = address !== null && typeof address === 'object' ? address.port : 0
}

beforeAll(async () => {
  testDatabase = await createTestDatabase()
  folder = await mkdtemp(join(tmpdir(), 'liaison-tls-'))
  rootFile = join(folder, 'root.pem')
  await writeFile(rootFile, TEST_CERTIFICATE)
  await listen('127.0.0.1')
  await listen('127.0.0.2')
})
afterAll(async () => {
  for (const socket of sockets) socket.destroy()
  for (const server of servers) server.close()
  await testDatabase.drop()
  await rm(folder, { recursive: true, force: true })
})

const urlOf = (query: string, host = 'localhost') => {
  const { user, password, database } = testDatabase.connection
  return `postgresql://${user}:${encodeURIComponent(password)}@${host}:${port}/${database}${query}`
}
const ask = (query: string, host?: string) =>
  inAdminTransaction(parseDatabaseUrl(urlOf(query, host)), (run) => run('select 1 as one'))

describe('a database on another machine (ASVS 12.3.1, 12.3.2)', () => {
  test('is reached by TLS with a verified certificate unless the address says otherwise, and one on this machine without', () => {
    expect(parseDatabaseUrl('postgresql://a:b@db.example.com/liaison').ssl).toEqual({
      rejectUnauthorized: true,
      host: 'db.example.com',
      minVersion: 'TLSv1.2',
    })
    for (const local of [
      'postgresql://a@localhost/x',
      'postgresql://a@127.0.0.1/x',
      'postgresql://a@[::1]/x',
      'postgresql:///x?host=/run/postgresql',
    ])
      expect(parseDatabaseUrl(local).ssl).toBeUndefined()
    expect(parseDatabaseUrl('postgresql://a:b@db.example.com/x?sslmode=disable').ssl).toBeUndefined()
  })

  test('is not asked with a mode that encrypts without looking to whom, nor with certificates that are not there', () => {
    for (const mode of ['require', 'prefer', 'allow', 'verify-ca', 'yes'])
      expect(() => parseDatabaseUrl(`postgresql://a@db.example.com/x?sslmode=${mode}`)).toThrow('sslmode is')
    expect(() => parseDatabaseUrl('postgresql://a@db.example.com/x?sslrootcert=/nowhere.pem')).toThrow(
      '/nowhere.pem, cannot be read',
    )
  })

  test('answers the operator and every login of the server behind a certificate of the named authority', async () => {
    expect(await ask(`?sslmode=verify-full&sslrootcert=${rootFile}`)).toEqual([{ one: 1 }])
    const connection = parseDatabaseUrl(urlOf(`?sslmode=verify-full&sslrootcert=${rootFile}`))
    const database = openDatabase({ connection, roleSecret: testRoleSecret(), poolSize: 1 })
    const { rows } = await database.pool('liaison_tenant').query('select current_user as login')
    expect(rows).toEqual([{ login: 'liaison_tenant' }])
    await database.close()
  })

  test('is not believed with a certificate that nobody vouches for, or that is of another name', async () => {
    await expect(ask('?sslmode=verify-full')).rejects.toThrow('self-signed certificate')
    // The certificate is of localhost and 127.0.0.1.
    const elsewhere = urlOf(`?sslmode=verify-full&sslrootcert=${rootFile}`, '127.0.0.2')
    await expect(inAdminTransaction(parseDatabaseUrl(elsewhere), (run) => run('select 1'))).rejects.toThrow(
      "does not match certificate's altnames",
    )
    expect(await ask(`?sslmode=verify-full&sslrootcert=${rootFile}`, '127.0.0.1')).toEqual([{ one: 1 }])
  })
})

describe('a pooler before the database', () => {
  const database = {
    DATABASE_URL: 'postgresql://a:b@localhost/liaison',
    DATABASE_ROLE_SECRET: 'r'.repeat(32),
    LIAISON_SECRET_KEY: 's'.repeat(32),
  }
  const url = 'postgresql://pooler.example:6432/liaison'

  test('is reached as a database on another machine is, and follows statements only when that is said', () => {
    const read = (more: Record<string, string>) => readConfig({ ...database, ...more }).databasePooler
    expect(read({})).toBeUndefined()
    expect(read({ DATABASE_POOLER_URL: url })).toMatchObject({
      connection: {
        host: 'pooler.example',
        port: 6432,
        database: 'liaison',
        ssl: { rejectUnauthorized: true },
      },
      followsStatements: false,
    })
    expect(
      read({ DATABASE_POOLER_URL: url, DATABASE_POOLER_FOLLOWS_STATEMENTS: '1' })?.followsStatements,
    ).toBe(true)
  })

  test('is refused without a database behind it, with a login in its address, or when only its ability is named', () => {
    expect(() => readConfig({ DATABASE_POOLER_URL: url })).toThrow('DATABASE_POOLER_URL needs DATABASE_URL')
    expect(() => readConfig({ ...database, DATABASE_POOLER_FOLLOWS_STATEMENTS: '1' })).toThrow(
      'DATABASE_POOLER_FOLLOWS_STATEMENTS needs',
    )
    expect(() =>
      readConfig({ ...database, DATABASE_POOLER_URL: 'postgresql://liaison_auth:x@localhost:6432/liaison' }),
    ).toThrow('names no login')
  })
})
