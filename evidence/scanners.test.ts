import { createServer } from 'node:http'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { scanSignedIn } from './scanners/asked.ts'
import type { Answered } from './scanners/live-product.ts'
import { runProgram, versionOf } from './scanners/program.ts'
import { readSuspected } from './scanners/sqlmap.ts'

const SCAN = { findings: [], lookedAt: '3 pages' }
const COOKIES = { provider: 'p', partner: 'p', tenant: 't' }
const answer = (status: number): Answered => ({ status, method: 'GET', path: '/api/v1/tenant/orders' })

/** What a session is answered when it is asked whether it lasts. */
let session = 200
const server = createServer((_request, response) => void response.writeHead(session).end())
let url = ''
beforeEach(async () => {
  session = 200
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  url = typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('a 5xx is a finding even where the scanner saw none, and what was asked is counted (R8, R12)', async () => {
  const answered = [answer(500)]
  const product = { url, cookies: COOKIES, answered }
  const scan = await scanSignedIn(product, ['tenant'], () => {
    answered.push(answer(200), answer(422), answer(401), answer(500), answer(500), answer(503))
    return Promise.resolve(SCAN)
  })
  expect(scan.findings).toEqual([{ rule: 'answered 5xx', place: 'GET /api/v1/tenant/orders 500' }])
  expect(scan.lookedAt).toBe('3 pages (6 requests, 1 of them done, 1 of them not signed in)')
})

test('a scan whose session ended shows nothing (R12)', async () => {
  const product = { url, cookies: COOKIES, answered: [] }
  session = 401
  await expect(scanSignedIn(product, ['tenant'], () => Promise.resolve(SCAN))).rejects.toThrow(
    'the session of the tenant ended',
  )
})

test('a program that is not there has no version; one that is there and says nothing is no reason to skip it (R12)', async () => {
  expect(await versionOf('no-such-scanner', ['--version'])).toBeUndefined()
  expect(await versionOf(process.execPath, ['--version'])).toBe(process.versions.node)
  await expect(versionOf(process.execPath, ['-e', 'process.kill(process.pid)'])).rejects.toThrow(
    process.execPath,
  )
})

test('a program that is ended at its limit shows nothing (R12)', async () => {
  const forever = runProgram(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
    cwd: '/',
    timeoutMs: 50,
  })
  await expect(forever).rejects.toThrow(process.execPath)
})

test('a parameter that sqlmap suspects is told apart from one that it says it was wrong about (R12)', () => {
  const url = 'http://127.0.0.1:9/api/v1/partner/alerts/billing?status=a'
  const csv = [
    'Target URL,Place,Parameter,Technique(s),Note(s)',
    `${url},GET,status,B,false positive or unexploitable`,
    `${url},GET,severity,BES,`,
    `${url},GET,metric,,`,
    '',
  ].join('\n')
  expect(readSuspected(csv)).toEqual([
    { url, parameter: 'status', isDoubted: true },
    { url, parameter: 'severity', isDoubted: false },
  ])
})
